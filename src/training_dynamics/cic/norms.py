"""Row 1, minimum norm and integration: starts of several sizes, units rescaled, and interpolators that differ in a null space."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from scipy.stats import spearmanr
from torch import Tensor

from training_dynamics.cic import nets
from training_dynamics.cic.measures import covariance, o_information, total_correlation
from training_dynamics.lab.flat import Shape
from training_dynamics.lab.once import once
from training_dynamics.toolbox.data import one_hot
from training_dynamics.toolbox.seeds import torch_generator

SCALES = (0.3, 0.5, 0.8, 1.2, 1.6)


@dataclass(frozen=True)
class Solutions:
    """Networks of one start in five sizes, trained to one loss: norms, proxies and held-out accuracy."""

    norms: Float[Tensor, " 5"]
    readings: Float[Tensor, "5 7"]
    accuracy: Float[Tensor, " 5"]

    def rank_correlations(self) -> list[float]:
        """Spearman's rank correlation of the norm with each proxy."""
        return [float(spearmanr(self.norms, column)[0]) for column in self.readings.T]


@once
def solutions(
    seed: int, hidden: int = 24, target: float = 0.1, shuffle: bool = False, optimizer: str = "gd"
) -> Solutions:
    """The start of ``seed`` times each of ``SCALES``, trained on 100 digits until the loss is ``target``."""
    data, net = nets.problem(seed, 100), nets.shape(hidden)
    theta = nets.start(seed, hidden) * torch.tensor(SCALES)[:, None]
    theta = nets.train_to(net, theta, data.x, data.labels(shuffle).expand(len(SCALES), -1), target, optimizer)
    right = net.logits(theta, data.held_out).argmax(-1) == data.held_out_labels
    return Solutions(theta.norm(dim=1), nets.read(net, theta, data.held_out), right.double().mean(1))


def rescaled(net: Shape, theta: Float[Tensor, "m P"], factors: Float[Tensor, " h"]) -> Float[Tensor, "m P"]:
    """The same functions with each unit of the last hidden layer times its factor > 0, and its weights out divided by it."""
    layers = net.layers(theta)
    (w, b), (w_out, b_out) = layers[-2:]
    changed = [(w * factors[:, None], b * factors), (w_out / factors, b_out)]
    return net.flat([*layers[:-2], *changed])


@dataclass(frozen=True)
class Rescaling:
    """What rescaling the units of a trained network changes: largest change of the outputs, of phi, and ratio of the norms."""

    outputs: float
    phi: float
    norms: float


@once
def rescaling(seed: int, spread: float = 1.0, hidden: int = 24) -> Rescaling:
    """Factors ``exp(N(0, spread^2))`` on the last hidden layer of a network trained from the plain start, in float64."""
    data, net = nets.problem(seed, 100), nets.shape(hidden)
    theta = nets.train_to(net, nets.start(seed, hidden), data.x, data.y[None], 0.1, "gd").double()
    factors = (spread * torch.randn(hidden, generator=torch_generator(seed, "cic rescaling"))).exp().double()
    moved, x = rescaled(net, theta, factors), data.held_out.double()
    change = (nets.read(net, moved, x) - nets.read(net, theta, x))[0].abs()
    outputs = (net.logits(moved, x) - net.logits(theta, x)).abs().max()
    return Rescaling(float(outputs), float(change[:2].max()), float(moved.norm() / theta.norm()))


@dataclass(frozen=True)
class Interpolators:
    """Total correlation and O-information of the outputs, a class, of interpolators farther and farther from the shortest."""

    distances: tuple[float, ...]
    apart: Float[Tensor, "c 2"]  # moved along a null direction of its own for each class
    together: Float[Tensor, "c 2"]  # moved along one null direction, the same for all classes


@once
def interpolators(seed: int, features: int = 300, examples: int = 100) -> Interpolators:
    """Least-squares readouts of random ReLU features of digits; distances in units of the shortest readout's norm."""
    data = nets.problem(seed, examples)
    generator = torch_generator(seed, "cic interpolators", features)
    v = torch.randn(64, features, generator=generator).double() / 8
    train, test = ((x.double() @ v).relu() for x in (data.x, data.held_out))
    inverse = torch.linalg.pinv(train)
    shortest = inverse @ one_hot(data.y, dtype=torch.float64)
    random = torch.randn(features, 11, generator=generator).double()
    null = random - inverse @ (train @ random)
    distances = (0.0, 0.5, 1.0, 2.0, 4.0, 16.0)
    found = []
    for direction in (null[:, :10], null[:, 10:].expand(-1, 10)):
        direction = direction * shortest.norm() / direction.norm()
        outputs = torch.stack([test @ (shortest + c * direction) for c in distances])
        cov = covariance(outputs)
        found.append(torch.stack([total_correlation(cov), o_information(cov)], 1) / 10)
    return Interpolators(distances, *found)
