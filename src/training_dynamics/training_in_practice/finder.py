"""The learning-rate finder: raise the rate until the loss blows up, and compare with what curvature says."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.func import grad_and_value
from torch.nn.functional import cross_entropy

from training_dynamics.lab.once import once
from training_dynamics.toolbox.curvature import loss_of_parameters, sharpness
from training_dynamics.toolbox.names import split_names, windows
from training_dynamics.toolbox.nets import flat_parameters
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.training_in_practice.network import CharMLP, Shape

LOWEST, HIGHEST = 1e-3, 1e3


@dataclass(frozen=True)
class Ramp:
    """Rates and losses of one ramp, the rate at which the loss left four times its least value, and the stable limit there.

    ``limit`` is 2 / sharpness at the start.
    """

    rates: Float[Tensor, " steps"]
    losses: Float[Tensor, " steps"]
    blow_up: float
    limit: float


@once
def ramp(seed: int, steps: int = 150, hidden: int = 32, names: int = 60) -> Ramp:
    """Full-batch gradient descent on ``names`` names, the rate rising by one factor a step from 1e-3 to 1e3."""
    shape = Shape(hidden=hidden, embedding=6)
    x, y = windows(split_names(seed, names).train, shape.context)
    model = CharMLP(shape, torch_generator(seed, "finder"))
    function = loss_of_parameters(model, lambda out: cross_entropy(out, y), x)
    theta = flat_parameters(model)
    limit = 2 / sharpness(function, theta)
    rates = torch.logspace(-3, 3, steps)
    losses: list[float] = []
    for rate in rates.tolist():
        slope, value = grad_and_value(function)(theta)
        losses.append(float(value))
        if not value < 4 * min(losses):
            return Ramp(rates[: len(losses)], torch.tensor(losses), rate, limit)
        theta = theta - rate * slope
    raise RuntimeError(f"the loss never left four times its least value up to a rate of {HIGHEST:g}")
