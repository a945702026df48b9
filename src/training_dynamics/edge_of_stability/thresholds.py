"""How much curvature an optimizer tolerates: on a quadratic, in closed form and by looking at the iteration itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from numpy import ndarray


def heavy_ball_threshold(rate: float, beta: float = 0.0) -> float:
    r"""The largest stable curvature of ``v <- beta v + g``, ``w <- w - rate v``: :math:`(2+2\beta)/\eta`; 2/rate for beta 0.

    Raises ValueError unless ``rate > 0`` and ``0 <= beta < 1``.  Source: Polyak 1964.
    """
    _check(rate, beta)
    return (2 + 2 * beta) / rate


def averaged_threshold(rate: float, beta: float = 0.9) -> float:
    r"""The same where the velocity is an average, ``v <- beta v + (1 - beta) g``, as in Adam: :math:`(2+2\beta)/((1-\beta)\eta)`.

    38/rate at ``beta = 0.9``.  Raises ValueError unless ``rate > 0`` and ``0 <= beta < 1``.  Source: Cohen et al. 2022.
    """
    return heavy_ball_threshold(rate, beta) / (1 - beta)


def iteration(rate: float, curvature: float, beta: float = 0.0, averaged: bool = False) -> Float[ndarray, "2 2"]:
    """The matrix that one step applies to ``(w, v)`` on the loss ``curvature * w^2 / 2``."""
    gain = (1 - beta if averaged else 1.0) * curvature
    return np.array([[1 - rate * gain, -rate * beta], [gain, beta]])


def measured_threshold(rate: float, beta: float = 0.0, averaged: bool = False) -> float:
    """The curvature at which the largest eigenvalue of the iteration passes one in size, by bisection."""

    def stable(curvature: float) -> bool:
        return bool(np.abs(np.linalg.eigvals(iteration(rate, curvature, beta, averaged))).max() <= 1)

    return _last_true(stable, 0.0, 1000 / rate)


def _last_true(holds: Callable[[float], bool], low: float, high: float) -> float:
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _check(rate: float, beta: float) -> None:
    if not rate > 0:
        raise ValueError(f"rate must be > 0, got {rate}")
    if not 0 <= beta < 1:
        raise ValueError(f"beta must be in [0, 1), got {beta}")
