"""The loss surface seen in two dimensions, and what two dimensions hide."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.gradient_descent.curvature import along, sharpest, sharpness
from training_dynamics.gradient_descent.digits import copies, task_of
from training_dynamics.gradient_descent.networks import Params, Task, flat, train, unflat
from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator, torch_generator


@dataclass(frozen=True)
class Views:
    """Curvature at one point: the sharpest direction, and what random directions see."""

    sharpness: float
    random: Float[ndarray, " directions"]


def trained(seed: int, width: int, loss: str, after: int) -> tuple[Task, Params]:
    """300 digits, and a network after that many full-batch steps at half of the threshold 2/sharpness of its start."""
    task, params = task_of(seed, 300, loss), copies(seed, 1, width)
    return task, train(params, task, 1 / sharpness(task, params), after)


@once
def views(seed: int, width: int = 32, loss: str = "cross-entropy", after: int = 100, directions: int = 20) -> Views:
    """After ``after`` full-batch steps: the sharpness, and the curvature along random directions."""
    task, end = trained(seed, width, loss, after)
    rng, size = torch_generator(seed, "gradient descent directions"), flat(end).shape[1]
    return Views(sharpness(task, end), along(task, end, torch.randn(directions, size, generator=rng)).numpy())


def slice_of(
    seed: int, sharp: bool, reach: float = 6.0, count: int = 41, width: int = 32
) -> tuple[Float[ndarray, " n"], Float[ndarray, "n n"]]:
    """Loss on a square of side ``2 * reach`` around the end of a run; the first axis is random or the sharpest direction."""
    task, end = trained(seed, width, "cross-entropy", 100)
    rng, centre = torch_generator(seed, "gradient descent slice"), flat(end)[0]
    axes = torch.linalg.qr(torch.randn(len(centre), 2, generator=rng))[0]
    first = sharpest(task, end)[1] if sharp else axes[:, 0]
    grid = torch.linspace(-reach, reach, count)
    rows = [centre + grid[:, None] * first + b * axes[:, 1] for b in grid]
    return grid.numpy(), np.array([task.losses(unflat(row, end)).numpy() for row in rows])


def top_two(points: Float[ndarray, "t p"]) -> float:
    """The share of the variance of a path's points that their first two principal components carry."""
    centred = points - points.mean(0)
    values = np.linalg.eigvalsh(centred @ centred.T)[::-1]
    return float(values[:2].sum() / values.sum())


# top_two of a long random walk in many dimensions (Antognini and Sohl-Dickstein 2018)
WALK = 6 / math.pi**2 * (1 + 1 / 4)


def walk_share(seed: int, steps: int = 300, dimensions: int = 1000) -> float:
    """``top_two`` of a random walk, which has no direction at all."""
    rng = numpy_generator(seed, "gradient descent walk")
    return top_two(np.cumsum(rng.standard_normal((steps, dimensions)), axis=0))
