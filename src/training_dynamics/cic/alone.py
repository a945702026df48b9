"""Row 5's plainer account: the middle of the straight line, trained by itself to the loss that the curve has in its middle."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.cic import nets
from training_dynamics.cic.paths import paths
from training_dynamics.lab.once import once


@dataclass(frozen=True)
class Alone:
    """Every proxy, less that in the middle of the line: in the middle of the curve, and of two networks trained alone.

    ``alone`` starts from the middle of the line, ``fresh`` from a third start.
    """

    curve: Float[Tensor, " 7"]
    alone: Float[Tensor, " 7"]
    fresh: Float[Tensor, " 7"]


@once
def alone(seed: int, hidden: int = 24, target: float = 0.1, optimizer: str = "adam") -> Alone:
    """The networks of ``paths.paths``; ``optimizer`` trains the mean of both solutions and a third start, without a curve."""
    data, net, found = nets.problem(seed, 100), nets.shape(hidden), paths(seed, hidden, target)
    starts = torch.cat([nets.start(seed, hidden), nets.start(seed, hidden, "other start")])
    middle = nets.train_to(net, starts, data.x, data.y.expand(2, -1), target, "gd").mean(0, keepdim=True)
    loss = float(found.curve.losses[len(found.curve.losses) // 2])
    both = torch.cat([middle, nets.start(seed, hidden, "third start")])
    trained = nets.train_to(net, both, data.x, data.y.expand(2, -1), loss, optimizer, every=1)
    gains = torch.cat([found.curve.middle[None], nets.read(net, trained, data.held_out)]) - found.line.middle
    return Alone(*gains)
