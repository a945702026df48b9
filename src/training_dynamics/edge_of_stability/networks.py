"""Small tanh networks, many side by side, with gradients by hand: each row of a matrix holds the parameters of one.

Curvature needs float64 and thousands of gradients of tiny networks; numpy spends far less on each than a graph would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.toolbox.data import digits
from training_dynamics.toolbox.seeds import numpy_generator

LOSSES = ("squared", "cross-entropy")
Layer = tuple[ndarray, ndarray]


@dataclass(frozen=True)
class Task:
    """Inputs ``(n, d)``, targets ``(n, k)`` and a loss: half the squared error, or the cross-entropy; mean over examples."""

    x: Float[ndarray, "n d"]
    y: Float[ndarray, "n k"]
    loss: str = "squared"

    def __post_init__(self) -> None:
        if self.loss not in LOSSES:
            raise ValueError(f"loss must be one of {', '.join(LOSSES)}, got {self.loss!r}")


def chebyshev(degree: int = 4, points: int = 20) -> Task:
    """A Chebyshev polynomial at evenly spaced points: the higher its degree, the more it swings.  Source: Cohen et al. 2021."""
    x = np.linspace(-1, 1, points)[:, None]
    return Task(x, np.cos(degree * np.arccos(x)))


def digit_images(seed: int, examples: int = 100) -> Task:
    """That many of the 8 by 8 digits, with one-hot labels and cross-entropy."""
    split = digits(seed, train=examples)
    return Task(split.x_train.double().numpy(), np.eye(10)[split.y_train.numpy()], "cross-entropy")


@dataclass(frozen=True)
class Tanh:
    """Networks ``sizes[0] -> ... -> sizes[-1]`` with tanh between layers; a row holds W1 (i, o), b1, W2, b2, ..."""

    sizes: tuple[int, ...]

    @property
    def count(self) -> int:
        """The number P of parameters of one network."""
        return sum((i + 1) * o for i, o in pairwise(self.sizes))

    def layers(self, theta: Float[ndarray, "m P"]) -> list[Layer]:
        """Views of the weights ``(m, i, o)`` and biases ``(m, 1, o)``."""
        found, k = [], 0
        for i, o in pairwise(self.sizes):
            weight, bias = theta[:, k : k + i * o], theta[:, k + i * o : k + (i + 1) * o]
            found.append((weight.reshape(-1, i, o), bias[:, None]))
            k += (i + 1) * o
        return found

    def initial(self, seeds: Sequence[int]) -> Float[ndarray, "m P"]:
        """One network a seed: weights from N(0, 1 / fan_in), biases zero."""
        rows = []
        for seed in seeds:
            rng = numpy_generator(seed, "edge of stability start", self.sizes)
            parts = [(rng.standard_normal(i * o) / i**0.5, np.zeros(o)) for i, o in pairwise(self.sizes)]
            rows.append(np.concatenate([part for pair in parts for part in pair]))
        return np.stack(rows)

    def activations(self, theta: Float[ndarray, "m P"], x: Float[ndarray, "n d"]) -> list[ndarray]:
        """The input, what each hidden layer puts out, and the output, each ``(m, n, width)``."""
        found = [np.broadcast_to(x, (len(theta), *x.shape))]
        layers = self.layers(theta)
        for weight, bias in layers[:-1]:
            found.append(np.tanh(np.matmul(found[-1], weight) + bias))
        return [*found, np.matmul(found[-1], layers[-1][0]) + layers[-1][1]]

    def losses_and_gradients(self, theta: Float[ndarray, "m P"], task: Task) -> tuple[ndarray, ndarray]:
        """The loss of every network, ``(m,)``, and its gradient, ``(m, P)``, by backpropagation."""
        h = self.activations(theta, task.x)
        losses, delta = _output_loss(h[-1], task)
        found = np.empty_like(theta)
        layers, parts = self.layers(theta), self.layers(found)  # the parts are views: filling them fills the answer
        for l in reversed(range(len(layers))):
            weight, bias = parts[l]
            weight[:] = np.matmul(h[l].transpose(0, 2, 1), delta)
            bias[:] = delta.sum(axis=1, keepdims=True)
            if l > 0:
                delta = np.matmul(delta, layers[l][0].transpose(0, 2, 1)) * (1 - h[l] ** 2)
        return losses, found

    def gradients(self, theta: Float[ndarray, "m P"], task: Task) -> Float[ndarray, "m P"]:
        """The gradients alone."""
        return self.losses_and_gradients(theta, task)[1]


def _output_loss(outputs: Float[ndarray, "m n k"], task: Task) -> tuple[ndarray, ndarray]:
    """The loss of each network and its derivative by the outputs."""
    n = len(task.x)
    if task.loss == "squared":
        errors = outputs - task.y
        return 0.5 * (errors**2).sum(axis=(1, 2)) / n, errors / n
    shifted = outputs - outputs.max(axis=2, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))
    return -(logs * task.y).sum(axis=(1, 2)) / n, (np.exp(logs) - task.y) / n
