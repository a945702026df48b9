"""What the chapter asserts about steepest descent under a norm, and about one step of it."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.optimizers import layer, norms
from training_dynamics.toolbox.seeds import numpy_generator


@claim(
    "optimizers.steepest",
    "The normalised gradient, its sign and its orthogonal factor gain the dual norm of the gradient with a step of norm 1.",
    source="bernstein2024old",
    verdict="holds",
)
def steepest(seed: int) -> Measured:
    """Largest relative gap between gain and dual norm, or between the step's norm and 1; four norms, three shapes."""
    rng, gaps = numpy_generator(seed, "optimizers steepest"), []
    for shape in ((5, 8), (8, 5), (6, 6)):
        g = rng.standard_normal(shape)
        for kind in norms.NORMS:
            d = norms.steepest(g, kind)
            gaps += [float(np.sum(g * d)) / norms.dual_norm(g, kind) - 1, norms.norm(d, kind) - 1]
    return Measured(float(np.abs(gaps).max()), "relative", at_most=1e-12)


def _ratio(seed: int, exponent: float, out: int, best: bool = False) -> float:
    pairs = [step.best if best else step.measured for step in layer.cases(seed, exponent, out=out)]
    return float(np.median([spectral / gradient for gradient, spectral in pairs]))


@claim(
    "optimizers.one_step",
    "On a linear layer the spectral step takes more off the loss than the gradient's.",
    source="davis2025when",
    verdict="holds-if",
    condition="the inputs have a lower stable rank than the gradient has: here eigenvalues that fall like 1/k.",
    vary={"exponent": (0.75, 1.0, 1.5), "out": (16, 24, 48)},
)
def one_step(seed: int, exponent: float = 1.0, out: int = 24) -> Measured:
    """Median ratio of the two decreases, each at the rate that its guarantee names; 40 random layers."""
    return Measured(_ratio(seed, exponent, out), "times as much", at_least=1.15, scale=0.1)


@claim(
    "optimizers.one_step_best",
    "On a linear layer the spectral step takes more off the loss than the gradient's, each at its own best rate, too.",
    source="",
    verdict="holds-if",
    condition="the inputs have a lower stable rank than the gradient has: here eigenvalues that fall like 1/k.",
    vary={"exponent": (0.75, 1.0, 1.5), "out": (16, 24, 48)},
)
def one_step_best(seed: int, exponent: float = 1.0, out: int = 24) -> Measured:
    """The same ratio, each step at the rate at which it takes off most."""
    return Measured(_ratio(seed, exponent, out, best=True), "times as much", at_least=1.15, scale=0.1)


@claim(
    "optimizers.one_step_white",
    "The spectral step is the better one whatever the inputs are.",
    source="davis2025when",
    verdict="fails",
    instead="On white inputs, whose stable rank is their number, the gradient's step takes more off the loss.",
    vary={"out": (16, 24, 32)},
)
def one_step_white(seed: int, out: int = 24) -> Measured:
    """The same ratio for inputs of equal variance in all directions."""
    return Measured(_ratio(seed, 0.0, out), "times as much", at_most=0.92, scale=0.08)


@claim(
    "optimizers.one_step_border",
    "Comparing the two ranks tells exactly which step is better.",
    source="",
    verdict="fails",
    instead="It compares guarantees. Near the border, where eigenvalues fall like k^(-1/4), it favours the spectral step "
    "in most layers, and the gradient's takes more off the loss.",
)
def one_step_border(seed: int) -> Measured:
    """Share of 40 layers near the border in which guarantees and measured decreases name the same step."""
    agree = [np.argmax(s.guaranteed) == np.argmax(s.measured) for s in layer.cases(seed, 0.25)]
    return Measured(float(np.mean(agree)), "of the layers", at_most=0.4)
