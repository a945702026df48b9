r"""Newton–Schulz: an odd polynomial of a matrix, applied a few times, that drives its singular values to about 1.

:math:`X\leftarrow aX+(b\,XX^\top+c\,(XX^\top)^2)X` keeps the singular vectors of X and takes each singular value s to
:math:`p(s)=as+bs^3+cs^5`.  Before the first round X is divided by its Frobenius norm, so that no singular value is above 1.
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

Coefficients = tuple[float, float, float]

MUON: Coefficients = (3.4445, -4.7750, 2.0315)  # Jordan et al. 2024: steep at zero, and never settled
CUBIC: Coefficients = (1.5, -0.5, 0.0)  # converges to 1 from every s in (0, sqrt 3), slowly where s is small


def orthogonalised(
    matrix: Float[Tensor, "*batch a b"], rounds: int = 5, coefficients: Coefficients = MUON, eps: float = 1e-7
) -> Float[Tensor, "*batch a b"]:
    """``rounds`` of the iteration from the matrix over its Frobenius norm, in the matrix's own precision.

    The smaller of the two Gram matrices is used.  Raises ValueError for ``rounds`` below 0.  Source: Jordan et al. 2024.
    """
    if rounds < 0:
        raise ValueError(f"rounds must be >= 0, got {rounds}")
    tall = matrix.shape[-2] > matrix.shape[-1]
    x = matrix.mT if tall else matrix
    x = x / torch.linalg.vector_norm(x, dim=(-2, -1), keepdim=True).clamp(min=eps)
    a, b, c = coefficients
    for _ in range(rounds):
        gram = x @ x.mT
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x.mT if tall else x


def polished(matrix: Float[Tensor, "*batch a b"], rounds: int = 5, after: int = 4) -> Float[Tensor, "*batch a b"]:
    """Muon's rounds and then cubic ones, which settle: nearly the orthogonal factor wherever Muon's brought s near 1."""
    x = orthogonalised(matrix, rounds)
    tall = x.shape[-2] > x.shape[-1]
    x = x.mT if tall else x
    for _ in range(after):
        x = 1.5 * x - 0.5 * (x @ x.mT) @ x
    return x.mT if tall else x


def polynomial(s: np.ndarray | float, rounds: int = 5, coefficients: Coefficients = MUON) -> np.ndarray:
    """What the rounds make of singular values ``s`` (already divided by the Frobenius norm)."""
    a, b, c = coefficients
    s = np.asarray(s, dtype=float)
    for _ in range(rounds):
        s = s * (a + s**2 * (b + c * s**2))
    return s
