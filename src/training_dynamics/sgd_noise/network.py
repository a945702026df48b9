r"""A small ReLU network on digits under label noise: does it end where the layers' gradients balance?

:math:`f(x)=a\cdot\max(Wx,0)` learns to tell even digits (-1) from odd ones (1), seen through a few principal components.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.lab.two_layers import gradients, outputs
from training_dynamics.toolbox.data import digits
from training_dynamics.toolbox.seeds import numpy_generator


@dataclass(frozen=True)
class Balance:
    """Mean squared gradients of the first layer over those of the second, at the start and at the end, and the last loss."""

    start: float
    end: float
    loss: float


def parity(seed: int, n: int = 100, components: int = 8) -> tuple[Float[ndarray, "n d"], Float[ndarray, " n"]]:
    """Whitened principal components of ``n`` digits, and their parity as -1 or 1."""
    split = digits(seed, train=n)
    x = split.x_train.double().numpy().reshape(n, -1)
    _, s, directions = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
    return (x - x.mean(axis=0)) @ directions[:components].T / s[:components] * np.sqrt(n), 2.0 * (
        split.y_train.numpy() % 2
    ) - 1


@once
def relu_balance(
    seeds: tuple[int, ...], size: float, rate: float = 0.02, width: int = 16, steps: int = 12_000, output: float = 1.0
) -> tuple[Balance, ...]:
    """Networks of several seeds, one example a step, with a coin of ``size`` added to each label as it is used.

    The gradients that are compared have the noise that the labels had.
    """
    drawn = [parity(seed) for seed in seeds]
    x, y = np.array([d[0] for d in drawn]), np.array([d[1] for d in drawn])
    generators = [numpy_generator(seed, "sgd_noise relu network") for seed in seeds]
    n, d = x.shape[1:]
    first = np.array([g.standard_normal((width, d)) for g in generators]) / np.sqrt(d)
    second = output * np.array([g.standard_normal(width) for g in generators])
    order = np.array([g.integers(n, size=steps) for g in generators]).T
    coins = size * np.array([g.choice([-1.0, 1.0], steps) for g in generators]).T
    runs, total = np.arange(len(seeds)), np.zeros((2, 2, len(seeds)))
    for step in range(steps):
        seen, label = x[runs, order[step]][:, None], y[runs, order[step]] + coins[step]
        hidden, out = outputs(first, second, seen)
        by_first, by_second = gradients(second, seen, hidden, out - label[:, None])
        if step < steps // 100 or step >= steps - steps // 5:
            squares = np.sum(by_first**2, axis=(1, 2)), np.sum(by_second**2, axis=1)
            total[int(step >= steps // 2)] += squares
        first -= rate * by_first
        second -= rate * by_second
    losses = np.mean((outputs(first, second, x)[1] - y) ** 2, axis=1) / 2
    ratios = total[:, 0] / total[:, 1]
    return tuple(Balance(float(a), float(b), float(c)) for a, b, c in zip(*ratios, losses))
