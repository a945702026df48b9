r"""Two linear layers whose balance is fixed, :math:`W_2^\top W_2-W_1W_1^\top=\lambda I`: flow and kernel, exactly.

The loss is :math:`\tfrac12|M-W_2W_1|_F^2` (whitened inputs).  Everything is float64.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.integrate import solve_ivp

Layers = tuple[ndarray, ndarray]
GROWTH = 4.0  # exponents of one piece of time: beyond it the exponentials lose the digits of what shrinks


def start(
    left: Float[ndarray, "r r"], right: Float[ndarray, "r r"], strengths: Float[ndarray, " r"], balance: float
) -> Layers:
    r"""Layers whose product is ``left @ diag(strengths) @ right.T`` and whose balance is :math:`\lambda I`.

    Mode by mode :math:`a_2a_1=s` and :math:`a_2^2-a_1^2=\lambda`, so
    :math:`a_2^2=\tfrac12(\sqrt{\lambda^2+4s^2}+\lambda)`.
    Raises ValueError for a strength below 0, and for one that is 0 when ``balance`` is 0.
    """
    strengths = np.asarray(strengths, dtype=float)
    if np.any(strengths < 0) or (balance == 0 and np.any(strengths == 0)):
        raise ValueError(
            f"strengths must be >= 0, and > 0 at balance 0, where the flow would never start; got {strengths}"
        )
    second, first = outer_and_inner(strengths, balance)
    return np.sqrt(first)[:, None] * right.T, left * np.sqrt(second)


def outer_and_inner(strengths: Float[ndarray, " r"], balance: float) -> tuple[ndarray, ndarray]:
    r""":math:`a_2^2` and :math:`a_1^2` of modes with product ``strengths``: :math:`\tfrac12(\sqrt{\lambda^2+4s^2}\pm\lambda)`."""
    root = np.hypot(balance, 2 * np.asarray(strengths, dtype=float))
    larger = 0.5 * (root + abs(balance))
    with np.errstate(invalid="ignore", divide="ignore"):
        smaller = np.where(larger > 0, strengths**2 / larger, 0.0)  # the difference would cancel
    return (larger, smaller) if balance >= 0 else (smaller, larger)


def balance_of(layers: Layers) -> Float[ndarray, "h h"]:
    r""":math:`W_2^\top W_2-W_1W_1^\top`, which gradient flow keeps."""
    first, second = layers
    return second.T @ second - first @ first.T


def exact(layers: Layers, target: Float[ndarray, "k d"], balance: float, time: float) -> Float[ndarray, "q q"]:
    r""":math:`P(t)=QQ^\top` with :math:`Q=(W_1^\top;W_2)`, from a start of balance :math:`\lambda I`.

    :math:`\dot Q=FQ-\tfrac12QQ^\top Q` with :math:`F=\begin{pmatrix}-\lambda/2&M^\top\\M&\lambda/2\end{pmatrix}` has
    :math:`P(t)=e^{Ft}Q_0\big[I+Q_0^\top\!\int_0^te^{2Fs}ds\,Q_0\big]^{-1}Q_0^\top e^{Ft}`.  Its blocks are
    :math:`W_1^\top W_1`, :math:`W_2W_1` and :math:`W_2W_2^\top`.  Source: Domine et al. (2025), section 3, written with one
    integral; for :math:`\lambda=0` Fukumizu (1998).
    """
    first, second = layers
    q = np.concatenate([first.T, second])
    d, k = first.shape[1], len(second)
    field = np.block([[-balance / 2 * np.eye(d), target.T], [target, balance / 2 * np.eye(k)]])
    values, vectors = np.linalg.eigh(field)
    pieces = int(np.ceil(np.abs(values).max() * time / GROWTH)) or 1
    for _ in range(pieces):
        q = _carried(q, values, vectors, time / pieces)
    return q @ q.T


def _carried(q: ndarray, values: ndarray, vectors: ndarray, time: float) -> Float[ndarray, "q h"]:
    """A matrix whose square is ``P(time)``, from one whose square is ``P(0)``."""
    along = vectors.T @ q
    small = np.abs(values) * time < 1e-12
    area = np.where(small, time, np.expm1(2 * values * time) / np.where(small, 1.0, 2 * values))
    size, axes = np.linalg.eigh(np.eye(q.shape[1]) + along.T @ (area[:, None] * along))
    return vectors @ (np.exp(values * time)[:, None] * along) @ (axes / np.sqrt(size))


def simulated(layers: Layers, target: Float[ndarray, "k d"], time: float) -> Float[ndarray, "q q"]:
    """The same matrix by solving the gradient flow of the two layers numerically.

    Raises ArithmeticError when the solver stops.
    """
    first, second = layers

    def field(_: float, flat: ndarray) -> ndarray:
        w1, w2 = flat[: first.size].reshape(first.shape), flat[first.size :].reshape(second.shape)
        error = target - w2 @ w1
        return np.concatenate([(w2.T @ error).ravel(), (error @ w1.T).ravel()])

    begin = np.concatenate([first.ravel(), second.ravel()])
    found = solve_ivp(field, (0.0, time), begin, method="DOP853", rtol=1e-11, atol=1e-13)
    if not found.success:
        raise ArithmeticError(f"gradient flow stopped at t={found.t[-1]}: {found.message}")
    w1, w2 = found.y[: first.size, -1].reshape(first.shape), found.y[first.size :, -1].reshape(second.shape)
    q = np.concatenate([w1.T, w2])
    return q @ q.T


def tangent_kernel(p: Float[ndarray, "q q"], inputs: int) -> Float[ndarray, "k*d k*d"]:
    r"""The tangent kernel between the entries of the product, :math:`W_2W_2^\top\otimes I+I\otimes W_1^\top W_1`."""
    inner, outer = p[:inputs, :inputs], p[inputs:, inputs:]
    return np.kron(outer, np.eye(inputs)) + np.kron(np.eye(len(outer)), inner)


def kernel_change(before: Float[ndarray, " r"], behind: Float[ndarray, " r"], balance: float) -> float:
    r"""The relative change of the kernel's trace in training, :math:`\sum\sqrt{\lambda^2+4s^2}/\sum\sqrt{\lambda^2+4s_0^2}-1`.

    It holds for square layers.
    ``before`` and ``behind`` are the singular values of the product at the start and at the end.  It is the same for
    :math:`\lambda` and :math:`-\lambda`.
    """
    return float(np.hypot(balance, 2 * np.asarray(behind)).sum() / np.hypot(balance, 2 * np.asarray(before)).sum() - 1)
