"""The training loop of stacks and single networks: full control of what a step sees, losses recorded, nothing else."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler


def minimize(
    losses: Callable[[], Tensor],
    optimizer: Optimizer,
    steps: int,
    scheduler: LRScheduler | None = None,
    watch: Callable[[int], None] | None = None,
) -> Float[Tensor, "steps ..."]:
    """Take ``steps`` steps on the *sum* of ``losses()`` and return the losses before each step.

    ``losses`` draws its own minibatch and returns one number, or one a network.  No network's loss depends on another's
    parameters, and Adam and SGD work entry by entry, so that each network takes the steps it would take alone.
    ``watch(step)`` runs before every step.
    """
    history = []
    for step in range(steps):
        if watch is not None:
            watch(step)
        value = losses()
        optimizer.zero_grad()
        value.sum().backward()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        history.append(value.detach())
    return torch.stack(history) if history else torch.empty(0)


def falling(optimizer: Optimizer, steps: int) -> LambdaLR:
    """A schedule on which the learning rate falls linearly, ``1 - t / steps`` of its first value at step t."""
    return LambdaLR(optimizer, lambda t: 1 - t / steps)
