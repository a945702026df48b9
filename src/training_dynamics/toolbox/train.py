"""The training loop, once: minibatches from an explicit generator, losses recorded, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

Loss = Callable[[Tensor, Tensor], Tensor]


def minibatches(n: int, batch_size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Endless index tensors of shape ``(batch_size,)``: epochs in fresh random order, an incomplete last batch left out."""
    if not 0 < batch_size <= n:
        raise ValueError(f"batch_size must be between 1 and the {n} examples, got {batch_size}")
    while True:
        order = torch.randperm(n, generator=generator)
        yield from order[: n - n % batch_size].split(batch_size)


def train(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    optimizer: torch.optim.Optimizer,
    steps: int,
    *,
    loss: Loss = nn.functional.cross_entropy,
    batch_size: int | None = None,
    generator: torch.Generator | None = None,
    scheduler: torch.optim.lr_scheduler.LRScheduler | None = None,
) -> list[float]:
    """Train ``model`` in place for ``steps`` steps and return the loss of each step's batch, before the step.

    With ``batch_size=None`` every step sees all of ``x``; otherwise ``generator`` is required and draws the batches.
    """
    if batch_size is not None and generator is None:
        raise ValueError("minibatches need an explicit generator: pass generator=torch_generator(seed, 'batches')")
    batches = minibatches(len(x), batch_size, generator) if batch_size is not None and generator is not None else None
    losses = []
    for _ in range(steps):
        index = next(batches) if batches is not None else slice(None)
        value = loss(model(x[index]), y[index])
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(value.item())
    return losses


@torch.no_grad()
def error_rate(model: nn.Module, x: Tensor, y: Tensor) -> float:
    """The fraction of ``x`` whose largest output is not the label, with the model in evaluation mode."""
    was_training = model.training
    model.eval()
    wrong = (model(x).argmax(-1) != y).double().mean().item()
    model.train(was_training)
    return wrong
