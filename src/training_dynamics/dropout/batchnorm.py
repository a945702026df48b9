"""Dropout before BatchNorm: the variance that the running statistics remember is not the one met in use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor, nn

from training_dynamics.dropout.digits import SEEN, images
from training_dynamics.lab.training import falling
from training_dynamics.toolbox.nets import mlp
from training_dynamics.toolbox.seeds import derived_seed, torch_generator
from training_dynamics.toolbox.train import train


@dataclass(frozen=True)
class Shift:
    """What one network with dropout before BatchNorm shows, all with dropout off.

    ``ratio``: variance of the normalised units' inputs on the training set over the running variance, median over units;
    ``predicted``: the same from the closed form; ``loss`` (nats) and ``error`` on test images with the running statistics;
    ``mended_loss`` and ``mended_error`` after one pass that estimates the statistics anew with dropout off.
    """

    ratio: float
    predicted: float
    loss: float
    error: float
    mended_loss: float
    mended_error: float


def _build(seed: int, rate: float, width: int) -> nn.Sequential:
    first, _, second, _, last = mlp((64, width, width, SEEN), torch_generator(seed, "shift start"))
    lower = nn.Sequential(first, nn.ReLU())
    return nn.Sequential(lower, nn.Dropout(rate), second, nn.BatchNorm1d(width), nn.ReLU(), last)


def _norm(model: nn.Sequential) -> tuple[Tensor, Tensor]:
    mean, variance = model.get_buffer("3.running_mean"), model.get_buffer("3.running_var")
    return mean, variance


@torch.no_grad()
def _score(model: nn.Sequential, x: Tensor, y: Tensor) -> tuple[float, float]:
    model.eval()
    out = model(x)
    return nn.functional.cross_entropy(out, y).item(), (out.argmax(-1) != y).double().mean().item()


@torch.no_grad()
def _estimate_again(model: nn.Sequential, x: Tensor) -> None:
    """Set the running statistics to those of ``x`` with dropout off."""
    before = model[:3].eval()(x)
    for buffer, value in zip(_norm(model), (before.mean(0), before.var(0))):
        buffer.copy_(value)


@cache
def shift(seed: int, rate: float = 0.5, width: int = 100, steps: int = 400) -> Shift:
    """Train ``linear, ReLU, dropout, linear, BatchNorm, ReLU, linear`` on 400 digits and compare the two variances.

    Closed form: with dropout on, ``sum_j w_j z_j h_j / q`` has variance ``Var(w.h) + (1-q)/q sum_j w_j^2 E h_j^2``.
    Raises ValueError unless ``0 <= rate < 1``.
    """
    if not 0 <= rate < 1:
        raise ValueError(f"rate must be >= 0 and < 1, got {rate}")
    data, model = images(seed), _build(seed, rate, width)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    schedule = falling(optimizer, steps)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(seed, "shift masks"))  # nn.Dropout draws from the global stream only
        batches = torch_generator(seed, "shift batches")
        train(
            model, data.x_train, data.y_train, optimizer, steps, batch_size=100, generator=batches, scheduler=schedule
        )
    with torch.no_grad():
        h = model[:1](data.x_train)
        off = model[2](h).var(0)
        added = rate / (1 - rate) * (model.get_parameter("2.weight") ** 2) @ (h**2).mean(0)
        ratio, predicted = (off / _norm(model)[1]).median().item(), (off / (off + added)).median().item()
    loss, error = _score(model, data.x_test, data.y_test)
    _estimate_again(model, data.x_train)
    return Shift(ratio, predicted, loss, error, *_score(model, data.x_test, data.y_test))
