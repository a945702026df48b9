"""Two parameters and a bowl: the setting of the explorable, where paths can be drawn."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from training_dynamics.lab.optimizers import EXACT, adam, zero_moments

Plane = Float[np.ndarray, "2 2"]
RATES = {"gradient": 0.1, "sign": 0.05, "adam": 0.05, "diagonal": 0.1, "natural": 0.1}


def bowl() -> Plane:
    """The Hessian H of ``theta . H theta / 2``, curvatures 3 and 0.4, turned by 30 degrees.

    It is also the Fisher matrix, if this is the log-likelihood of a Gaussian of variance 1.
    """
    c, s = math.cos(math.pi / 6), math.sin(math.pi / 6)
    turn = np.array([[c, -s], [s, c]])
    return turn @ np.diag([3.0, 0.4]) @ turn.T


def bowl_path(
    method: str, a: Plane, theta: Float[np.ndarray, " 2"], steps: int, damping: float, carried: bool
) -> Float[np.ndarray, "steps+1 2"]:
    """The path in theta of a method run on phi, ``theta = A phi``; Adam without epsilon.

    ``diagonal`` and ``natural`` use ``A^T H A`` plus damping times ``A^T A`` (``carried``) or times the identity.
    """
    if method not in RATES:
        raise ValueError(f"method must be one of {', '.join(RATES)}, got {method!r}")
    h = a.T @ bowl() @ a
    metric = h + damping * (a.T @ a if carried else np.eye(2))
    phi, moments, found = np.linalg.solve(a, theta), zero_moments(theta), [theta]
    for _ in range(steps):
        g = h @ phi
        if method == "adam":
            moments, move = adam(moments, g, EXACT)
        elif method == "natural":
            move = np.linalg.solve(metric, g)
        else:
            move = {"gradient": g, "sign": np.sign(g), "diagonal": g / np.diag(metric)}[method]
        phi = phi - RATES[method] * move
        found.append(a @ phi)
    return np.array(found)
