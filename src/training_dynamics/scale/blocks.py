r"""Residual networks whose blocks have two layers, :math:`h_{\ell+1}=h_\ell+s\,B_\ell\,\mathrm{relu}(A_\ell h_\ell)`, with Adam.

With :math:`r=L/L_0`, a block's factor :math:`s` is divided by :math:`r^a` and the rate of its weights by :math:`r^{1-a}`.
*root*: :math:`a=1/2`.  *depth*: :math:`a=1`, which Dey et al. 2025 call CompleteP.  With both, what all blocks together
add in a step keeps its size; what a block's two layers do together, beyond their sum, keeps it with the second alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from training_dynamics.lab.losses import squared_errors
from training_dynamics.lab.once import once
from training_dynamics.lab.optimizers import adam, zero_moments
from training_dynamics.scale.depth import BASE_DEPTH, SETTINGS
from training_dynamics.scale.networks import CLASSES, data
from training_dynamics.toolbox.data import one_hot
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.toolbox.train import minibatches

POWERS = {"root": 0.5, "depth": 1.0}
FACTOR = 0.5  # of a block at the depth L_0
LOOKED_AT = 200  # training images on which a block's change is measured
Layers = list[Tensor]


@dataclass(frozen=True)
class Learned:
    """``beyond``: share of a block's change that is not linear in its weights, median over blocks; ``loss``: at the end."""

    beyond: float
    loss: float


def factors(kind: str, depth: int) -> tuple[float, float]:
    """The factor of a block and that of its weights' rate.  Raises ValueError for another kind."""
    if kind not in POWERS:
        raise ValueError(f"kind must be one of {', '.join(POWERS)}, got {kind!r}")
    shallower, power = BASE_DEPTH / depth, POWERS[kind]
    return FACTOR * shallower**power, shallower ** (1 - power)


def streams(layers: Layers, x: Tensor, factor: float) -> list[Tensor]:
    """What every block reads, and at the end what the last layer reads."""
    found = [x @ layers[0]]
    for inner, outer in zip(layers[1], layers[2]):
        found.append(found[-1] + factor * torch.relu(found[-1] @ inner) @ outer)
    return found


def beyond_linear(h: Tensor, start: tuple[Tensor, Tensor], end: tuple[Tensor, Tensor]) -> float:
    r"""Of the change of :math:`B\,\mathrm{relu}(Ah)` between two weights, the share that its first-order part leaves out."""
    (a, b), (a_end, b_end) = start, end
    before = h @ a
    change = torch.relu(h @ a_end) @ b_end - torch.relu(before) @ b
    linear = ((before > 0) * (h @ (a_end - a))) @ b + torch.relu(before) @ (b_end - b)
    return float((change - linear).norm() / change.norm())


@once
def learned(
    seed: int, kind: str, depth: int, rate: float = 2.0**-7, width: int = 32, steps: int = 20, batch: int = 32
) -> Learned:
    """Train on digits with a rate that falls linearly to zero; each block's change is taken at the stream of the start."""
    split, (factor, slower) = data(seed), factors(kind, depth)
    y, g = one_hot(split.y_train), torch_generator(seed, "scale blocks", depth, width)
    start = [
        torch.randn(64, width, generator=g) / 8,
        torch.randn(depth, width, width, generator=g) * (2 / width) ** 0.5,
        torch.randn(depth, width, width, generator=g) / width**0.5,
        torch.randn(width, CLASSES, generator=g) / (4 * width**0.5),
    ]
    layers, rates = list(start), (rate, slower * rate, slower * rate, rate)
    moments = [zero_moments(w) for w in layers]
    batches = minibatches(len(y), batch, torch_generator(seed, "scale batches"))
    for t in range(steps):
        index = next(batches)
        layers = [w.requires_grad_() for w in layers]
        outputs = streams(layers, split.x_train[index], factor)[-1] @ layers[3]
        gradients = torch.autograd.grad(squared_errors(outputs[None], y[index]).sum(), layers)
        with torch.no_grad():
            for i, gradient in enumerate(gradients):
                moments[i], direction = adam(moments[i], gradient, SETTINGS)
                layers[i] = layers[i] - (1 - t / steps) * rates[i] * direction
    with torch.no_grad():
        outputs = streams(layers, split.x_train, factor)[-1] @ layers[3]
        read = streams(start, split.x_train[:LOOKED_AT], factor)
        shares = [
            beyond_linear(h, (start[1][l], start[2][l]), (layers[1][l], layers[2][l])) for l, h in enumerate(read[:-1])
        ]
    return Learned(float(np.median(shares)), float(squared_errors(outputs[None], y)))
