"""What the chapter on Adam asserts about the update itself and about changes of coordinates."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.adam import invariance, update
from training_dynamics.lab.optimizers import DEFAULT, EXACT
from training_dynamics.toolbox.seeds import numpy_generator

END = "of the distance moved"


@claim(
    "adam.first_step",
    "Adam's first step has the size of the learning rate in every coordinate, whatever the gradient.",
    source="kingma2015adam",
    verdict="holds-if",
    condition="ε is zero or far below the gradient, and bias correction is on.",
)
def first_step(seed: int) -> Measured:
    """Largest deviation of the first step from the learning rate, for gradients between 1e-6 and 1e6."""
    rng = numpy_generator(seed, "adam", "first")
    g = rng.choice([-1.0, 1.0], 1000) * 10 ** rng.uniform(-6, 6, 1000)
    return Measured(
        float(np.abs(update.rates(g[None], EXACT)[0] - np.sign(g)).max()), "of the learning rate", at_most=1e-12
    )


@claim(
    "adam.first_step_uncorrected",
    "Without bias correction the first step is larger by (1 − β₁)/√(1 − β₂).",
    source="kingma2015adam",
    verdict="holds",
)
def first_step_uncorrected(seed: int) -> Measured:
    """Relative deviation of the first step from that factor."""
    g = numpy_generator(seed, "adam", "first").standard_normal((1, 1000))
    found = update.rates(g, replace(EXACT, corrected=False))
    factor = (1 - DEFAULT.beta1) / math.sqrt(1 - DEFAULT.beta2)
    return Measured(float(np.abs(found / (factor * np.sign(g)) - 1).max()), "relative error", at_most=1e-12)


@claim(
    "adam.bias_correction",
    "Bias correction only matters in the first few steps.",
    source="kingma2015adam",
    verdict="fails",
    instead="Without it steps first grow to several times the learning rate, and stay too long for hundreds of steps.",
    seeds=None,
)
def bias_correction() -> Measured:
    """How many steps are more than half as long again as they should be, for noisy gradients of constant mean."""
    trace = 1 + 0.3 * numpy_generator(0, "adam", "warm").standard_normal((2000, 200))
    plain, raw = (np.abs(update.rates(trace, s)).mean(1) for s in (EXACT, replace(EXACT, corrected=False)))
    return Measured(float(np.sum(raw > 1.5 * plain)), "steps", at_least=300)


@claim(
    "adam.step_size",
    "Adam never moves a parameter by more than the learning rate in one step.",
    source="",
    verdict="fails",
    instead="Gradients that grow steadily make the step several times longer; the exact limit is in the text.",
    seeds=None,
)
def step_size() -> Measured:
    """The last step under gradients that grow by β₂/β₁ a step, at a random scale."""
    scale = 10 ** numpy_generator(0, "adam", "scale").uniform(-3, 3)
    return Measured(
        float(update.rates(scale * update.worst_trace(8000), EXACT)[-1, 0]), "× the learning rate", at_least=4
    )


@claim(
    "adam.step_bound",
    "No gradients make the step longer than (1 − β₁)/√((1 − β₂)(1 − β₁²/β₂)) learning rates, and some come that close.",
    source="",
    verdict="holds",
    seeds=None,
)
def step_bound() -> Measured:
    """How far the longest of many steps (random, bursting and growing gradients) is from the bound, on either side."""
    rng = numpy_generator(0, "adam", "traces")
    noise = rng.standard_normal((400, 300))
    bursts = noise * (rng.random(noise.shape) < 0.01)
    traces = [noise, bursts, noise**5, np.exp(np.cumsum(noise, 0) / 4), update.worst_trace(8000)]
    longest = max(float(np.abs(update.rates(t, EXACT)).max()) for t in traces)
    return Measured(abs(longest / update.largest_rate() - 1), "of the bound", at_most=1e-3)


@claim(
    "adam.loss_scale",
    "Multiplying the loss by a constant changes nothing.",
    source="kingma2015adam",
    verdict="holds-if",
    condition="ε = 0.",
)
def loss_scale(seed: int) -> Measured:
    """Change of the end point when the loss is multiplied by 10,000."""
    return Measured(invariance.scaled_gradient("adam", "loss", seed), END, at_most=1e-12)


@claim(
    "adam.gradient_scale",
    "Multiplying each coordinate of the gradient by a constant of its own changes nothing.",
    source="kingma2015adam",
    verdict="holds-if",
    condition="ε = 0.",
)
def gradient_scale(seed: int) -> Measured:
    """Change of the end point when the gradient's coordinates are scaled by constants between 0.1 and 10."""
    return Measured(invariance.scaled_gradient("adam", "each coordinate", seed), END, at_most=1e-12)


