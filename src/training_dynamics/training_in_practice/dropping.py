"""Dropout on the character model: units of the hidden layers are silenced at random while it learns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from training_dynamics.training_in_practice.network import CharMLP


@contextmanager
def dropped(model: nn.Module, rate: float, generator: torch.Generator) -> Iterator[None]:
    """Inside, a hidden unit is zero with probability ``rate``, for each example anew, and ``1/(1 - rate)`` as large otherwise.

    The expectation of what the next layer reads stays as it was, so that nothing has to be rescaled outside.  Raises
    ValueError for a model that is not a ``CharMLP``, unless the rate is 0.
    """
    if rate and not isinstance(model, CharMLP):
        raise ValueError(f"dropout must be 0 for a model other than CharMLP, got {rate} for {type(model).__name__}")

    def thinned(_: nn.Module, inputs: tuple[Tensor]) -> Tensor:
        kept = torch.rand(inputs[0].shape, generator=generator) >= rate
        return inputs[0] * kept / (1 - rate)

    readers = model.layers[1:] if rate and isinstance(model, CharMLP) else []
    hooks = [layer.register_forward_pre_hook(thinned) for layer in readers]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
