"""Who gains from the edge: from one state, one branch stays at it, another leaves it with a smaller rate.

The branching is that of Kwag et al. 2026, on single examples of a small regression.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.edge_of_stability.flows import Start, before_the_edge, central_flow
from training_dynamics.edge_of_stability.networks import Tanh, Task, chebyshev
from training_dynamics.edge_of_stability.training import LAYERS, RATE, WIDTH, Probe, group
from training_dynamics.lab.once import once

SETTLE = 200  # steps at the edge before the branches part
SLOWER = 4  # the other branch has the rate divided by this, for as many times the steps
COOL = 80  # steps with an eighth of the rate at the end of every branch: they take the oscillation's share off the loss


@dataclass(frozen=True)
class Branches:
    """What the edge changes for each example of a network: a loss off the edge less the loss at it, over the mean loss off it."""

    gain: Float[ndarray, "m n"]
    foretold: Float[ndarray, "m n"]
    aligned: Float[ndarray, "m n"]


def example_losses(net: Tanh, task: Task, theta: Float[ndarray, "m P"]) -> Float[ndarray, "m n"]:
    """Half the squared error of every example."""
    return 0.5 * ((net.activations(theta, task.x)[-1] - task.y) ** 2).sum(axis=2)


def alignment(net: Tanh, task: Task, theta: Float[ndarray, "m P"], u: Float[ndarray, "m P"]) -> Float[ndarray, "m n"]:
    """The cosine, without its sign, between the gradient of each example and a direction of each network."""
    found = []
    for x, y in zip(task.x, task.y):
        one = net.gradients(theta, Task(x[None], y[None], task.loss))
        found.append(np.abs(np.sum(one * u, axis=1)) / np.linalg.norm(one, axis=1))
    return np.stack(found, axis=1) / np.linalg.norm(u, axis=1)[:, None]


@once
def branches(first: int, rate: float = RATE, steps: int = 200, width: int = WIDTH) -> Branches:
    """Five networks at the edge: stay for ``steps``, leave for the same time, or follow the central flow for it."""
    net, task = Tanh((1, *[width] * LAYERS, 1)), chebyshev()

    def descend(theta: ndarray, rate: float, steps: int) -> ndarray:
        for _ in range(steps):
            theta = theta - rate * net.gradients(theta, task)
        return theta

    here = descend(before_the_edge(net, task, net.initial(group(first)), rate).theta, rate, SETTLE)
    centre = (here + descend(here, rate, 1)) / 2
    probe = Probe(lambda t: net.gradients(t, task), centre)
    probe(centre)
    u = probe.vectors / np.linalg.norm(probe.vectors, axis=1, keepdims=True)
    ends = (
        descend(here, rate, steps),
        descend(centre, rate / SLOWER, SLOWER * steps),
        central_flow(net, task, Start(centre, u), rate, steps).end,
    )
    at, off, central = (example_losses(net, task, descend(end, rate / 8, COOL)) for end in ends)
    mean = off.mean(axis=1, keepdims=True)
    return Branches((off - at) / mean, (off - central) / mean, alignment(net, task, centre, u))
