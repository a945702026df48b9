r"""Label noise in a diagonal network :math:`f(x)=x\cdot(u\odot u-v\odot v)`, all runs of a table side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator

NOISES = ("none", "labels")


@dataclass(frozen=True)
class Sparse:
    """Inputs (runs, n, d), sparse targets (runs, d) and labels (runs, n)."""

    x: Float[ndarray, "runs n d"]
    target: Float[ndarray, "runs d"]
    y: Float[ndarray, "runs n"]


def sparse_tasks(seeds: tuple[int, ...], n: int = 30, d: int = 60, nonzero: int = 3) -> Sparse:
    """For each seed, normal inputs and a target with a few entries of size 1: fewer examples than weights."""
    x, target = np.empty((len(seeds), n, d)), np.zeros((len(seeds), d))
    for i, seed in enumerate(seeds):
        generator = numpy_generator(seed, "sgd_noise sparse")
        x[i] = generator.standard_normal((n, d))
        target[i, :nonzero] = generator.choice([-1.0, 1.0], nonzero)
    return Sparse(x, target, np.einsum("snd,sd->sn", x, target))


@once
def label_noise_errors(
    seeds: tuple[int, ...], noise: str, start: float = 1.0, size: float = 2.0, rate: float = 0.004, steps: int = 40_000
) -> tuple[float, ...]:
    r"""Squared distances to the sparse target after SGD with one example a step from :math:`u=v=\alpha/\sqrt2`.

    ``noise`` is ``"none"`` or ``"labels"``: a fair coin of plus or minus ``size`` on the label in every step but the last
    tenth.  Raises ValueError for other words.
    """
    if noise not in NOISES:
        raise ValueError(f"noise must be one of {', '.join(NOISES)}, got {noise!r}")
    task, runs = sparse_tasks(seeds), np.arange(len(seeds))
    n, d = task.x.shape[1:]
    draws = [numpy_generator(seed, "sgd_noise order") for seed in seeds]
    order = np.array([g.integers(n, size=steps) for g in draws]).T
    coins = np.array([g.choice([-size, size], steps) for g in draws]).T * (noise == "labels")
    coins[-steps // 10 :] = 0.0
    u = np.full((len(seeds), d), start / np.sqrt(2))
    v = u.copy()
    for drawn, coin in zip(order, coins):
        x = task.x[runs, drawn]
        error = np.sum(x * (u * u - v * v), axis=1) - task.y[runs, drawn] - coin
        pull = 2 * rate * error[:, None] * x
        u, v = u * (1 - pull), v * (1 + pull)
    return tuple(np.sum((u * u - v * v - task.target) ** 2, axis=1).tolist())


@once
def descent_errors(
    seeds: tuple[int, ...], start: float = 1.0, rate: float = 0.004, steps: int = 20_000
) -> tuple[float, ...]:
    """The same after full-batch gradient descent on the mean loss."""
    task = sparse_tasks(seeds)
    u = np.full(task.target.shape, start / np.sqrt(2))
    v = u.copy()
    for _ in range(steps):
        error = np.einsum("snd,sd->sn", task.x, u * u - v * v) - task.y
        pull = 2 * rate * np.einsum("sn,snd->sd", error, task.x) / task.x.shape[1]
        u, v = u * (1 - pull), v * (1 + pull)
    return tuple(np.sum((u * u - v * v - task.target) ** 2, axis=1).tolist())
