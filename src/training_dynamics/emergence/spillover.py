r"""What an update for one context does to others, in a linear model whose features overlap.

Context ``i`` has the feature vector :math:`\phi_i=(c,e_i)`: a component of size ``c`` that all share, and one of size 1 of its
own.  The model's answer is :math:`w\cdot\phi_i`.  Fine-tuning moves the answer in context 0 by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray


def features(c: float, contexts: int = 2) -> Float[ndarray, "k k+1"]:
    """One row a context: the shared component, then its own.  Raises ValueError for ``c < 0`` or fewer than two."""
    if c < 0 or contexts < 2:
        raise ValueError(f"need c >= 0 and at least 2 contexts, got {c} and {contexts}")
    return np.hstack([np.full((contexts, 1), float(c)), np.eye(contexts)])


@dataclass(frozen=True)
class Update:
    """What is added to the weights, its squared length, and by how much each answer moves."""

    weights: Float[ndarray, " k+1"]
    cost: float
    answers: Float[ndarray, " k"]


def shortest(phi: Float[ndarray, "k d"], moves: Float[ndarray, " m"]) -> Update:
    """The shortest update that moves the first ``m`` answers by ``moves``; the others are free."""
    w = np.linalg.pinv(phi[: len(moves)]) @ moves
    return Update(w, float(w @ w), phi @ w)


def least_norm(phi: Float[ndarray, "k d"], narrow: bool) -> Update:
    """The shortest update that moves answer 0 by one; a ``narrow`` one leaves all other answers as they are."""
    return shortest(phi, np.eye(len(phi) if narrow else 1)[0])


def spill(c: float) -> float:
    """By how much other answers move along, ``c^2 / (1 + c^2)``."""
    return c**2 / (1 + c**2)


def narrow_price(c: float, contexts: int = 2) -> float:
    """Squared length of the narrow update over that of the plain one, ``(1+c^2)(1+(k-1)c^2)/(1+k c^2)``."""
    return (1 + c**2) * (1 + (contexts - 1) * c**2) / (1 + contexts * c**2)


def general_price(c: float, contexts: int = 2) -> float:
    """Squared length of the update that moves every answer by one over that of the plain one, ``k(1+c^2)/(1+k c^2)``."""
    return contexts * (1 + c**2) / (1 + contexts * c**2)


def reach(c: float, replayed: int) -> float:
    """By how much an answer that nobody holds moves when ``m`` others are held, ``c^2 / (1 + (m+1) c^2)``."""
    return c**2 / (1 + (replayed + 1) * c**2)


@dataclass(frozen=True)
class Course:
    """Answers in context 0 and 1 along gradient descent, at each of ``times`` (rate times steps)."""

    times: Float[ndarray, " k"]
    asked: Float[ndarray, " k"]
    other: Float[ndarray, " k"]

    @property
    def peak(self) -> float:
        """The largest answer in the context that should stay as it is."""
        return float(self.other.max())


def descend(c: float, penalty: float, rate: float = 0.01, until: float = 20.0) -> Course:
    r"""Plain gradient descent on :math:`\tfrac12(f_0-1)^2+\tfrac\mu2f_1^2` with :math:`\mu` = ``penalty``, from zero."""
    phi, w, seen = features(c), np.zeros(3), []
    for _ in range(round(until / rate) + 1):
        f = phi @ w
        seen.append(f)
        w = w - rate * (phi.T @ np.array([f[0] - 1, penalty * f[1]]))
    asked, other = np.array(seen).T
    return Course(np.arange(len(seen)) * rate, asked, other)


def flow(c: float, penalty: float, times: Float[ndarray, " k"]) -> Course:
    r"""The same in the limit of small steps, from the two eigenvalues of :math:`G\operatorname{diag}(1,\mu)`.

    With :math:`G` the matrix of inner products, :math:`\dot f=-G\operatorname{diag}(1,\mu)(f-f_\infty)`.
    """
    times = np.asarray(times, dtype=float)
    if c == 0:
        return Course(times, 1 - np.exp(-times), np.zeros_like(times))
    half, off = (1 + c**2) * (1 + penalty) / 2, c**2
    root = np.sqrt(half**2 - penalty * (1 + 2 * c**2))
    fast, slow = half + root, penalty * (1 + 2 * c**2) / (half + root)
    end = 1.0 if penalty > 0 else None
    a, b = np.exp(-slow * times), np.exp(-fast * times)
    other = off * (a - b) / (fast - slow)
    if end is None:
        return Course(times, 1 - b, other)
    gap = (a * (fast - 1 - c**2) + b * (1 + c**2 - slow)) / (fast - slow)
    return Course(times, 1 - gap, other)


def equal_weight_peak(c: float) -> float:
    """The largest spill on the way when both contexts count alike: ``r^(r/(1-r))(r-1)/2`` with ``r = 1+2c^2``."""
    r = 1 + 2 * c**2
    return float((r ** (1 / (1 - r)) - r ** (r / (1 - r))) / 2) if c > 0 else 0.0
