"""The loss on the straight line between two networks: barriers, with and without renumbering, and what the middle looks like."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.lab.flat import Shape
from training_dynamics.lab.once import once
from training_dynamics.mode_connectivity.matching import (
    Permutations,
    match_activations,
    match_displacements,
    match_weights,
    permute,
    random_permutations,
    rescale,
)
from training_dynamics.mode_connectivity.nets import Recipe, Score, digits, mlp_shape, score, start_of, trained
from training_dynamics.toolbox.data import Split
from training_dynamics.toolbox.seeds import torch_generator

POINTS = 9
STANDARD = Recipe()
MATCHINGS = ("weights", "activations", "displacements")


def above_chord(values: Float[Tensor, " t"], times: Float[Tensor, " t"]) -> Float[Tensor, " t"]:
    """``v(t) - [(1 - t) v(0) + t v(1)]``: how far a curve of values lies above the straight line between its ends."""
    return values - ((1 - times) * values[0] + times * values[-1])


@dataclass(frozen=True)
class Profile:
    """Training loss (nats), training error and test error along a path of networks; ``times`` runs from 0 to 1.

    ``test_error`` is empty where the test images were not asked for.
    """

    times: Float[Tensor, " t"]
    loss: Float[Tensor, " t"]
    error: Float[Tensor, " t"]
    test_error: Float[Tensor, " t"]

    @property
    def barrier(self) -> float:
        """The loss barrier: the largest height of the loss above the chord between the ends, in nats; never negative."""
        return float(above_chord(self.loss, self.times).max())

    @property
    def inside(self) -> float:
        """The largest height of the loss above the chord at the places between the ends, in nats; negative: all lie below."""
        return float(above_chord(self.loss, self.times)[1:-1].max())

    @property
    def error_barrier(self) -> float:
        """The error barrier: the same for the training error rate."""
        return float(above_chord(self.error, self.times).max())


def profile(shape: Shape, points: Float[Tensor, "t P"], split: Split, test: bool = True) -> Profile:
    """Score the networks of a path, equally spaced in time from 0 to 1, on the training and (``test``) the test images."""
    on_train = score(shape, points, split.x_train, split.y_train)
    on_test = score(shape, points, split.x_test, split.y_test).error if test else torch.empty(0)
    times = torch.linspace(0, 1, len(points), dtype=torch.float64)
    return Profile(times, on_train.loss, on_train.error, on_test)


def line(a: Float[Tensor, " P"], b: Float[Tensor, " P"], points: int = POINTS) -> Float[Tensor, "t P"]:
    """``(1 - t) a + t b`` at equally spaced times, ends included exactly.  Raises ValueError for fewer than 3 points."""
    if points < 3:
        raise ValueError(f"points must be at least 3, to see anything between the ends, got {points}")
    t = torch.linspace(0, 1, points)[:, None]
    return (1 - t) * a + t * b


@dataclass(frozen=True)
class Pair:
    """Two networks trained independently on the digits of ``seed``, and the renumberings that bring the second near the first."""

    seed: int
    shape: Shape
    split: Split
    a: Float[Tensor, " P"]
    b: Float[Tensor, " P"]
    by_weights: Permutations
    by_activations: Permutations
    by_displacements: Permutations

    def second(self, matching: str) -> Float[Tensor, " P"]:
        """The second network as it is (``"none"``), or renumbered by ``"weights"``, ``"activations"`` or ``"displacements"``."""
        if matching == "none":
            return self.b
        if matching not in MATCHINGS:
            raise ValueError(f"matching must be 'none' or one of {', '.join(MATCHINGS)}, got {matching!r}")
        return permute(self.shape, self.b, getattr(self, f"by_{matching}"))

    @property
    def ends(self) -> Score:
        """Training loss and error of the two networks."""
        return score(self.shape, torch.stack([self.a, self.b]), self.split.x_train, self.split.y_train)


@once
def pair(seed: int, width: int, recipe: Recipe = STANDARD) -> Pair:
    """Two networks of one width, trained from independent starts on the same digits, with the matchings."""
    shape, split = mlp_shape(width), digits(seed)
    a, b = trained(seed, width, 2, recipe)
    by_weights, _ = match_weights(shape, a, b, torch_generator(seed, "sweeps", width))
    starts = [start_of(seed, width, i) for i in range(2)]
    by_displacements = match_displacements(shape, a, starts[0], b, starts[1], torch_generator(seed, "sweeps", width))
    by_activations = match_activations(shape, a, b, split.x_train)
    return Pair(seed, shape, split, a, b, by_weights, by_activations, by_displacements)


@once
def between(seed: int, width: int, matching: str = "none", recipe: Recipe = STANDARD) -> Profile:
    """The straight line between the two networks of :func:`pair`, the second renumbered by ``matching``."""
    found = pair(seed, width, recipe)
    return profile(found.shape, line(found.a, found.second(matching)), found.split, test=False)


@once
def to_itself(seed: int, width: int, recipe: Recipe = STANDARD) -> Profile:
    """The straight line from a trained network to the same network with its hidden units renumbered at random."""
    found = pair(seed, width, recipe)
    copy = permute(found.shape, found.a, random_permutations(found.shape, torch_generator(seed, "renumber", width)))
    return profile(found.shape, line(found.a, copy), found.split, test=False)


@once
def to_itself_rescaled(seed: int, width: int, recipe: Recipe = STANDARD, most: float = 4.0) -> Profile:
    """The line from a trained network to the same function with units rescaled by factors between 1/``most`` and ``most``."""
    found, generator = pair(seed, width, recipe), torch_generator(seed, "rescale", width)
    factors = [most ** (2 * torch.rand(h, generator=generator) - 1) for h in found.shape.hidden]
    return profile(found.shape, line(found.a, rescale(found.shape, found.a, factors)), found.split, test=False)


@once
def one_layer(seed: int, width: int, layer: int, recipe: Recipe = STANDARD) -> Profile:
    """The line on which only ``layer`` (0 is the first) goes from the first network's to the second's; the others stay."""
    found = pair(seed, width, recipe)
    here, there = (found.shape.layers(net[None]) for net in (found.a, found.b))
    mixed = found.shape.flat([*here[:layer], there[layer], *here[layer + 1 :]])[0]
    return profile(found.shape, line(found.a, mixed), found.split, test=False)


def travelled(seed: int, width: int, recipe: Recipe = STANDARD) -> float:
    """``||theta - theta_0|| / ||theta_0||``: how far training moved the first network of a pair, relative to its start."""
    start = start_of(seed, width, 0)
    return float((pair(seed, width, recipe).a - start).norm() / start.norm())


@torch.no_grad()
def spreads(shape: Shape, theta: Float[Tensor, "m P"], x: Tensor) -> list[Float[Tensor, "m h"]]:
    """The standard deviation over the inputs of every hidden unit's pre-activation, layer by layer."""
    return [z.std(dim=1) for z in shape.activations(theta, x)[:-1]]


