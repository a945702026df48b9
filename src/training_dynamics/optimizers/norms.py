r"""Steepest descent under a norm: the step D of unit norm that gains most.

What it gains is the dual norm, :math:`\lVert G\rVert_*=\max_{\lVert D\rVert\le1}\langle G,D\rangle`.

Weights map inputs to outputs, ``y = W x``, so that W and its gradient G have shape ``(out, in)``.
Source: Bernstein and Newhouse 2024; everything is float64.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

Matrix = Float[ndarray, "out in"]

NORMS = ("frobenius", "max", "spectral", "rms")
CUT = 1e-12  # singular values below this share of the largest count as zero


def _check(kind: str) -> None:
    if kind not in NORMS:
        raise ValueError(f"norm must be one of {', '.join(NORMS)}, got {kind!r}")


def polar(g: Matrix) -> Matrix:
    r"""The orthogonal factor :math:`UV^\top` of :math:`G=USV^\top`, without the directions in which G is zero."""
    u, s, v = np.linalg.svd(g, full_matrices=False)
    kept = s > CUT * s[0]
    return u[:, kept] @ v[kept]


def rms_factor(shape: tuple[int, ...]) -> float:
    r""":math:`\sqrt{n_{out}/n_{in}}`: the size in the spectral norm of a matrix of unit norm from RMS to RMS."""
    return float(np.sqrt(shape[0] / shape[1]))


def norm(d: Matrix, kind: str) -> float:
    """The size of a step: root of the sum of squares, largest entry, largest singular value, or the last from RMS to RMS.

    ``"rms"`` is the largest root mean square of the output for inputs of root mean square 1.  Raises ValueError for a norm
    that is not one of ``NORMS``.
    """
    _check(kind)
    if kind == "frobenius":
        return float(np.linalg.norm(d))
    if kind == "max":
        return float(np.abs(d).max())
    largest = float(np.linalg.norm(d, 2))
    return largest if kind == "spectral" else largest / rms_factor(d.shape)


def dual_norm(g: Matrix, kind: str) -> float:
    """The most that a step of unit norm gains: the same root, the sum of absolute entries, or of singular values.

    Raises ValueError for a norm that is not one of ``NORMS``.
    """
    _check(kind)
    if kind == "frobenius":
        return float(np.linalg.norm(g))
    if kind == "max":
        return float(np.abs(g).sum())
    nuclear = float(np.linalg.svd(g, compute_uv=False).sum())
    return nuclear if kind == "spectral" else nuclear * rms_factor(g.shape)


def steepest(g: Matrix, kind: str) -> Matrix:
    """The step of unit norm that gains most; zeros where nothing is to be gained.

    ``G / |G|``, ``sign(G)``, ``U V^T``, or the last times ``sqrt(out / in)``.  Raises ValueError for an unknown norm.
    """
    _check(kind)
    if not np.any(g):
        return np.zeros_like(g)
    if kind == "frobenius":
        return g / np.linalg.norm(g)
    if kind == "max":
        return np.sign(g)
    return polar(g) if kind == "spectral" else polar(g) * rms_factor(g.shape)
