"""Many ReLU networks at once, each one row of a matrix of parameters, so that lines, averages and curvature are plain algebra."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.lab.stack import preactivations

Layer = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Shape:
    """The sizes ``d -> h -> ... -> classes`` of a ReLU network whose parameters are one vector of length ``P``.

    The vector holds W1, b1, W2, b2, ... with W of shape ``(out, in)``: the order of ``toolbox.nets.flat_parameters``.
    """

    sizes: tuple[int, ...]

    @property
    def count(self) -> int:
        """The number of parameters P."""
        return sum((fan_in + 1) * fan_out for fan_in, fan_out in zip(self.sizes[:-1], self.sizes[1:]))

    @property
    def hidden(self) -> tuple[int, ...]:
        """The widths of the hidden layers."""
        return self.sizes[1:-1]

    def layers(self, theta: Float[Tensor, "m P"]) -> list[Layer]:
        """Views ``[(W, b), ...]`` of shapes ``(m, out, in)`` and ``(m, out)`` into ``m`` networks.

        Raises ValueError when the rows do not have ``count`` parameters.
        """
        if theta.ndim != 2 or theta.shape[1] != self.count:
            raise ValueError(
                f"theta must have shape (m, {self.count}) for sizes {self.sizes}, got {tuple(theta.shape)}"
            )
        pairs = list(zip(self.sizes[:-1], self.sizes[1:]))
        parts = theta.split([n for i, o in pairs for n in (i * o, o)], dim=1)
        return [(w.unflatten(1, (o, i)), b) for (i, o), w, b in zip(pairs, parts[::2], parts[1::2])]

    def flat(self, layers: Sequence[Layer]) -> Float[Tensor, "m P"]:
        """The inverse of :meth:`layers`."""
        return torch.cat([part.flatten(1) for layer in layers for part in layer], dim=1)

    def initial(self, generators: Sequence[torch.Generator]) -> Float[Tensor, "m P"]:
        """One network a generator: weights from N(0, 2 / fan_in), biases zero (He et al. 2015, section 2.2)."""
        rows = []
        for generator in generators:
            for fan_in, fan_out in zip(self.sizes[:-1], self.sizes[1:]):
                weights = torch.randn(fan_out * fan_in, generator=generator) * math.sqrt(2 / fan_in)
                rows += [weights, torch.zeros(fan_out)]
        return torch.cat(rows).view(len(generators), self.count)

    def activations(self, theta: Float[Tensor, "m P"], x: Tensor) -> list[Tensor]:
        """Pre-activations of every layer, ``(m, n, width)``; the last are logits.  ``x``: ``(n, d)`` or ``(m, n, d)``."""
        return preactivations([(weight.transpose(1, 2), bias[:, None]) for weight, bias in self.layers(theta)], x)

    def logits(self, theta: Float[Tensor, "m P"], x: Tensor) -> Float[Tensor, "m n k"]:
        """The outputs of ``m`` networks; see :meth:`activations` for the shapes of ``x``."""
        return self.activations(theta, x)[-1]

    @torch.no_grad()
    def gradient(self, theta: Float[Tensor, "m P"], x: Float[Tensor, "m n d"], y: Tensor) -> Float[Tensor, "m P"]:
        """The gradient of each network's mean cross-entropy on its own inputs and labels ``y`` of shape ``(m, n)``.

        Backpropagation by hand: ``delta_L = (softmax - onehot) / n``, ``dW_l = delta_l^T h_{l-1}``,
        ``delta_{l-1} = (delta_l W_l) * (z_{l-1} > 0)``.  For nets as small as these it takes half the time of autograd.
        """
        found = torch.empty_like(theta)
        layers, parts = self.layers(theta), self.layers(found)  # the parts are views: filling them fills the answer
        z = self.activations(theta, x)
        inputs = [x, *(hidden.relu() for hidden in z[:-1])]
        delta = z[-1].softmax(-1)
        delta.scatter_add_(2, y[..., None], delta.new_full((1, 1, 1), -1.0).expand(*y.shape, 1))
        delta /= y.shape[1]
        for l in reversed(range(len(layers))):
            weight, bias = parts[l]
            weight.copy_(delta.transpose(1, 2) @ inputs[l])
            bias.copy_(delta.sum(1))
            if l > 0:
                delta = (delta @ layers[l][0]).mul_(inputs[l] > 0)
        return found
