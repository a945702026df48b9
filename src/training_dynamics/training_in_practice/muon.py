"""Muon (Jordan et al. 2024): momentum whose step is made orthogonal, for the weight matrices of a network's inside."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # Jordan's polynomial: drives singular values to about 1 in five rounds


def orthogonalised(matrix: Float[Tensor, "a b"], rounds: int = 5) -> Float[Tensor, "a b"]:
    """About ``U V^T`` of ``matrix = U S V^T``: every singular value that is not tiny becomes one between 0.6 and 1.3."""
    wide = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    x = wide / (wide.norm() + 1e-12)
    a, b, c = COEFFICIENTS
    for _ in range(rounds):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if matrix.shape[0] > matrix.shape[1] else x


class Muon(torch.optim.Optimizer):
    """Nesterov momentum ``beta``, made orthogonal, times ``lr sqrt(max(1, rows / columns))``."""

    def __init__(self, parameters: Iterable[Tensor], lr: float = 0.02, beta: float = 0.95) -> None:
        super().__init__(list(parameters), {"lr": lr, "beta": beta})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One step of all matrices."""
        for group in self.param_groups:
            for p in group["params"]:
                velocity = self.state[p].setdefault("velocity", torch.zeros_like(p))
                velocity.lerp_(p.grad, 1 - group["beta"])
                direction = orthogonalised(p.grad.lerp(velocity, group["beta"]))
                p.add_(direction, alpha=-group["lr"] * max(1.0, p.shape[0] / p.shape[1]) ** 0.5)
