r"""What the even half of a ReLU, :math:`\tfrac12|z|`, does to the modes of the digits, and what steps and tanh do to them.

Each image can be replaced by a pair of which one half of the story is missing: inputs that are as likely as their negatives,
or labels of which only the part that is linear in the image is left.  The linear modes are the same in all.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.deep_linear_networks.digits import Task, mirrored, start, train, whitened_digits
from training_dynamics.deep_linear_networks.flow import crossing_times, effective_start
from training_dynamics.deep_linear_networks.modes import half_time

DATA = ("images", "linear labels", "mirrored images", "mirrored")


def changed(task: Task, data: str) -> Task:
    """The digits as they are, or with what ``data`` names taken away; the modes stay.

    ``linear labels``: each label is the linear fit to it, so that only the images can be uneven.  ``mirrored images``: beside
    each image its negative, with a label that differs in its linear part only.  ``mirrored``: beside x with y, -x with -y.
    """
    if data not in DATA:
        raise ValueError(f"data must be one of {', '.join(DATA)}, got {data!r}")
    line = task.x @ torch.tensor(task.target.v * task.target.s @ task.target.u.T)  # (n, 10)
    rest = task.y - line
    if data == "linear labels":
        return replace(task, y=line)
    if data == "mirrored images":
        return replace(task, x=torch.cat([task.x, -task.x]), y=torch.cat([line + rest, -line + rest]))
    return mirrored(task) if data == "mirrored" else task


@lru_cache(maxsize=64)
def earlier(
    seed: int, data: str, hidden: int = 50, examples: int = 1000, scale: float = 1e-3, until: float = 160
) -> Float[ndarray, " modes"]:
    r"""By what share of the time each mode of a ReLU network is half learned before half the slope says.

    Half the slope says :math:`t=\ln(2s/a_0-1)/s`, as for the mirrored digits alone in ``experiments.mirrored_errors``.
    """
    task = whitened_digits(seed, examples=examples)
    weights = start(task, hidden, scale, seed)
    run = train(changed(task, data), "relu", weights, rate=0.25, until=until, records=round(4 * until) + 1)
    s, a0 = task.target.s, effective_start(weights, task.target)
    return 1 - crossing_times(run.times, run.strengths, s / 2) / (np.log(2 * s / a0 - 1) / s)


@lru_cache(maxsize=32)
def half_times(
    seed: int, activation: str, hidden: int = 50, examples: int = 1000, rate: float = 0.25, until: float = 80
) -> tuple[Float[ndarray, " modes"], Float[ndarray, " modes"], Float[ndarray, " modes"]]:
    """The half-times of a run on the digits, those that the linear flow has, and the singular values."""
    task = whitened_digits(seed, examples=examples)
    weights = start(task, hidden, 1e-3, seed)
    run = train(task, activation, weights, rate=rate, until=until, records=round(until / rate) + 1)
    s = task.target.s
    flow = np.array([half_time(strength, a0) for strength, a0 in zip(s, effective_start(weights, task.target))])
    return crossing_times(run.times, run.strengths, s / 2), flow, s
