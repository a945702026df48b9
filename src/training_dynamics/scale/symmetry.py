r"""Which settings of a network are the same run: multipliers against starts and rates, lengths against rates and decay.

The network is :math:`f=c_2V\tanh(c_1Wx)`, or with the entries of :math:`Wx` divided by their root mean square before tanh.
Full batch, squared error, float64.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.lab.optimizers import EXACT, adam, zero_moments
from training_dynamics.toolbox.seeds import torch_generator


@dataclass(frozen=True)
class Setting:
    """Per layer: the factor in the forward pass, the scale of the start, and the rate; and the weight decay of the first."""

    factor: tuple[float, float] = (1.0, 1.0)
    start: tuple[float, float] = (1.0, 1.0)
    rate: tuple[float, float] = (0.05, 0.05)
    decay: float = 0.0

    def moved(self, theta: tuple[float, float], optimizer: str) -> Setting:
        r"""The same run with factors times :math:`\theta`, starts over it and rates over its square; Adam's rates over it.

        Source: Yang and Hu (2021), the symmetry of abc-parametrisations.
        """
        power = 2 if optimizer == "sgd" else 1
        first, second = theta
        return replace(
            self,
            factor=(self.factor[0] * first, self.factor[1] * second),
            start=(self.start[0] / first, self.start[1] / second),
            rate=(self.rate[0] / first**power, self.rate[1] / second**power),
        )


def outputs_along(
    seed: int,
    setting: Setting,
    optimizer: str = "sgd",
    normalised: bool = False,
    steps: int = 20,
    width: int = 16,
    examples: int = 12,
) -> Float[Tensor, "steps+1 n"]:
    """The network's outputs before and after every step."""
    g = torch_generator(seed, "scale symmetry", width)
    x, y = (torch.randn(*shape, generator=g, dtype=torch.float64) for shape in ((examples, 5), (examples,)))
    first = torch.randn(width, 5, generator=g, dtype=torch.float64) / 5**0.5 * setting.start[0]
    second = torch.randn(width, generator=g, dtype=torch.float64) / width**0.5 * setting.start[1]
    layers = [first.requires_grad_(), second.requires_grad_()]
    moments, found = [zero_moments(w.detach()) for w in layers], []
    for _ in range(steps + 1):
        z = setting.factor[0] * x @ layers[0].T
        if normalised:
            z = z / z.square().mean(1, keepdim=True).sqrt()
        f = setting.factor[1] * torch.tanh(z) @ layers[1]
        found.append(f.detach())
        gradients = torch.autograd.grad((f - y).square().mean(), layers)
        with torch.no_grad():
            for i, (w, gradient) in enumerate(zip(layers, gradients)):
                direction = gradient
                if optimizer == "adam":
                    moments[i], direction = adam(moments[i], gradient, EXACT)
                w.mul_(1 - setting.rate[i] * setting.decay * (i == 0)).sub_(setting.rate[i] * direction)
    return torch.stack(found)
