"""How far each step turns a scale-invariant weight in the end: for several optimizers, losses, data and settings."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

from training_dynamics.lab.optimizers import adam, momentum, zero_moments
from training_dynamics.normalization.nets import Net
from training_dynamics.normalization.rates import images, order
from training_dynamics.toolbox.seeds import torch_generator

OPTIMIZERS = ("sgd", "momentum", "adamw")
LOSSES = ("cross-entropy", "squares")
LABELS = ("true", "shuffled")
BETA = 0.9


def predicted_turn(optimizer: str, rate: float, decay: float, beta: float = BETA) -> float:
    """The angle (radians) of a step in equilibrium, if successive gradients are independent.

    sqrt(2 rate decay) for SGD, over sqrt(1 + beta) with momentum beta (decay added to the gradient), and times
    sqrt((1 - beta) / (1 + beta)) for AdamW.  Source: Kosson et al. 2024 (arXiv:2305.17212).
    """
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"optimizer must be one of {', '.join(OPTIMIZERS)}, got {optimizer!r}")
    share = {"sgd": 1.0, "momentum": 1 / (1 + beta), "adamw": (1 - beta) / (1 + beta)}[optimizer]
    return math.sqrt(2 * rate * decay * share)


def _loss(name: str, logits: Tensor, y: Tensor) -> Tensor:
    if name not in LOSSES:
        raise ValueError(f"loss must be one of {', '.join(LOSSES)}, got {name!r}")
    return cross_entropy(logits, y) if name == "cross-entropy" else (logits - one_hot(y, 10)).square().sum(1).mean()


def _labels(seed: int, y: Tensor, labels: str) -> Tensor:
    if labels not in LABELS:
        raise ValueError(f"labels must be one of {', '.join(LABELS)}, got {labels!r}")
    return y if labels == "true" else y[torch.randperm(len(y), generator=torch_generator(seed, "labels"))]


def rule(optimizer: str, theta: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
    """``(gradient, pull of the decay) -> direction`` with the optimizer's own averages; the rate is left to the caller."""
    velocity, moments = torch.zeros_like(theta), zero_moments(theta)

    def heavy(g: Tensor, pull: Tensor) -> Tensor:
        nonlocal velocity
        velocity = momentum(velocity, g + pull, BETA if optimizer == "momentum" else 0.0)
        return velocity

    def decoupled(g: Tensor, pull: Tensor) -> Tensor:
        nonlocal moments
        moments, step = adam(moments, g)
        return step + pull

    return decoupled if optimizer == "adamw" else heavy


@cache
def turns(
    seed: int,
    optimizer: str = "sgd",
    rate: float = 0.5,
    decay: float = 0.04,
    loss: str = "cross-entropy",
    labels: str = "true",
    width: int = 16,
    steps: int = 1000,
) -> np.ndarray:
    """Angles (radians) by which each step turns the second hidden matrix of a BatchNorm network, shape ``(steps,)``.

    Decay acts on the two hidden matrices, which are scale invariant: there is no epsilon.  Float64.
    """
    net, split = Net("batch", 2, width=width, eps=0.0), images(seed)
    x, y, place = split.x_train.double(), _labels(seed, split.y_train, labels), net.per_layer
    start = net.initial(seed, dtype=torch.float64)
    sizes, theta = [p.numel() for p in start], torch.cat([p.flatten() for p in start])  # in one vector: few operations
    decays = torch.cat([torch.full_like(p, decay if i in (0, place) else 0.0).flatten() for i, p in enumerate(start)])
    direction, path = rule(optimizer, theta), [theta]
    for index in order(seed, steps):
        leaf = theta.detach().requires_grad_()
        parameters = [part.view(p.shape) for part, p in zip(leaf.split(sizes), start)]
        (g,) = torch.autograd.grad(_loss(loss, net.logits(parameters, x[index])[0], y[index]), leaf)
        theta = theta - rate * direction(g, decays * theta)
        path.append(theta)
    return _angles(torch.stack([at.split(sizes)[place] for at in path]))


def _angles(w: Float[Tensor, "k p"]) -> Float[np.ndarray, " k-1"]:
    """The angle between each row and the next, accurate for small angles, too."""
    unit, after = w[:-1] / w[:-1].norm(dim=1, keepdim=True), w[1:]
    along = (unit * after).sum(1)
    return torch.atan2((after - along[:, None] * unit).norm(dim=1), along).numpy()


def settled_turn(seed: int, optimizer: str = "sgd", rate: float = 0.5, decay: float = 0.04, **kept: object) -> float:
    """Root mean square angle after 10 / (rate decay) steps, over half as many more, relative to :func:`predicted_turn`."""
    wait = round(10 / (rate * decay))
    late = turns(seed, optimizer, rate, decay, steps=wait + wait // 2, **kept)[wait:]  # type: ignore[arg-type]
    return float(np.sqrt((late**2).mean())) / predicted_turn(optimizer, rate, decay)
