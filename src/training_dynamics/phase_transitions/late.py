"""Delayed generalisation without a transition: linear regression with decay, a convex problem, in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training_dynamics.toolbox.seeds import numpy_generator


@dataclass(frozen=True)
class Delay:
    """Steps until the training and the test error are a tenth of the zero predictor's, and the distance of two runs' ends."""

    train: float
    test: float
    apart: float

    @property
    def ratio(self) -> float:
        """How many times later the test error falls."""
        return self.test / self.train


def late_regression(
    seed: int, n: int = 40, d: int = 80, decay: float = 1e-3, size: float = 10.0, rate: float = 0.1
) -> Delay:
    """Gradient descent on squared error plus decay from two random starts of length ``size``.

    Each eigendirection of X^T X/n with eigenvalue s shrinks its error by 1 - rate (s + decay) a step;
    the teacher, of length 1, lies in the span of the standard normal inputs.  ``apart`` is measured after
    20 / (rate decay) steps, relative to ``size``.
    """
    rng = numpy_generator(seed, "phase_transitions late regression", n, d)
    values, _ = np.linalg.eigh((x := rng.standard_normal((n, d))).T @ x / n)
    s = np.clip(values, 0, None) * (np.arange(d) >= d - n)
    teacher = rng.standard_normal(d) * (s > 0)
    teacher /= np.linalg.norm(teacher)
    starts = rng.standard_normal((2, d))
    starts *= size / np.linalg.norm(starts, axis=1, keepdims=True)
    end = teacher * s / (s + decay)
    times = np.unique(np.geomspace(1, 20 / (rate * decay), 2000).round())
    w = end + (starts[:, None] - end) * (1 - rate * (s + decay)) ** times[:, None]
    wrong = (w - teacher) ** 2
    train, test = (wrong[0] @ s) / (teacher**2 @ s), wrong[0].sum(1)
    early, later = (float(times[np.argmax(curve < 0.1)]) for curve in (train, test))
    return Delay(early, later, float(np.linalg.norm(w[0, -1] - w[1, -1]) / size))
