"""Curvature beyond single eigenvalues: whole spectra of small problems, and the top of many large ones side by side.

Single eigenvalues of one large problem are in ``toolbox.curvature``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor
from torch.func import grad, hessian

from training_dynamics.toolbox.curvature import ScalarFunction

Rows = Callable[[ndarray], ndarray]


def slope_and_spectrum(function: ScalarFunction, theta: Float[Tensor, " P"]) -> tuple[float, Float[Tensor, " P"]]:
    """The length of the gradient at ``theta`` and every eigenvalue of the Hessian, smallest first.

    Cost: P Hessian-vector products and one ``eigvalsh`` of size P.
    """
    return float(grad(function)(theta).norm()), torch.linalg.eigvalsh(hessian(function)(theta))


def product_by_differences(
    gradients: Rows, theta: Float[ndarray, "m P"], vectors: Float[ndarray, "m P"], step: float = 1e-5
) -> Float[ndarray, "m P"]:
    """Hessian-vector products of ``m`` functions from two gradients: ``(g(theta + h v) - g(theta - h v)) / 2h``.

    ``gradients`` maps rows of parameters to rows of gradients and is called once, with ``2m`` rows.  For rows of
    ``vectors`` of length one and float64 the relative error is near 1e-10: ``h^2`` times the fourth derivative plus rounding
    over ``h``.
    """
    found = gradients(np.concatenate([theta + step * vectors, theta - step * vectors]))
    return (found[: len(theta)] - found[len(theta) :]) / (2 * step)


def lanczos(
    product: Rows, start: Float[ndarray, "m P"], steps: int
) -> tuple[Float[ndarray, "m k"], Float[ndarray, "m P"]]:
    """Ritz values of ``m`` symmetric matrices, smallest first, and the Ritz vector of the largest, after ``steps`` products.

    ``q_{j+1} b_j = A q_j - a_j q_j - b_{j-1} q_{j-1}`` builds an orthonormal basis in which A is tridiagonal; its
    eigenvalues approach those of A from inside, the extreme ones first.  Every new vector is made orthogonal to all before it,
    twice, since rounding undoes what the recursion promises.  Where the products lead nowhere new (``b_j = 0``) the basis
    goes on in a random direction.  Raises ValueError when ``steps`` is not between 1 and P, or a start is zero.
    """
    m, size = start.shape
    if not 1 <= steps <= size:
        raise ValueError(f"steps must be between 1 and the {size} dimensions, got {steps}")
    if not np.all(np.any(start != 0, axis=1)):
        raise ValueError("every start must have an entry that is not 0")
    basis, diagonal, beside = np.zeros((m, steps, size)), np.zeros((m, steps)), np.zeros((m, steps))
    fresh = np.random.default_rng(0)
    q = start / np.linalg.norm(start, axis=1, keepdims=True)
    for j in range(steps):
        basis[:, j] = q
        w = product(q)
        diagonal[:, j] = np.sum(w * q, axis=1)
        known = basis[:, : j + 1]
        w = _without(w, known)
        length = np.linalg.norm(w, axis=1)
        ended = length <= 1e-10 * np.maximum(np.abs(diagonal[:, : j + 1]).max(axis=1), beside.max(axis=1))
        beside[:, j] = np.where(ended, 0.0, length)
        if ended.any() and j + 1 < steps:
            w[ended] = _without(fresh.standard_normal((m, size)), known)[ended]
        q = w / np.maximum(np.linalg.norm(w, axis=1), 1e-300)[:, None]
    values, vectors = np.linalg.eigh(_tridiagonal(diagonal, beside[:, :-1]))
    return values, np.matmul(vectors[:, None, :, -1], basis)[:, 0]


def _without(w: Float[ndarray, "m P"], known: Float[ndarray, "m j P"]) -> Float[ndarray, "m P"]:
    for _ in range(2):
        w = w - np.matmul(np.matmul(known, w[:, :, None]).transpose(0, 2, 1), known)[:, 0]
    return w


def _tridiagonal(diagonal: Float[ndarray, "m k"], beside: Float[ndarray, "m k-1"]) -> Float[ndarray, "m k k"]:
    m, k = diagonal.shape
    found, i = np.zeros((m, k, k)), np.arange(k)
    found[:, i, i] = diagonal
    found[:, i[:-1], i[1:]] = found[:, i[1:], i[:-1]] = beside
    return found
