r"""Delayed generalisation in linear regression, exactly: every direction of the inputs has its own clock.

Gradient descent with rate :math:`\eta` and weight decay :math:`\lambda` on
:math:`\tfrac1{2n}\lVert Xw-y\rVert^2+\tfrac\lambda2\lVert w\rVert^2`, with :math:`y=Xw_*`.  In the eigenbasis of
:math:`X^\top X/n` with eigenvalues :math:`s_i`, the error shrinks by :math:`1-\eta(s_i+\lambda)` a step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.toolbox.seeds import numpy_generator


@dataclass(frozen=True)
class Curves:
    """Train and test error at ``steps``, relative to those of the zero predictor; ``norm`` is that of the weights."""

    steps: Float[ndarray, " k"]
    train: Float[ndarray, " k"]
    test: Float[ndarray, " k"]
    norm: Float[ndarray, " k"]

    def first(self, curve: str, level: float) -> float:
        """The first step at which a curve is at ``level`` or below; infinite when it never is."""
        below = np.flatnonzero(getattr(self, curve) <= level)
        return float(self.steps[below[0]]) if len(below) else np.inf


def regression(
    seed: int, n: int, d: int, decay: float, *, rate: float = 0.1, start: float = 0.0, steps: float = 1e6
) -> Curves:
    """The closed form at 600 steps, spaced evenly in their logarithm, from weights of length ``start`` in a random direction.

    Inputs are standard normal, the teacher is a unit vector in the span of the inputs when ``n < d`` (so that it can be
    learned), and else a random one.  Raises ValueError for a rate at which descent diverges.
    """
    rng = numpy_generator(seed, "emergence linear regression", n, d)
    x = rng.standard_normal((n, d))
    values, vectors = np.linalg.eigh(x.T @ x / n)
    s = np.clip(values, 0, None) * (np.arange(d) >= d - n)  # the null space exactly
    if rate * (s[-1] + decay) >= 2:
        raise ValueError(f"rate must be below {2 / (s[-1] + decay):.3g}, where descent diverges, got {rate}")
    teacher = rng.standard_normal(d) * (s > 0)
    teacher /= np.linalg.norm(teacher)
    first = rng.standard_normal(d)
    first *= start / np.linalg.norm(first)
    end = teacher * s / np.where(s + decay > 0, s + decay, 1) if decay else np.where(s > 0, teacher, first)
    t = np.unique(np.round(np.geomspace(1, steps, 600)))
    w = end + (first - end) * (1 - rate * (s + decay)) ** t[:, None]
    error = (w - teacher) ** 2
    return Curves(t, (error @ s) / (teacher**2 @ s), error.sum(1), np.linalg.norm(w, axis=1))


def delay(start: float, level: float, rate: float, decay: float) -> float:
    """Steps until decay alone has shrunk a length ``start`` to ``level``: ``ln(start/level) / -ln(1 - rate decay)``."""
    if not (0 < level <= start and 0 < rate * decay < 1):
        raise ValueError(f"need 0 < level <= start and 0 < rate*decay < 1, got {level}, {start}, {rate * decay}")
    return float(np.log(start / level) / -np.log1p(-rate * decay))
