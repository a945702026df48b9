"""Losses of a stack of networks: one number a network, so that their sum gives each network its own gradient."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import cross_entropy


def cross_entropies(logits: Float[Tensor, "m n k"], y: Tensor) -> Float[Tensor, " m"]:
    """Mean cross-entropy (nats) of each of ``m`` networks; labels ``y``: ``(n,)`` for all networks, or ``(m, n)``."""
    target = y.expand(len(logits), -1) if y.ndim == 1 else y
    return cross_entropy(logits.flatten(0, 1), target.flatten(), reduction="none").view(target.shape).mean(1)


def squared_errors(outputs: Float[Tensor, "m n k"], y: Tensor) -> Float[Tensor, " m"]:
    """Squared error of each of ``m`` networks, summed over outputs, mean over examples; ``y``: ``(n, k)`` or ``(m, n, k)``."""
    return (outputs - y).square().sum(2).mean(1)
