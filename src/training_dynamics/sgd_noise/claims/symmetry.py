"""What the chapter asserts about conserved quantities under noise, and about the minima to which it leads."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.sgd_noise import symmetry


@claim(
    "sgd_noise.three_laws",
    "In each step on an example: shifts conserve, rescaling multiplies the imbalance by 1 − η²e²x², scale grows.",
    source="kunin2021neural",
    verdict="holds",
    seeds=None,
)
def three_laws() -> Measured:
    """The largest relative error of the three one-step laws, over ten runs of 300 large steps."""
    laws = (symmetry.rescaling_law, symmetry.translation_law, symmetry.scale_law)
    return Measured(max(law(seed).error for law in laws for seed in range(10)), "relative", at_most=1e-11)


@claim(
    "sgd_noise.diagonal_law",
    "In a diagonal network a step multiplies the product of an input's two weights by one minus 4η²e²x².",
    verdict="holds",
    seeds=None,
)
def diagonal_law() -> Measured:
    """The largest relative error of this law over ten runs of 300 steps."""
    return Measured(max(symmetry.diagonal_law(seed).error for seed in range(10)), "relative", at_most=1e-11)


@claim(
    "sgd_noise.conserved_by_sgd",
    "If its rate is small, SGD conserves what gradient flow conserves.",
    source="ziyin2024parameter",
    verdict="fails",
    instead="With noise in the labels the imbalance of two layers decays to nothing, by η²⟨e²x²⟩ a step.",
    vary={"rate": (0.05, 0.03), "size": (0.5, 1.0)},
)
def conserved_by_sgd(seed: int, rate: float = 0.05, size: float = 0.5) -> Measured:
    """The share of the imbalance that is left after time 400 at rate 0.05, scaled as 1/rate² otherwise."""
    steps = round(8000 * (0.05 / rate) ** 2)
    return Measured(symmetry.imbalance_left(seed, "labels", rate, size, steps), "of the imbalance", at_most=0.1)


@claim(
    "sgd_noise.imbalance_kept",
    "SGD keeps most of the imbalance that it starts with.",
    verdict="holds-if",
    condition="every example can be fitted, so that the noise dies with the errors",
    vary={"rate": (0.05, 0.03), "steps": (8000, 16_000)},
)
def imbalance_kept(seed: int, rate: float = 0.05, steps: int = 8000) -> Measured:
    """The share of the imbalance that is left, without label noise."""
    return Measured(1 - symmetry.imbalance_left(seed, "none", rate, steps=steps), "of the imbalance lost", at_most=0.05)


@claim(
    "sgd_noise.noise_equilibrium",
    "Label noise, in one output or in all, drives two layers to where their gradients have equal mean squares.",
    source="ziyin2024parameter,ziyin2025neural",
    verdict="holds",
    vary={"spread": ("one", "all"), "outputs": (16, 9), "rate": (0.06, 0.08)},
)
def noise_equilibrium(seed: int, spread: str = "one", outputs: int = 16, rate: float = 0.06) -> Measured:
    """The mean squared gradient of the first layer over that of the second."""
    found = symmetry.unit_equilibrium(seed, spread, outputs, rate)
    return Measured(found.first / found.second, "of the other layer's", at_least=0.92, at_most=1.08)


@claim(
    "sgd_noise.flattest",
    "Noise finds flat minima.",
    said_by="keskar2017large",
    source="ziyin2025neural",
    verdict="fails",
    instead="Label noise in one of the outputs ends where gradients balance, at a far larger trace of the Hessian than need be.",
    vary={"outputs": (16, 9), "rate": (0.06, 0.04)},
)
def flattest(seed: int, outputs: int = 16, rate: float = 0.06) -> Measured:
    """By how much the trace of the Hessian exceeds the least among parametrisations of the same map, relative to it."""
    trace = symmetry.unit_equilibrium(seed, "one", outputs, rate).trace
    return Measured(trace - 1, "times the least trace more", at_least=0.4)


@claim(
    "sgd_noise.flattest_isotropic",
    "Label noise ends at the flattest parametrisation.",
    source="damian2021label",
    verdict="holds-if",
    condition="all outputs have independent noise of the same variance",
    vary={"outputs": (16, 9), "rate": (0.06, 0.08)},
)
def flattest_isotropic(seed: int, outputs: int = 16, rate: float = 0.06) -> Measured:
    """How much the trace of the Hessian is above the least, relative to it."""
    return Measured(symmetry.unit_equilibrium(seed, "all", outputs, rate).trace - 1, "above the least", at_most=0.05)
