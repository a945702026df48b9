r"""From lazy to rich by decay alone: a diagonal linear network :math:`w=u\odot u-v\odot v` from a large start.

Under gradient flow with decay :math:`\lambda` the product :math:`uv=\alpha^2e^{-2\lambda t}` is known whatever the data, so
that :math:`\dot w=-2\sqrt{w^2+4\alpha^4e^{-4\lambda t}}\,g-2\lambda w` with :math:`g=2X^\top(Xw-y)/n`.  The network is lazy
while :math:`\alpha e^{-\lambda t}` is large and rich once it is small (Lyu et al. 2024).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.integrate import solve_ivp

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator


@dataclass(frozen=True)
class Path:
    """Times (in units of one over the decay) with relative errors on the training set and from the teacher."""

    times: Float[ndarray, " k"]
    train: Float[ndarray, " k"]
    test: Float[ndarray, " k"]

    def first(self, curve: str, level: float) -> float:
        """The first time at which a curve is at ``level`` or below; infinite when it never is."""
        below = np.flatnonzero(getattr(self, curve) <= level)
        return float(self.times[below[0]]) if len(below) else np.inf


def sparse_problem(seed: int, n: int, d: int, k: int) -> tuple[Float[ndarray, "n d"], Float[ndarray, " d"]]:
    """Standard normal inputs and a teacher with ``k`` ones."""
    rng = numpy_generator(seed, "emergence sparse teacher", n, d)
    return rng.standard_normal((n, d)), (np.arange(d) < k).astype(float)


@once
def path(
    seed: int, alpha: float, decay: float = 0.02, n: int = 20, d: int = 40, k: int = 2, until: float = 6.0
) -> Path:
    """The flow from ``u = v = alpha`` for ``until`` units of one over the decay."""
    x, teacher = sparse_problem(seed, n, d, k)
    covariance = x.T @ x / n

    def speed(t: float, w: Float[ndarray, " d"]) -> Float[ndarray, " d"]:
        width = np.sqrt(w**2 + 4 * alpha**4 * np.exp(-4 * decay * t))
        return -4 * width * (covariance @ (w - teacher)) - 2 * decay * w

    def jacobian(t: float, w: Float[ndarray, " d"]) -> Float[ndarray, "d d"]:
        width = np.sqrt(w**2 + 4 * alpha**4 * np.exp(-4 * decay * t))
        slope = -4 * (w / width) * (covariance @ (w - teacher)) - 2 * decay
        return np.diag(slope) - 4 * width[:, None] * covariance

    times = np.concatenate([np.geomspace(1e-6, 1e-2, 60), np.linspace(1.1e-2, until, 400)]) / decay
    found = solve_ivp(
        speed, (0, times[-1]), np.zeros(d), method="BDF", t_eval=times, jac=jacobian, rtol=1e-6, atol=1e-9
    )
    error = found.y.T - teacher
    train = np.einsum("ti,ij,tj->t", error, covariance, error) / (teacher @ covariance @ teacher)
    return Path(times * decay, train, (error**2).sum(1) / k)


def product_along_descent(
    seed: int, alpha: float, decay: float, rate: float, steps: int, n: int = 20, d: int = 40, k: int = 2
) -> tuple[float, float]:
    """The largest and the smallest ``u_i v_i`` after plain gradient descent, over ``alpha^2 exp(-2 decay rate steps)``."""
    x, teacher = sparse_problem(seed, n, d, k)
    u, v = np.full(d, alpha), np.full(d, alpha)
    for _ in range(steps):
        g = 2 * x.T @ (x @ (u * u - v * v - teacher)) / n
        u, v = u - rate * (u * g + decay * u), v - rate * (-v * g + decay * v)
    ratio = u * v / (alpha**2 * np.exp(-2 * decay * rate * steps))
    return float(ratio.max()), float(ratio.min())
