"""Gradient descent and heavy-ball momentum on a quadratic, where one number per curvature says everything."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float
from numpy import ndarray


def companion(rate: float, momentum: float, curvature: float) -> Float[ndarray, "2 2"]:
    r"""The matrix that takes :math:`(\theta_t, \theta_{t-1})` to :math:`(\theta_{t+1}, \theta_t)` on :math:`h\theta^2/2`."""
    return np.array([[1 + momentum - rate * curvature, -momentum], [1.0, 0.0]])


def spectral_radius(
    rate: Float[ndarray, ...] | float, momentum: Float[ndarray, ...] | float, curvature: Float[ndarray, ...] | float
) -> Float[ndarray, ...]:
    r"""Factor by which the error shrinks a step, in the long run: the larger \|root\| of :math:`z^2-(1+\beta-\eta h)z+\beta`.

    Where the roots are complex both have modulus :math:`\sqrt\beta`.  The arguments broadcast.
    """
    middle = 1 + np.asarray(momentum, dtype=float) - np.multiply(rate, curvature)
    inside = middle**2 - 4 * np.asarray(momentum, dtype=float)
    real = (np.abs(middle) + np.sqrt(np.maximum(inside, 0))) / 2
    return np.where(inside < 0, np.sqrt(np.maximum(momentum, 0)), real)


def largest_rate(momentum: float, curvature: float) -> float:
    r"""The stability threshold :math:`2(1+\beta)/h`: any larger learning rate diverges."""
    return 2 * (1 + momentum) / curvature


def best_plain(low: float, high: float) -> tuple[float, float]:
    r"""The best rate without momentum for curvatures in [low, high], :math:`2/(\mu+\Lambda)`, and its factor a step."""
    return 2 / (low + high), (high - low) / (high + low)


def best_heavy_ball(low: float, high: float) -> tuple[float, float, float]:
    r"""Polyak's rate :math:`4/(\sqrt\Lambda+\sqrt\mu)^2`, his momentum, and their factor a step (the momentum's root)."""
    a, b = math.sqrt(low), math.sqrt(high)
    factor = (b - a) / (b + a)
    return 4 / (a + b) ** 2, factor**2, factor


def path(
    curvatures: Float[ndarray, " d"], rate: float, momentum: float, start: Float[ndarray, " d"], steps: int
) -> Float[ndarray, "steps+1 d"]:
    """Heavy-ball iterates on ``sum(h * theta**2) / 2`` in the eigenbasis, the first step without momentum."""
    if rate <= 0:
        raise ValueError(f"rate must be > 0, got {rate}")
    h, before, now = np.asarray(curvatures, dtype=float), np.array(start, float), np.array(start, float)
    found = [now]
    for _ in range(steps):
        before, now = now, now - rate * h * now + momentum * (now - before)
        found.append(now)
    return np.array(found)


def measured_factor(distances: Float[ndarray, " t"], skip: float = 0.5) -> float:
    """The factor a step at which distances shrink, over the part of the run after ``skip``."""
    first = int(skip * (len(distances) - 1))
    return float((distances[-1] / distances[first]) ** (1 / (len(distances) - 1 - first)))


def spread_out(
    condition: float, d: int, rng: np.random.Generator
) -> tuple[Float[ndarray, "d d"], Float[ndarray, " d"]]:
    """A Hessian with eigenvalues spaced geometrically from ``1/condition`` to 1 along random axes, and a random start."""
    axes = np.linalg.qr(rng.standard_normal((d, d)))[0]
    return axes * np.geomspace(1 / condition, 1, d) @ axes.T, rng.standard_normal(d)


def descend(
    hessian: Float[ndarray, "d d"], rate: float, momentum: float, start: Float[ndarray, " d"], steps: int
) -> Float[ndarray, " steps+1"]:
    """Distances to the minimum along heavy-ball descent on ``theta @ hessian @ theta / 2``, with the full matrix."""
    before, now = start, start
    found = [np.linalg.norm(now)]
    for _ in range(steps):
        before, now = now, now - rate * hessian @ now + momentum * (now - before)
        found.append(np.linalg.norm(now))
    return np.array(found)


def steps_needed(
    curvatures: Float[ndarray, " d"], rate: float, momentum: float, goal: float, limit: int = 100_000
) -> int:
    """Steps until the distance to the minimum has fallen to ``goal`` of its start, from equal coordinates."""
    h = np.asarray(curvatures, dtype=float)
    before, now = np.ones_like(h), np.ones_like(h)
    for step in range(1, limit + 1):
        before, now = now, now - rate * h * now + momentum * (now - before)
        if np.linalg.norm(now) <= goal * math.sqrt(len(h)):
            return step
    raise ValueError(f"not within {goal} of the start after {limit} steps: lower the rate or raise the limit")
