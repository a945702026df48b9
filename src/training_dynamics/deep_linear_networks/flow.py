r"""Whole deep linear networks: weights, gradient flow and gradient descent, what is conserved, and how far modes are aligned.

A network is a list of matrices ``[W_1, ..., W_L]``, first layer first, with product :math:`W_L\cdots W_1`.
Everything is float64.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from numpy.random import Generator
from scipy.integrate import solve_ivp

Weights = list[ndarray]


@dataclass(frozen=True)
class Target:
    """A linear map to learn, through its singular value decomposition ``u @ diag(s) @ v.T``."""

    u: Float[ndarray, "out modes"]
    s: Float[ndarray, " modes"]
    v: Float[ndarray, "in modes"]

    @property
    def matrix(self) -> Float[ndarray, "out in"]:
        """The map itself."""
        return self.u * self.s @ self.v.T

    def truncated(self, rank: int) -> Float[ndarray, "out in"]:
        """The best approximation of that rank."""
        return self.u[:, :rank] * self.s[:rank] @ self.v[:, :rank].T


def random_orthogonal(size: int, rng: Generator) -> Float[ndarray, "size size"]:
    """An orthogonal matrix drawn from the uniform (Haar) distribution."""
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return q * np.sign(np.diag(r))


def random_target(singular_values: list[float], size: int, rng: Generator) -> Target:
    """A ``size x size`` map with these singular values and random singular vectors."""
    s = np.array(singular_values, dtype=float)
    return Target(random_orthogonal(size, rng)[:, : len(s)], s, random_orthogonal(size, rng)[:, : len(s)])


def aligned_weights(target: Target, a0: float, depth: int, rng: Generator) -> Weights:
    r"""Balanced weights with product :math:`a_0\sum_i u_iv_i^\top`: random frames between layers.

    Layer ``l`` is :math:`a_0^{1/L} R_lR_{l-1}^\top`.
    """
    size = len(target.v)
    frames = [target.v, *(random_orthogonal(size, rng)[:, : len(target.s)] for _ in range(depth - 1)), target.u]
    return [a0 ** (1 / depth) * after @ before.T for before, after in zip(frames[:-1], frames[1:])]


def random_weights(size: int, scale: float, depth: int, rng: Generator) -> Weights:
    r"""Square layers with independent entries of standard deviation ``scale`` (:math:`\epsilon` in the chapter)."""
    return [scale * rng.standard_normal((size, size)) for _ in range(depth)]


def product(weights: Weights) -> Float[ndarray, "out in"]:
    r"""The map that the network computes, :math:`W_L\cdots W_1`."""
    return reduce(lambda below, layer: layer @ below, weights)


def descent_directions(
    weights: Weights, matrix: Float[ndarray, "out in"], covariance: ndarray | None = None
) -> Weights:
    r""":math:`-\partial E/\partial W_l=(W_L\cdots W_{l+1})^\top(\Sigma_{yx}-W\Sigma_{xx})(W_{l-1}\cdots W_1)^\top`.

    One direction a layer.  ``matrix`` is :math:`\Sigma_{yx}`; ``covariance`` is :math:`\Sigma_{xx}`, the identity when it is None
    (whitened inputs).
    """
    below = [np.eye(weights[0].shape[1])]
    for layer in weights:
        below.append(layer @ below[-1])
    residual = matrix - (below[-1] if covariance is None else below[-1] @ covariance)
    directions: Weights = []
    for index in reversed(range(len(weights))):
        directions.append(residual @ below[index].T)
        residual = weights[index].T @ residual
    return directions[::-1]


def conserved(weights: Weights) -> Weights:
    r"""What gradient flow conserves: :math:`W_{l+1}^\top W_{l+1}-W_lW_l^\top` for each pair of neighbouring layers."""
    return [after.T @ after - before @ before.T for before, after in zip(weights[:-1], weights[1:])]


def drift(start: Weights, end: Weights) -> float:
    """The largest change of a conserved matrix between two sets of weights (Frobenius norm)."""
    return max(float(np.linalg.norm(b - a)) for a, b in zip(conserved(start), conserved(end)))


def flow(
    weights: Weights,
    matrix: Float[ndarray, "out in"],
    times: Float[ndarray, " times"],
    covariance: ndarray | None = None,
    tolerance: float = 1e-12,
) -> list[Weights]:
    """Gradient flow from ``weights`` at each of ``times``, by an 8th-order Runge-Kutta method with that relative tolerance."""
    shapes = [layer.shape for layer in weights]
    cuts = np.cumsum([layer.size for layer in weights])[:-1]

    def unpack(flat: ndarray) -> Weights:
        return [part.reshape(shape) for part, shape in zip(np.split(flat, cuts), shapes)]

    def field(_: float, flat: ndarray) -> ndarray:
        return np.concatenate([d.ravel() for d in descent_directions(unpack(flat), matrix, covariance)])

    start = np.concatenate([layer.ravel() for layer in weights])
    span = (0.0, float(times[-1]))
    solution = solve_ivp(field, span, start, method="DOP853", t_eval=times, rtol=tolerance, atol=tolerance / 100)
    if not solution.success:
        raise ArithmeticError(f"gradient flow stopped at t={solution.t[-1]}: {solution.message}")
    return [unpack(flat) for flat in solution.y.T]


def descend(weights: Weights, matrix: Float[ndarray, "out in"], rate: float, steps: int) -> Weights:
    """Plain gradient descent with learning rate ``rate``; returns the last weights."""
    if not rate > 0:
        raise ValueError(f"rate must be > 0, got {rate}")
    for _ in range(steps):
        weights = [layer + rate * step for layer, step in zip(weights, descent_directions(weights, matrix))]
    return weights


def strengths(path: list[Weights], target: Target) -> Float[ndarray, "times modes"]:
    r"""The strength :math:`u_i^\top W v_i` of each mode of the target along a path."""
    return np.array([np.einsum("oi,oj,ji->i", target.u, product(weights), target.v) for weights in path])


def alignment(matrix: Float[ndarray, "out in"], target: Target) -> float:
    r"""How far the strongest singular pair points along that of the target: :math:`|u_1\cdot\hat u_1|\,|v_1\cdot\hat v_1|`."""
    u, _, vt = np.linalg.svd(matrix)
    return float(abs(u[:, 0] @ target.u[:, 0]) * abs(vt[0] @ target.v[:, 0]))


def crossing_times(times: Float[ndarray, " times"], values: Float[ndarray, "times modes"], levels: ndarray) -> ndarray:
    """The first time at which each column of ``values`` reaches its level, by linear interpolation; NaN when it never does."""
    found = np.full(values.shape[1], np.nan)
    for i, level in enumerate(levels):
        above = np.flatnonzero(values[:, i] >= level)
        if len(above) and above[0] > 0:
            k = above[0]
            found[i] = np.interp(level, values[k - 1 : k + 1, i], times[k - 1 : k + 1])
        elif len(above):
            found[i] = times[0]
    return found


def effective_start(weights: Weights, target: Target) -> Float[ndarray, " modes"]:
    r"""The ``a0`` of each mode of a two-layer net near the origin: :math:`\tfrac14\lVert(I-P_i)(W_1v_i+W_2^\top u_i)\rVert^2`.

    There :math:`\dot w_1=s\,w_2,\ \dot w_2=s\,w_1` for :math:`w_1=W_1v_i,\ w_2=W_2^\top u_i`: only their sum grows.
    :math:`P_i` projects on the hidden directions that the stronger modes have taken by then, which leave no room for mode ``i``.
    """
    first, second = weights
    growing = first @ target.v + second.T @ target.u  # (hidden, modes), strongest first
    _, triangular = np.linalg.qr(growing)
    return np.diag(triangular) ** 2 / 4


def typical_start(hidden: int, modes: int, scale: float) -> Float[ndarray, " modes"]:
    r"""The mean of :func:`effective_start` over random weights of standard deviation ``scale``: :math:`\epsilon^2(h-i+1)/2`.

    :math:`W_1v_i+W_2^\top u_i` has ``hidden`` independent entries of variance :math:`2\epsilon^2`, and mode ``i`` (from 1) loses
    ``i - 1`` of its directions to stronger modes.  Raises ValueError when there are more modes than hidden units.
    """
    if not 0 < modes <= hidden:
        raise ValueError(f"modes must be between 1 and hidden = {hidden}, got {modes}: a mode needs a hidden direction")
    return scale**2 * (hidden - np.arange(modes)) / 2
