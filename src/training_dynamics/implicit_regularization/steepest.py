r"""Steepest descent in a norm, in steps of one length on the exponential loss, and the largest margin of that norm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import linprog

from training_dynamics.implicit_regularization.margin import Rows, Vector, max_linf_margin, max_margin, separable
from training_dynamics.lab.once import once

ORDERS = (1, 2, np.inf)  # of the norms: the largest coordinate alone, the gradient itself, signs


def step(gradient: Vector, order: float) -> Vector:
    """The step of length one in the norm of this order that lowers the loss most.  Raises ValueError for another order."""
    if order == 1:
        largest = np.abs(gradient).argmax()
        return -np.sign(gradient) * (np.arange(len(gradient)) == largest)
    if order == 2:
        return -gradient / np.linalg.norm(gradient)
    if order == np.inf:
        return -np.sign(gradient)
    raise ValueError(f"order must be 1, 2 or infinity, got {order}")


def largest(z: Rows, order: float) -> float:
    """The largest value of ``min_i z_i . w / |w|`` in the norm of this order."""
    if order == 2:
        return max_margin(z).margin
    if order == np.inf:
        return 1 / float(np.abs(max_linf_margin(z)).max())
    n, d = z.shape
    found = linprog(np.ones(2 * d), np.hstack([-z, z]), -np.ones(n), method="highs")  # w = u - v, both >= 0
    return 1 / float(found.fun)


@dataclass(frozen=True)
class Descent:
    """The missing share of the largest margin, one norm a row, of steepest descent in another, one norm a column.

    ``bound`` is what the chapter proves of the diagonal for tiny steps: ``log n / (gamma |w|)``.
    """

    missing: Float[np.ndarray, "3 3"]
    bound: Float[np.ndarray, " 3"]


@once
def descend(seed: int, n: int = 40, d: int = 10, steps: int = 40_000, length: float = 0.005) -> Descent:
    """Steepest descent in each of three norms from zero on one separable data set."""
    z = separable(seed, n, d)
    gammas, ends = [largest(z, order) for order in ORDERS], []
    for order in ORDERS:
        w = np.zeros(d)
        for _ in range(steps):
            margins = z @ w
            w = w + length * step(-z.T @ np.exp(margins.min() - margins), order)
        ends.append(w)
    missing = [[1 - (z @ w).min() / np.linalg.norm(w, order) / g for w in ends] for order, g in zip(ORDERS, gammas)]
    bound = [np.log(n) / (g * np.linalg.norm(w, order)) for order, g, w in zip(ORDERS, gammas, ends)]
    return Descent(np.array(missing), np.array(bound))
