"""Plain networks with explicit initialisation."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn


def mlp(
    sizes: Sequence[int],
    generator: torch.Generator,
    activation: Callable[[], nn.Module] = nn.ReLU,
    gain: float = math.sqrt(2),
    bias: bool = True,
    dtype: torch.dtype = torch.float32,
) -> nn.Sequential:
    """A fully connected network ``sizes[0] -> ... -> sizes[-1]`` with ``activation`` between its linear layers.

    Weights are drawn from N(0, gain^2 / fan_in), biases are zero.  Raises ValueError for fewer than two sizes.
    ``gain = sqrt(2)`` keeps the scale of activations through ReLU layers (He et al. 2015, section 2.2).
    """
    if len(sizes) < 2:
        raise ValueError(f"sizes must hold at least an input and an output size, got {list(sizes)}")
    layers: list[nn.Module] = []
    for fan_in, fan_out in zip(sizes[:-1], sizes[1:]):
        linear = nn.utils.skip_init(nn.Linear, fan_in, fan_out, bias=bias, dtype=dtype)
        with torch.no_grad():
            linear.weight.normal_(0, gain / math.sqrt(fan_in), generator=generator)
            if bias:
                linear.bias.zero_()
        layers += [linear, activation()]
    return nn.Sequential(*layers[:-1])


def flat_parameters(model: nn.Module) -> Tensor:
    """All parameters as one detached vector, shape ``(P,)``, in the order of ``model.parameters()``."""
    return torch.cat([p.detach().reshape(-1) for p in model.parameters()])


def set_flat_parameters(model: nn.Module, vector: Tensor) -> None:
    """Write a vector of shape ``(P,)`` back into the parameters; the inverse of :func:`flat_parameters`."""
    total = sum(p.numel() for p in model.parameters())
    if vector.shape != (total,):
        raise ValueError(f"vector must have shape ({total},), got {tuple(vector.shape)}")
    torch.nn.utils.vector_to_parameters(vector, model.parameters())
