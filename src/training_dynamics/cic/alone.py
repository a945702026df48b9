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
    """Every proxy, less that in the middle of the line: in the middle of the curve, and of the network trained alone."""

    curve: Float[Tensor, " 7"]
    alone: Float[Tensor, " 7"]


@once
def alone(seed: int, hidden: int = 24, target: float = 0.1, optimizer: str = "adam") -> Alone:
    """The networks of ``paths.paths``; ``optimizer`` trains the mean of both solutions, which knows of no curve."""
    data, net, found = nets.problem(seed, 100), nets.shape(hidden), paths(seed, hidden, target)
    starts = torch.cat([nets.start(seed, hidden), nets.start(seed, hidden, "other start")])
    middle = nets.train_to(net, starts, data.x, data.y.expand(2, -1), target, "gd").mean(0, keepdim=True)
    loss = float(found.curve.losses[len(found.curve.losses) // 2])
    trained = nets.train_to(net, middle, data.x, data.y[None], loss, optimizer, every=1)
    return Alone(found.curve.middle - found.line.middle, nets.read(net, trained, data.held_out)[0] - found.line.middle)
