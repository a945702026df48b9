"""What the page shows of the magnet: its landscape, and where a ball that rolls downhill comes to rest."""

from __future__ import annotations

import numpy as np

from training_dynamics.phase_transitions.magnet import stationary


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
