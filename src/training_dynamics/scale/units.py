r"""A model solved in full: SGD on a parabola with noisy gradients, and the groups without unit that decide it.

.. math:: w_{t+1}=w_t-\eta\,(h\,w_t+\xi_t/\sqrt B),\qquad L=\tfrac h2\,\mathbb E\,w^2 .

Let :math:`[w]` be the unit of the weight and :math:`[L]` that of the loss.  Then :math:`h` has :math:`[L]/[w]^2`, the rate
:math:`[w]^2/[L]`, and the noise's variance :math:`\sigma^2` has :math:`[L]^2/[w]^2`.  Everything is float64.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.toolbox.seeds import numpy_generator


@dataclass(frozen=True)
class Run:
    """Curvature, starting distance, variance of one example's gradient, batch size, learning rate and number of steps."""

    curvature: float
    distance: float
    variance: float
    batch: int
    rate: float
    steps: int

    def in_units(self, weight: float, loss: float) -> Run:
        """The same run where a unit of the weight is ``weight`` of the new ones, and a unit of the loss ``loss``."""
        return Run(
            self.curvature * loss / weight**2,
            self.distance * weight,
            self.variance * loss**2 / weight**2,
            self.batch,
            self.rate * weight**2 / loss,
            self.steps,
        )

    @property
    def groups(self) -> tuple[float, int, float]:
        r""":math:`a=\eta h`, the steps :math:`T`, and :math:`s=\sigma^2/(B h^2 w_0^2)`: all that decides."""
        return (
            self.rate * self.curvature,
            self.steps,
            self.variance / (self.batch * (self.curvature * self.distance) ** 2),
        )

    def left(self) -> float:
        """Mean loss after the last step over that at the start, in the run's own units."""
        shrink = (1 - self.rate * self.curvature) ** 2
        settled = self.rate**2 * self.variance / self.batch
        square = self.distance**2
        for _ in range(self.steps):
            square = shrink * square + settled
        return square / self.distance**2

    def simulated(self, seed: int, runs: int = 20000) -> float:
        """The same by running SGD many times."""
        rng = numpy_generator(seed, "scale parabola noise")
        w = np.full(runs, self.distance)
        for _ in range(self.steps):
            noise = np.sqrt(self.variance / self.batch) * rng.standard_normal(runs)
            w = w - self.rate * (self.curvature * w + noise)
        return float(np.mean(w**2) / self.distance**2)


def left_of(a: float, steps: int, s: float) -> float:
    r"""The mean loss after ``steps``, over that at the start: :math:`\rho^T+s\,\frac{a}{2-a}(1-\rho^T)`, :math:`\rho=(1-a)^2`.

    Raises ValueError unless ``0 < a < 2``, where the second term settles.
    """
    if not 0 < a < 2:
        raise ValueError(f"a = rate * curvature must lie between 0 and 2, got {a}")
    rho = (1 - a) ** (2 * steps)
    return rho + s * a / (2 - a) * (1 - rho)


def count_groups(exponents: Float[ndarray, "units quantities"]) -> int:
    """How many independent products without unit there are: quantities less the rank of the table of their exponents.

    Source: Buckingham (1914).
    """
    table = np.asarray(exponents, dtype=float)
    return table.shape[1] - int(np.linalg.matrix_rank(table))
