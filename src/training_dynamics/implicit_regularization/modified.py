"""What a finite step adds: gradient descent on a diagonal network beside gradient flow, on the loss and on a modified loss.

To second order a step of size ``eta`` follows the flow of ``L + (eta / 4) |grad L|^2``.  Source: Barrett and Dherin 2021.
The loss is ``L = |X (u^2 - v^2) - y|^2 / 2``, theta is ``(u, v)``.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from training_dynamics.implicit_regularization.least_squares import Problem, problem
from training_dynamics.toolbox.seeds import numpy_generator

Theta = Float[np.ndarray, " p"]


def gradient(p: Problem, theta: Theta) -> Theta:
    """The gradient of the loss by ``(u, v)``."""
    u, v = np.split(theta, 2)
    s = p.x.T @ (p.x @ (u**2 - v**2) - p.y)
    return np.concatenate([2 * u * s, -2 * v * s])


def hessian_times(p: Problem, theta: Theta, move: Theta) -> Theta:
    """The Hessian of the loss times a vector."""
    (u, v), (du, dv) = np.split(theta, 2), np.split(move, 2)
    s = p.x.T @ (p.x @ (u**2 - v**2) - p.y)
    ds = p.x.T @ (p.x @ (2 * u * du - 2 * v * dv))
    return np.concatenate([2 * (du * s + u * ds), -2 * (dv * s + v * ds)])


def flow(p: Problem, theta: Theta, time: float, penalty: float = 0.0, pieces: int = 50) -> Theta:
    """Gradient flow of ``L + penalty |grad L|^2`` for a time, by Runge and Kutta's method of fourth order."""

    def slope(at: Theta) -> Theta:
        g = gradient(p, at)
        return -g - 2 * penalty * hessian_times(p, at, g)

    h = time / pieces
    for _ in range(pieces):
        a = slope(theta)
        b = slope(theta + h / 2 * a)
        c = slope(theta + h / 2 * b)
        theta = theta + h / 6 * (a + 2 * b + 2 * c + slope(theta + h * c))
    return theta


def step_gaps(seed: int, size: float) -> tuple[float, float]:
    """How far one step ends from the flow of the loss, and from that of the modified loss.

    The step is ``size`` over the Hessian's slope along the gradient, from a random ``(u, v)`` with 20 examples, 40 weights.
    """
    p = problem(seed, 20, 40)
    theta = numpy_generator(seed, "implicit regularization", "start of a step").standard_normal(80) / 2
    g = gradient(p, theta)
    eta = size * float(np.linalg.norm(g) / np.linalg.norm(hessian_times(p, theta, g)))
    step = theta - eta * g
    plain, modified = (float(np.linalg.norm(step - flow(p, theta, eta, k))) for k in (0.0, eta / 4))
    return plain, modified
