"""What the rate does to a committee's plateau: the fixed point of equal units at any rate, its escape, and where rules end."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.optimize import brentq, minimize_scalar, root

from training_dynamics.lab.once import once
from training_dynamics.phase_transitions.committee import Overlaps, nearly_symmetric, solve, velocities


def flat(at: Overlaps) -> Float[ndarray, " s"]:
    """The entries of Q on and above the diagonal, then all of R: what can move freely."""
    return np.concatenate([at.Q[np.triu_indices(len(at.Q))], at.R.ravel()])


def speed(state: Float[ndarray, " s"], k: int, rate: float) -> Float[ndarray, " s"]:
    """How these entries move with ``alpha`` against an orthonormal teacher."""
    above, Q = np.triu_indices(k), np.empty((k, k))
    Q[above] = Q.T[above] = state[: -k * k]
    first, second = velocities(Overlaps(Q, state[-k * k :].reshape(k, k), np.eye(k)).covariance(), k, rate)
    dQ = rate * (first[:, :k] + first[:, :k].T) + rate**2 * second
    return np.concatenate([dQ[above], rate * first[:, k:].ravel()])


def growth(at: Overlaps, rate: float, step: float = 1e-6) -> float:
    """The largest real part of the eigenvalues with which small changes of the overlaps grow, an ``alpha``, numerically."""
    k, state = len(at.Q), flat(at)
    sides = [(speed(state + step * e, k, rate), speed(state - step * e, k, rate)) for e in np.eye(len(state))]
    return float(np.linalg.eigvals(np.array([(up - down) / (2 * step) for up, down in sides]).T).real.max())


def alike(k: int, rate: float) -> Overlaps:
    """The fixed point at which all units are alike, at any rate: where equal starts end, and then a root.

    Students that are copies of each other have a fixed point of their own; starts that are orthogonal do not end there.
    Raises RuntimeError where the root is not found.
    """
    near = solve(nearly_symmetric(k, 0.0), rate, np.array([0.0, 60.0]) / rate)
    start = np.array([near.Q[-1, 0, 0], near.Q[-1, 0, 1], near.R[-1, 0, 0]])

    def at(numbers: ndarray) -> Overlaps:
        own, between, overlap = numbers
        return Overlaps(np.where(np.eye(k) > 0, own, between), np.full((k, k), overlap), near.T)

    found = root(lambda numbers: speed(flat(at(numbers)), k, rate)[[0, 1, -1]] / rate, start, tol=1e-12)
    if np.abs(found.fun).max() > 1e-9:
        raise RuntimeError(f"no fixed point of equal units found at rate {rate}: {found.message}")
    return at(found.x)


def escape(k: int, rate: float, step: float = 1e-6) -> float:
    """How fast specialisation grows at that fixed point, an ``alpha``: changes of R whose rows and columns add up to zero.

    Any of them is an eigenvector, since units can be exchanged; here R_11 and R_22 grow and R_12 and R_21 fall.
    """
    at = alike(k, rate)
    state, change = flat(at), np.zeros((k, k))
    change[:2, :2] = [[1, -1], [-1, 1]]
    way = np.concatenate([np.zeros(len(state) - k * k), change.ravel()])
    moved = (speed(state + step * way, k, rate) - speed(state - step * way, k, rate)) / (2 * step)
    return float(moved @ way / (way @ way))


@once
def fastest(k: int) -> float:
    """The rate at which specialisation grows fastest, an ``alpha``."""
    return float(
        minimize_scalar(lambda rate: -escape(k, rate), bounds=(0.3, 2.0), method="bounded", options={"xatol": 1e-3}).x
    )


@once
def limit(k: int) -> float:
    """The rate above which the rule itself, Q = R = 1, is no stable fixed point: the noise of single examples is too large."""
    rule = Overlaps(np.eye(k), np.eye(k), np.eye(k))
    return float(brentq(lambda rate: growth(rule, rate), 0.5, 4.0, xtol=1e-4))


def end(k: int, rate: float, asymmetry: float, apart: float = 0.1, until: float = 1000.0) -> float:
    """The ``alpha`` at which the overlaps with the own and with another teacher unit differ by ``apart``."""
    alphas = np.linspace(0, until, 4001)
    path = solve(nearly_symmetric(k, asymmetry), rate, alphas)
    beyond = path.R[:, 0, 0] - path.R[:, 0, 1] > apart
    return float(alphas[beyond.argmax()]) if beyond.any() else np.inf
