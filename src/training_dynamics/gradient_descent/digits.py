"""Small tanh networks on handwritten digits: what the learning rate, momentum and decay do to a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from training_dynamics.gradient_descent.curvature import along, sharpness
from training_dynamics.gradient_descent.networks import Params, Task, flat, start, train
from training_dynamics.lab.once import once
from training_dynamics.toolbox.data import digits, one_hot, with_label_noise
from training_dynamics.toolbox.seeds import torch_generator


def task_of(seed: int, examples: int = 500, loss: str = "cross-entropy", dtype: torch.dtype = torch.float32) -> Task:
    """The training images of one split, with the loss called ``cross-entropy`` or ``squared`` (on one-hot targets)."""
    data = digits(seed, examples, dtype)
    return Task(data.x_train, one_hot(data.y_train, dtype=dtype), loss)


def unseen(seed: int, examples: int = 500) -> tuple[Float[Tensor, "m 64"], Int[Tensor, " m"]]:
    """The other images of the split, for testing."""
    data = digits(seed, examples)
    return data.x_test, data.y_test


def copies(seed: int, count: int, width: int = 32, dtype: torch.dtype = torch.float32) -> Params:
    """``count`` copies of one random start of a 64-width-10 network."""
    return start([seed] * count, (64, width, 10), dtype=dtype)


@dataclass(frozen=True)
class Sweep:
    """Runs from one start at many rates: the rates in units of 2 over the sharpness at the start, and the losses."""

    multiples: Float[ndarray, " rates"]
    sharpness: float
    first: float
    losses: Float[ndarray, " rates"]  # infinite where a run left for good

    @property
    def largest(self) -> float:
        """The largest multiple up to which every run ends below half of the first loss."""
        slow = self.multiples < 0.25  # rates too small to get there in the time given
        good = (self.losses < self.first / 2) | slow
        return float(self.multiples[-1] if good.all() else self.multiples[np.argmin(good) - 1])

    @property
    def best(self) -> float:
        """The multiple with the least loss at the end."""
        return float(self.multiples[np.argmin(self.losses)])


@once
def sweep(seed: int, width: int = 32, loss: str = "cross-entropy", steps: int = 100) -> Sweep:
    """Full-batch descent at rates from 1/32 to 8 times the threshold at the start, two a doubling above a half."""
    multiples = 2 ** np.concatenate([np.arange(-5.0, -1), np.arange(-1, 3.5, 0.5)])
    task, params = task_of(seed, 200, loss), copies(seed, len(multiples), width)
    sharp, first = sharpness(task, params), float(task.losses(params)[0])
    end = train(params, task, (multiples * 2 / sharp).tolist(), steps)
    losses = task.losses(end).double().numpy()
    return Sweep(multiples, sharp, first, np.where(np.isfinite(losses), losses, np.inf))


@dataclass(frozen=True)
class OneStep:
    """One step of gradient descent against its quadratic model."""

    actual: float
    predicted: float
    seen: float  # curvature along the gradient, as a share of the sharpness
    beyond: float  # relative change of the loss in one step at 1.25 times the threshold 2/sharpness


@once
def one_step(seed: int, width: int = 32, rate: float = 0.5, after: int = 0) -> OneStep:
    """The decrease of the loss in one step at ``rate``, after that many steps of training at rate 0.5."""
    task, params = task_of(seed, 300, dtype=torch.float64), copies(seed, 1, width, torch.float64)
    params = train(params, task, 0.5, after)
    value, slope = float(task.losses(params)[0]), flat(task.gradient(params))[0]
    bend, top = float(along(task, params, slope[None])[0]), sharpness(task, params)
    moved = [float(task.losses(train(params, task, r, 1))[0]) for r in (rate, 2.5 / top)]
    square = float(slope @ slope)
    return OneStep(value - moved[0], rate * square - rate**2 * square * bend / 2, bend / top, moved[1] / value - 1)


@dataclass(frozen=True)
class Pair:
    """Two recipes from one start: their losses, and how far apart they end relative to the way they went."""

    first: float
    second: float
    apart: float


@once
def momentum_pair(
    seed: int, rate: float = 0.02, momentum: float = 0.9, batch: int | None = 20, width: int = 32, time: float = 40.0
) -> Pair:
    """Momentum at ``rate`` against none at ``rate / (1 - momentum)``, the same batches, for the same rate times steps."""
    task, params = task_of(seed, 300, dtype=torch.float64), copies(seed, 1, width, torch.float64)
    plain = rate / (1 - momentum)
    seeds, steps = ([seed] if batch else []), round(time / plain)
    with_it = train(params, task, rate, steps, momentum=momentum, batch=batch, seeds=seeds)
    without = train(params, task, plain, steps, batch=batch, seeds=seeds)
    ends = [float(task.losses(p)[0]) for p in (with_it, without)]
    apart = (flat(with_it) - flat(without)).norm() / (flat(without) - flat(params)).norm()
    return Pair(ends[0], ends[1] if np.isfinite(ends[1]) else float("inf"), float(apart))


@dataclass(frozen=True)
class Decay:
    """Losses of one run with a constant rate, of the mean of its last weights, and of the run with a decayed rate."""

    constant: float
    averaged: float
    decayed: float


@once
def decay(seed: int, batch: int | None = 8, rate: float = 0.5, width: int = 32, steps: int = 600) -> Decay:
    """Descent on 500 digits, a fifth with wrong labels, for ``steps`` steps; then half as many at the same rate, averaged,
    or with a linear decay to 0 on the same batches.
    """
    data = digits(seed, 500)
    labels = with_label_noise(data.y_train, 0.2, torch_generator(seed, "gradient descent wrong labels"))
    task = Task(data.x_train, one_hot(labels))
    seeds, more = ([seed] if batch else []), steps // 2
    middle = train(copies(seed, 1, width), task, rate, steps, batch=batch, seeds=seeds)
    total = [torch.zeros_like(p) for p in middle]

    def add(step: int, params: Params) -> None:
        for t, p in zip(total, params):
            t += p / (more + 1)

    late = [s + 1000 for s in seeds]
    same = train(middle, task, rate, more, batch=batch, seeds=late, watch=add)
    lower = train(middle, task, rate, more, batch=batch, seeds=late, schedule=lambda step: 1 - step / more)
    return Decay(*(float(task.losses(p)[0]) for p in (same, total, lower)))
