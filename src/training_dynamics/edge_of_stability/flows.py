r"""What gradient descent follows at the edge: descent itself, gradient flow and the central flow.

All start from the same weights, shortly before the sharpness reaches :math:`2/\eta`; one unit of time is one step of descent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.edge_of_stability.networks import Tanh, Task
from training_dynamics.edge_of_stability.training import Probe

REACH = 1e-3  # how far along a direction gradients are compared
EARLY = 1.9  # where the flows begin: this over the rate
LATEST = 4000  # steps within which the sharpness has to come there
EVERY = 4  # steps between two measurements of the sharpness of descent's midpoints


@dataclass(frozen=True)
class Trace:
    """One path: its mean loss (with the oscillation's part where a flow has one), scaled sharpness, and last weights."""

    losses: Float[ndarray, "times m"]
    scaled: Float[ndarray, "times m"]
    end: Float[ndarray, "m P"]


@dataclass(frozen=True)
class Start:
    """Weights just before the edge, and the top eigenvector there."""

    theta: Float[ndarray, "m P"]
    top: Float[ndarray, "m P"]


def before_the_edge(net: Tanh, task: Task, theta: Float[ndarray, "m P"], rate: float) -> Start:
    """Descend each row until rate times sharpness first reaches ``EARLY``.

    Raises ValueError when a row does not come there within ``LATEST`` steps.
    """
    probe = Probe(lambda t: net.gradients(t, task), theta)
    kept, top, there = theta.copy(), theta.copy(), np.zeros(len(theta), dtype=bool)
    for step in range(LATEST):
        if step % 10 == 0:
            new = ~there & (rate * probe(theta) >= EARLY)
            kept[new], top[new] = theta[new], probe.vectors[new]
            there |= new
            if there.all():
                return Start(kept, top)
        theta = theta - rate * net.gradients(theta, task)
    raise ValueError(f"{int((~there).sum())} network(s) stay below {EARLY} / rate for {LATEST} steps; raise the rate")


def descent(net: Tanh, task: Task, start: Start, rate: float, steps: int) -> Trace:
    """Gradient descent itself; the sharpness is that of the midpoints of two steps, where the oscillation cancels."""
    theta, losses, scaled = start.theta, [], []
    probe = Probe(lambda t: net.gradients(t, task), theta)
    probe.vectors = start.top
    for step in range(steps):
        loss, gradient = net.losses_and_gradients(theta, task)
        ahead = theta - rate * gradient
        if step % EVERY == 0:
            scaled.append(rate * probe((theta + ahead) / 2))
        losses.append(loss)
        theta, before = ahead, theta
    return Trace(np.array(losses), np.array(scaled), (theta + before) / 2)


def gradient_flow(net: Tanh, task: Task, start: Start, rate: float, steps: int, parts: int = 4) -> Trace:
    """The limit of small steps, by ``parts`` small ones for each step of descent."""
    theta, losses, scaled = start.theta, [], []
    probe = Probe(lambda t: net.gradients(t, task), theta)
    for step in range(steps * parts):
        loss, gradient = net.losses_and_gradients(theta, task)
        if step % parts == 0:
            losses.append(loss)
        if step % (10 * EVERY * parts) == 0:
            scaled.append(rate * probe(theta))
        theta = theta - rate / parts * gradient
    return Trace(np.array(losses), np.array(scaled), theta)


def central_flow(net: Tanh, task: Task, start: Start, rate: float, steps: int) -> Trace:
    r"""The path of the average: :math:`\dot w=-\eta\,(\nabla L+\tfrac12\sum_i\sigma_i^2\nabla S_i)`, two directions.

    The variances are the least that keep every :math:`S_i\le2/\eta`: a linear complementarity problem at every step.
    Source: Cohen et al. 2025.
    """
    w, losses, scaled = start.theta, [], []
    second = np.random.default_rng(1).standard_normal(w.shape)
    pair = _orthonormal(np.stack([start.top, second], axis=1))
    for _ in range(10):
        pair = _orthonormal(_around(net, task, w, pair)[2])
    for _ in range(steps):
        loss, gradient, products, slopes = _around(net, task, w, pair)
        sharpness = np.einsum("mkp,mkp->mk", products, pair)
        drift = -rate * np.einsum("mkp,mp->mk", slopes, gradient)
        response = rate / 2 * np.einsum("mkp,mlp->mkl", slopes, slopes)
        variances = least_variances(response, sharpness - 2 / rate + drift)
        losses.append(loss + np.sum(sharpness * variances, axis=1) / 2)
        scaled.append(rate * sharpness.max(axis=1))
        w = w - rate * (gradient + np.einsum("mk,mkp->mp", variances, slopes) / 2)
        pair = _orthonormal(products)
    return Trace(np.array(losses), np.array(scaled), w)


def least_variances(response: Float[ndarray, "m 2 2"], excess: Float[ndarray, "m 2"]) -> Float[ndarray, "m 2"]:
    r"""The :math:`z\ge0` with :math:`r=Rz-e\ge0` and :math:`z\cdot r=0`, by trying which of the two entries are zero."""
    found = np.zeros_like(excess)
    open_ = (excess > 0).any(axis=1)
    for i in (0, 1):
        alone = excess[:, i] / response[:, i, i]
        enough = response[:, 1 - i, i] * alone >= excess[:, 1 - i]
        chosen = open_ & (alone >= 0) & enough
        found[chosen, i] = alone[chosen]
        open_ = open_ & ~chosen
    if open_.any():
        found[open_] = np.maximum(np.linalg.solve(response[open_], excess[open_][:, :, None])[:, :, 0], 0)
    return found


def _around(
    net: Tanh, task: Task, w: Float[ndarray, "m P"], pair: Float[ndarray, "m k P"]
) -> tuple[ndarray, ndarray, ndarray, ndarray]:
    r"""Loss, gradient, :math:`Hu` and :math:`\nabla(u^\top Hu)` for each direction: sums and differences of gradients nearby."""
    m, k, size = pair.shape
    places = np.concatenate([w[:, None], w[:, None] + REACH * pair, w[:, None] - REACH * pair], axis=1)
    losses, gradients = net.losses_and_gradients(places.reshape(-1, size), task)
    gradients = gradients.reshape(m, 2 * k + 1, size)
    here, plus, minus = gradients[:, 0], gradients[:, 1 : k + 1], gradients[:, k + 1 :]
    slopes = (plus + minus - 2 * here[:, None]) / REACH**2
    return losses.reshape(m, -1)[:, 0], here, (plus - minus) / (2 * REACH), slopes


def _orthonormal(vectors: Float[ndarray, "m k P"]) -> Float[ndarray, "m k P"]:
    return np.linalg.qr(vectors.transpose(0, 2, 1))[0].transpose(0, 2, 1)
