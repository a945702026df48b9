"""What the chapter on Adam asserts about steady noise, and about where Adam ends on a problem built against it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.adam import update
from training_dynamics.lab.optimizers import EXACT
from training_dynamics.toolbox.seeds import numpy_generator

RATIOS = (0.0, 1.0, 3.0, 10.0)


def _steady(seed: int, ratio: float, beta2: float, tails: float = math.inf, steps: int = 3000) -> float:
    """Adam's mean step against ``1 / sqrt(1 + ratio^2)``, after the averages have settled."""
    rng = numpy_generator(seed, "adam", "steady", ratio)
    trace = 1 + ratio * update.steady_noise(rng, (steps, 200), tails)
    late = update.rates(trace, replace(EXACT, beta2=beta2))[steps // 2 :]
    return float(late.mean() / update.noisy_rate(ratio))


@claim(
    "adam.noise",
    "In steady noise Adam's mean step is sign descent's, shortened by 1/√(1 + (noise/mean)²).",
    source="balles2018dissecting",
    verdict="holds-if",
    condition="The noise is Gaussian, and v averages over many steps (β₂ = 0.99 or more).",
    vary={"beta2": (0.999, 0.99), "steps": (3000, 6000)},
)
def noise(seed: int, beta2: float = 0.999, steps: int = 3000) -> Measured:
    """The worst of the ratios measured/predicted for noise of 0, 1, 3 and 10 times the mean gradient."""
    worst = max((_steady(seed, r, beta2, steps=steps) for r in RATIOS), key=lambda v: abs(math.log(v)))
    return Measured(worst, "of the prediction", at_least=0.9, at_most=1.1)


@claim(
    "adam.noise_tails",
    "Only the size of the noise relative to the mean counts, not its distribution.",
    source="",
    verdict="fails",
    instead="With heavy tails v is below its mean most of the time, and the steps are longer than the formula says.",
    vary={"beta2": (0.95, 0.9), "ratio": (3.0, 1.0, 10.0)},
)
def noise_tails(seed: int, beta2: float = 0.95, ratio: float = 3.0) -> Measured:
    """Excess of the mean step over the predicted one; Student's t with 2.5 degrees of freedom."""
    return Measured(_steady(seed, ratio, beta2, 2.5) - 1, "above the prediction", at_least=0.05)


@claim(
    "adam.correction_is_schedule",
    "At ε = 0 Adam without its bias correction is Adam with it, at the rate η(1 − β₁ᵗ)/√(1 − β₂ᵗ).",
    source="",
    verdict="holds",
)
def correction_is_schedule(seed: int) -> Measured:
    """Largest relative difference of the two kinds of steps over 300 steps of random gradients."""
    trace = numpy_generator(seed, "adam", "schedule").standard_normal((300, 50))
    plain, raw = (update.rates(trace, s) for s in (EXACT, replace(EXACT, corrected=False)))
    scheduled = plain * update.uncorrected_factor(np.arange(1, 301))[:, None]
    return Measured(float(np.abs(raw / scheduled - 1).max()), "relative error", at_most=1e-10)


@claim(
    "adam.convergence",
    "With a falling learning rate Adam converges on convex problems.",
    said_by="kingma2015adam",
    source="reddi2018convergence",
    verdict="fails",
    instead="For every β₂ there is a convex problem on which it goes to the wrong end.",
    seeds=None,
    vary={"steps": (3000, 30_000), "cost": (3.0, 10.0)},
)
def convergence(cost: float = 3.0, steps: int = 3000) -> Measured:
    """Distance from the best point, in lengths of the interval, for gradients that repeat C, −1, −1; β₂ = 1/(1 + C²)."""
    return Measured((1 + update.cycle_end(1 / (1 + cost**2), cost, steps)) / 2, "of the interval", at_least=0.6)


@claim(
    "adam.amsgrad",
    "On this problem it is enough to divide by the largest v so far, or to take β₂ near one.",
    source="reddi2018convergence, zhang2022adam",
    verdict="holds",
    seeds=None,
    vary={"steps": (3000, 30_000), "cost": (3.0, 10.0)},
)
def amsgrad(cost: float = 3.0, steps: int = 3000) -> Measured:
    """The same distance, the larger of AMSGrad's at β₂ = 1/(1 + C²) and Adam's at β₂ = 0.999."""
    ends = [update.cycle_end(1 / (1 + cost**2), cost, steps, longest=True), update.cycle_end(0.999, cost, steps)]
    return Measured((1 + max(ends)) / 2, "of the interval", at_most=0.1)
