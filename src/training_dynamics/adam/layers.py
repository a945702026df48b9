"""Methods that treat the weights of a layer as one matrix: Muon and Shampoo, and which changes of coordinates they notice.

As in ``invariance`` a method works on phi, ``theta = A phi``, and its path is mapped back.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.linalg import block_diag

from training_dynamics.adam.invariance import (
    METHODS,
    distance,
    linear_map,
    original,
    path as entry_path,
    scaled_gradient,
    setting,
)
from training_dynamics.adam.network import Matrix, Network, Theta
from training_dynamics.toolbox.seeds import numpy_generator

MATRIX_METHODS = ("muon", "shampoo")
LEARNING_RATE, STEPS = 0.02, 10
CUT = 1e-10  # eigenvalues below this share of the largest count as zero


def layer_rotation(network: Network, seed: int) -> Matrix:
    """An orthogonal A that turns each layer by itself: ``W -> U W V`` and ``b -> U b``, with U and V drawn for each layer."""
    rng = numpy_generator(seed, "adam", "layer rotation")
    parts = network.parts(np.zeros(sum(network.sizes)))
    turns: list[Matrix] = []
    for weights, _ in zip(parts[::2], parts[1::2]):
        out, into = (np.linalg.qr(rng.standard_normal((n, n)))[0] for n in weights.shape)
        turns += [np.kron(out, into.T), out]
    return np.asarray(block_diag(*turns))


def power(matrix: Matrix, exponent: float) -> Matrix:
    """A negative power of a symmetric positive semi-definite matrix on its range, zero on its null space."""
    values, vectors = np.linalg.eigh(matrix)
    kept = values > CUT * values[-1]
    return (vectors[:, kept] * values[kept] ** exponent) @ vectors[:, kept].T


def polar(gradient: np.ndarray) -> np.ndarray:
    """Muon's step for a matrix: all singular values set to one, ``G = U S V^T -> U V^T``; for a vector ``g / |g|``.

    Computed by an SVD, where Muon iterates a polynomial; its momentum is left out.  Source: Jordan et al. 2024.
    """
    if gradient.ndim == 1:
        return gradient / np.linalg.norm(gradient)
    left, values, right = np.linalg.svd(gradient, full_matrices=False)
    kept = values**2 > CUT * values[0] ** 2
    return left[:, kept] @ right[kept]


def whiten(gradient: np.ndarray, sums: list[Matrix]) -> np.ndarray:
    """Shampoo's step ``L^(-1/4) G R^(-1/4)`` for a matrix, ``H^(-1/2) g`` for a vector.  Source: Gupta et al. 2018."""
    if gradient.ndim == 1:
        return power(sums[0], -0.5) @ gradient
    return power(sums[0], -0.25) @ gradient @ power(sums[1], -0.25)


def path(
    method: str, network: Network, theta: Theta, a: Matrix | None = None, factors: float | Theta = 1.0
) -> np.ndarray:
    """The path ``(STEPS + 1, P)`` in theta of ``"muon"`` or ``"shampoo"`` working on phi; gradients are scaled by ``factors``."""
    if method not in MATRIX_METHODS:
        raise ValueError(f"method must be one of {', '.join(MATRIX_METHODS)}, got {method!r}")
    a = np.eye(theta.size) if a is None else a
    phi, found = np.linalg.solve(a, theta), [theta]
    sums = [[np.zeros(()), np.zeros(())] for _ in network.sizes]
    for _ in range(STEPS):
        moves = []
        for k, g in enumerate(network.parts(a.T @ (factors * network.gradient(a @ phi)))):
            column = g[:, None] if g.ndim == 1 else g
            sums[k] = [sums[k][0] + column @ column.T, sums[k][1] + column.T @ column]
            moves.append((polar(g) if method == "muon" else whiten(g, sums[k])).ravel())
        phi = phi - LEARNING_RATE * np.concatenate(moves)
        found.append(a @ phi)
    return np.array(found)


@cache
def change(method: str, kind: str, seed: int) -> float:
    """Distance between the end points with and without a change, relative to the distance moved; 0: invariant.

    ``kind`` is one of ``invariance.MAPS``, ``"layer rotation"``, or a scaling of the gradient, ``"loss"`` (by 2) or ``"each
    coordinate"``; ``method`` one of ``invariance.METHODS`` or ``MATRIX_METHODS``.
    """
    network, theta = setting(seed)
    if kind in ("loss", "each coordinate"):
        if method in METHODS:
            return scaled_gradient(method, kind, seed, factor=2.0)
        factors = 2.0 if kind == "loss" else np.diag(linear_map("diagonal", theta.size, seed))
        return distance(path(method, network, theta, factors=factors), path(method, network, theta))
    a = layer_rotation(network, seed) if kind == "layer rotation" else linear_map(kind, theta.size, seed)
    if method in METHODS:
        return distance(entry_path(method, network, theta, a), original(method, seed))
    return distance(path(method, network, theta, a), path(method, network, theta))
