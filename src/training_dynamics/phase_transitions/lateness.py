r"""A wide network whose units bend a little learns a quadratic rule, lazily at first: late generalisation without decay.

:math:`f(x)=\tfrac1{\gamma N}\sum_i\phi(w_i\cdot x)` less its value at the start, with :math:`\phi(h)=h+\tfrac\epsilon2h^2`,
first layer only, rates :math:`\gamma^2N`, and the teacher :math:`y=\tfrac12((b\cdot x)^2-1)` (Kumar et al. 2024, section 3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator

BEND, RATE, EVERY, UNSEEN = 0.25, 0.5, 10, 1000


@dataclass(frozen=True)
class Fit:
    """At each recorded step: errors relative to those of answering zero, and the units' alignment with the teacher.

    The alignment is :math:`d\\,|Wb|^2/|W|^2`: 1 for random units, d when all of them are multiples of b.
    """

    steps: Float[ndarray, " k"]
    train: Float[ndarray, " k"]
    test: Float[ndarray, " k"]
    alignment: Float[ndarray, " k"]

    @property
    def fitted(self) -> int:
        """Where the training error is first below a twentieth; the last place where it never is."""
        return _first(self.train < 0.05)

    @property
    def late(self) -> float:
        """Step at which the test error is first below a tenth over that of the fit; infinite when it never is."""
        there = self.test < 0.1
        return float(self.steps[_first(there)] / self.steps[self.fitted]) if there.any() else np.inf


def _first(there: ndarray) -> int:
    return int(there.argmax()) if there.any() else len(there) - 1


@once
def fit(seed: int, gamma: float, width: int = 300, examples: int = 500, steps: int = 1000, inputs: int = 40) -> Fit:
    """Gradient descent on the mean squared error of ``examples`` standard normal inputs; judged on a thousand others.

    Raises FloatingPointError where it diverges, as it does at large ``gamma``, whose units move far.
    """
    rng = numpy_generator(seed, "phase_transitions lazy fit", inputs)
    b = rng.standard_normal(inputs, dtype=np.float32)
    b /= np.linalg.norm(b)
    seen, unseen, w = (rng.standard_normal((n, inputs), dtype=np.float32) for n in (examples, UNSEEN, width))
    w /= inputs**0.5

    def out(h: Float[ndarray, "n width"]) -> Float[ndarray, " n"]:
        return (h + BEND / 2 * h * h).mean(1) / gamma

    first, shown = out(seen @ w.T), out(unseen @ w.T)
    y, told = (((x @ b) ** 2 - 1) / 2 for x in (seen, unseen))
    records = []
    for step in range(steps + 1):
        h = seen @ w.T
        error = out(h) - first - y
        if step % EVERY == 0:
            test = ((out(unseen @ w.T) - shown - told) ** 2).sum() / (told @ told)
            aligned = inputs * ((w @ b) ** 2).sum() / (w**2).sum()
            records.append((step, error @ error / (y @ y), test, aligned))
            if not np.isfinite(test):
                raise FloatingPointError(f"descent diverges at gamma = {gamma:g}")
        w -= RATE * gamma / examples * (((1 + BEND * h) * error[:, None]).T @ seen)
    return Fit(*np.array(records, dtype=float).T)


def kept_kernel(seed: int, examples: int = 500, inputs: int = 40) -> float:
    r"""Least test error at any time of gradient flow with the kernel of the start, averaged over random units.

    :math:`K = \xi\cdot\xi' + \epsilon^2(\xi\cdot\xi')^2/d`; relative to answering zero on a thousand unseen examples.
    """
    rng = numpy_generator(seed, "phase_transitions kept kernel", inputs)
    seen, unseen = (rng.standard_normal((n, inputs)) for n in (examples, UNSEEN))
    b = rng.standard_normal(inputs)
    y, told = (((x @ b) ** 2 / (b @ b) - 1) / 2 for x in (seen, unseen))
    near, far = (g + BEND**2 / inputs * g**2 for g in (seen @ seen.T, unseen @ seen.T))
    values, vectors = np.linalg.eigh(near)
    times = np.append(np.geomspace(1e-2, 1e3, 60), np.inf) / values.mean()
    learned = -np.expm1(-values[:, None] * times) * (vectors.T @ y / values)[:, None]
    return float((((far @ vectors @ learned) - told[:, None]) ** 2).sum(0).min() / (told @ told))
