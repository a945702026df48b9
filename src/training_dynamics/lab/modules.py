"""Torch modules of one architecture, whatever it is, trained side by side: parameters stacked, the forward pass vmapped."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from training_dynamics.lab.training import minimize
from training_dynamics.toolbox.train import Loss


def train_side_by_side(
    models: Sequence[nn.Module],
    x: Float[Tensor, "s n d"],
    y: Tensor,
    steps: int,
    learning_rate: float,
    loss: Loss = nn.functional.mse_loss,
) -> tuple[list[nn.Module], Float[Tensor, "steps s"]]:
    """Train networks of one architecture at once, each with full-batch Adam on its own ``x[s]``, ``y[s]``, for ``steps`` steps.

    Returns the trained networks (the same objects) and their losses before every step.
    """
    stacked, buffers = stack_module_state(list(models))  # type: ignore[arg-type]
    base = models[0]

    def one(parameters: dict[str, Tensor], buffer: dict[str, Tensor], inputs: Tensor, targets: Tensor) -> Tensor:
        return loss(functional_call(base, (parameters, buffer), (inputs,)), targets)

    optimizer = torch.optim.Adam(stacked.values(), lr=learning_rate)
    history = minimize(lambda: vmap(one)(stacked, buffers, x, y), optimizer, steps)
    with torch.no_grad():
        for i, model in enumerate(models):
            for name, parameter in model.named_parameters():
                parameter.copy_(stacked[name][i])
    return list(models), history
