"""Row 5, mode connectivity: every proxy on a curve of low loss and on the straight line between two trained networks."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.cic import nets
from training_dynamics.cic.preregistration import PROXIES
from training_dynamics.lab.flat import Shape
from training_dynamics.lab.once import once
from training_dynamics.lab.optimizers import adam, zero_moments
from training_dynamics.toolbox.seeds import torch_generator

PLACES = torch.linspace(0, 1, 11)


@dataclass(frozen=True)
class Path:
    """Training loss, proxies and the share of units of the last hidden layer that fire, at ``PLACES``."""

    losses: Float[Tensor, " 11"]
    readings: Float[Tensor, "11 7"]
    fired: Float[Tensor, " 11"]

    @property
    def middle(self) -> Float[Tensor, " 7"]:
        """The proxies halfway."""
        return self.readings[len(self.readings) // 2]

    @property
    def ends(self) -> Float[Tensor, " 7"]:
        """The mean of the proxies at the two ends."""
        return (self.readings[0] + self.readings[-1]) / 2

    @property
    def shared(self) -> float:
        """Total correlation halfway, nats a unit that fires: the others add nothing to it."""
        half = len(self.readings) // 2
        return float(self.readings[half, PROXIES.index("tc")] / self.fired[half])


@dataclass(frozen=True)
class Paths:
    """Between two solutions: a curve trained to have low loss, and the line; between their starts: the line."""

    curve: Path
    line: Path
    untrained: Path


@once
def solved(seed: int, hidden: int, target: float, optimizer: str, steps: int) -> tuple[Tensor, Tensor, Tensor]:
    """Two starts, the solutions that they train to, and the bend of the curve of low loss between these."""
    data, net = nets.problem(seed, 100), nets.shape(hidden)
    starts = torch.cat([nets.start(seed, hidden), nets.start(seed, hidden, "other start")])
    ends = nets.train_to(net, starts, data.x, data.y.expand(2, -1), target, optimizer)
    return starts, ends, bent(net, ends, data, steps, torch_generator(seed, "cic places", hidden))


@once
def paths(seed: int, hidden: int = 24, target: float = 0.1, optimizer: str = "gd", steps: int = 200) -> Paths:
    """Two networks from their own starts, trained on the same 100 digits to one loss."""
    data, net = nets.problem(seed, 100), nets.shape(hidden)
    starts, ends, bend = solved(seed, hidden, target, optimizer, steps)

    def path(a: Tensor, b: Tensor, c: Tensor) -> Path:
        theta = curve(a, b, c, PLACES)
        with torch.no_grad():
            last = net.activations(theta, data.held_out)[-2].relu()
        fired = (last.double().var(1) > 1e-12).double().mean(1)
        return Path(nets.loss(net, theta, data.x, data.y), nets.read(net, theta, data.held_out), fired)

    a, b = ends
    return Paths(path(a, b, bend), path(a, b, ends.mean(0)), path(starts[0], starts[1], starts.mean(0)))


def curve(a: Float[Tensor, " P"], b: Float[Tensor, " P"], c: Float[Tensor, " P"], t: Float[Tensor, " m"]) -> Tensor:
    """The quadratic Bezier curve ``(1-t)^2 a + 2t(1-t) c + t^2 b``, one row a place; ``c = (a+b)/2`` makes it a line."""
    t = t[:, None]
    return (1 - t) ** 2 * a + 2 * t * (1 - t) * c + t**2 * b


def bent(
    net: Shape, ends: Float[Tensor, "2 P"], data: nets.Problem, steps: int, generator: torch.Generator
) -> Float[Tensor, " P"]:
    """The bend that minimises the mean training loss along the curve, by Adam over random places (Garipov et al. 2018)."""
    c = ends.mean(0)
    moments, places = zero_moments(c), 6
    x, y = data.x.expand(places, *data.x.shape), data.y.expand(places, -1)
    for _ in range(steps):
        t = torch.rand(places, generator=generator)
        g = (2 * t * (1 - t)) @ net.gradient(curve(ends[0], ends[1], c, t), x, y) / places
        moments, direction = adam(moments, g)
        c = c - 2 * nets.RATES["adam"] * direction
    return c
