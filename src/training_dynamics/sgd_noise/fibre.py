r"""All balanced factorisations of one matrix, and their entropy.

A balanced deep linear network of N square layers that computes :math:`W=USV^\top` has
:math:`W_p=Q_pS^{1/N}Q_{p-1}^\top` with :math:`Q_0=V`, :math:`Q_N=U` and free rotations between: its *fibre*.
"""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
from jaxtyping import Float
from numpy import ndarray


def orbit_entropy(s: Float[ndarray, " d"], depth: int) -> float:
    r"""The logarithm of the fibre's volume, up to the volume of the rotations.

    :math:`\tfrac12\sum_{i<j}\ln\left[2^{N-1}\frac{s_i^2-s_j^2}{s_i^{2/N}-s_j^{2/N}}\right]`, in the limit where two are equal.
    Raises ValueError for singular values that are not positive and for fewer than two layers.  Source: Menon & Yu (2025).
    """
    if depth < 2:
        raise ValueError(f"depth must be >= 2, got {depth}: a single layer has one factorisation")
    if np.min(s) <= 0:
        raise ValueError(f"singular values must be > 0, got {np.min(s)}: at rank loss the fibre has fewer dimensions")
    powers = np.arange(depth)
    total = 0.0
    for a, b in combinations(np.asarray(s, dtype=float) ** (2 / depth), 2):
        total += np.log(2.0 ** (depth - 1) * np.sum(a**powers * b ** (depth - 1 - powers))) / 2
    return float(total)


def density_of_weights(s: Float[ndarray, " d"], depth: int) -> float:
    r"""The logarithm of the volume of balanced weights per unit volume of maps, up to a constant.

    The fibre's volume times the root of the determinant of the metric on maps, :math:`e^{-2S}\prod_is_i^{1/N-1}`: its
    eigenvalues are the inverses of the quotients of :func:`orbit_entropy`, over all ordered pairs.
    """
    return -orbit_entropy(s, depth) - (1 - 1 / depth) * float(np.sum(np.log(s)))


def gram_entropy(
    s: Float[ndarray, " d"], rotations: list[Float[ndarray, "d d"]], output: Float[ndarray, "d d"]
) -> float:
    """Half the logarithm of the Gram determinant of the fibre's tangent vectors, built one by one as matrices.

    ``rotations`` are Q_0 to Q_{N-1} and ``output`` is Q_N.
    """
    frames, depth, d = [*rotations, output], len(rotations), len(s)
    root = np.diag(np.asarray(s) ** (1 / depth))
    tangents = []
    for layer in range(1, depth):
        for i, j in combinations(range(d), 2):
            turn = np.zeros((d, d))
            turn[i, j], turn[j, i] = 1.0, -1.0
            moved = [np.zeros((d, d)) for _ in range(depth)]
            moved[layer - 1] = frames[layer] @ turn @ root @ frames[layer - 1].T
            moved[layer] = -frames[layer + 1] @ root @ turn @ frames[layer].T
            tangents.append(np.concatenate([m.ravel() for m in moved]))
    table = np.array(tangents)
    return float(np.linalg.slogdet(table @ table.T)[1] / 2)


def entropic_force(s: Float[ndarray, " d"], depth: int) -> Float[ndarray, " d"]:
    """The derivatives of :func:`orbit_entropy` by the singular values: where noise along the fibre pushes them."""
    s = np.asarray(s, dtype=float)
    found, powers = np.zeros(len(s)), np.arange(depth)
    for i, j in permutations(range(len(s)), 2):
        a, b = s[i] ** (2 / depth), s[j] ** (2 / depth)
        terms = a**powers * b ** (depth - 1 - powers)  # their sum is the quotient of the pair
        found[i] += np.sum(powers * terms) / np.sum(terms) / (depth * s[i])
    return found


def flattened(s: Float[ndarray, " d"], factor: float) -> Float[ndarray, " d"]:
    """All singular values but the first divided by ``factor``, at the same Frobenius norm: towards rank one."""
    s = np.asarray(s, dtype=float)
    small = np.concatenate([s[:1], s[1:] / factor])
    return small * np.linalg.norm(s) / np.linalg.norm(small)
