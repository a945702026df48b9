r"""What flattening leaves in the weights: a matrix from fewer measurements :math:`\langle A_k,W\rangle` than entries.

Many matrices fit; which one a rule finds from zero shows its bias.  Source: Abdelmoneum, Beneventano and Poggio 2026.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training_dynamics.optimizers.norms import Matrix, steepest
from training_dynamics.toolbox.seeds import numpy_generator

RULES = ("normalised", "spectral")
SIZE, STEPS, RATE = 12, 800, 0.004


@dataclass(frozen=True)
class Found:
    """A matrix that a rule found: how far it is from the measurements and from the true matrix, both relative."""

    w: Matrix
    residual: float
    error: float

    @property
    def directions(self) -> float:
        r"""How many singular values count: :math:`\lVert W\rVert_{\text{nuc}}^2/\lVert W\rVert_F^2`, all if they are equal."""
        return float(np.linalg.norm(self.w, "nuc") ** 2 / np.linalg.norm(self.w) ** 2)


def recover(seed: int, rule: str, measurements: int = 72, rank: int = 2, size: int = SIZE) -> Found:
    """Fit Gaussian measurements of a random matrix of that rank and length 1, from zero, at a rate that falls to zero.

    Both rules make steps of one Frobenius length.  Raises ValueError for an unknown rule.
    """
    if rule not in RULES:
        raise ValueError(f"rule must be one of {', '.join(RULES)}, got {rule!r}")
    rng = numpy_generator(seed, "optimizers sensing", measurements, rank, size)
    a = rng.standard_normal((measurements, size * size))
    true = rng.standard_normal((size, rank)) @ rng.standard_normal((rank, size))
    true /= np.linalg.norm(true)
    y, w = a @ true.ravel(), np.zeros((size, size))
    for step in range(STEPS):
        g = (a.T @ (a @ w.ravel() - y) / measurements).reshape(size, size)
        direction = steepest(g, "spectral") if rule == "spectral" else size**0.5 * g / np.linalg.norm(g)
        w = w - RATE * (1 - step / STEPS) * direction
    residual = np.linalg.norm(a @ w.ravel() - y) / np.linalg.norm(y)
    return Found(w, float(residual), float(np.linalg.norm(w - true)))
