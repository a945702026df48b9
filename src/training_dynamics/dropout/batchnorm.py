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

    ``ratio``: variance of the normalised units' inputs on the training set over the running variance, median over units,
    at the first BatchNorm; ``predicted``: the same from the closed form; ``loss`` (nats) and ``error`` on test images with
    the running statistics; ``mended_loss`` and ``mended_error`` after one pass that estimates the statistics anew.
    """

    ratio: float
    predicted: float
    loss: float
    error: float
    mended_loss: float
    mended_error: float


def _build(seed: int, rate: float, width: int, pairs: int) -> nn.Sequential:
    linears = [m for m in mlp((64, *[width] * (pairs + 1), SEEN), torch_generator(seed, "shift start")) if _linear(m)]
    layers: list[nn.Module] = [nn.Sequential(linears[0], nn.ReLU())]
    for linear in linears[1:-1]:
        layers += [nn.Dropout(rate), linear, nn.BatchNorm1d(width), nn.ReLU()]
    return nn.Sequential(*layers, linears[-1])


def _linear(module: nn.Module) -> bool:
    return isinstance(module, nn.Linear)


@torch.no_grad()
def _score(model: nn.Sequential, x: Tensor, y: Tensor) -> tuple[float, float]:
    model.eval()
    out = model(x)
    return nn.functional.cross_entropy(out, y).item(), (out.argmax(-1) != y).double().mean().item()


@torch.no_grad()
def _estimate_again(model: nn.Sequential, x: Tensor) -> None:
    """Set the running statistics to those of ``x`` with dropout off, from the first BatchNorm to the last."""
    model.eval()
    for module in model:
        if isinstance(module, nn.BatchNorm1d):
            module.momentum = 1.0
            module.train()
    model(x)
    model.eval()


@cache
def shift(seed: int, rate: float = 0.5, width: int = 100, steps: int = 400, pairs: int = 1) -> Shift:
    """Train ``linear, ReLU, (dropout, linear, BatchNorm, ReLU) * pairs, linear`` on 400 digits; compare the two variances.

    Closed form: with dropout on, ``sum_j w_j z_j h_j / q`` has variance ``Var(w.h) + (1-q)/q sum_j w_j^2 E h_j^2``.
    Raises ValueError unless ``0 <= rate < 1``.
    """
    if not 0 <= rate < 1:
        raise ValueError(f"rate must be >= 0 and < 1, got {rate}")
    data, model = images(seed), _build(seed, rate, width, pairs)
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
        remembered = model.get_buffer("3.running_var")
        ratio, predicted = (off / remembered).median().item(), (off / (off + added)).median().item()
    loss, error = _score(model, data.x_test, data.y_test)
    _estimate_again(model, data.x_train)
    return Shift(ratio, predicted, loss, error, *_score(model, data.x_test, data.y_test))
