"""Bad minima, made on purpose: students that imitate a small tanh network, and what gets them out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.gradient_descent.networks import Params, Task, flat, start, train
from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import torch_generator

UNITS = 4  # of the teacher
STUCK = 0.01  # a loss above this share of the targets' variance counts as bad


@dataclass(frozen=True)
class Students:
    """Students of one teacher at the end of training: losses relative to the targets' variance, and gradient norms."""

    task: Task
    params: Params
    losses: Float[Tensor, " starts"]
    slopes: Float[Tensor, " starts"]

    @property
    def stuck(self) -> float:
        """The share that ended far above zero loss."""
        return float((self.losses > STUCK).double().mean())


def lesson(seed: int, inputs: int = 6, examples: int = 100) -> Task:
    """Noiseless outputs of a teacher with orthogonal incoming weights on Gaussian inputs, scaled to variance one."""
    rng = torch_generator(seed, "gradient descent teacher", inputs)
    x = torch.randn(examples, inputs, generator=rng, dtype=torch.float64)
    axes = torch.linalg.qr(torch.randn(inputs, inputs, generator=rng, dtype=torch.float64))[0][:, :UNITS]
    signs = torch.tensor([1.0, -1.0, 1.0, -1.0], dtype=torch.float64)
    y = torch.tanh(2 * x @ axes) @ signs
    return Task(x, ((y - y.mean()) / y.std(correction=0))[:, None], "squared")


def relative(task: Task, params: Params) -> Float[Tensor, " starts"]:
    """The share of the targets' variance that each student leaves unexplained."""
    return 2 * task.losses(params)


@once
def students(seed: int, hidden: int = UNITS, inputs: int = 6, starts: int = 20, steps: int = 1000) -> Students:
    """Full-batch descent with momentum from ``starts`` random starts."""
    task = lesson(seed, inputs)
    seeds = [1000 * seed + i for i in range(starts)]
    params = start(seeds, (inputs, hidden, 1), 1.0, torch.float64, "student")
    return settled(task, params, steps)


def settled(task: Task, params: Params, steps: int, rate: float = 0.1) -> Students:
    """Descent with momentum until nothing moves, or the steps are used up."""
    end = train(params, task, rate, steps, momentum=0.9)
    return Students(task, end, relative(task, end), flat(task.gradient(end)).norm(dim=1))


def picked(group: Students) -> Params:
    """The parameters of the students that are stuck."""
    return [p[group.losses > STUCK] for p in group.params]


@once
def escapes(
    seed: int,
    kind: str = "batch",
    rate: float = 0.1,
    batch: int = 10,
    units: int = 12,
    inputs: int = 6,
    steps: int = 600,
) -> float:
    """The share of stuck students that noise leads to less than half of their loss, after they have settled again.

    ``kind``: ``batch`` for mini-batch SGD, ``none`` for as many steps without noise, ``wide`` for ``units`` silent units more.
    """
    group = students(seed, UNITS, inputs)
    params = picked(group)
    count = len(params[0])
    if count == 0:
        return float("nan")
    if kind == "batch":
        moved = train(params, group.task, rate, steps, batch=batch, seeds=[seed * 100 + i for i in range(count)])
    elif kind == "none":
        moved = train(params, group.task, rate, steps)
    elif kind == "wide":
        moved = widened(params, units, seed)
    else:
        raise ValueError(f"kind must be 'batch', 'none' or 'wide', got {kind!r}")
    after = settled(group.task, moved, steps)
    before = relative(group.task, params)
    return float((after.losses < before / 2).double().mean())


def widened(params: Params, units: int, seed: int) -> Params:
    """More hidden units that nothing listens to yet: the function, and so the loss, stays the same."""
    w, b, a, c = params
    rng = torch_generator(seed, "gradient descent widened")
    more = torch.randn(len(w), w.shape[1], units, generator=rng, dtype=w.dtype) / w.shape[1] ** 0.5
    return [
        torch.cat([w, more], 2),
        torch.cat([b, torch.zeros(len(w), 1, units, dtype=w.dtype)], 2),
        torch.cat([a, torch.zeros(len(w), units, 1, dtype=w.dtype)], 1),
        c,
    ]
