"""Scale invariance in trained networks: identities of the loss, the length of the weights, and how far each step turns them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor

from training_dynamics.normalization.nets import Net, Parameters, gradients, sgd
from training_dynamics.normalization.rates import images, order
from training_dynamics.toolbox.curvature import extreme_eigenvalues


@dataclass(frozen=True)
class Identities:
    """Relative errors of what scale invariance says about multiplying the hidden weights by ``factor``.

    ``outputs``: outputs stay.  ``radial``: the gradient is orthogonal to the weight (cosine).  ``gradient``: it shrinks by
    1 / factor.  Each is the largest over the hidden layers.
    """

    outputs: float
    radial: float
    gradient: float


def _start(seed: int, net: Net) -> tuple[Parameters, Tensor, Tensor]:
    split = images(seed)
    return net.initial(seed, dtype=torch.float64), split.x_train[:64].double(), split.y_train[:64]


def _scaled(net: Net, parameters: Parameters, factor: float) -> Parameters:
    hidden = set(range(0, net.depth * net.per_layer, net.per_layer))
    return [factor * p if i in hidden else p for i, p in enumerate(parameters)]


def identities(seed: int, kind: str, eps: float = 0.0, factor: float = 10.0, depth: int = 3) -> Identities:
    """Multiply all hidden weights of a float64 network by ``factor`` and compare outputs and gradients."""
    net = Net(kind, depth, eps=eps)
    parameters, x, y = _start(seed, net)
    larger = _scaled(net, parameters, factor)
    before, after = net.logits(parameters, x), net.logits(larger, x)
    g, g_larger = gradients(net, parameters, x, y)[1], gradients(net, larger, x, y)[1]
    radial, change = [], []
    for i in range(0, depth * net.per_layer, net.per_layer):
        radial.append(float((g[i] * parameters[i]).sum().abs() / (g[i].norm() * parameters[i].norm())))
        change.append(float((factor * g_larger[i] - g[i]).norm() / g[i].norm()))
    return Identities(float((after - before).abs().max() / before.abs().max()), max(radial), max(change))


def curvature_ratio(seed: int, factor: float, depth: int = 2) -> float:
    """Sharpness of the loss in the hidden weights of a BatchNorm network, over that after multiplying them by ``factor``."""
    net = Net("batch", depth, width=4, eps=0.0)
    parameters, x, y = _start(seed, net)
    places = list(range(0, depth * net.per_layer, net.per_layer))
    sizes = [parameters[i].numel() for i in places]

    def loss(flat: Tensor) -> Tensor:
        mine = list(parameters)
        for i, part in zip(places, flat.split(sizes)):
            mine[i] = part.view(parameters[i].shape)
        return net.losses(mine, x, y)[0]

    theta = torch.cat([parameters[i].reshape(-1) for i in places])
    return float(extreme_eigenvalues(loss, theta)[0] / extreme_eigenvalues(loss, factor * theta)[0])


@dataclass(frozen=True)
class Lengths:
    """What one hidden weight matrix does in training: lengths, gradient lengths and turns (radians), shape ``(steps, rates)``.

    ``law``: the largest relative error of |w'|^2 = (1 - rate decay)^2 |w|^2 + rate^2 |g|^2 over all steps.
    """

    length: np.ndarray
    slope: np.ndarray
    turn: np.ndarray
    law: float


@cache
def lengths(
    seed: int,
    rates: tuple[float, ...],
    decays: tuple[float, ...],
    steps: int,
    eps: float = 0.0,
    start: tuple[float, ...] = (1.0,),
    width: int = 16,
) -> Lengths:
    """Train a two-layer BatchNorm network in float64 by SGD with weight decay on its hidden weights; watch the second.

    ``rates``, ``decays`` and ``start`` (a factor on the initial hidden weights) name one run each; a single start serves all.
    """
    net, split, runs = Net("batch", 2, width=width, eps=eps), images(seed), len(rates)
    if len(decays) != runs or len(start) not in (1, runs):
        raise ValueError(f"rates, decays and start name one run each, got {runs}, {len(decays)} and {len(start)}")
    eta, decay = (torch.tensor(v, dtype=torch.float64).view(-1, 1, 1) for v in (rates, decays))
    factor = torch.tensor(start, dtype=torch.float64).view(-1, 1, 1)
    x, y, place = split.x_train.double(), split.y_train, net.per_layer
    parameters = [p * factor if i in (0, place) else p for i, p in enumerate(net.initial(seed, runs, torch.float64))]
    rows: list[list[Tensor]] = []
    law = 0.0
    for index in order(seed, steps):
        _, g = gradients(net, parameters, x[index], y[index])
        decayed = [eta * decay * p if i in (0, place) else 0 * p for i, p in enumerate(parameters)]
        moved = [p - d for p, d in zip(sgd(parameters, g, eta.flatten()), decayed)]
        w, after = parameters[place], moved[place]
        n, n_after, slope = (t.norm(dim=(1, 2)) for t in (w, after, g[place]))
        shrink = (1 - eta * decay).flatten()
        told = shrink**2 * n**2 + eta.flatten() ** 2 * slope**2
        law = max(law, float((n_after**2 / told - 1).abs().max()))
        # the gradient is orthogonal to w, so the angle's tangent is accurate for small turns too
        rows.append([n, slope, torch.atan2(eta.flatten() * slope, shrink * n)])
        parameters = moved
    length, slopes, turn = (torch.stack(column).numpy() for column in zip(*rows))
    return Lengths(length, slopes, turn, law)


def weight_norm_growth(seed: int, rate: float = 0.5, steps: int = 50) -> float:
    """Largest relative error of |v'|^2 = |v|^2 + rate^2 |dL/dv|^2 for a row of a weight-normalised layer, over training."""
    net, split = Net("weight", 2, width=16), images(seed)
    parameters, worst = net.initial(seed, dtype=torch.float64), 0.0
    for index in order(seed, steps):
        _, g = gradients(net, parameters, split.x_train[index].double(), split.y_train[index])
        after = sgd(parameters, g, torch.tensor([rate], dtype=torch.float64))
        told = parameters[3].square().sum(2) + rate**2 * g[3].square().sum(2)
        worst = max(worst, float((after[3].square().sum(2) / told - 1).abs().max()))
        parameters = after
    return worst


def same_direction(seed: int, factor: float, rate: float = 0.1, steps: int = 40) -> float:
    """Training from ``factor`` times the hidden weights at ``factor``^2 times their rate: largest relative gap of the losses.

    The other parameters keep their rate, so the two runs compute the same function in every step.
    """
    net, split = Net("batch", 2, eps=0.0), images(seed)
    x, y = split.x_train.double(), split.y_train
    one = net.initial(seed, dtype=torch.float64)
    two, worst = _scaled(net, one, factor), 0.0
    hidden = set(range(0, net.depth * net.per_layer, net.per_layer))
    for index in order(seed, steps):
        (loss, g), (loss_two, g_two) = (gradients(net, p, x[index], y[index]) for p in (one, two))
        one = [p - rate * d for p, d in zip(one, g)]
        two = [p - rate * (factor**2 if i in hidden else 1) * d for i, (p, d) in enumerate(zip(two, g_two))]
        worst = max(worst, float((loss_two / loss - 1).abs().max()))
    return worst
