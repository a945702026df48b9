"""A step that students write themselves."""

from __future__ import annotations


def step(w: float, gradient: float, rate: float) -> float:
    """One step of gradient descent."""
    return w - rate * gradient
