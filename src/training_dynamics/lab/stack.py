"""Fully connected networks side by side: one tensor a layer with the networks in front, so that one product serves them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor

Layer = tuple[Tensor, Tensor | None]
Change = Callable[[int, Tensor], Tensor]


def normal_weights(
    sizes: Sequence[int], generator: torch.Generator, networks: int = 1, variance: float = 2.0
) -> list[Float[Tensor, "m i o"]]:
    """Weights of ``networks`` networks ``sizes[0] -> ... -> sizes[-1]``, from N(0, variance / fan_in), one tensor a layer.

    ``variance = 2`` keeps the size of activations through ReLU layers (He et al. 2015, section 2.2).
    """
    return [torch.randn(networks, i, o, generator=generator) * (variance / i) ** 0.5 for i, o in pairwise(sizes)]


def linear(
    h: Float[Tensor, "m n i"], weight: Float[Tensor, "m i o"], bias: Float[Tensor, "m 1 o"] | None, fused: bool = True
) -> Float[Tensor, "m n o"]:
    """``h W + b`` of every network; ``fused`` adds the bias inside the product, which rounds once less."""
    if bias is None:
        return torch.bmm(h, weight)
    return torch.baddbmm(bias, h, weight) if fused else torch.bmm(h, weight) + bias


def preactivations(
    layers: Sequence[Layer],
    x: Tensor,
    activation: Callable[[Tensor], Tensor] = torch.relu,
    before: Change | None = None,
    after: Change | None = None,
    fused: bool = True,
) -> list[Float[Tensor, "m n o"]]:
    """What enters the activation of every layer; the last tensor is the networks' output, which has none.

    ``z_l = before(l, h_{l-1} W_l + b_l)`` and ``h_l = after(l, activation(z_l))`` for hidden layers ``l = 0, 1, ...``:
    ``before`` is the place of a normalisation, ``after`` of dropout.  ``layers``: ``(W, b)`` of shapes ``(m, i, o)`` and
    ``(m, 1, o)``, or ``(W, None)``.  ``x``: ``(n, d)``, the same for all networks, or ``(m, n, d)``.
    """
    h = x.expand(len(layers[0][0]), *x.shape) if x.ndim == 2 else x
    found = []
    for l, (weight, bias) in enumerate(layers[:-1]):
        z = linear(h, weight, bias, fused)
        found.append(z if before is None else before(l, z))
        h = activation(found[-1])
        h = h if after is None else after(l, h)
    return [*found, linear(h, *layers[-1], fused)]


def residual_outputs(layers: Sequence[Tensor], x: Float[Tensor, "n d"], factor: float) -> Float[Tensor, "m n k"]:
    """The outputs of residual networks without biases: ``h <- h + factor * relu(h) W_l`` from ``x W``, read by a last layer.

    ``layers``: W of shape ``(m, d, w)``, the blocks ``(m, l, w, w)`` and the last layer ``(m, w, k)``.
    """
    first, blocks, last = layers
    h = linear(x.expand(len(first), *x.shape), first, None)
    for l in range(blocks.shape[1]):
        h = h + factor * linear(torch.relu(h), blocks[:, l], None)
    return linear(h, last, None)