@dataclass(frozen=True)
class Middle:
    """The network half way between two others: how much its units still vary, and what undoing the shrinkage is worth.

    ``spread``: the mean over a layer's units of their standard deviation over the images, divided by the mean at the two
    ends, one number a hidden layer.  ``barrier`` and ``repaired``: height above the chord at t = 1/2, before and after
    :func:`repair`, in nats.
    """

    spread: tuple[float, ...]
    barrier: float
    repaired: float


@torch.no_grad()
def repair(
    shape: Shape, theta: Float[Tensor, " P"], a: Float[Tensor, " P"], b: Float[Tensor, " P"], x: Tensor
) -> Float[Tensor, " P"]:
    """``theta`` with every hidden unit rescaled and shifted to the mean of the ends' pre-activation means and deviations.

    ``w -> s w`` and ``b -> s (b - m) + M`` a unit, first layer first, with s the ratio of deviations (Jordan et al. 2023).
    """
    targets = shape.activations(torch.stack([a, b]), x)[:-1]
    layers = [(w.clone(), bias.clone()) for w, bias in shape.layers(theta[None])]
    for l, target in enumerate(targets):
        now = shape.activations(shape.flat(layers), x)[l]
        scale = target.std(dim=1).mean(0) / now.std(dim=1).clamp_min(1e-12)
        weight, bias = layers[l]
        shifted = scale * (bias - now.mean(dim=1)) + target.mean(dim=1).mean(0)
        layers[l] = (weight * scale[:, :, None], shifted)
    return shape.flat(layers)[0]


@once
def middle(seed: int, width: int, matching: str = "none", recipe: Recipe = STANDARD) -> Middle:
    """What happens to the units half way between the two networks of :func:`pair`."""
    found = pair(seed, width, recipe)
    a, b, x = found.a, found.second(matching), found.split.x_train
    half = (a + b) / 2
    spread = [s.mean(dim=1) for s in spreads(found.shape, torch.stack([a, b, half]), x)]
    mended = repair(found.shape, half, a, b, x)
    loss = score(found.shape, torch.stack([a, b, half, mended]), x, found.split.y_train).loss
    heights = loss[2:] - loss[:2].mean()
    return Middle(tuple(float(2 * s[2] / (s[0] + s[1])) for s in spread), float(heights[0]), float(heights[1]))
