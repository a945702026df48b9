r"""What carries over from linear to non-linear networks, on the scikit-learn digits with whitened inputs.

One hidden layer without biases, :math:`\hat y=W_2\,\varphi(W_1x)`, full-batch gradient descent on
:math:`\tfrac12\langle\lVert y-\hat y\rVert^2\rangle`; ``y`` is one-hot and centred,
``x`` the leading principal components, whitened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from training_dynamics.deep_linear_networks.flow import Target, Weights
from training_dynamics.toolbox.data import digits, one_hot
from training_dynamics.toolbox.seeds import numpy_generator

ACTIVATIONS: dict[str, tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]] = {
    "linear": (lambda z: z, torch.ones_like),
    "tanh": (torch.tanh, lambda z: 1 - torch.tanh(z) ** 2),
    "relu": (torch.relu, lambda z: (z > 0).to(z.dtype)),
}  # each function with its derivative


@dataclass(frozen=True)
class Task:
    """Whitened inputs ``x (n, d)``, centred one-hot ``y (n, 10)``, and the modes of their correlation."""

    x: Float[Tensor, "n d"]
    y: Float[Tensor, "n k"]
    target: Target


@dataclass(frozen=True)
class Run:
    """One training run: times (learning rate times steps), strength of each linear mode, loss, and the weights kept."""

    times: Float[ndarray, " times"]
    strengths: Float[ndarray, "times modes"]
    losses: Float[ndarray, " times"]
    path: list[Weights]


def whitened_digits(seed: int, dimensions: int = 12, examples: int = 1000) -> Task:
    """A random ``examples`` of the digits, reduced to principal components of unit variance; nine modes, strongest first."""
    split = digits(seed, train=examples, dtype=torch.float64)
    x = split.x_train - split.x_train.mean(0)
    u, _, _ = torch.linalg.svd(x, full_matrices=False)
    x = u[:, :dimensions] * len(x) ** 0.5
    y = one_hot(split.y_train, dtype=torch.float64)
    y = y - y.mean(0)
    left, s, right = torch.linalg.svd(y.T @ x / len(x), full_matrices=False)
    kept = split.classes - 1  # centring the labels removes one direction
    return Task(x, y, Target(left[:, :kept].numpy(), s[:kept].numpy(), right[:kept].T.numpy()))


def mirrored(task: Task) -> Task:
    """Each example beside its negative, x with y and -x with -y: the modes stay, and even functions of x tell nothing of y."""
    return Task(torch.cat([task.x, -task.x]), torch.cat([task.y, -task.y]), task.target)


def start(task: Task, hidden: int, scale: float, seed: int) -> Weights:
    """Independent normal entries of standard deviation ``scale`` for both layers."""
    rng = numpy_generator(seed, "digits-start", hidden)
    inputs, outputs = task.x.shape[1], task.y.shape[1]
    return [scale * rng.standard_normal((hidden, inputs)), scale * rng.standard_normal((outputs, hidden))]


def train(
    task: Task, activation: str, weights: Weights, *, rate: float = 0.2, until: float = 100.0, records: int = 100
) -> Run:
    """Train for ``until`` units of time and record ``records`` moments, the first and the last among them."""
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {activation!r}")
    phi, slope = ACTIVATIONS[activation]
    first, second = (torch.tensor(layer) for layer in weights)
    steps, n = round(until / rate), len(task.x)
    moments = set(np.linspace(0, steps, records).round().astype(int).tolist())
    kept: list[tuple[float, ndarray, float, Weights]] = []
    for step in range(steps + 1):
        before = task.x @ first.T  # (n, hidden)
        after = phi(before)
        residual = task.y - after @ second.T  # (n, k)
        if step in moments:
            correlation = ((task.y - residual).T @ task.x / n).numpy()
            modes = np.einsum("oi,oj,ji->i", task.target.u, correlation, task.target.v)
            kept.append((step * rate, modes, 0.5 * float(residual.square().sum()) / n, [first.numpy(), second.numpy()]))
        towards = (residual @ second) * slope(before)
        second, first = second + rate / n * residual.T @ after, first + rate / n * towards.T @ task.x
    times, strengths, losses, path = zip(*kept)
    return Run(np.array(times), np.array(strengths), np.array(losses), list(path))


def effective_rank(matrix: Float[ndarray, "rows columns"]) -> float:
    r"""The stable rank :math:`\lVert W\rVert_F^2/\lVert W\rVert_2^2`: 1 for a rank-one matrix, the size for an orthogonal one."""
    singular_values = np.linalg.svd(matrix, compute_uv=False)
    return float(np.sum(singular_values**2) / singular_values[0] ** 2)
