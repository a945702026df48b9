r"""Adam at its edge, and two flows that are to follow it: the stable flow, and one that carries the swing along.

The picture is that of Regis and Chewi's rod flow for Adam: a rod in the space of weights and averaged gradients, and a smooth
second moment.  It is made from their abstract; their equations may differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.edge_of_stability.flows import LATEST, Trace
from training_dynamics.edge_of_stability.networks import Tanh, Task, chebyshev
from training_dynamics.edge_of_stability.training import LAYERS, WIDTH, Probe, group
from training_dynamics.lab.once import once
from training_dynamics.lab.optimizers import DEFAULT, adam, zero_moments

EARLY = 36.0  # where the flows begin: this over the rate, a little below the edge of 38
PARTS = 4  # steps of a flow for one of Adam
FINE = 16  # of the stable flow, which goes where steps of that size would have an edge of their own
EVERY = 40  # steps between two measurements of the preconditioned sharpness
REACH = 1e-5  # the shortest rod whose ends have their gradients compared; rounding leaves six digits of the difference
ALIVE = 1e-9  # least length of the swing, in the units in which Adam is a plain step: one of zero could never grow
B1, B2 = DEFAULT.beta1, DEFAULT.beta2


@dataclass(frozen=True)
class Entry:
    """Each network near the edge: centre of two steps, averages there, number of steps, and the half swing of the weights."""

    centre: Float[ndarray, "m P"]
    average: Float[ndarray, "m P"]
    second: Float[ndarray, "m P"]
    step: Float[ndarray, "m 1"]
    swing: Float[ndarray, "m P"]


@dataclass(frozen=True)
class AdamContest:
    """Where Adam is, and where two flows from the same start are."""

    end: Float[ndarray, "m P"]
    stable: Trace
    swinging: Trace


def divisor(second: Float[ndarray, "m P"], step: Float[ndarray, "m 1"] | float) -> Float[ndarray, "m P"]:
    r"""What Adam divides the averaged gradient by in its ``step``-th step: :math:`P=(1-\beta_1^t)(\sqrt{\hat v}+\varepsilon)`."""
    return (1 - B1**step) * (np.sqrt(second / (1 - B2**step)) + DEFAULT.eps)


def adam_past_the_edge(
    net: Tanh, task: Task, theta: Float[ndarray, "m P"], rate: float, steps: int
) -> tuple[Entry, Float[ndarray, "m P"]]:
    """Adam itself: the entry of each row, and the middle of two successive weights so many steps after it.

    Raises ValueError when a row does not come near the edge within ``LATEST`` steps.
    """
    probe = Probe(lambda t: net.gradients(t, task), theta)
    begun, moments, before = np.full(len(theta), LATEST), zero_moments(theta), theta
    centre, average, second, swing, end, top = (np.zeros_like(theta) for _ in range(6))
    for step in range(LATEST + steps):
        if step % 10 == 0 and step > 0 and (begun == LATEST).any():
            scale = divisor(moments.v, step + 1) ** -0.5
            new = (begun == LATEST) & (rate * probe(theta, scale) >= EARLY)
            begun[new], top[new] = step, _unit(probe.vectors[new])
            swing[new] = (scale * top)[new]
        ahead_moments, direction = adam(moments, net.gradients(theta, task))
        ahead = theta - rate * direction
        for place, value in (
            (centre, (theta + ahead) / 2),
            (average, (moments.m + ahead_moments.m) / 2),
            (second, moments.v),
        ):
            place[begun == step] = value[begun == step]
        after = begun == step - 1
        if after.any():
            bend = (ahead - 2 * theta + before)[after] * divisor(moments.v[after], step) ** 0.5
            swing[after] *= np.sum(bend * top[after], axis=1, keepdims=True) / 4
        end[begun == step - steps] = ((theta + ahead) / 2)[begun == step - steps]
        if (step >= begun + steps).all():
            return Entry(centre, average, second, begun[:, None].astype(float), swing), end
        theta, before, moments = ahead, theta, ahead_moments
    raise ValueError(
        f"{int((begun == LATEST).sum())} network(s) stay below {EARLY:g} / rate for {LATEST} steps; raise the rate"
    )


def adam_flow(
    net: Tanh, task: Task, entry: Entry, rate: float, steps: int, swings: bool = True, parts: int = PARTS
) -> Trace:
    r"""The centre ``c``, its averages ``a`` and ``v``, and a swing ``(d, e)`` of weights and average, with its sign taken out.

    With :math:`g_\pm=\nabla L(c\pm d)` a step of Adam makes :math:`a'=\beta_1a+(1-\beta_1)(g_++g_-)/2` and
    :math:`c'=c-\eta P^{-1}a'`, and of the swing :math:`e'=\beta_1e+(1-\beta_1)(g_+-g_-)/2` and :math:`d'=d-\eta P^{-1}e'`.
    At the edge the swing changes its sign with every step, so :math:`(-d',-e')` is near :math:`(d,e)`, and
    :math:`\dot d=-d'-d`, :math:`\dot e=-e'-e`, :math:`\dot c=c'-c`, and so on.  ``v`` averages the squares at both ends.
    Without ``swings`` it is the stable flow.
    """
    c, a, v, step, d = entry.centre, entry.average, entry.second, entry.step, entry.swing
    e = -2 * d * divisor(v, step + 1) / rate  # of an average that changes its sign with every step
    probe, losses, scaled = Probe(lambda t: net.gradients(t, task), c), [], []
    for part in range(steps * parts):
        d, e = _alive(d, e, divisor(v, step + 1)) if swings else (0 * d, 0 * e)
        loss, mean, half = ends(net, task, c, d)
        squares = mean**2 + half**2
        root = divisor(B2 * v + (1 - B2) * squares, step + 1)
        if part % parts == 0:
            losses.append(loss)
        if part % (EVERY * parts) == 0:
            scaled.append(rate * probe(c, root**-0.5))
        ahead_a, ahead_e = B1 * a + (1 - B1) * mean, B1 * e + (1 - B1) * half
        ahead_d = d - rate * ahead_e / root
        c, v, step = c - rate * ahead_a / root / parts, v + (1 - B2) * (squares - v) / parts, step + 1 / parts
        a, d, e = a + (ahead_a - a) / parts, d - (ahead_d + d) / parts, e - (ahead_e + e) / parts
    scaled.append(rate * probe(c, root**-0.5))
    return Trace(np.array(losses), np.array(scaled), c)


def ends(
    net: Tanh, task: Task, c: Float[ndarray, "m P"], d: Float[ndarray, "m P"]
) -> tuple[Float[ndarray, " m"], Float[ndarray, "m P"], Float[ndarray, "m P"]]:
    """Mean loss, mean gradient and half the difference of gradients at the two ends ``c + d`` and ``c - d``.

    Where the rod is shorter than ``REACH`` the difference is taken that far apart and scaled down.
    """
    length = np.linalg.norm(d, axis=1, keepdims=True)
    if not length.any():
        loss, gradient = net.losses_and_gradients(c, task)
        return loss, gradient, 0 * gradient
    longer = np.maximum(REACH / length, 1.0)
    losses, gradients = net.losses_and_gradients(np.concatenate([c + longer * d, c - longer * d]), task)
    m = len(c)
    return (
        (losses[:m] + losses[m:]) / 2,
        (gradients[:m] + gradients[m:]) / 2,
        (gradients[:m] - gradients[m:]) / (2 * longer),
    )


@once
def adam_contest(first: int, rate: float = 4e-3, steps: int = 300, width: int = WIDTH) -> AdamContest:
    """Adam and both flows for the five seeds from ``first`` on, a multiple of five."""
    net, task = Tanh((1, *[width] * LAYERS, 1)), chebyshev()
    entry, end = adam_past_the_edge(net, task, net.initial(group(first)), rate, steps)
    stable = adam_flow(net, task, entry, rate, steps, swings=False, parts=FINE)
    return AdamContest(end, stable, adam_flow(net, task, entry, rate, steps))


def _unit(vectors: Float[ndarray, "m P"]) -> Float[ndarray, "m P"]:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _alive(
    d: Float[ndarray, "m P"], e: Float[ndarray, "m P"], root: Float[ndarray, "m P"]
) -> tuple[Float[ndarray, "m P"], Float[ndarray, "m P"]]:
    length = np.sqrt(np.sum(d * d * root, axis=1, keepdims=True))
    more = np.maximum(ALIVE / np.maximum(length, 1e-100), 1.0)
    return more * d, more * e
