"""One function, many sharpnesses: hidden ReLU units scaled up on the way in and down on the way out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from training_dynamics.lab.once import once
from training_dynamics.toolbox.curvature import loss_of_parameters, sharpness
from training_dynamics.toolbox.data import digits
from training_dynamics.toolbox.nets import flat_parameters, mlp
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.toolbox.train import train


@dataclass(frozen=True)
class Rescaled:
    """A trained network and the same function with other weights: ratios, and the largest change of an output."""

    sharpness_ratio: float
    adaptive_ratio: float
    output_change: float
    error_before: float
    error_after: float


def rescale(model: nn.Sequential, factors: Float[Tensor, " h"]) -> None:
    """Multiply what enters hidden unit i by ``factors[i]`` and divide what leaves it by the same, in place.

    Raises ValueError unless all factors are positive: ReLU commutes with no others.
    """
    if not bool((factors > 0).all()):
        raise ValueError(f"factors must be > 0, got a smallest of {float(factors.min())}")
    into, bias, out = list(model.parameters())[:3]
    with torch.no_grad():
        into.mul_(factors[:, None])
        bias.mul_(factors)
        out.div_(factors)


def adaptive_sharpness(model: nn.Sequential, x: Float[Tensor, "n d"], y: Tensor) -> float:
    r"""The top eigenvalue of :math:`D H D` with :math:`D=\operatorname{diag}|\theta|`: the Hessian in relative changes.

    Source: Kwon et al. 2021, who maximise the loss over such changes.
    """
    theta = flat_parameters(model)
    loss = loss_of_parameters(model, lambda outputs: cross_entropy(outputs, y), x)
    return sharpness(lambda relative: loss(theta.abs() * relative), theta.sign())


def plain_sharpness(model: nn.Sequential, x: Float[Tensor, "n d"], y: Tensor) -> float:
    """The largest Hessian eigenvalue of the mean cross-entropy."""
    loss = loss_of_parameters(model, lambda outputs: cross_entropy(outputs, y), x)
    return sharpness(loss, flat_parameters(model))


@once
def rescaled(seed: int, spread: float = 10.0, hidden: int = 32, steps: int = 150) -> Rescaled:
    """Train on 300 digits, then scale every hidden unit by a random factor between ``1/spread`` and ``spread``."""
    data = digits(seed, train=300, dtype=torch.float64)
    model = mlp([64, hidden, 10], torch_generator(seed, "rescaling start", hidden), dtype=torch.float64)
    train(model, data.x_train, data.y_train, torch.optim.Adam(model.parameters(), lr=1e-2), steps)
    measures = [plain_sharpness, adaptive_sharpness]
    before = [measure(model, data.x_train, data.y_train) for measure in measures]
    with torch.no_grad():
        outputs = model(data.x_test)
    powers = 2 * torch.rand(hidden, generator=torch_generator(seed, "rescaling factors"), dtype=torch.float64) - 1
    rescale(model, spread**powers)
    after = [measure(model, data.x_train, data.y_train) for measure in measures]
    with torch.no_grad():
        again = model(data.x_test)
    errors = [float((out.argmax(1) != data.y_test).double().mean()) for out in (outputs, again)]
    change = float((again - outputs).abs().max() / outputs.abs().max())
    return Rescaled(after[0] / before[0], after[1] / before[1], change, *errors)
