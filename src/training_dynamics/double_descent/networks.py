"""Double descent in small trained networks on digits with wrong labels: along the width and along training time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor, nn

from training_dynamics.lab.flat import Shape
from training_dynamics.lab.losses import cross_entropies, squared_errors
from training_dynamics.lab.once import once
from training_dynamics.lab.optimizers import adam, zero_moments
from training_dynamics.lab.training import minimize
from training_dynamics.lab.widths import WidthStack
from training_dynamics.toolbox.data import Split, digits, one_hot, with_label_noise
from training_dynamics.toolbox.nets import mlp
from training_dynamics.toolbox.seeds import torch_generator

HIDDEN = (2, 6, 12, 20, 34, 48, 70, 150)
INPUTS, CLASSES = 64, 10


def parameters_of(hidden: int) -> int:
    """Number of weights and biases of a network 64 -> ``hidden`` -> 10."""
    return (INPUTS + 1) * hidden + (hidden + 1) * CLASSES


@dataclass(frozen=True)
class WidthRun:
    """Networks of each width of ``hidden`` trained on the same digits: test MSE (summed over outputs), test and train error.

    ``early_mse`` is the test MSE after a tenth of the steps.
    """

    hidden: tuple[int, ...]
    mse: Float[ndarray, " w"]
    error: Float[ndarray, " w"]
    train_error: Float[ndarray, " w"]
    early_mse: Float[ndarray, " w"]

    @property
    def peak(self) -> int:
        """The hidden width with the largest test MSE."""
        return self.hidden[int(self.mse.argmax())]


def _spoiled(seed: int, n: int, fraction: float) -> Split:
    """Digits minus the mean training image, with ``fraction`` of the training labels wrong."""
    split = digits(seed, train=n)
    noisy = with_label_noise(split.y_train, fraction, torch_generator(seed, "label noise"))
    mean = split.x_train.mean(0)
    return Split(split.x_train - mean, noisy, split.x_test - mean, split.y_test)


@once
def width_run(
    seed: int, n: int = 200, noise: float = 0.4, hidden: tuple[int, ...] = HIDDEN, steps: int = 1000,
    learning_rate: float = 0.01,
) -> WidthRun:  # fmt: skip
    """One-hidden-layer ReLU networks of each width on ``n`` digits: squared error, full-batch Adam, a fixed number of steps.

    All widths train at once as blocks of one wide layer.
    """
    split = _spoiled(seed, n, noise)
    targets, truth = one_hot(split.y_train), one_hot(split.y_test)
    models = [mlp([INPUTS, width, CLASSES], torch_generator(seed, "init", width)) for width in hidden]
    blocks = WidthStack(models)
    early: list[Tensor] = []
    optimizer = torch.optim.Adam(blocks.parameters(), lr=learning_rate, foreach=False, fused=True)

    def watch(step: int) -> None:
        if step == steps // 10:
            early.append(_mse(blocks, split.x_test, truth))

    minimize(lambda: squared_errors(blocks(split.x_train), targets), optimizer, steps, watch=watch)
    with torch.no_grad():
        new, fitted = blocks(split.x_test), blocks(split.x_train)
    mse = _mse(blocks, split.x_test, truth)
    return WidthRun(hidden, mse.numpy(), _wrong(new, split.y_test), _wrong(fitted, split.y_train), early[0].numpy())


@torch.no_grad()
def _mse(blocks: nn.Module, x: Tensor, truth: Tensor) -> Float[Tensor, " w"]:
    return squared_errors(blocks(x), truth)


def _wrong(out: Tensor, labels: Tensor) -> Float[ndarray, " w"]:
    return (out.argmax(2) != labels).double().mean(1).numpy()


@dataclass(frozen=True)
class TimeRun:
    """Test error and test cross-entropy of one network along training; ``steps`` are the measured steps."""

    steps: Float[ndarray, " t"]
    error: Float[ndarray, " t"]
    loss: Float[ndarray, " t"]
    train_error: Float[ndarray, " t"]


@once
def time_run(
    seed: int, n: int = 300, noise: float = 0.2, hidden: int = 64, steps: int = 2000, learning_rate: float = 0.01
) -> TimeRun:
    """A network 64 -> ``hidden`` -> 10 on digits with wrong labels: cross-entropy, full-batch Adam, long past the best step."""
    split, shape = _spoiled(seed, n, noise), Shape((INPUTS, hidden, CLASSES))
    theta = shape.initial([torch_generator(seed, "time", hidden)])
    moments, x, y = zero_moments(theta), split.x_train[None], split.y_train[None]
    marks = sorted({0, *np.geomspace(1, steps, 60).round().astype(int).tolist()})
    rows = []
    for step in range(steps + 1):
        if step in marks:
            new = shape.logits(theta, split.x_test)
            wrong = [
                _wrong(out, labels).item() for out, labels in ((new, split.y_test), (shape.logits(theta, x), y[0]))
            ]
            rows.append((wrong[0], float(cross_entropies(new, split.y_test)), wrong[1]))
        moments, direction = adam(moments, shape.gradient(theta, x, y))
        theta = theta - learning_rate * direction
    return TimeRun(np.array(marks, dtype=float), *np.array(rows).T)