@claim(
    "adam.epsilon",
    "ε only guards against division by zero.",
    source="",
    verdict="fails",
    instead="Where gradients are of the size of ε or less it sets the step: with a small loss scale Adam hardly moves.",
)
def epsilon(seed: int) -> Measured:
    """The share of the way that is lost with ε = 1e-8 when the loss is multiplied by 1e-8."""
    return Measured(1 - invariance.movement(seed, 1e-8), "of the distance", at_least=0.6)


@claim(
    "adam.signed_permutation",
    "Renaming the parameters and flipping their signs leaves Adam's path the same.",
    source="",
    verdict="holds",
)
def signed_permutation(seed: int) -> Measured:
    """Change of the end point under a random signed permutation."""
    return Measured(invariance.change("adam", "signed permutation", seed), END, at_most=1e-12)


@claim(
    "adam.diagonal",
    "Adam is invariant to diagonal rescaling of the parameters.",
    source="",
    verdict="fails",
    instead="It is invariant to rescaling of the gradient. A rescaled parameter moves by the scale times the old step: "
    "√v undoes only half of the change.",
)
def diagonal(seed: int) -> Measured:
    """Change of the end point when each parameter is measured in a unit of its own, between 0.1 and 10."""
    return Measured(invariance.change("adam", "diagonal", seed), END, at_least=0.5)


@claim(
    "adam.rotation",
    "It does not matter to Adam in which basis the parameters are written.",
    source="",
    verdict="fails",
    instead="True of gradient descent; Adam divides along the axes, and a rotated problem ends elsewhere.",
)
def rotation(seed: int) -> Measured:
    """Change of the end point under a random rotation."""
    return Measured(invariance.change("adam", "rotation", seed), END, at_least=0.2)


@claim("adam.gd_rotation", "Gradient descent takes the same path in every rotated basis.", source="", verdict="holds")
def gd_rotation(seed: int) -> Measured:
    """Change of gradient descent's end point under a random rotation."""
    return Measured(invariance.change("gradient", "rotation", seed), END, at_most=1e-10)


@claim(
    "adam.diagonal_fisher",
    "Dividing by the diagonal of the Fisher matrix, without a root, is invariant to diagonal rescaling of the parameters.",
    source="",
    verdict="holds",
)
def diagonal_fisher(seed: int) -> Measured:
    """Change of its end point under the rescaling of adam.diagonal, with the damping carried along."""
    return Measured(invariance.change("diagonal", "diagonal", seed), END, at_most=1e-12)


@claim(
    "adam.root_fisher",
    "Dividing by the root of the Fisher diagonal is invariant to diagonal rescaling of the parameters.",
    source="",
    verdict="fails",
    instead="The root is what loses the invariance: an exact Fisher diagonal does not restore it.",
)
def root_fisher(seed: int) -> Measured:
    """Change of its end point under the rescaling of adam.diagonal."""
    return Measured(invariance.change("diagonal root", "diagonal", seed), END, at_least=0.5)


@claim(
    "adam.natural_rescaling",
    "The natural gradient takes the same path after rescaling or rotating the parameters.",
    source="amari1998natural",
    verdict="holds-if",
    condition="The damping is carried along: λAᵀA in the new coordinates.",
)
def natural_rescaling(seed: int) -> Measured:
    """The larger change of the two."""
    worst = max(invariance.change("natural", kind, seed) for kind in ("diagonal", "rotation"))
    return Measured(worst, END, at_most=1e-8)


@claim(
    "adam.natural_general",
    "The natural gradient takes the same path after any invertible linear change of the parameters.",
    source="amari1998natural",
    verdict="holds-if",
    condition="The damping is carried along: λAᵀA in the new coordinates.",
)
def natural_general(seed: int) -> Measured:
    """Change of the end point under rotation × scaling × rotation."""
    return Measured(invariance.change("natural", "general", seed), END, at_most=1e-6)


@claim(
    "adam.natural_damped",
    "The natural gradient, as it is used, does not depend on the parameterisation.",
    source="martens2020new",
    verdict="fails",
    instead="It is used with damping, and damping by λI brings the dependence on the scale of the parameters back.",
)
def natural_damped(seed: int) -> Measured:
    """Change of the end point under diagonal rescaling, with damping 0.01 I in both coordinates."""
    return Measured(invariance.change("natural, fixed damping", "diagonal", seed), END, at_least=0.5)


@claim(
    "adam.natural_curved",
    "The natural gradient is invariant under every smooth change of the parameters.",
    source="martens2020new",
    verdict="holds-if",
    condition="The steps are infinitely small: one step of size η deviates by an amount that falls with η².",
)
def natural_curved(seed: int) -> Measured:
    """By which factor the deviation after one step falls when the step is halved (4 for η², 2 for η)."""
    large, small = (invariance.curved_gap(seed, lr) for lr in (0.02, 0.01))
    return Measured(large / small, "× per halving", at_least=3.6, at_most=4.4)
