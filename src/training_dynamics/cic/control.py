"""A positive control: a saying known to be true, put through the procedure that the lens goes through.

The saying: training aligns the last hidden layer with the labels.  Its proxy sees labels, which the lens's do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.cic import nets
from training_dynamics.cic.climb import probe
from training_dynamics.cic.measures import linear_cka
from training_dynamics.cic.updates import random_walks
from training_dynamics.lab.flat import Shape
from training_dynamics.lab.once import once
from training_dynamics.lab.optimizers import adam, zero_moments
from training_dynamics.toolbox.data import one_hot
from training_dynamics.toolbox.seeds import torch_generator


def alignment(net: Shape, theta: Float[Tensor, "m P"], x: Float[Tensor, "n 64"], y: Tensor) -> Float[Tensor, " m"]:
    """Linear CKA of the last hidden layer and the labels, one-hot, of every network."""
    hidden = net.activations(theta, x)[-2].relu()
    return linear_cka(hidden, one_hot(y, dtype=torch.float64).expand(len(theta), -1, -1))


@dataclass(frozen=True)
class Aligned:
    """Rise of the alignment with the true labels of held-out images: trained, on shuffled labels, along ten random walks."""

    trained: float
    shuffled: float
    walk: float


@once
def aligned(seed: int, hidden: int = 24, target: float = 0.1, optimizer: str = "gd") -> Aligned:
    """One start, trained to one loss on true and on shuffled labels, and moved at random as far as training moved it."""
    data, net, start = nets.problem(seed, 100), nets.shape(hidden), nets.start(seed, hidden)
    true, other = (nets.train_to(net, start, data.x, y[None], target, optimizer) for y in (data.y, data.shuffled))
    walks = random_walks(net, start, true, torch_generator(seed, "cic control walks", hidden))
    with torch.no_grad():
        before, *after = (
            float(alignment(net, theta, data.held_out, data.held_out_labels).mean())
            for theta in (start, true, other, walks)
        )
    return Aligned(*(a - before for a in after))


@once
def climbed(seed: int, hidden: int = 24, steps: int = 100) -> tuple[float, float]:
    """Held-out accuracy of a linear probe before and after Adam climbs the alignment on the training images."""
    data, net, start = nets.problem(seed, 100), nets.shape(hidden), nets.start(seed, hidden)
    theta, moments = start, zero_moments(start)
    for _ in range(steps):
        leaf = theta.detach().requires_grad_()
        value = alignment(net, leaf, data.x, data.y)[0]
        moments, direction = adam(moments, torch.autograd.grad(value, leaf)[0])
        theta = theta + nets.RATES["adam"] * direction
    return probe(net, start, data), probe(net, theta, data)
