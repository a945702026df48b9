"""How far each step turns a scale-invariant weight in the end: for several optimizers, losses, data and settings."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

from training_dynamics.lab.optimizers import adam, momentum, zero_moments
from training_dynamics.normalization.nets import Net, Parameters
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


class _Steps:
    """The direction of each optimizer's step, the decayed weights among ``places``; the rate is left to the caller."""

    def __init__(self, optimizer: str, parameters: Parameters, decay: float, places: set[int]) -> None:
        self.optimizer, self.decay, self.places = optimizer, decay, places
        self.velocity = [torch.zeros_like(p) for p in parameters]
        self.moments = [zero_moments(p) for p in parameters]

    def direction(self, i: int, p: Tensor, g: Tensor) -> Tensor:
        pull = self.decay * p if i in self.places else torch.zeros_like(p)
        if self.optimizer == "adamw":
            self.moments[i], step = adam(self.moments[i], g)
            return step + pull
        self.velocity[i] = momentum(self.velocity[i], g + pull, BETA if self.optimizer == "momentum" else 0.0)
        return self.velocity[i]


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
    parameters = net.initial(seed, dtype=torch.float64)
    rule, found = _Steps(optimizer, parameters, decay, {0, place}), []
    for index in order(seed, steps):
        leaves = [p.detach().requires_grad_() for p in parameters]
        grads = torch.autograd.grad(_loss(loss, net.logits(leaves, x[index])[0], y[index]), leaves)
        moved = [p - rate * rule.direction(i, p, g) for i, (p, g) in enumerate(zip(parameters, grads))]
        w, after = parameters[place].flatten(), moved[place].flatten()
        along = (w @ after) / w.norm()
        found.append(math.atan2(float((after - along * w / w.norm()).norm()), float(along)))
        parameters = moved
    return np.array(found)


def settled_turn(seed: int, optimizer: str = "sgd", rate: float = 0.5, decay: float = 0.04, **kept: object) -> float:
    """Root mean square angle after 10 / (rate decay) steps, over as many more, relative to :func:`predicted_turn`."""
    wait = round(10 / (rate * decay))
    late = turns(seed, optimizer, rate, decay, steps=2 * wait, **kept)[wait:]  # type: ignore[arg-type]
    return float(np.sqrt((late**2).mean())) / predicted_turn(optimizer, rate, decay)
