"""Which proxies change where outputs do not: four changes of the last hidden layer, each undone in the weights out."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.cic import nets
from training_dynamics.cic.measures import covariance, gaussian_entropy, readings
from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import torch_generator

CHANGES = ("one factor for all units", "a factor for each unit", "one more silent unit", "a rotation")
MOVES = (  # which of ``preregistration.PROXIES`` each change moves, by their formulas
    ("h_rep",),
    ("h_rep", "log_rank", "cka", "cka_input"),
    ("tc", "synergy", "h_rep"),
    ("tc", "synergy"),
)
VARIES = 1e-5  # a unit's least variance: a factor of a third leaves it above the floor of the entropy


@once
def moved(seed: int, hidden: int = 24, target: float = 0.1) -> Float[Tensor, "4 7"]:
    """By how much each of ``CHANGES`` moves each proxy of a trained network, in absolute value; units that vary are read.

    Factors lie between a third and 3.  The entropy is read without the guard here, whose place depends on the axes.
    """
    data, net = nets.problem(seed, 100), nets.shape(hidden)
    theta = nets.train_to(net, nets.start(seed, hidden), data.x, data.y[None], target, "gd")
    with torch.no_grad():
        first, last, logits = net.activations(theta, data.held_out)
    first, last = first.relu(), last.relu().double()
    last = last[:, :, last.var(1)[0] > VARIES]

    def read(units: Float[Tensor, "1 n h"]) -> Float[Tensor, " 7"]:
        found = readings(data.held_out, first, units, logits)[0]
        if units.shape == last.shape:
            found[2] = gaussian_entropy(covariance(units), 0)[0] / units.shape[-1]
        return found

    return torch.stack([(read(change(last)) - read(last)).abs() for change in _changes(seed, last.shape[-1])])


def _changes(seed: int, h: int) -> list[Callable[[Tensor], Tensor]]:
    generator = torch_generator(seed, "cic invariance", h)
    factors = 3 ** (2 * torch.rand(h, generator=generator).double() - 1)
    turn = torch.linalg.qr(torch.randn(h, h, generator=generator).double())[0]
    return [
        lambda units: 3 * units,
        lambda units: factors * units,
        lambda units: torch.cat([units, torch.zeros_like(units[..., :1])], -1),
        lambda units: units @ turn,
    ]
