"""Dropout on the hidden units of a linear network: the products of norms that it penalises, and the map that is left."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.optimize import minimize

from training_dynamics.dropout.linear import all_masks, check_keep, mask_probabilities
from training_dynamics.toolbox.seeds import numpy_generator

STRENGTHS = (4.0, 3.0, 2.0, 1.0, 0.5)


@dataclass(frozen=True)
class Factors:
    """A minimum of the expected loss: ``u (d, r)`` and ``v (d, r)`` with the map ``u v'``, and the target matrix ``(d, d)``."""

    u: Float[ndarray, "d r"]
    v: Float[ndarray, "d r"]
    target: Float[ndarray, "d d"]

    @property
    def products(self) -> Float[ndarray, " r"]:
        """``|u_j| |v_j|`` of every hidden unit."""
        return np.linalg.norm(self.u, axis=0) * np.linalg.norm(self.v, axis=0)

    @property
    def strengths(self) -> Float[ndarray, " d"]:
        """Singular values of the map."""
        return np.linalg.svd(self.u @ self.v.T, compute_uv=False)


def expected_loss(u: ndarray, v: ndarray, target: ndarray, keep: float) -> float:
    """``|M - U V'|^2 + (1-q)/q sum_j |u_j|^2 |v_j|^2``: whitened inputs, masks on the hidden units (Mianjy et al. 2018)."""
    check_keep(keep)
    return float(((target - u @ v.T) ** 2).sum() + (1 - keep) / keep * ((u**2).sum(0) * (v**2).sum(0)).sum())


def enumerated_loss(u: ndarray, v: ndarray, target: ndarray, keep: float) -> float:
    """The same as the sum over all masks of the hidden units."""
    check_keep(keep)
    masks = all_masks(u.shape[1])
    errors = [((target - (u * mask / keep) @ v.T) ** 2).sum() for mask in masks]
    return float(mask_probabilities(masks, keep) @ np.array(errors))


@cache
def minimum(seed: int, keep: float = 0.7, units: int = 8, scale: float = 0.5) -> Factors:
    """Minimise the expected loss by L-BFGS from random weights of the given scale, for a random target of known strengths."""
    d, rng = len(STRENGTHS), numpy_generator(seed, "dropout factors")
    left, right = (np.linalg.qr(rng.standard_normal((d, d)))[0] for _ in range(2))
    target, factor = left * STRENGTHS @ right.T, (1 - keep) / keep

    def loss_and_gradient(theta: ndarray) -> tuple[float, ndarray]:
        u, v = theta.reshape(2, d, units)
        error, a, b = u @ v.T - target, (u**2).sum(0), (v**2).sum(0)
        gradient = np.stack([error @ v + factor * u * b, error.T @ u + factor * v * a])
        return expected_loss(u, v, target, keep), 2 * gradient.ravel()

    start = scale * rng.standard_normal(2 * d * units)
    options = {"maxiter": 20_000, "ftol": 1e-16, "gtol": 1e-10}
    u, v = minimize(loss_and_gradient, start, jac=True, method="L-BFGS-B", options=options).x.reshape(2, d, units)
    return Factors(u, v, target)


def thresholded(strengths: tuple[float, ...], keep: float, units: int) -> Float[ndarray, " d"]:
    """Singular values of the best map, ``max(s_i - alpha, 0)`` for descending ``s``.

    ``alpha = (1-q) sum_{k <= rho} s_k / (q r + (1-q) rho)`` with ``rho`` the number that survive: the minimum over maps of
    ``|M - W|^2 + (1-q)/(q r) |W|_*^2``.  Source: Mianjy et al. 2018, theorem on the global optima.
    """
    check_keep(keep)
    s = np.array(strengths)
    counts = np.arange(1, len(s) + 1)
    alphas = (1 - keep) * np.cumsum(s) / (keep * units + (1 - keep) * counts)
    survive = counts[s > alphas].max()  # the least survivor is above its own threshold
    return np.maximum(s - alphas[survive - 1], 0)
