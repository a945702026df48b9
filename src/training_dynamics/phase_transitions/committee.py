r"""Online learning of a soft committee by another one, in the limit of many inputs (Saad and Solla 1995).

Student :math:`\sum_i g(x_i)` with fields :math:`x_i=J_i\cdot\xi`, teacher :math:`\sum_n g(y_n)` with
:math:`y_n=B_n\cdot\xi`, activation :math:`g(x)=\mathrm{erf}(x/\sqrt2)`, inputs standard normal.  One step on one new
input: :math:`J_i \leftarrow J_i+\tfrac\eta N\delta_i\xi` with :math:`\delta_i=g'(x_i)\,e` and
:math:`e=\sum_n g(y_n)-\sum_j g(x_j)`.  All that matters are the overlaps
:math:`Q=JJ^\top`, :math:`R=JB^\top`, :math:`T=BB^\top`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.integrate import solve_ivp

ROOT = (2 / np.pi) ** 0.5  # g'(x) = ROOT exp(-x^2/2)


@dataclass(frozen=True)
class Overlaps:
    """Student-student and student-teacher overlaps at one time, or at many (leading axis); the teacher's are fixed."""

    Q: Float[ndarray, "... k k"]
    R: Float[ndarray, "... k m"]
    T: Float[ndarray, "m m"]

    def covariance(self) -> Float[ndarray, "... f f"]:
        """Covariance of all fields, the student's first."""
        T = np.broadcast_to(self.T, (*self.Q.shape[:-2], *self.T.shape))
        return np.block([[self.Q, self.R], [np.swapaxes(self.R, -1, -2), T]])

    def error(self) -> ndarray:
        """Generalisation error, half the mean square of e: closed form."""
        C, signs = self.covariance(), _signs(self.Q.shape[-1], self.T.shape[0])
        return 0.5 * np.einsum("...wz,w,z->...", products(C), signs, signs)


def _signs(k: int, m: int) -> Float[ndarray, " f"]:
    return np.concatenate([-np.ones(k), np.ones(m)])


def products(C: Float[ndarray, "... f f"]) -> Float[ndarray, "... f f"]:
    """<g(w) g(z)> for all pairs of Gaussian fields: (2/pi) arcsin(C_wz / sqrt((1 + C_ww)(1 + C_zz)))."""
    size = np.sqrt(1 + np.diagonal(C, axis1=-2, axis2=-1))
    return 2 / np.pi * np.arcsin(C / (size[..., :, None] * size[..., None, :]))


def tilt(C: Float[ndarray, "f f"], u: int) -> tuple[float, Float[ndarray, "f f"]]:
    """What a factor g'(u) does to a Gaussian average: <g'(u) F> is the first number times <F> under the second covariance.

    g'(u) is ROOT exp(-u^2/2), which adds 1 to the precision of u: C - C_u C_u^T / (1 + C_uu).
    """
    return ROOT / np.sqrt(1 + C[u, u]), C - np.outer(C[:, u], C[u]) / (1 + C[u, u])


def velocities(C: Float[ndarray, "f f"], k: int, rate: float) -> tuple[Float[ndarray, "k f"], Float[ndarray, "k k"]]:
    """Averages that move the overlaps: <delta_i z_v> for all fields, and <delta_i delta_j> (without factors of the rate)."""
    signs = _signs(k, len(C) - k)
    first, second = np.empty((k, len(C))), np.empty((k, k))
    for i in range(k):
        weight, tilted = tilt(C, i)
        first[i] = weight * (tilted * (signs * ROOT / np.sqrt(1 + np.diag(tilted)))).sum(
            1
        )  # Stein: <v g(w)> = C_vw <g'(w)>
        for j in range(i if rate else k, k):
            again, twice = tilt(tilted, j)
            second[i, j] = second[j, i] = weight * again * (signs @ products(twice) @ signs)
    return first, second if rate else np.zeros((k, k))


def solve(start: Overlaps, rate: float, alphas: Float[ndarray, " t"], slow: bool = False) -> Overlaps:
    """Overlaps at each ``alpha`` = examples / inputs.

    dR/da = eta <delta y>, dQ/da = eta <delta x> + transpose + eta^2 <delta delta>.  ``slow`` leaves the
    term in eta^2 out, the limit of small rates (the time is then eta alpha).  Raises ValueError for a rate that is not above 0.
    """
    if not rate > 0:
        raise ValueError(f"rate must be > 0, got {rate}")
    k, m = start.R.shape

    def speed(_: float, state: Float[ndarray, " s"]) -> Float[ndarray, " s"]:
        now = Overlaps(state[: k * k].reshape(k, k), state[k * k :].reshape(k, m), start.T)
        first, second = velocities(now.covariance(), k, 0.0 if slow else rate)
        dQ = rate * (first[:, :k] + first[:, :k].T) + rate**2 * second
        return np.concatenate([dQ.ravel(), rate * first[:, k:].ravel()])

    state = np.concatenate([start.Q.ravel(), start.R.ravel()])
    found = solve_ivp(speed, (0, alphas[-1]), state, t_eval=alphas, method="LSODA", rtol=1e-7, atol=1e-9).y.T
    return Overlaps(found[:, : k * k].reshape(-1, k, k), found[:, k * k :].reshape(-1, k, m), start.T)


def nearly_symmetric(k: int, asymmetry: float, size: float = 0.1) -> Overlaps:
    """Students of length^2 ``size``, orthogonal, all overlaps with the orthonormal teacher 0 but R_ii = ``asymmetry``."""
    return Overlaps(size * np.eye(k), asymmetry * np.eye(k), np.eye(k))


def plateau(k: int) -> Overlaps:
    """The symmetric fixed point for small rates: Q = 1/(2K - 1) and R = 1/sqrt(K (2K - 1)) in every entry."""
    return Overlaps(np.full((k, k), 1 / (2 * k - 1)), np.full((k, k), (k * (2 * k - 1)) ** -0.5), np.eye(k))


def escape_rate(k: int, step: float = 1e-6) -> float:
    """How fast specialisation grows from that fixed point, per unit of eta alpha: the largest eigenvalue there, numerically."""
    at = plateau(k)
    state = np.concatenate([at.Q.ravel(), at.R.ravel()])

    def speed(s: Float[ndarray, " s"]) -> Float[ndarray, " s"]:
        now = Overlaps(s[: k * k].reshape(k, k), s[k * k :].reshape(k, k), at.T)
        first, _ = velocities(now.covariance(), k, 0.0)
        return np.concatenate([(first[:, :k] + first[:, :k].T).ravel(), first[:, k:].ravel()])

    columns = [(speed(state + step * e) - speed(state - step * e)) / (2 * step) for e in np.eye(len(state))]
    return float(np.linalg.eigvals(np.array(columns).T).real.max())
