"""How depth changes the bias: matrix completion by a product of square matrices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator

Matrix = Float[np.ndarray, "d d"]


@dataclass(frozen=True)
class Completion:
    """A matrix ``truth (d, d)`` of low rank and unit root mean square, and which of its entries are ``seen (d, d)``."""

    truth: Matrix
    seen: Bool[np.ndarray, "d d"]


def completion(seed: int, d: int = 20, rank: int = 2, share: float = 0.6) -> Completion:
    """A product of two Gaussian factors of ``rank`` columns, each entry seen with probability ``share``.

    Raises ValueError unless ``0 < rank <= d`` and ``0 < share < 1``.
    """
    if not 0 < rank <= d or not 0 < share < 1:
        raise ValueError(f"rank must be between 1 and d = {d} and share between 0 and 1, got {rank} and {share}")
    rng = numpy_generator(seed, "completion", d, rank)
    truth = rng.standard_normal((d, rank)) @ rng.standard_normal((rank, d))
    return Completion(truth / np.sqrt((truth**2).mean()), rng.random((d, d)) < share)


def effective_rank(w: Matrix) -> float:
    """``exp`` of the entropy of the singular values normalised to sum 1 (Roy and Vetterli 2007)."""
    s = np.linalg.svd(w, compute_uv=False)
    share = s[s > 0] / s.sum()
    return float(np.exp(-(share * np.log(share)).sum()))


def product(factors: list[Matrix]) -> Matrix:
    """``W_L ... W_1`` for ``factors = [W_1, ..., W_L]``."""
    w = factors[0]
    for f in factors[1:]:
        w = f @ w
    return w


def factor_gradients(factors: list[Matrix], g: Matrix) -> list[Matrix]:
    """The gradient of each factor, ``(W_L ... W_{j+1})^T G (W_{j-1} ... W_1)^T``, from the gradient G of the product."""
    d = len(g)
    before, after = [np.eye(d)], [np.eye(d)]
    for f in factors[:-1]:
        before.append(f @ before[-1])
    for f in factors[:0:-1]:
        after.append(after[-1] @ f)
    return [a.T @ g @ b.T for a, b in zip(after[::-1], before)]


@dataclass(frozen=True)
class Completed:
    """What a network of one depth made of a completion problem: relative RMS errors, and the effective rank of its product."""

    seen_error: float
    unseen_error: float
    effective_rank: float
    singular_values: Float[np.ndarray, " d"]


@once
def complete(
    seed: int, depth: int, d: int = 20, rank: int = 2, share: float = 0.6, scale: float = 1e-3, steps: int = 4000
) -> Completed:
    """Gradient descent on ``|W_L ... W_1 - M|^2 / 2`` over the seen entries, from orthogonal factors times ``scale^(1/L)``.

    One matrix (depth 1) starts at zero.  The learning rate is ``0.5 / (L s^(2 - 2/L))`` with s the largest singular value of
    the truth: the smoothness near the solution is about ``L s^(2 - 2/L)``.  Source: Arora et al. 2019, for the setting.
    """
    if depth < 1:
        raise ValueError(f"depth must be >= 1, got {depth}")
    c = completion(seed, d, rank, share)
    rng = numpy_generator(seed, "completion", "start", depth)
    size = scale ** (1 / depth) if depth > 1 else 0.0
    factors = [size * np.linalg.qr(rng.standard_normal((d, d)))[0] for _ in range(depth)]
    lr = 0.5 / (depth * np.linalg.norm(c.truth, 2) ** (2 - 2 / depth))
    for _ in range(steps):
        gradients = factor_gradients(factors, (product(factors) - c.truth) * c.seen)
        factors = [f - lr * g for f, g in zip(factors, gradients)]
    w = product(factors)

    def error(where: Bool[np.ndarray, "d d"]) -> float:
        return float(np.linalg.norm((w - c.truth)[where]) / np.linalg.norm(c.truth[where]))

    return Completed(error(c.seen), error(~c.seen), effective_rank(w), np.linalg.svd(w, compute_uv=False))


@dataclass(frozen=True)
class Beginning:
    """The product of two factors when it has grown to a small part of its size, beside the linear theory of the start.

    ``error``: its relative distance from the product that the linear theory gives.  ``seen_pair`` and ``true_pair``: how far
    it points along the first singular pair of the seen entries (zero elsewhere), and along that of the whole truth; at most 1.
    """

    error: float
    seen_pair: float
    true_pair: float


@once
def beginning(seed: int, d: int = 20, scale: float = 1e-6, until: float = 0.02, rate: float = 0.02) -> Beginning:
    """Two factors near zero, against ``W_1 -> W_1 + eta W_2^T B``, ``W_2 -> W_2 + eta B W_1^T`` with B the seen entries.

    With ``B = U S V^T`` a step multiplies ``W_1 V + W_2^T U`` by ``1 + eta S`` and ``W_1 V - W_2^T U`` by ``1 - eta S``.  It
    stops when the product is ``until`` times as long as the largest singular value of B; ``eta`` is ``rate`` over that value.
    """
    c = completion(seed, d)
    u, s, vt = np.linalg.svd(c.truth * c.seen)
    rng = numpy_generator(seed, "completion", "start", 2)
    first, second = (np.sqrt(scale) * np.linalg.qr(rng.standard_normal((d, d)))[0] for _ in range(2))
    grown, shrunk = first @ vt.T + second.T @ u, first @ vt.T - second.T @ u
    lr, steps = rate / s[0], 0
    while np.linalg.norm(second @ first) < until * s[0]:
        g = (second @ first - c.truth) * c.seen
        first, second, steps = first - lr * second.T @ g, second - lr * g @ first.T, steps + 1
    grown, shrunk = grown * (1 + lr * s) ** steps, shrunk * (1 - lr * s) ** steps
    told = u @ (grown - shrunk).T @ (grown + shrunk) @ vt / 4
    w = second @ first
    size = np.linalg.norm(w)
    a, _, bt = np.linalg.svd(c.truth)
    return Beginning(
        float(np.linalg.norm(w - told) / size), float(u[:, 0] @ w @ vt[0] / size), float(a[:, 0] @ w @ bt[0] / size)
    )
