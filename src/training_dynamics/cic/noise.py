"""Rows 3 and 4: networks with batch normalisation, and networks with dropout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from scipy.stats import spearmanr
from torch import Tensor

from training_dynamics.cic import nets
from training_dynamics.lab.flat import Shape
from training_dynamics.lab.losses import cross_entropies
from training_dynamics.lab.once import once
from training_dynamics.lab.optimizers import adam, zero_moments
from training_dynamics.lab.stack import preactivations
from training_dynamics.toolbox.seeds import torch_generator

DROPOUT_RATES = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7)
PROBE = 0.3
MASKS = 10
Masks = Callable[[int, Tensor], Tensor]


def slope(
    net: Shape, theta: Float[Tensor, "m P"], logits: Callable[[Tensor], Tensor], y: Tensor
) -> Float[Tensor, "m P"]:
    """The gradient of each network's cross-entropy by automatic differentiation."""
    leaf = theta.detach().requires_grad_()
    return torch.autograd.grad(cross_entropies(logits(leaf), y).sum(), leaf)[0]


class BatchNormed(Shape):
    """Hidden layers normalised over the batch; biases come after, gains are left to the next layer's weights."""

    def activations(self, theta: Float[Tensor, "m P"], x: Tensor) -> list[Tensor]:
        """Pre-activations of every layer, normalised; the last are logits."""
        layers = [(weight.mT, bias[:, None]) for weight, bias in self.layers(theta)]

        def normalised(layer: int, z: Tensor) -> Tensor:
            return (z - z.mean(1, keepdim=True)) / (z.var(1, keepdim=True) + 1e-5).sqrt() + layers[layer][1]

        return preactivations(layers, x, before=normalised)

    def gradient(self, theta: Float[Tensor, "m P"], x: Float[Tensor, "m n d"], y: Tensor) -> Float[Tensor, "m P"]:
        """As in ``Shape``, through the statistics of the batch."""
        return slope(self, theta, lambda leaf: self.logits(leaf, x), y)


@dataclass(frozen=True)
class Normalised:
    """Every proxy with batch normalisation minus without, before training and at equal loss."""

    before: Float[Tensor, " 7"]
    after: Float[Tensor, " 7"]


@once
def batchnorm(seed: int, hidden: int = 24, target: float = 0.1, scale: float = 1.0) -> Normalised:
    """Gradient descent on 100 digits to one loss from one start, ``scale`` times He's."""
    data, plain = nets.problem(seed, 100), nets.shape(hidden)
    normed, theta = BatchNormed(plain.sizes), scale * nets.start(seed, hidden)
    ends = [nets.train_to(net, theta, data.x, data.y[None], target, "gd") for net in (normed, plain)]
    read = [
        [nets.read(net, at, data.held_out)[0] for net, at in ((normed, a), (plain, b))]
        for a, b in ((theta, theta), ends)
    ]
    return Normalised(*(with_norm - without for with_norm, without in read))


@dataclass(frozen=True)
class Dropped:
    """Agreement of masked predictions at one common rate, and proxies, of networks trained with dropout.

    ``halves`` holds agreement and total correlation again, each read on two halves of the images with masks of their own.
    """

    agreement: Float[Tensor, " m"]
    readings: Float[Tensor, "m 7"]
    halves: Float[Tensor, "2 2 m"]

    def rank_correlations(self) -> list[float]:
        """Spearman's rank correlation of the agreement with each proxy."""
        return [float(spearmanr(self.agreement, column)[0]) for column in self.readings.T]

    def ceiling(self) -> float:
        """What the rank correlation of agreement and total correlation would be if they were one quantity, read with noise.

        The root of the product of both reliabilities.  A reliability is the rank correlation of two halves, stepped up to
        the whole by ``2 r / (1 + r)`` (Spearman 1910, Brown 1910), or 0 if that is negative.
        """
        product = 1.0
        for first, second in self.halves:
            half = float(spearmanr(first, second)[0])
            product *= max(2 * half / (1 + half), 0.0) if half > -1 else 0.0
        return product**0.5


@once
def dropout(seed: int, hidden: int = 24, steps: int = 400, shuffle: bool = False) -> Dropped:
    """One start, trained on 100 digits with each of ``DROPOUT_RATES``."""
    theta = nets.start(seed, hidden).repeat(len(DROPOUT_RATES), 1)
    return drop_and_train(seed, theta, hidden, DROPOUT_RATES, steps, shuffle)


@once
def dropout_at(seed: int, rate: float = 0.3, hidden: int = 24, steps: int = 400, starts: int = 16) -> Dropped:
    """Many starts, trained on the same 100 digits with one and the same dropout rate."""
    theta = nets.shape(hidden).initial([torch_generator(seed, "cic starts", i) for i in range(starts)])
    return drop_and_train(seed, theta, hidden, (rate,) * starts, steps, False)


def drop_and_train(
    seed: int, theta: Float[Tensor, "m P"], hidden: int, rates: tuple[float, ...], steps: int, shuffle: bool
) -> Dropped:
    """Full-batch Adam with each network's own dropout rate on both hidden layers; then agreement and proxies."""
    data, net, generator = nets.problem(seed, 100), nets.shape(hidden), torch_generator(seed, "cic masks", hidden)
    drop = masks(torch.tensor(rates)[:, None, None], generator)
    y, moments = data.labels(shuffle).expand(len(theta), -1), zero_moments(theta)
    for _ in range(steps):
        g = slope(net, theta, lambda leaf: masked_logits(net, leaf, data.x, drop), y)
        moments, direction = adam(moments, g)
        theta = theta - nets.RATES["adam"] * direction
    agreed, read = agreement(net, theta, data.held_out, generator), nets.read(net, theta, data.held_out)
    halves = data.held_out[::2], data.held_out[1::2]
    again = [[agreement(net, theta, x, generator) for x in halves], [nets.read(net, theta, x)[:, 0] for x in halves]]
    return Dropped(agreed, read, torch.stack([torch.stack(pair) for pair in again]))


def masks(rates: Float[Tensor, "m 1 1"], generator: torch.Generator) -> Masks:
    """Fresh inverted dropout for each unit of each example."""

    def drop(layer: int, h: Tensor) -> Tensor:
        return h * (torch.rand(h.shape, generator=generator) >= rates) / (1 - rates)

    return drop


def masked_logits(net: Shape, theta: Float[Tensor, "m P"], x: Tensor, drop: Masks) -> Float[Tensor, "m n k"]:
    """Outputs with dropout on every hidden layer."""
    return preactivations([(w.mT, b[:, None]) for w, b in net.layers(theta)], x, after=drop)[-1]


@torch.no_grad()
def agreement(
    net: Shape, theta: Float[Tensor, "m P"], x: Float[Tensor, "n d"], generator: torch.Generator
) -> Float[Tensor, " m"]:
    """The share of pairs of masks, drawn at rate ``PROBE``, that predict the same class, mean over images."""
    drop = masks(torch.tensor(PROBE), generator)
    votes = torch.stack([masked_logits(net, theta, x, drop).argmax(-1) for _ in range(MASKS)])
    same = (votes[:, None] == votes[None]).double().mean(-1)
    return (same.sum((0, 1)) - MASKS) / (MASKS * (MASKS - 1))
