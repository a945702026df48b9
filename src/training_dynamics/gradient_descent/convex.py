"""What convexity promises: worst cases that attain the bounds, and a convex loss without a minimum."""

from __future__ import annotations

import numpy as np


def worst_bound(steps: int, smoothness: float = 1.0, distance: float = 1.0) -> float:
    r"""The exact worst loss of gradient descent at rate 1/smoothness on a convex function: :math:`\Lambda R^2/(4t+2)`.

    Source: Drori and Teboulle 2014, theorem 3.1.
    """
    return smoothness * distance**2 / (4 * steps + 2)


def worst_huber(steps: int) -> float:
    """Loss after ``steps`` steps of rate 1 on the Huber function whose corner is chosen for that number, from distance 1."""
    corner, theta = 1 / (2 * steps + 1), 1.0
    for _ in range(steps):
        theta -= float(np.clip(theta, -corner, corner))
    return corner * abs(theta) - corner**2 / 2 if abs(theta) > corner else theta**2 / 2


def logistic_loss(steps: int, rate: float = 1.0) -> float:
    r"""Loss :math:`\log(1+e^{-\theta})` after that many steps from zero: convex, smooth, and with no minimum to reach."""
    theta = 0.0
    for _ in range(steps):
        theta += rate / (1 + np.exp(theta))
    return float(np.log1p(np.exp(-theta)))
