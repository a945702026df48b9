"""Row 2, Adam and coherence: how far each optimizer moves the alignment of layers on its way, beside a random walk."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.cic import nets
from training_dynamics.cic.preregistration import PROXIES, TERMS
from training_dynamics.lab.flat import Shape
from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import torch_generator

COHERENCE = [PROXIES.index(name) for name in TERMS["C"]]
WALKS = 10


@dataclass(frozen=True)
class Drift:
    """Absolute change of both proxies of C from the start; both walks are means over ten random ones.

    ``walk`` moves weights as far as Adam did, ``matched`` what the layers compute on held-out images.
    """

    adam: Float[Tensor, " 2"]
    gd: Float[Tensor, " 2"]
    walk: Float[Tensor, " 2"]
    matched: Float[Tensor, " 2"]


@once
def drift(seed: int, hidden: int = 24, target: float = 0.1, examples: int = 100) -> Drift:
    """Both optimizers from one start to the same training loss."""
    data, net = nets.problem(seed, examples), nets.shape(hidden)
    start = nets.start(seed, hidden)
    adam, gd = (nets.train_to(net, start, data.x, data.y[None], target, name) for name in ("adam", "gd"))
    walks = random_walks(net, start, adam, torch_generator(seed, "cic walks", hidden))
    aimed = torch_generator(seed, "cic walks of activations", hidden)
    matched = activation_walks(net, start, adam, data.held_out, aimed)
    before, *after = (nets.read(net, theta, data.held_out)[:, COHERENCE] for theta in (start, adam, gd, walks, matched))
    moved = [(a - before).abs().mean(0) for a in after]
    return Drift(*moved)


def random_walks(
    net: Shape, start: Float[Tensor, "1 P"], end: Float[Tensor, "1 P"], generator: torch.Generator, count: int = WALKS
) -> Float[Tensor, "count P"]:
    """Where isotropic random walks end that take each weight matrix and each bias as far from ``start`` as ``end`` is."""
    steps = net.layers(torch.randn(count, net.count, generator=generator))
    lengths = net.layers(end - start)
    scaled = [
        tuple(
            part * aim.norm() / part.flatten(1).norm(dim=1).view(-1, *[1] * (part.ndim - 1)) for part, aim in zip(*pair)
        )
        for pair in zip(steps, lengths)
    ]
    return start + net.flat([(w, b) for w, b in scaled])


@torch.no_grad()
def activation_walks(
    net: Shape,
    start: Float[Tensor, "1 P"],
    end: Float[Tensor, "1 P"],
    x: Float[Tensor, "n d"],
    generator: torch.Generator,
    count: int = WALKS,
) -> Float[Tensor, "count P"]:
    """Where random walks end that move each layer's pre-activations on ``x`` as far from ``start``'s as ``end`` does.

    Layer by layer, each in one random direction; where the layers before have moved it farther already, it moves so as to
    bring that nearest.
    """
    steps, layers = net.layers(torch.randn(count, net.count, generator=generator).to(start)), []
    before, after = net.activations(start, x), net.activations(end, x)
    h = x.expand(count, *x.shape)
    for (w, b), (dw, db), old, new in zip(net.layers(start.expand(count, -1)), steps, before, after):
        stays, moves = h @ w.mT + b[:, None] - old, h @ dw.mT + db[:, None]
        a, half = moves.square().sum((1, 2)), (stays * moves).sum((1, 2))
        over = stays.square().sum((1, 2)) - (new - old).square().sum()
        c = (-half + (half**2 - a * over).clamp_min(0).sqrt()) / a
        c = torch.where(over > 0, -half / a, c)
        layers.append((w + c[:, None, None] * dw, b + c[:, None] * db))
        h = (stays + old + c[:, None, None] * moves).relu()
    return net.flat(layers)
