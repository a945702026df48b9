"""Three small classification problems: two to tune rules on, and what they are judged on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from training_dynamics.lab.once import once
from training_dynamics.toolbox.data import digits
from training_dynamics.toolbox.nets import mlp
from training_dynamics.toolbox.seeds import torch_generator

VALIDATION = 300
TRAIN = 600


@dataclass(frozen=True)
class Task:
    """Standardised inputs ``(n, d)`` and labels ``(n,)``, for training and for validation."""

    x: Float[Tensor, "n d"]
    y: Int[Tensor, " n"]
    x_val: Float[Tensor, "m d"]
    y_val: Int[Tensor, " m"]
    classes: int

    def first(self, n: int) -> Task:
        """The same task with the first ``n`` training examples only."""
        return replace(self, x=self.x[:n], y=self.y[:n])


@once
def task(name: str, seed: int) -> Task:
    """The problem called ``digits``, ``clusters`` or ``teacher``, with 600 training and 300 validation examples.

    ``clusters``: six classes, each a Gaussian cloud around its own mean in 24 dimensions.  ``teacher``: the class is the
    largest of four outputs of a random tanh network with 8 hidden units, on Gaussian inputs in 16 dimensions.
    """
    if name == "digits":
        split = digits(seed, train=TRAIN)
        x, y, classes = torch.cat([split.x_train, split.x_test]), torch.cat([split.y_train, split.y_test]), 10
    elif name == "clusters":
        x, y, classes = _clusters(seed)
    elif name == "teacher":
        x, y, classes = _teacher(seed)
    else:
        raise ValueError(f"name must be digits, clusters or teacher, got {name!r}")
    x = (x - x[:TRAIN].mean(0)) / (x[:TRAIN].std(0) + 0.1)
    return Task(x[:TRAIN], y[:TRAIN], x[TRAIN : TRAIN + VALIDATION], y[TRAIN : TRAIN + VALIDATION], classes)


def _clusters(seed: int) -> tuple[Tensor, Tensor, int]:
    draw = torch_generator(seed, "diagnostics clusters")
    y = torch.randint(0, 6, (TRAIN + VALIDATION,), generator=draw)
    means = torch.randn(6, 24, generator=draw)
    return means[y] + 1.8 * torch.randn(len(y), 24, generator=draw), y, 6


def _teacher(seed: int) -> tuple[Tensor, Tensor, int]:
    draw = torch_generator(seed, "diagnostics teacher")
    x = torch.randn(TRAIN + VALIDATION, 16, generator=draw)
    with torch.no_grad():
        scores = mlp((16, 8, 4), draw, nn.Tanh, gain=1.0)(x)
    return x, (scores - scores.mean(0)).argmax(1), 4
