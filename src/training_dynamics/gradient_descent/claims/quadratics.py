"""What the chapter asserts about quadratics and convex losses: closed forms, and sampling where there is noise."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from coursekit.claim import Measured, claim
from training_dynamics.gradient_descent import convex
from training_dynamics.gradient_descent.quadratic import (
    best_heavy_ball,
    best_plain,
    companion,
    descend,
    largest_rate,
    measured_factor,
    spread_out,
    steps_needed,
)
from training_dynamics.toolbox.seeds import numpy_generator


@claim(
    "gradient_descent.rate",
    "On a quadratic the error shrinks by (κ − 1)/(κ + 1) a step, at the best rate 2/(μ + Λ) and in the long run.",
    source="bottou2018optimization",
    verdict="holds",
    vary={"condition": (10, 100, 1000)},
)
def rate(seed: int, condition: int = 100) -> Measured:
    """Error of the measured factor over what the factor lacks to 1, in 50 dimensions along random axes."""
    hessian, start = spread_out(condition, 50, numpy_generator(seed, "gradient descent rate", condition))
    best, factor = best_plain(1 / condition, 1)
    found = measured_factor(descend(hessian, best, 0, start, 20 * condition + 400))
    return Measured(abs(found - factor) / (1 - factor), "of 1 − factor", at_most=0.002)


@claim(
    "gradient_descent.momentum_factor",
    "With the best momentum, too, the error shrinks by a fixed factor a step: (√κ − 1)/(√κ + 1).",
    source="polyak1964methods",
    verdict="holds",
    seeds=None,
    vary={"condition": (10, 100, 1000)},
)
def momentum_factor(condition: int = 100) -> Measured:
    """How far the measured factor lies above the formula, over what the formula lacks to 1: equal roots bring a factor t."""
    hessian, start = spread_out(condition, 50, numpy_generator(0, "gradient descent ball"))
    best, momentum, factor = best_heavy_ball(1 / condition, 1)
    found = measured_factor(descend(hessian, best, momentum, start, round(100 * condition**0.5)))
    return Measured((found - factor) / (1 - factor), "of 1 − factor above", at_least=0, at_most=0.0104)


@claim(
    "gradient_descent.threshold",
    "Heavy-ball descent on a quadratic is stable up to a learning rate of 2(1 + β)/Λ, and no further.",
    source="polyak1964methods",
    verdict="holds",
    seeds=None,
    vary={"momentum": (0.0, 0.5, 0.9, 0.99)},
)
def threshold(momentum: float = 0.9) -> Measured:
    """Relative error of the formula against the rate at which an eigenvalue of the recursion's matrix leaves the unit circle."""

    def outside(log_rate: float) -> float:
        return float(np.abs(np.linalg.eigvals(companion(np.exp(log_rate), momentum, 3.0))).max() - 1 - 1e-12)

    found = np.exp(brentq(outside, np.log(0.9 * largest_rate(momentum, 3.0)), np.log(10.0), xtol=1e-12))
    return Measured(abs(found / largest_rate(momentum, 3.0) - 1), "of the threshold", at_most=1e-9)


@claim(
    "gradient_descent.momentum_is_rate",
    "Momentum is only a larger learning rate.",
    source="goh2017momentum",
    verdict="fails",
    instead="Far from the threshold it is, by a factor 1/(1 − β). At best settings it replaces κ by √κ, which no rate does.",
    seeds=None,
    vary={"condition": (30, 100, 1000)},
)
def momentum_is_rate(condition: int = 100) -> Measured:
    """Steps to a millionth of the distance, without momentum over with it, each at its best settings."""
    curvatures = np.geomspace(1 / condition, 1, 50)
    plain = steps_needed(curvatures, best_plain(1 / condition, 1)[0], 0, 1e-6)
    best, momentum, _ = best_heavy_ball(1 / condition, 1)
    return Measured(plain / steps_needed(curvatures, best, momentum, 1e-6), "times as many steps", at_least=2.5)


@claim(
    "gradient_descent.convex_worst",
    "After t steps at rate 1/Λ the loss of a convex function is at most ΛR²/(4t + 2) above its minimum, and this is attained.",
    source="drori2014performance",
    verdict="holds",
    seeds=None,
    vary={"steps": (1, 10, 1000)},
)
def convex_worst(steps: int = 10) -> Measured:
    """Relative distance from the bound on the Huber function that is worst for that number of steps."""
    return Measured(abs(convex.worst_huber(steps) / convex.worst_bound(steps) - 1), "of the bound", at_most=1e-9)


@claim(
    "gradient_descent.flat_convex",
    "On a convex loss gradient descent converges exponentially fast.",
    source="soudry2018implicit",
    verdict="fails",
    instead="Only under strong convexity. On the logistic loss of separable data the loss falls like 1/(ηt).",
    seeds=None,
    vary={"step": (0.3, 1.0, 3.0)},
)
def flat_convex(step: float = 1.0) -> Measured:
    """Loss times rate times steps, after 10,000 of them, for one example."""
    return Measured(10_000 * step * convex.logistic_loss(10_000, step), "= ηt × loss", at_least=0.9, at_most=1.1)
