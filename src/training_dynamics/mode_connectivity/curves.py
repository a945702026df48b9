"""Bent paths between two trained networks, with one free point in the middle, trained so that the whole path has low loss."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.lab.flat import Shape
from training_dynamics.lab.once import once
from training_dynamics.lab.optimizers import adam, zero_moments
from training_dynamics.mode_connectivity.lines import STANDARD, Profile, pair, profile
from training_dynamics.mode_connectivity.nets import Recipe
from training_dynamics.toolbox.data import Split
from training_dynamics.toolbox.seeds import torch_generator

Mixture = Callable[[Tensor], Tensor]


def bezier(times: Float[Tensor, " t"]) -> Float[Tensor, "t 3"]:
    """The weights ``[(1 - t)^2, 2 t (1 - t), t^2]`` of start, bend and end in a quadratic Bezier curve."""
    return torch.stack([(1 - times) ** 2, 2 * times * (1 - times), times**2], dim=1)


def polychain(times: Float[Tensor, " t"]) -> Float[Tensor, "t 3"]:
    """The weights of start, bend and end in two straight pieces that meet at the bend at t = 1/2."""
    return torch.stack([(1 - 2 * times).clamp_min(0), 1 - (2 * times - 1).abs(), (2 * times - 1).clamp_min(0)], dim=1)


KINDS: dict[str, Mixture] = {"bezier": bezier, "polychain": polychain}


@dataclass(frozen=True)
class CurveRecipe:
    """Adam on the bend alone: steps, networks drawn along the path a step, images for each, learning rate."""

    steps: int = 250
    points: int = 4
    batch_size: int = 100
    learning_rate: float = 0.02

    def rate(self, step: int) -> float:
        """The learning rate of step ``step``: it falls to zero along a cosine."""
        return self.learning_rate * (0.5 + 0.5 * math.cos(math.pi * step / self.steps))


def bend_gradient(
    shape: Shape, corners: Float[Tensor, "3 P"], shares: Float[Tensor, "t 3"],
    x: Float[Tensor, "t n d"], y: Tensor,
) -> Float[Tensor, " P"]:  # fmt: skip
    """The gradient in the bend of the mean loss at the points ``shares @ corners``, each on its own inputs and labels.

    By the chain rule a point moves with the bend by the bend's share in it: ``mean_t share_t grad L(phi(t))``.
    """
    return (shares[:, 1:2] * shape.gradient(shares @ corners, x, y)).mean(0)


def train_bend(
    shape: Shape, a: Float[Tensor, " P"], b: Float[Tensor, " P"], split: Split, kind: str, seed: int,
    recipe: CurveRecipe = CurveRecipe(),
) -> Float[Tensor, " P"]:  # fmt: skip
    """The bend c that makes ``E_t L(phi(t))`` small, from the middle of the chord (Garipov et al. 2018, section 3).

    Each step draws one t in each of ``points`` equal parts of [0, 1] and a minibatch for each; the ends never move.
    Raises ValueError for an unknown ``kind``.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    generator = torch_generator(seed, "curve", kind)
    bend = (a + b) / 2
    moments = zero_moments(bend)
    for step in range(recipe.steps):
        times = (torch.arange(recipe.points) + torch.rand(recipe.points, generator=generator)) / recipe.points
        index = torch.randint(len(split.x_train), (recipe.points, recipe.batch_size), generator=generator)
        corners = torch.stack([a, bend, b])
        slope = bend_gradient(shape, corners, KINDS[kind](times), split.x_train[index], split.y_train[index])
        moments, direction = adam(moments, slope)
        bend = bend - recipe.rate(step) * direction
    return bend


def path(
    a: Float[Tensor, " P"], bend: Float[Tensor, " P"], b: Float[Tensor, " P"], kind: str, points: int = 17
) -> Float[Tensor, "t P"]:
    """Networks along a bent path at equally spaced t; the first and the last are ``a`` and ``b`` exactly."""
    return KINDS[kind](torch.linspace(0, 1, points)) @ torch.stack([a, bend, b])


@once
def bend_between(seed: int, width: int, kind: str, recipe: Recipe = STANDARD) -> Float[Tensor, " P"]:
    """The trained bend between the two networks of :func:`~training_dynamics.mode_connectivity.lines.pair`."""
    found = pair(seed, width, recipe)
    return train_bend(found.shape, found.a, found.b, found.split, kind, seed)


@once
def curve_between(seed: int, width: int, kind: str, recipe: Recipe = STANDARD) -> Profile:
    """Loss and error along the trained curve between two independent networks."""
    found = pair(seed, width, recipe)
    bend = bend_between(seed, width, kind, recipe)
    return profile(found.shape, path(found.a, bend, found.b, kind), found.split, test=False)
