"""Dropout on linear models, where everything about it has a closed form."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.toolbox.seeds import numpy_generator

Vector = Float[ndarray, " d"]
Matrix = Float[ndarray, "n d"]


def check_keep(keep: float) -> None:
    """Raise ValueError unless ``0 < keep <= 1``."""
    if not 0 < keep <= 1:
        raise ValueError(f"keep must be a probability with 0 < keep <= 1, got {keep}")


@dataclass(frozen=True)
class Problem:
    """A linear regression problem: ``inputs (n, d)`` with features of unlike sizes, ``targets (n,)``, ``truth (d,)``."""

    inputs: Matrix
    targets: Float[ndarray, " n"]
    truth: Vector


@cache
def problem(seed: int, n: int = 40, d: int = 15, noise: float = 0.5) -> Problem:
    """Gaussian inputs with standard deviations from 0.5 to 2, a Gaussian truth, and noise of the given sd."""
    truth = numpy_generator(seed, "dropout truth", d).standard_normal(d)
    rng = numpy_generator(seed, "dropout data", n, d)
    inputs = rng.standard_normal((n, d)) * np.geomspace(0.5, 2, d)
    return Problem(inputs, inputs @ truth + noise * rng.standard_normal(n), truth)


@cache
def all_masks(d: int) -> Float[ndarray, "m d"]:
    """Every row of zeros and ones of length ``d``, shape ``(2^d, d)``; raises ValueError above d = 20."""
    if not 1 <= d <= 20:
        raise ValueError(f"d must be between 1 and 20 to list all masks, got {d}")
    return ((np.arange(2**d)[:, None] >> np.arange(d)) & 1).astype(float)


def mask_probabilities(masks: Float[ndarray, "m d"], keep: float) -> Float[ndarray, " m"]:
    """The probability of each mask when entries are 1 independently with probability ``keep``."""
    kept = masks.sum(1)
    return keep**kept * (1 - keep) ** (masks.shape[1] - kept)


def enumerated_loss(data: Problem, w: Vector, keep: float) -> float:
    """``E |y - (X o R/q) w|^2`` as the sum over all ``2^(n d)`` masks, which factorises into ``2^d`` for each example.

    Masks of different examples are independent and the loss is a sum over examples, so ``2^d`` masks a row suffice.
    """
    check_keep(keep)
    masks = all_masks(len(w))
    outputs = (masks * (w / keep)) @ data.inputs.T  # (2^d, n)
    return float(mask_probabilities(masks, keep) @ ((data.targets - outputs) ** 2).sum(1))


def expected_loss(data: Problem, w: Vector, keep: float) -> float:
    """``|y - X w|^2 + (1 - q)/q sum_j w_j^2 |x_j|^2`` (Srivastava et al. 2014, section 9.1; Wager et al. 2013)."""
    check_keep(keep)
    residual = data.targets - data.inputs @ w
    return float(residual @ residual + (1 - keep) / keep * (w**2) @ (data.inputs**2).sum(0))


def ridge(data: Problem, keep: float) -> Vector:
    """The minimiser of :func:`expected_loss`: ``(X'X + (1-q)/q diag(X'X))^-1 X'y``; least squares at ``keep = 1``."""
    check_keep(keep)
    gram = data.inputs.T @ data.inputs
    return np.linalg.solve(gram + (1 - keep) / keep * np.diag(np.diag(gram)), data.inputs.T @ data.targets)


def averaged_descent(seed: int, keep: float = 0.5, steps: int = 4000, replicas: int = 32, features: int = 15) -> Vector:
    """The average over the last three quarters of ``replicas`` runs of full-batch gradient descent with fresh masks.

    The gradient of each step is linear in w with masks independent of w, so the mean of w obeys gradient descent on the
    expected loss; the average has no bias left once the start is forgotten.
    """
    check_keep(keep)
    data, rng = problem(seed, d=features), numpy_generator(seed, "dropout descent")
    n, d = data.inputs.shape
    lr = 0.1 * keep / np.sum(data.inputs**2)
    w, total = np.zeros((replicas, d)), np.zeros(d)
    for step in range(steps):
        masked = data.inputs * (rng.random((replicas, n, d), dtype=np.float32) < keep) / keep
        residual = np.einsum("rnd,rd->rn", masked, w) - data.targets
        w -= 10 * lr * np.einsum("rn,rnd->rd", residual, masked)
        if step >= steps // 4:
            total += w.mean(0)
    return total / (steps - steps // 4)


def distance(found: Vector, reference: Vector) -> float:
    """``|found - reference| / |reference|``."""
    return float(np.linalg.norm(found - reference) / np.linalg.norm(reference))


def rescaling_gap(seed: int, keep: float = 0.5, plain: bool = False) -> float:
    """How far predictions move, relatively, when feature j is measured in other units (factors from 0.01 to 100).

    ``plain`` uses ordinary ridge with the same total penalty on unit-variance features instead of dropout's.
    """
    data = problem(seed)
    factors = np.geomspace(0.01, 100, data.inputs.shape[1])
    scaled = Problem(data.inputs * factors, data.targets, data.truth / factors)
    solve = plain_ridge if plain else ridge
    before, after = data.inputs @ solve(data, keep), scaled.inputs @ solve(scaled, keep)
    return distance(after, before)


def plain_ridge(data: Problem, keep: float) -> Vector:
    """Ridge with one penalty for all weights, ``n (1-q)/q``: what dropout would be if all features had mean square 1."""
    check_keep(keep)
    n, d = data.inputs.shape
    gram = data.inputs.T @ data.inputs
    return np.linalg.solve(gram + n * (1 - keep) / keep * np.eye(d), data.inputs.T @ data.targets)


def shrinkage(seed: int, keeps: tuple[float, ...]) -> Float[ndarray, " k"]:
    """``sqrt(sum_j w_j^2 |x_j|^2)`` of the dropout solution at each keep probability."""
    data = problem(seed)
    sizes = (data.inputs**2).sum(0)
    return np.array([np.sqrt(ridge(data, keep) ** 2 @ sizes) for keep in keeps])


def mask_spread(x: Matrix, w: Vector, keep: float) -> Float[ndarray, " n"]:
    """Standard deviation over masks of the prediction at each row of ``x``: ``sqrt((1-q)/q sum_j x_j^2 w_j^2)``."""
    check_keep(keep)
    return np.sqrt((1 - keep) / keep * (x**2) @ (w**2))


def bayes_spread(data: Problem, x: Matrix, noise: float = 0.5) -> Float[ndarray, " n"]:
    """Posterior sd of ``x w`` under the prior w ~ N(0, I) and Gaussian noise of known sd."""
    precision = data.inputs.T @ data.inputs / noise**2 + np.eye(data.inputs.shape[1])
    return np.sqrt(np.einsum("nd,nd->n", x, np.linalg.solve(precision, x.T).T))


def linear_spreads(seed: int, sizes: tuple[int, ...], keep: float = 0.9) -> tuple[ndarray, ndarray]:
    """Mean spread at 50 fresh inputs for each number of examples: over dropout masks, and of the exact posterior."""
    x = problem(seed + 1000, n=50, d=10).inputs
    data = [problem(seed, n=n, d=10) for n in sizes]
    masks = np.array([mask_spread(x, ridge(p, keep), keep).mean() for p in data])
    return masks, np.array([bayes_spread(p, x).mean() for p in data])
