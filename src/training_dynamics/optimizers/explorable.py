"""What the chapter's explorable shows, from singular value decompositions; the page rotates columns and iterates instead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.optimizers.newton_schulz import MUON, Coefficients, polynomial
from training_dynamics.optimizers.norms import polar

SIZE = 6
ORDER = ([2, 4, 0, 5, 1, 3], [1, 3, 5, 0, 2, 4])  # of the frequencies, strongest singular value first
Square = Float[ndarray, "6 6"]


@dataclass(frozen=True)
class Picture:
    """The gradient, its sign, its orthogonal factor, and singular values: of the gradient, of the sign, after the rounds."""

    gradient: Square
    sign: Square
    orthogonal: Square
    before: Float[ndarray, " 6"]
    of_sign: Float[ndarray, " 6"]
    after: Float[ndarray, " 6"]


def bases() -> tuple[Square, Square]:
    """The singular vectors on both sides, as columns: cosines and sines, their frequencies out of order."""
    i, k = np.arange(SIZE)[:, None], np.arange(SIZE)
    cosines = np.sqrt(np.where(k == 0, 1, 2) / SIZE) * np.cos(np.pi * (i + 0.5) * k / SIZE)
    sines = np.sqrt(2 / (SIZE + 1)) * np.sin(np.pi * (i + 1) * (k + 1) / (SIZE + 1))
    return cosines[:, ORDER[0]], sines[:, ORDER[1]]


def picture(spread: float, rounds: int = 5, coefficients: Coefficients = MUON) -> Picture:
    """All that is drawn for singular values from 1 down to ``10^-spread``.  Raises ValueError for a spread outside [0, 6]."""
    if not 0 <= spread <= 6:
        raise ValueError(f"spread must be from 0 to 6, got {spread}")
    left, right = bases()
    before = 10 ** (-spread * np.arange(SIZE) / (SIZE - 1))
    g = (left * before) @ right.T
    sign = np.where(np.abs(g) < 1e-12, 0.0, np.sign(g))
    after = np.sort(polynomial(before / np.linalg.norm(before), rounds, coefficients))[::-1]
    return Picture(g, sign, polar(g), before, np.linalg.svd(sign, compute_uv=False), after)
