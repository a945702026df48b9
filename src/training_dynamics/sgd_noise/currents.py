r"""Two weights that circulate: least squares with inputs mirrored in both axes, and noise that is not.

Inputs are the four points :math:`(\pm a_i,\pm b_i)`, so the Hessian is diagonal.  The squared residual is
:math:`1+\tau\,\mathrm{sign}(ab)` times a constant: with a tilt :math:`\tau=0` the noise has the Hessian's axes, else it has not.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.sgd_noise.moments import Task, stationary
from training_dynamics.toolbox.seeds import numpy_generator


def mirrored_task(seed: int, tilt: float, points: int = 8, curvature: float = 0.1) -> Task:
    """A task of two weights, of curvatures near 1 and near ``curvature``, whose noise is turned from the axes by ``tilt``.

    Raises ValueError for a tilt outside [-1, 1].
    """
    if not -1 <= tilt <= 1:
        raise ValueError(f"tilt must lie in [-1, 1], got {tilt}: the squared residual 1 + tilt is not negative")
    drawn = numpy_generator(seed, "sgd_noise mirrored").uniform(0.6, 1.4, (points, 2)) * [1.0, curvature**0.5]
    x = np.vstack([drawn * signs for signs in ([1, 1], [-1, -1], [1, -1], [-1, 1])])
    residual = np.sqrt(1 + tilt * np.sign(x[:, 0] * x[:, 1]))
    return Task(np.vstack([x, x]), np.concatenate([residual, -residual]))


def swept_area(task: Task, moments: Float[ndarray, "2 2"], rate: float) -> float:
    r"""The mean area :math:`\langle x_t\wedge x_{t+1}\rangle=\eta\,(HM-MH)_{12}` that a step sweeps at stationarity."""
    return float(rate * (task.hessian @ moments - moments @ task.hessian)[0, 1])


def small_rate_area(task: Task, rate: float, batch: int) -> float:
    r"""The same for small rates: :math:`\frac{\eta^2}B\,\frac{h_1-h_2}{h_1+h_2}\,\Sigma_{12}`, for a diagonal Hessian."""
    first, second = np.diag(task.hessian)
    return float(rate**2 / batch * (first - second) / (first + second) * task.noise[0, 1])


def speed_of_current(task: Task, moments: Float[ndarray, "2 2"], rate: float) -> Float[ndarray, "2 2"]:
    r"""The matrix of what goes round: minus the antisymmetric part of :math:`\eta HM`, times :math:`M^{-1}`."""
    product = rate * task.hessian @ moments
    return -(product - product.T) / 2 @ np.linalg.inv(moments)


def tilted_moments(seed: int, tilt: float, rate: float, batch: int) -> tuple[Task, Float[ndarray, "2 2"]]:
    """A mirrored task with its stationary second moments."""
    task = mirrored_task(seed, tilt)
    return task, stationary(task, rate, batch)
