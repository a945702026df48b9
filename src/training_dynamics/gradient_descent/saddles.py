"""How often a critical point is a saddle: signs of random Hessians, and the critical points of small networks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch.func import grad, hessian, vmap

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator, torch_generator

# Probability that a symmetric Gaussian matrix of size 1, 2 and 3 is positive definite.
EXACT = {1: 0.5, 2: (2 - math.sqrt(2)) / 4, 3: (math.pi - 2 * math.sqrt(2)) / (4 * math.pi)}


def positive_share(seed: int, size: int, draws: int = 100_000) -> float:
    """The share of symmetric Gaussian matrices (rotation-invariant) of that size without a negative eigenvalue."""
    a = numpy_generator(seed, "gradient descent symmetric", size).standard_normal((draws, size, size))
    return float(np.mean(np.linalg.eigvalsh(a + a.transpose(0, 2, 1))[:, 0] > 0))


@dataclass(frozen=True)
class Critical:
    """Critical points found: their losses, and the share of negative eigenvalues at each (0: a minimum)."""

    losses: Float[ndarray, " points"]
    index: Float[ndarray, " points"]

    @property
    def minima(self) -> float:
        """The share of the points that are minima."""
        return float(np.mean(self.index == 0))


@once
def critical_points(seed: int, hidden: int, starts: int = 40, examples: int = 40, decay: float = 1e-2) -> Critical:
    """Newton's method from random points of a tanh network with two inputs on random targets; what converges is kept, once.

    The loss is the mean squared error plus ``decay * |theta|**2 / 2``, which leaves no flat directions.
    """
    rng = torch_generator(seed, "gradient descent critical", hidden)
    x = torch.randn(examples, 2, generator=rng, dtype=torch.float64)
    y = torch.randn(examples, generator=rng, dtype=torch.float64)

    def loss(theta: torch.Tensor) -> torch.Tensor:
        w, a = theta[: 2 * hidden].view(2, hidden), theta[2 * hidden :]
        return ((torch.tanh(x @ w) @ a - y) ** 2).mean() / 2 + decay * (theta @ theta) / 2

    theta = torch.randn(starts, 3 * hidden, generator=rng, dtype=torch.float64)
    slope, curvature = vmap(grad(loss)), vmap(hessian(loss))
    damping = torch.ones(starts, dtype=torch.float64)
    g, h = slope(theta), curvature(theta)
    for _ in range(30):
        square = h @ h + damping[:, None, None] * torch.eye(3 * hidden, dtype=torch.float64)
        new = theta - torch.linalg.solve(square, (h @ g[:, :, None])).squeeze(-1)
        g_new = slope(new)
        better = g_new.norm(dim=1) < g.norm(dim=1)
        theta, g = torch.where(better[:, None], new, theta), torch.where(better[:, None], g_new, g)
        damping = torch.where(better, damping / 8, damping * 4).clamp(1e-14, 1e6)
        h = curvature(theta)
    eigenvalues = torch.linalg.eigvalsh(h)
    kept = g.norm(dim=1) < 1e-9
    found = torch.stack([vmap(loss)(theta), (eigenvalues < -1e-7).double().mean(1)], 1)[kept].numpy()
    _, first = np.unique(found.round(6), axis=0, return_index=True)  # symmetric copies and repeated finds count once
    return Critical(*found[first].T)
