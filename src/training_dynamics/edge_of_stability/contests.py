"""Descent and the flows that are to follow it, from the same weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training_dynamics.edge_of_stability.flows import (
    EVERY,
    Trace,
    before_the_edge,
    central_flow,
    descent,
    gradient_flow,
)
from training_dynamics.edge_of_stability.networks import Tanh, chebyshev
from training_dynamics.edge_of_stability.swings import edge_flow, rod_flow
from training_dynamics.edge_of_stability.training import DEGREE, LAYERS, RATE, WIDTH, group
from training_dynamics.lab.once import once


@dataclass(frozen=True)
class Contest:
    """Descent from one start, and the four flows that are to follow it."""

    descent: Trace
    gradient: Trace
    central: Trace
    edge: Trace
    rod: Trace


@once
def contest(
    first: int, rate: float = RATE, steps: int = 500, width: int = WIDTH, layers: int = LAYERS, degree: int = DEGREE
) -> Contest:
    """Descent and the four flows for the five seeds from ``first`` on, a multiple of five."""
    net, task = Tanh((1, *[width] * layers, 1)), chebyshev(degree)
    start = before_the_edge(net, task, net.initial(group(first)), rate)
    flows = (descent, gradient_flow, central_flow, edge_flow, rod_flow)
    paths = [follow(net, task, start, rate, steps) for follow in flows]
    return Contest(*paths)


def whole_cycles(descent: Trace, row: int) -> tuple[int, int]:
    """The first and the last step at which the sharpness of descent's midpoint comes up through the edge.

    Raises ValueError when it does so less than twice.
    """
    up = EVERY * np.flatnonzero((descent.scaled[:-1, row] < 2) & (descent.scaled[1:, row] >= 2))
    if len(up) < 2:
        raise ValueError("descent has not finished a cycle; give it more steps")
    return int(up[0]), int(up[-1])
