"""Networks with batch normalisation: lines between them, with statistics measured anew and with averaged ones."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.lab.flat import Shape
from training_dynamics.lab.losses import cross_entropies
from training_dynamics.lab.once import once
from training_dynamics.lab.stack import preactivations
from training_dynamics.mode_connectivity.matching import match_activations, permute
from training_dynamics.mode_connectivity.nets import Recipe, data_order, digits, start_of, train

Statistics = list[tuple[Tensor, Tensor]]
GENTLE = Recipe(learning_rate=0.02)


@dataclass(frozen=True)
class NormalisedShape(Shape):
    """A network whose hidden pre-activations are ``(z - mean) / deviation + b``, each unit over the images of its batch."""

    def measured(
        self, theta: Float[Tensor, "m P"], x: Tensor, statistics: Statistics | None = None
    ) -> tuple[list[Tensor], Statistics]:
        """Pre-activations of every layer, and the mean and deviation of each hidden unit that went into them.

        Without ``statistics`` they are those of ``x``; with them, ``[(mean, deviation), ...]`` of shape ``(m, 1, h)`` a layer.
        """
        layers = self.layers(theta)
        found: Statistics = []

        def normalise(l: int, z: Tensor) -> Tensor:
            now = statistics[l] if statistics else (z.mean(1, keepdim=True), z.std(1, keepdim=True) + 1e-5)
            found.append(now)
            return (z - now[0]) / now[1] + layers[l][1][:, None]

        inputs = [(weight.transpose(1, 2), None) for weight, _ in layers[:-1]]  # the norm would take a bias off again
        last = (layers[-1][0].transpose(1, 2), layers[-1][1][:, None])
        return preactivations([*inputs, last], x, before=normalise), found

    def activations(self, theta: Float[Tensor, "m P"], x: Tensor) -> list[Tensor]:
        """Pre-activations of every layer, normalised over the images ``x``."""
        return self.measured(theta, x)[0]

    def gradient(self, theta: Float[Tensor, "m P"], x: Float[Tensor, "m n d"], y: Tensor) -> Float[Tensor, "m P"]:
        """The gradient of each network's mean cross-entropy, through the statistics of its batch."""
        theta = theta.detach().requires_grad_()
        with torch.enable_grad():
            return torch.autograd.grad(cross_entropies(self.logits(theta, x), y).sum(), theta)[0]


@dataclass(frozen=True)
class NormalisedLine:
    """Half way between two trained networks with batch normalisation: heights above the mean loss of the ends, in nats.

    ``apart``: as they were trained.  ``matched``: the second renumbered by activations.  ``averaged``: matched, too, but with the
    statistics averaged like the parameters, where the other two have them measured anew.
    """

    apart: float
    matched: float
    averaged: float


@once
@torch.no_grad()
def normalised_line(seed: int, width: int = 64, recipe: Recipe = GENTLE) -> NormalisedLine:
    """Train two networks with batch normalisation from independent starts and look half way between them."""
    shape, split = NormalisedShape((64, width, width, 10)), digits(seed)
    x, y, steps = split.x_train, split.y_train, recipe.steps(len(split.x_train))
    orders = [data_order(steps, len(x), recipe.batch_size, seed, i) for i in range(2)]
    starts = torch.stack([start_of(seed, width, i) for i in range(2)])
    a, b = train(shape, starts, x, y, torch.stack(orders, dim=1), recipe)[0]
    near = permute(shape, b, match_activations(shape, a, b, x))
    ends, statistics = shape.measured(torch.stack([a, near]), x)
    chord = cross_entropies(ends[-1], y).mean()
    half = torch.stack([(a + b) / 2, (a + near) / 2])
    shared = [(mean.mean(0, keepdim=True), (spread**2).mean(0, keepdim=True).sqrt()) for mean, spread in statistics]
    averaged = shape.measured(half[1:], x, shared)[0][-1]
    heights = cross_entropies(torch.cat([shape.logits(half, x), averaged]), y) - chord
    return NormalisedLine(*heights.tolist())
