"""What the page shows of the magnet, where a ball that rolls downhill comes to rest, and of the committee, its plateau."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.phase_transitions import committee
from training_dynamics.phase_transitions.magnet import stationary
from training_dynamics.phase_transitions.plateau import alike


def rest(m: float, temperature: float, field: float) -> float:
    """Where dm/dt = -m + tanh((m + h)/T) ends from m: the next solution in the direction of the flow.

    The page takes small steps; here the flow on a line is used, which passes no stationary point.
    """
    found = stationary(temperature, field)
    speed = np.tanh((m + field) / temperature) - m
    if abs(speed) < 1e-15:
        return m
    ahead = found[found > m] if speed > 0 else found[found < m][::-1]
    return float(ahead[0])


def cycle(temperature: float, fields: list[float], start: float = 1.0) -> list[float]:
    """Where the ball rests at each field in turn: a sweep that waits for it every time."""
    path, m = [], start
    for field in fields:
        m = rest(m, temperature, field)
        path.append(m)
    return path


def overlaps(k: int, rate: float, overlap: float, alphas: Float[ndarray, " t"]) -> committee.Overlaps:
    """What the page integrates as four numbers, with all entries of Q and R."""
    return committee.solve(committee.nearly_symmetric(k, overlap), rate, alphas)


def stretch(k: int, rate: float, overlap: float, until: float, near: float = 0.05) -> tuple[float, float]:
    """First and last ``alpha`` at which the error is within a share ``near`` of that of equal units; on a fine grid."""
    alphas = np.linspace(0, until, 8001)
    error = overlaps(k, rate, overlap, alphas).error()
    on = np.flatnonzero(np.abs(error / alike(k, rate).error() - 1) < near)
    return float(alphas[on[0]]), float(alphas[on[-1]]) if on[-1] < len(alphas) - 1 else np.inf
