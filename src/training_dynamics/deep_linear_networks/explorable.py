"""The modes that the chapter's explorable shows, from the closed forms; the page integrates instead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.deep_linear_networks.modes import half_time, mode, staircase

SINGULAR_VALUES = (8.0, 4.0, 2.0, 1.0)


@dataclass(frozen=True)
class Picture:
    """Half-times of the modes, and at ``times`` their strengths and the loss."""

    half_times: Float[ndarray, " modes"]
    times: Float[ndarray, " times"]
    strengths: Float[ndarray, "modes times"]
    loss: Float[ndarray, " times"]


def picture(a0: float, depth: int, points: int = 400) -> Picture:
    """All that is drawn for modes that start at ``a0`` in a network of ``depth`` layers.

    Raises ValueError for ``a0`` that is not below every singular value.
    """
    waits = np.array([half_time(s, a0, depth) for s in SINGULAR_VALUES])
    times = np.linspace(0, 1.35 * waits[-1] + 0.5, points)
    curves = np.array([mode(times, s, a0, depth) for s in SINGULAR_VALUES])
    return Picture(waits, times, curves, staircase(times, np.array(SINGULAR_VALUES), a0, depth))
