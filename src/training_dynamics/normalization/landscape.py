"""How far the loss and its gradient can be trusted along a step: the three measures of Santurkar et al., and their units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from training_dynamics.lab.once import once
from training_dynamics.normalization.nets import Net, Parameters, gradients, sgd
from training_dynamics.normalization.rates import BATCH, WIDTH, images, order

STEP_SIZES = (0.05, 0.1, 0.2, 0.3, 0.4)
EVERY = 6
STEPS = 60


@dataclass(frozen=True)
class Landscape:
    """Measures along the gradient at each probed step of training, arrays of shape ``(probes,)``, and the losses on the way.

    ``spread``: largest minus smallest loss over the step sizes (nats).  ``worst``: the largest of these losses.
    ``change``: largest distance between the gradient here and there.  ``beta``: largest such distance over the distance moved.
    """

    spread: np.ndarray
    worst: np.ndarray
    change: np.ndarray
    beta: np.ndarray
    losses: np.ndarray


def _flat(parts: Parameters) -> Tensor:
    return torch.cat([p.flatten(1) for p in parts], dim=1)


def _hidden(net: Net) -> set[int]:
    return set(range(0, net.depth * net.per_layer, net.per_layer))


def probe(
    net: Net, parameters: Parameters, x: Tensor, y: Tensor, relative: bool = False
) -> tuple[float, float, float, float]:
    """``(spread, worst, change, beta)`` along the gradient from one network (``runs = 1``), on one batch.

    ``relative``: move only the hidden weights, each by its squared length times its gradient, so that a step turns a
    scale-invariant weight by an angle that does not depend on its length.
    """
    _, g = gradients(net, parameters, x, y)
    rows = len(STEP_SIZES)
    direction = g
    if relative:
        hidden = _hidden(net)
        direction = [p.square().sum() * d if i in hidden else 0 * d for i, (p, d) in enumerate(zip(parameters, g))]
    sizes = torch.tensor(STEP_SIZES, dtype=parameters[0].dtype)
    there = sgd([p.expand(rows, -1, -1) for p in parameters], direction, sizes)
    losses, g_there = gradients(net, there, x, y)
    change = (_flat(g_there) - _flat(g)).norm(dim=1)
    moved = sizes * _flat(direction).norm()
    return float(losses.max() - losses.min()), float(losses.max()), float(change.max()), float((change / moved).max())


@once
def landscape(
    seed: int,
    kind: str,
    depth: int = 6,
    rate: float = 0.05,
    steps: int = STEPS,
    width: int = WIDTH,
    batch: int = BATCH,
) -> Landscape:
    """Train at one rate and probe every EVERY steps.  Source: Santurkar et al. 2018 (arXiv:1805.11604), figure 4."""
    net, split = Net(kind, depth, width), images(seed)
    parameters, eta = net.initial(seed), torch.tensor([rate])
    rows, losses = [], []
    for t, index in enumerate(order(seed, steps + 1, batch)):
        x, y = split.x_train[index], split.y_train[index]
        if t % EVERY == 0:
            rows.append(probe(net, parameters, x, y))
        loss, g = gradients(net, parameters, x, y)
        losses.append(float(loss))
        parameters = sgd(parameters, g, eta)
    spread, worst, change, beta = np.array(rows).T
    return Landscape(spread, worst, change, beta, np.array(losses))


def rescaled(
    seed: int, factor: float, relative: bool = False, depth: int = 6, width: int = WIDTH
) -> tuple[float, float, float, float]:
    """The four measures at the start of a BatchNorm network (float64, no epsilon) with hidden weights times ``factor``."""
    net, split = Net("batch", depth, width, eps=0.0), images(seed)
    hidden = _hidden(net)
    parameters = [factor * p if i in hidden else p for i, p in enumerate(net.initial(seed, dtype=torch.float64))]
    return probe(net, parameters, split.x_train[:64].double(), split.y_train[:64], relative)


def smoothing(
    seed: int, measure: str, depth: int = 6, rate: float = 0.05, steps: int = STEPS, width: int = WIDTH
) -> float:
    """A measure of the plain network over that of BatchNorm, both medians over the probed steps of training.

    ``measure``: a field of :class:`Landscape`.  The median cannot be made by one bad step, as a maximum can.
    """
    plain, batch = (
        float(np.median(getattr(landscape(seed, kind, depth, rate, steps, width), measure)))
        for kind in ("none", "batch")
    )
    return plain / batch
