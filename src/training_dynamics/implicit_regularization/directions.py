"""Which margin Adam takes: data on which the l2 separator, the l-infinity separator and the mean of the rows all differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import expit

from training_dynamics.implicit_regularization.margin import (
    Rows,
    Vector,
    cosine,
    flow_in_log_time,
    max_linf_margin,
    max_margin,
)
from training_dynamics.lab.optimizers import AdamSettings, adam, zero_moments
from training_dynamics.toolbox.seeds import numpy_generator

EASY = 30.0  # how far the easy rows lie off the plane of the two separators
LARGE = 1e6  # an epsilon far above every gradient


def uneven(seed: int, n: int = 12, d: int = 4, ratio: float = 8.0) -> Rows:
    """Separable rows around a centre whose coordinates fall from ``ratio`` to 1: the l2 and l-infinity separators differ."""
    rng = numpy_generator(seed, "uneven", n, d)
    return np.geomspace(ratio, 1, d) * (1 + 0.3 * rng.uniform(-1, 1, (n, d)))


def misleading(seed: int, n: int = 12, d: int = 4, easy: int = 6, off: float = EASY) -> Rows:
    """``uneven(seed, n, d)`` and ``easy`` rows more that change neither separator, but turn the mean of the rows away from both.

    An easy row is the mean of the others, twice, plus ``off`` times a unit vector that is orthogonal to both separators.  It
    has a margin of at least 2 under either, so that the programmes that define them do not notice it.
    """
    z = uneven(seed, n, d)
    plane = np.linalg.svd(np.array([max_margin(z).w, max_linf_margin(z)]))[2]
    return np.vstack([z, np.tile(2 * z.mean(0) + off * plane[-1], (easy, 1))])


def steepest(
    z: Rows, steps: int, direction: Callable[[int, Vector], Vector], lr: float = 0.1, decay: float = 0.5
) -> Vector:
    """``w_{t+1} = w_t - lr / (t + 1)^decay * direction(t, g_t)`` from zero, g_t the gradient of the loss."""
    w = np.zeros(z.shape[1])
    for t in range(steps):
        w = w - lr / (t + 1) ** decay * direction(t, -(expit(-(z @ w)) @ z))
    return w


def adam_direction(d: int, eps: float, beta1: float = 0.9, beta2: float = 0.9) -> Callable[[int, Vector], Vector]:
    """Adam's direction for a stream of gradients of length d."""
    moments, settings = zero_moments(np.zeros(d)), AdamSettings(beta1, beta2, eps)

    def direction(t: int, g: Vector) -> Vector:
        nonlocal moments
        moments, found = adam(moments, g, settings)
        return found

    return direction


@dataclass(frozen=True)
class Direction:
    """A direction found by an optimiser: its cosines to the l2 and to the l-infinity maximum-margin separators."""

    l2: float
    linf: float


@cache
def directions_found(seed: int, steps: int = 4000, n: int = 12, d: int = 4, easy: int = 6) -> dict[str, Direction]:
    """The directions found on ``misleading(seed, n, d, easy)``.

    ``gradient``: gradient flow at t = e^120.  ``first``: one gradient step, along the mean of the rows.  ``sign`` descent and
    Adam with eps = 0 take ``steps`` steps with rate 0.1 / sqrt(t + 1).  ``adam-large`` has an eps far above every gradient and
    the constant rate at which it is gradient descent with momentum at 1/smoothness.  Adam's beta2 is 0.9, so that the large
    first gradients are soon forgotten.
    """
    z = misleading(seed, n, d, easy)
    l2, linf = max_margin(z).w, max_linf_margin(z)
    found = {
        "gradient": flow_in_log_time(z, [120.0])[0],
        "first": z.sum(0),
        "sign": steepest(z, steps, lambda t, g: np.sign(g)),
        "adam": steepest(z, steps, adam_direction(d, 0.0)),
        "adam-large": steepest(z, steps, adam_direction(d, LARGE), LARGE * 4 / np.linalg.norm(z, 2) ** 2, 0.0),  # type: ignore[arg-type]
        "svm": l2,
    }
    return {name: Direction(cosine(w, l2), cosine(w, linf)) for name, w in found.items()}


@cache
def adam_distance(seed: int, eps: float, beta2: float = 0.9, steps: int = 4000, easy: int = 6) -> float:
    """One minus the cosine of Adam's direction on ``misleading`` data to the l-infinity separator, rate 0.1 / sqrt(t + 1)."""
    z = misleading(seed, 12, 4, easy)
    return 1 - cosine(steepest(z, steps, adam_direction(4, eps, beta2=beta2)), max_linf_margin(z))
