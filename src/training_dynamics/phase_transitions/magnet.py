r"""The Curie-Weiss magnet: N spins of size 1, each coupled to all others, with energy :math:`-M^2/2N-hM`.

The temperature :math:`T` is in units of the coupling, so that the transition is at 1.  Mean field says
:math:`m=\tanh((m+h)/T)`; the exact answer for any N is a sum over N+1 values of the magnetisation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.optimize import brentq
from scipy.special import entr, gammaln


def free_energy(m: Float[ndarray, " k"] | float, temperature: float, field: float = 0.0) -> Float[ndarray, " k"]:
    """Free energy a spin at magnetisation m: energy -m^2/2 - hm, minus temperature times the entropy of m."""
    _check(temperature)
    m = np.asarray(m, dtype=float)
    return -(m**2) / 2 - field * m - temperature * (entr((1 + m) / 2) + entr((1 - m) / 2))


def field_at(m: float, temperature: float) -> float:
    """The field at which m is stationary: h = T artanh(m) - m, the mean-field equation read from right to left."""
    return float(temperature * np.arctanh(m) - m)


def spinodal(temperature: float) -> tuple[float, float]:
    """Magnetisation and field (both as sizes) where a state against the field stops existing; zeros from T = 1 on.

    There :math:`dh/dm=0`: :math:`m_s=\\sqrt{1-T}` and :math:`h_s=m_s-T\\,\\mathrm{artanh}\\,m_s`.
    """
    _check(temperature)
    if temperature >= 1:
        return 0.0, 0.0
    m = (1 - temperature) ** 0.5
    return m, -field_at(m, temperature)


def stationary(temperature: float, field: float = 0.0) -> Float[ndarray, " k"]:
    """All solutions of m = tanh((m + h)/T) from least to greatest: one, or three inside the spinodals."""
    _check(temperature)
    m_s, h_s = spinodal(temperature)
    if abs(field) >= h_s:
        brackets = [(-1.0, 1.0)] if h_s == 0 else [(m_s, 1.0)] if field > 0 else [(-1.0, -m_s)]
    else:
        brackets = [(-1.0, -m_s), (-m_s, m_s), (m_s, 1.0)]
    return np.array([brentq(lambda m: np.tanh((m + field) / temperature) - m, *pair, xtol=1e-15) for pair in brackets])


def magnetisation(temperature: float, field: float = 0.0) -> float:
    """Mean field's answer: the stationary point of least free energy, the positive one where two are equal."""
    found = stationary(temperature, field)
    return float(found[::-1][np.argmin(free_energy(found[::-1], temperature, field).round(13))])


def levels(n: int) -> Float[ndarray, " n+1"]:
    """The values that the magnetisation of n spins can take, from -1 to 1."""
    if n < 1:
        raise ValueError(f"n must be >= 1, got {n}")
    return 2 * np.arange(n + 1) / n - 1


def log_weights(n: int, temperature: float, field: float = 0.0) -> Float[ndarray, " n+1"]:
    """Logarithms of the Boltzmann weights of the levels: ln C(n, k) + n (m^2/2 + hm)/T."""
    _check(temperature)
    k, m = np.arange(n + 1), levels(n)
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return ways + n * (m**2 / 2 + field * m) / temperature


def distribution(n: int, temperature: float, field: float = 0.0) -> Float[ndarray, " n+1"]:
    """The exact probabilities of the levels."""
    logs = log_weights(n, temperature, field)
    weights = np.exp(logs - logs.max())
    return weights / weights.sum()


@dataclass(frozen=True)
class Moments:
    """Exact averages: of |m|, of m^2, and Binder's cumulant 1 - <m^4>/(3 <m^2>^2)."""

    size: float
    square: float
    binder: float


def moments(n: int, temperature: float, field: float = 0.0) -> Moments:
    """The exact averages of n spins."""
    m, p = levels(n), distribution(n, temperature, field)
    square, fourth = float(p @ m**2), float(p @ m**4)
    return Moments(float(p @ np.abs(m)), square, 1 - fourth / (3 * square**2))


def mean(n: int, temperature: float, field: float) -> float:
    """The exact mean magnetisation of n spins."""
    return float(distribution(n, temperature, field) @ levels(n))


def ring_magnetisation(temperature: float, field: float) -> float:
    """Exact magnetisation of an endless ring whose spins see their two neighbours with coupling 1/2 each.

    Transfer matrix: sinh(h/T) / sqrt(sinh(h/T)^2 + exp(-2/T)).  Mean field gives it the same equation as Curie-Weiss.
    """
    _check(temperature)
    s = np.sinh(field / temperature)
    return float(s / np.hypot(s, np.exp(-1 / temperature)))


def _check(temperature: float) -> None:
    if not temperature > 0:
        raise ValueError(f"temperature must be > 0, got {temperature}")
