"""One equation, two weights: the paths of the optimisers that the chapter's explorable shows, and where the network ends."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from training_dynamics.implicit_regularization.least_squares import (
    Problem,
    Step,
    adam_step,
    descend,
    gradient_step,
    heavy_ball_step,
    sign_step,
)
from training_dynamics.implicit_regularization.scale import flow_limit

Pair = Float[np.ndarray, " 2"]
RATES = {"gradient": 0.05, "momentum": 0.02, "adam": 0.03, "sign": 0.03}
STEPS = 500


def equation(row: Pair, target: float = 1.0) -> Problem:
    """The problem ``row . w = target``."""
    return Problem(row[None], np.array([target]), np.zeros(2))


def path(method: str, row: Pair, start: Pair, steps: int = STEPS) -> Float[np.ndarray, "steps+1 2"]:
    """Every iterate of one of ``RATES`` from ``start``; raises ValueError for another method."""
    if method not in RATES:
        raise ValueError(f"method must be one of {', '.join(RATES)}, got {method!r}")
    problem, lr = equation(row), RATES[method]
    rules: dict[str, Step] = {
        "gradient": gradient_step(problem, lr),
        "momentum": heavy_ball_step(problem, lr, 0.9),
        "adam": adam_step(problem, lr, steps),
        "sign": sign_step(problem, lr, steps),
    }
    return descend(rules[method], start, steps, 1)


def diagonal_end(row: Pair, start: Pair, alpha: float) -> Pair:
    """Where gradient flow on the network ``w = u^2 - v^2`` of scale alpha ends from ``start``."""
    return flow_limit(equation(row), alpha, start)
