"""What a log costs, counted and not timed: the operations that torch carries out with it and without."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from training_dynamics.lab.once import once
from training_dynamics.toolbox.nets import mlp
from training_dynamics.toolbox.runlog import RunLog
from training_dynamics.toolbox.seeds import torch_generator


class _Counter(TorchDispatchMode):
    """Counts every operation, forward and backward, views among them."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.count += 1
        return func(*args, **(kwargs or {}))


@once
def operations(log: bool, steps: int = 1000, depth: int = 2, optimizer: str = "sgd", every: int = 100) -> int:
    """How many operations so many training steps of a network with ``depth`` hidden layers take, watched or not."""
    draw = torch_generator(0, "diagnostics cost")
    model = mlp((8, *[8] * depth, 4), draw)
    x, y = torch.randn(16, 8, generator=draw), torch.randint(0, 4, (16,), generator=draw)
    kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
    by = kinds[optimizer](model.parameters(), lr=0.01, foreach=False)
    with _Counter() as counter, RunLog(model, by, every=every) if log else nullcontext() as watching:
        for _ in range(steps):
            loss = nn.functional.cross_entropy(model(x), y)
            by.zero_grad()
            loss.backward()
            by.step()
            if watching is not None:
                watching.loss(loss)
    return counter.count


def added(steps: int = 1000, depth: int = 2, optimizer: str = "sgd", every: int = 100) -> float:
    """The operations that a log adds, as a share of those of the training itself."""
    with_log, without = (operations(log, steps, depth, optimizer, every) for log in (True, False))
    return with_log / without - 1
