r"""Flows that keep the oscillation: edge flow and rod flow, each with a centre, a direction and an amplitude.

Both are made from the pictures that the papers' abstracts describe; the papers' own equations may differ in detail.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.edge_of_stability.flows import REACH, Start, Trace
from training_dynamics.edge_of_stability.networks import Tanh, Task
from training_dynamics.lab.curvature import product_by_differences

PARTS = 2  # steps of rod flow for one of descent; one would be descent itself, but for what lies across the rod


def first_swing(
    net: Tanh, task: Task, start: Start, rate: float
) -> tuple[Float[ndarray, "m P"], Float[ndarray, "m P"], Float[ndarray, " m"]]:
    """Centre, direction and amplitude of the oscillation at the start, from descent's first two steps."""
    ahead = start.theta - rate * net.gradients(start.theta, task)
    after = ahead - rate * net.gradients(ahead, task)
    a = np.abs(np.sum((after - 2 * ahead + start.theta) * start.top, axis=1)) / 4
    return (start.theta + ahead) / 2, start.top, np.maximum(a, 1e-12)


def edge_flow(net: Tanh, task: Task, start: Start, rate: float, steps: int) -> Trace:
    r"""A centre, a direction and an amplitude: :math:`\dot c=-\tfrac\eta2(\nabla L(c+au)+\nabla L(c-au))` and

    :math:`\dot u=\eta\,(Hu-(u^\top Hu)\,u)`, :math:`\dot a=a\ln|\eta s-1|`, where ``s`` is the curvature that the oscillation
    sees, :math:`u^\top(\nabla L(c+au)-\nabla L(c-au))/2a`.  Our discretisation, one Euler step for each step of descent, of
    the equations that the abstract of Marion 2026 describes.
    """
    c, u, a = first_swing(net, task, start, rate)
    losses, scaled = [], []
    for _ in range(steps):
        reach = np.maximum(a, REACH)[:, None]
        found, slopes = net.losses_and_gradients(np.concatenate([c + reach * u, c - reach * u]), task)
        plus, minus = slopes[: len(c)], slopes[len(c) :]
        seen = np.sum((plus - minus) * u, axis=1) / (2 * reach[:, 0])
        product = product_by_differences(lambda t: net.gradients(t, task), c, u)
        sharpness = np.sum(product * u, axis=1)
        losses.append((found[: len(c)] + found[len(c) :]) / 2)
        scaled.append(rate * sharpness)
        c = c - rate * (plus + minus) / 2
        a = a * np.maximum(np.abs(rate * seen - 1), 1e-3)
        u = u + rate * (product - sharpness[:, None] * u)
        u = u / np.linalg.norm(u, axis=1, keepdims=True)
    return Trace(np.array(losses), np.array(scaled), c)


def rod_flow(net: Tanh, task: Task, start: Start, rate: float, steps: int, parts: int = PARTS) -> Trace:
    r"""Two successive iterates as the ends :math:`c\pm au` of a rod:

    :math:`\dot c=-\tfrac\eta2(\nabla L(c+au)+\nabla L(c-au))`, and the matrix :math:`\Sigma=a^2uu^\top`, which has no sign, by
    what one step of descent adds to it, kept at rank one: :math:`\dot a=\tfrac a2((1-\eta s)^2-1)` and
    :math:`\dot u=\eta(\eta s-1)(d-su)` with :math:`d=(\nabla L(c+au)-\nabla L(c-au))/2a` and :math:`s=u^\top d`.
    Picture: Regis and Chewi 2026.
    """
    c, u, a = first_swing(net, task, start, rate)
    losses, scaled = [], []
    for part in range(steps * parts):
        reach = np.maximum(a, REACH)[:, None]
        found, slopes = net.losses_and_gradients(np.concatenate([c + reach * u, c - reach * u]), task)
        plus, minus = slopes[: len(c)], slopes[len(c) :]
        d = (plus - minus) / (2 * reach)
        seen = np.sum(d * u, axis=1)
        if part % parts == 0:
            losses.append((found[: len(c)] + found[len(c) :]) / 2)
            scaled.append(rate * seen)
        c = c - rate / parts * (plus + minus) / 2
        a = a * np.exp(((1 - rate * seen) ** 2 - 1) / (2 * parts))
        u = u + rate / parts * (rate * seen - 1)[:, None] * (d - seen[:, None] * u)
        u = u / np.linalg.norm(u, axis=1, keepdims=True)
    return Trace(np.array(losses), np.array(scaled), c)


def descend_quartic(sharpness: float, bend: float, rate: float, steps: int, x: float = 1e-3) -> float:
    r"""Where descent on :math:`\tfrac S2x^2-\tfrac k4x^4` is after so many steps, without its sign."""
    for _ in range(steps):
        x = x - rate * (sharpness * x - bend * x**3)
    return abs(x)


def rod_on_quartic(
    sharpness: float, bend: float, rate: float, steps: int, a: float = 1e-3, parts: int = PARTS
) -> float:
    """The amplitude of rod flow on the same loss, whose centre stays at zero by symmetry."""
    for _ in range(steps * parts):
        seen = sharpness - bend * a**2
        a = a * float(np.exp(((1 - rate * seen) ** 2 - 1) / (2 * parts)))
    return a
