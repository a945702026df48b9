r"""Residual networks :math:`h_{\ell+1}=h_\ell+s\,W_\ell\,\mathrm{relu}(h_\ell)` of several depths, trained with Adam.

*plain*: :math:`s=1` and one rate.  *branch*: :math:`s=\sqrt{L_0/L}` and one rate.  *root*: the same, and the
blocks' rate divided by :math:`\sqrt{L/L_0}`.  At the depth :math:`L_0` all three are the same.
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from training_dynamics.lab.losses import squared_errors
from training_dynamics.lab.once import once
from training_dynamics.lab.optimizers import AdamSettings, adam, zero_moments
from training_dynamics.lab.stack import residual_outputs
from training_dynamics.scale.networks import CLASSES, data
from training_dynamics.scale.sweeps import DIVERGED, Sweep
from training_dynamics.toolbox.data import one_hot
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.toolbox.train import minibatches

DEPTHS = (4, 8, 16, 32)
BASE_DEPTH = 4
RATES = tuple(2.0**k for k in range(-13, -3))
KINDS = ("plain", "branch", "root")
SETTINGS = AdamSettings(eps=1e-16)


def branch(kind: str, depth: int) -> tuple[float, float]:
    """The factor of a branch and that of its rate.  Raises ValueError for another kind."""
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    factor = (BASE_DEPTH / depth) ** 0.5
    return 1.0 if kind == "plain" else factor, factor if kind == "root" else 1.0


def growth(depth: int, gain: float, kind: str) -> float:
    r"""Mean square of the stream behind ``depth`` blocks over that before, at the start: :math:`(1+s^2g^2/2)^L`.

    Weights have variance ``gain**2 / width``; a rectified symmetric entry keeps half of its square.
    """
    return (1 + branch(kind, depth)[0] ** 2 * gain**2 / 2) ** depth


def grown(seed: int, depth: int, gain: float, kind: str, width: int = 256, inputs: int = 100) -> float:
    """The same measured in one network."""
    g, factor = torch_generator(seed, "scale residual start", depth, width), branch(kind, depth)[0]
    h = torch.randn(inputs, width, generator=g)
    first = h.square().mean()
    for _ in range(depth):
        h = h + factor * torch.relu(h) @ (torch.randn(width, width, generator=g) * gain / width**0.5)
    return float(h.square().mean() / first)


@once
def depth_sweep(
    seed: int,
    kind: str,
    depths: tuple[int, ...] = DEPTHS,
    width: int = 32,
    steps: int = 30,
    batch: int = 32,
    copies: int = 1,
) -> Sweep:
    """U-curves for several depths: a sweep whose ``widths`` are depths; losses are geometric means over ``copies`` starts."""
    losses = np.array([_trained(seed, kind, depth, width, steps, batch, copies) for depth in depths])  # (d, copies, r)
    return Sweep(depths, np.array(RATES), np.exp(np.log(losses).mean(axis=1)))


def _start(seed: int, depth: int, width: int, copy: int) -> tuple[Tensor, Tensor, Tensor]:
    g = torch_generator(seed, "scale residual weights", copy, depth, width)
    first = torch.randn(64, width, generator=g) / 8
    blocks = torch.randn(depth, width, width, generator=g) / width**0.5
    return first, blocks, torch.randn(width, CLASSES, generator=g) / (4 * width**0.5)


def _trained(
    seed: int, kind: str, depth: int, width: int, steps: int, batch: int, copies: int
) -> Float[ndarray, "copies r"]:
    """Losses of all starts at all rates, the networks side by side in one stack."""
    split, (factor, slower) = data(seed), branch(kind, depth)
    rates, y = torch.tensor(RATES * copies), one_hot(split.y_train)
    starts = [_start(seed, depth, width, copy) for copy in range(copies)]
    layers = [torch.stack(parts).repeat_interleave(len(RATES), dim=0) for parts in zip(*starts)]
    steps_of = [rates[:, None, None], slower * rates[:, None, None, None], rates[:, None, None]]
    moments = [zero_moments(w) for w in layers]
    batches = minibatches(len(y), batch, torch_generator(seed, "scale batches"))
    for t in range(steps):
        index = next(batches)
        layers = [w.requires_grad_() for w in layers]
        outputs = residual_outputs(layers, split.x_train[index], factor)
        gradients = torch.autograd.grad(squared_errors(outputs, y[index]).sum(), layers)
        with torch.no_grad():
            for i, gradient in enumerate(gradients):
                moments[i], direction = adam(moments[i], gradient.nan_to_num(), SETTINGS)
                layers[i] = layers[i] - (1 - t / steps) * steps_of[i] * direction
    with torch.no_grad():
        losses = squared_errors(residual_outputs(layers, split.x_train, factor), y).numpy()
    return np.minimum(np.nan_to_num(losses, nan=DIVERGED, posinf=DIVERGED), DIVERGED).reshape(copies, len(RATES))
