"""Ensembles put to the test of more data, at the two ends of it."""

from __future__ import annotations

from functools import cache

from training_dynamics.dropout.regression import MEMBERS, WIDTH, Band, Member, point_predictions, train
from training_dynamics.dropout.spread import FEW, MANY, STEPS


@cache
def crowd(seed: int, n: int, steps: int = STEPS, width: int = WIDTH) -> Band:
    """Mean and sd of five networks without dropout from different starts, on ``n`` points."""
    curves = point_predictions(train([Member(n, 0.0, i) for i in range(MEMBERS)], seed, steps, width=width))
    return Band(curves.mean(0), curves.std(0, ddof=1))


def narrower(seed: int, steps: int = STEPS, width: int = WIDTH) -> float:
    """By which factor the mean sd where there are data falls from 10 points to 2,560."""
    return crowd(seed, FEW, steps, width).inside / crowd(seed, MANY, steps, width).inside
