"""Which separating direction an optimiser approaches: logistic loss on linearly separable data.

The rows ``z_i = label_i * input_i`` of ``Z`` carry inputs and labels at once; the loss is ``sum_i log(1 + exp(-z_i . w))``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float
from scipy.integrate import solve_ivp
from scipy.optimize import linprog, nnls
from scipy.special import expit

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator

Rows = Float[np.ndarray, "n d"]
Vector = Float[np.ndarray, " d"]


def separable(seed: int, n: int = 40, d: int = 10) -> Rows:
    """Standard normal inputs, labelled by a random hyperplane through the origin: Z of shape ``(n, d)``."""
    rng = numpy_generator(seed, "margin", n, d)
    x, normal = rng.standard_normal((n, d)), rng.standard_normal(d)
    return x * np.sign(x @ normal)[:, None]


@dataclass(frozen=True)
class Separator:
    """The hard-margin vector ``w (d,)`` with ``min_i z_i . w = 1``, and the multipliers ``alpha (n,)`` in ``w = Z^T alpha``."""

    w: Vector
    alpha: Float[np.ndarray, " n"]

    @property
    def margin(self) -> float:
        """``max_u min_i z_i . u`` over unit vectors u, which is ``1/|w|``."""
        return 1 / float(np.linalg.norm(self.w))

    @property
    def supports(self) -> np.ndarray:
        """Which rows are support vectors, shape ``(n,)``."""
        return self.alpha > 1e-9

    @property
    def shortfall_constant(self) -> float:
        """``log(max alpha) - sum_i alpha_i log(alpha_i) / sum_i alpha_i``: the limit of missing margin times log t.

        From ``z_i . w = log t - log alpha_i`` at the support vectors; it is zero when all their multipliers are alike.
        """
        alpha = self.alpha[self.supports]
        return float(np.log(alpha.max()) - alpha @ np.log(alpha) / alpha.sum())


def max_margin(z: Rows) -> Separator:
    """The minimiser of ``|w|`` subject to ``Z w >= 1``, exactly, by one non-negative least squares problem.

    With u = argmin_{u >= 0} |Z^T u|^2 + (1 - sum u)^2: ``alpha = u / (1 - sum u)`` (Lawson and Hanson 1974, chapter 23).
    Raises ValueError when no w separates the rows.
    """
    e = np.vstack([z.T, np.ones(len(z))])
    u, residual = nnls(e, np.r_[np.zeros(z.shape[1]), 1.0])
    if residual < 1e-10:
        raise ValueError("the data are not separable by a hyperplane through the origin")
    alpha = u / (1 - u.sum())
    return Separator(z.T @ alpha, alpha)


def max_linf_margin(z: Rows) -> Vector:
    """A minimiser of ``max_j |w_j|`` subject to ``Z w >= 1`` (linear programme); raises ValueError when nothing separates."""
    n, d = z.shape
    below = np.block([[np.eye(d), -np.ones((d, 1))], [-np.eye(d), -np.ones((d, 1))], [-z, np.zeros((n, 1))]])
    limit = np.r_[np.zeros(2 * d), -np.ones(n)]
    bounds = [(None, None)] * d + [(0, None)]
    found = linprog(np.r_[np.zeros(d), 1.0], below, limit, bounds=bounds, method="highs")
    if found.status != 0:
        raise ValueError("the data are not separable by a hyperplane through the origin")
    return found.x[:d]


def cosine(a: Vector, b: Vector) -> float:
    """The cosine of the angle between two vectors."""
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def margin_ratio(z: Rows, w: Vector) -> float:
    """The margin of w, ``min_i z_i . w / |w|``, over the largest possible one."""
    return float((z @ w).min() / np.linalg.norm(w)) / max_margin(z).margin


def flow_in_log_time(z: Rows, taus: Sequence[float]) -> Float[np.ndarray, "k d"]:
    """Gradient flow from w = 0 at the times ``t = exp(tau)``, by integrating in ``tau = log t``: rows ``w(tau)``.

    ``dw/dtau = e^tau sum_i z_i sigma(-z_i . w)``.  The factor e^tau is multiplied into the sigmoid inside one exponential, so
    nothing overflows at t = e^60.  Raises ValueError unless the taus increase, and RuntimeError when the integrator gives up.
    """
    grid = np.asarray(taus, dtype=float)
    if np.any(np.diff(grid) <= 0):
        raise ValueError(f"taus must increase, got {list(taus)}")

    def speed(tau: float, w: Vector) -> Vector:
        return np.exp(tau - np.logaddexp(0, z @ w)) @ z

    def jacobian(tau: float, w: Vector) -> Float[np.ndarray, "d d"]:
        m = z @ w
        return -(z.T * (np.exp(tau - np.logaddexp(0, m)) * expit(m))) @ z

    # Before t = e^-20 the flow has moved less than 1e-8 of the data's scale.
    start = min(-20.0, grid[0])
    found = solve_ivp(speed, (start, grid[-1]), np.zeros(z.shape[1]), "Radau", grid, jac=jacobian, rtol=1e-8, atol=1e-9)
    if not found.success:
        raise RuntimeError(f"the integrator stopped at tau = {found.t[-1]}: {found.message}")
    return found.y.T


@dataclass(frozen=True)
class LogTimePath:
    """Gradient flow at ``taus (k,)``: weights ``(k, d)``, beside the hard-margin separator of its data."""

    z: Rows
    taus: Float[np.ndarray, " k"]
    weights: Float[np.ndarray, "k d"]
    separator: Separator

    @property
    def residuals(self) -> Float[np.ndarray, " k"]:
        """``|w(tau) - w_svm tau|``: bounded when w(t) = w_svm log t + O(1)."""
        return np.linalg.norm(self.weights - self.taus[:, None] * self.separator.w, axis=1)

    @property
    def shortfalls(self) -> Float[np.ndarray, " k"]:
        """``1 - margin / largest margin`` at each tau."""
        margins = (self.weights @ self.z.T).min(1) / np.linalg.norm(self.weights, axis=1)
        return 1 - margins / self.separator.margin

    @property
    def increment_error(self) -> float:
        """``|(w(last) - w(middle)) / (tau difference) - w_svm| / |w_svm|`` for the last and the middle row."""
        middle = len(self.taus) // 2
        slope = (self.weights[-1] - self.weights[middle]) / (self.taus[-1] - self.taus[middle])
        return float(np.linalg.norm(slope - self.separator.w) / np.linalg.norm(self.separator.w))

    @property
    def support_offset_error(self) -> float:
        """The largest gap between ``z_i . w - tau`` and its predicted limit ``-log alpha_i`` over the support vectors."""
        held = self.separator.supports
        offset = self.weights[-1] @ self.z[held].T - self.taus[-1]
        return float(np.abs(offset + np.log(self.separator.alpha[held])).max())


@cache
def log_time_path(seed: int, n: int = 40, d: int = 10, last: float = 120.0) -> LogTimePath:
    """The flow on ``separable(seed, n, d)`` at 31 values of log t from 0 to ``last``."""
    z, taus = separable(seed, n, d), np.linspace(0, last, 31)
    return LogTimePath(z, taus, flow_in_log_time(z, list(taus)), max_margin(z))


@once
def descent_shortfall(seed: int, steps: int = 200_000, n: int = 40, d: int = 10) -> tuple[float, float, float]:
    """Plain gradient descent at lr = 1/smoothness: margin shortfall, loss, and cosine to the SVM after ``steps`` steps."""
    z = separable(seed, n, d)
    minus, step, w = -z, 4 / np.linalg.norm(z, 2) ** 2 * np.ascontiguousarray(z.T), np.zeros(d)
    for _ in range(steps):
        w += step @ expit(minus @ w)
    loss = float(np.logaddexp(0, -(z @ w)).sum())
    return 1 - margin_ratio(z, w), loss, cosine(w, max_margin(z).w)


@once
def normalised_shortfall(seed: int, steps: int, n: int = 40, d: int = 10) -> float:
    """Margin shortfall after ``steps`` steps of gradient descent whose length is divided by the loss.

    ``w <- w + lr sum_i p_i z_i`` with ``p_i`` in proportion to ``sigma(-z_i . w)`` and ``lr = 1 / max |z_i|^2``: the sum of
    these weights is the loss, up to a factor that tends to one.  They are computed from their logarithms, so that nothing
    underflows.  Source: Nacson et al. 2019, Ji and Telgarsky 2021.
    """
    z = separable(seed, n, d)
    rate, transposed, w = 1 / float((z**2).sum(1).max()), np.ascontiguousarray(z.T), np.zeros(d)
    for _ in range(steps):
        logs = -np.logaddexp(0, z @ w)
        weights = np.exp(logs - logs.max())
        w += rate * (transposed @ (weights / weights.sum()))
    return 1 - margin_ratio(z, w)
