"""When to stop: patience, and what a run that goes on for too long loses."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch.nn.functional import cross_entropy

from training_dynamics.lab.once import once
from training_dynamics.toolbox.names import split_names, windows
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.toolbox.train import minibatches
from training_dynamics.training_in_practice.network import CharMLP, Shape, loss_on


@dataclass
class Patience:
    """Remembers the best loss, and when ``limit`` evaluations in a row have not beaten it.  None has no limit."""

    limit: int | None = None
    best: float = math.inf
    waited: int = field(default=0)

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit < 1:
            raise ValueError(f"patience must be at least 1, or None for no limit, got {self.limit}")

    def see(self, loss: float) -> bool:
        """Whether this loss is the best so far; one that is not a number never is."""
        better = loss < self.best
        self.best, self.waited = (loss, 0) if better else (self.best, self.waited + 1)
        return better

    @property
    def exhausted(self) -> bool:
        """Whether the wait has been as long as the limit."""
        return self.limit is not None and self.waited >= self.limit


def stopped_at(losses: list[float], patience: int) -> tuple[int, int]:
    """The evaluations, counted from 0, at which a run with that patience ends and at which its best weights were kept."""
    rule, best = Patience(patience), 0
    for place, loss in enumerate(losses):
        best = place if rule.see(loss) else best
        if rule.exhausted:
            return place, best
    return len(losses) - 1, best


@dataclass(frozen=True)
class LongRun:
    """Training and validation losses of a long run at a constant rate, after each of ``steps``."""

    steps: list[int]
    train: list[float]
    valid: list[float]

    def patient(self, patience: int, every: int) -> float:
        """What the weights kept by early stopping lose against the best of the run, looking only every ``every`` steps.

        Raises ValueError unless the run was looked at that often.
        """
        stride = self.steps[1]
        if every % stride:
            raise ValueError(f"every must be a multiple of the {stride} steps between evaluations, got {every}")
        seen = self.valid[:: every // stride]
        return seen[stopped_at(seen, patience)[1]] - min(self.valid)


@once
def long_run(seed: int, names: int = 300, hidden: int = 48, steps: int = 600, every: int = 20) -> LongRun:
    """A character model with few names to learn from, trained by Adam far beyond its best validation loss."""
    shape = Shape(hidden=hidden)
    split = split_names(seed, names)
    data, valid = windows(split.train, shape.context), windows(split.valid, shape.context)
    model = CharMLP(shape, torch_generator(seed, "long run model"))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    batches = minibatches(len(data[0]), 64, torch_generator(seed, "long run batches"))
    found = []
    for step in range(steps + 1):
        if step % every == 0:
            found.append((step, loss_on(model, data), loss_on(model, valid)))
        index = next(batches)
        loss = cross_entropy(model(data[0][index]), data[1][index])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return LongRun(*map(list, zip(*found)))
