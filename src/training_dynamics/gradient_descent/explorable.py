"""The Python twin of book/_static/gradient_descent.js: the rate-momentum plane of a quadratic with two curvatures."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.gradient_descent.quadratic import best_heavy_ball, path, spectral_radius

START = np.array([1.0, 0.8])  # along the shallow and along the steep direction


def curvatures(condition: float) -> Float[ndarray, " 2"]:
    """The shallow and the steep curvature: 1/condition and 1."""
    if condition < 1:
        raise ValueError(f"condition must be >= 1, got {condition}")
    return np.array([1 / condition, 1.0])


def slowest(rate: float, momentum: float, condition: float) -> float:
    """The factor a step of the slower of the two directions; above 1 the run diverges."""
    return float(spectral_radius(rate, momentum, curvatures(condition)).max())


def trajectory(rate: float, momentum: float, condition: float, steps: int) -> Float[ndarray, "steps+1 2"]:
    """The run that the explorable draws, from ``START``."""
    return path(curvatures(condition), rate, momentum, START, steps)


def optimum(condition: float) -> tuple[float, float, float]:
    """Rate, momentum and factor of the best point of the plane."""
    return best_heavy_ball(1 / condition, 1.0)
