"""The milder reading, asked directly: a trained network among others of its loss that kicks, and not descent, have chosen."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.cic import nets
from training_dynamics.cic.measures import readings
from training_dynamics.lab.flat import Shape
from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import torch_generator


@dataclass(frozen=True)
class Level:
    """Every proxy of a network less the mean over networks of its loss, and how long these are beside it.

    ``trained``: the network that descent found; ``kicked``: the mean of those that kicks led to, less what as many further
    kicks make of them.  Row 0 reads the whole last hidden layer, row 1 its ``firing`` units: those that fire in all these
    networks, the same for both.
    """

    trained: Float[Tensor, "2 7"]
    kicked: Float[Tensor, "2 7"]
    longer: float
    firing: int


@once
def networks(
    seed: int, hidden: int, target: float, optimizer: str, kicks: int, size: float, count: int
) -> tuple[Tensor, Tensor, Tensor]:
    """One network of the loss ``target``, ``count`` kicked ``kicks`` times and as many kicked as often again, all of its loss."""
    data, net = nets.problem(seed, 100), nets.shape(hidden)

    def back(theta: Tensor) -> Tensor:
        return nets.train_to(net, theta, data.x, data.y.expand(len(theta), -1), target, optimizer, every=1)

    trained, generator = back(nets.start(seed, hidden)), torch_generator(seed, "cic level", hidden)
    stages = [trained.expand(count, -1)]
    for _ in range(2):
        theta = stages[-1]
        for _ in range(kicks):
            theta = back(kicked(net, theta, trained, size, generator))
        stages.append(theta)
    return trained, stages[1], stages[2]


@once
def level(
    seed: int,
    hidden: int = 24,
    target: float = 0.1,
    optimizer: str = "gd",
    kicks: int = 3,
    size: float = 0.5,
    count: int = 16,
) -> Level:
    """Train one start to a loss; kick ``count`` copies ``kicks`` times and as often again, each time training back to it."""
    trained, near, far = networks(seed, hidden, target, optimizer, kicks, size, count)
    longer = float(near.norm(dim=1).mean() / trained.norm())
    found, firing = means(nets.shape(hidden), (trained, near, far), nets.problem(seed, 100).held_out)
    return Level(found[0] - found[1], found[1] - found[2], longer, firing)


@torch.no_grad()
def means(
    net: Shape, groups: tuple[Float[Tensor, "m P"], ...], x: Float[Tensor, "n 64"]
) -> tuple[Float[Tensor, "g 2 7"], int]:
    """Mean proxies of each group of networks: of the last hidden layer, and of its units that fire in all; how many these are."""
    first, last, logits = net.activations(torch.cat(groups), x)
    first, last = first.relu(), last.relu()
    fire = (last.double().var(1) > 1e-12).all(0)
    whole, firing = (
        readings(x, first, units, logits).split([len(group) for group in groups]) for units in (last, last[:, :, fire])
    )
    return torch.stack([torch.stack([a.mean(0), b.mean(0)]) for a, b in zip(whole, firing)]), int(fire.sum())


def kicked(
    net: Shape, theta: Float[Tensor, "m P"], like: Float[Tensor, "1 P"], size: float, generator: torch.Generator
) -> Float[Tensor, "m P"]:
    """Add to every weight matrix and bias a random step of ``size`` times its norm in ``like``, and give it that norm again."""
    steps = net.layers(torch.randn(theta.shape, generator=generator))
    layers = []
    for layer, step, aim in zip(net.layers(theta), steps, net.layers(like), strict=True):
        layers.append(tuple(resized(w + size * resized(d, a), a) for w, d, a in zip(layer, step, aim, strict=True)))
    return net.flat([(w, b) for w, b in layers])


def resized(part: Tensor, like: Tensor) -> Tensor:
    """Each matrix or bias of ``part``, one a network, with the norm of the one in ``like``."""
    norms = part.flatten(1).norm(dim=1) / like.norm()
    return part / norms.view(-1, *[1] * (part.ndim - 1))
