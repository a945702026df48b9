"""Exact values that the estimators are held to: Gaussians of equal correlation, the bias of a sample, two ReLU units."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.integrate import quad
from scipy.special import digamma
from scipy.stats import norm


def equicorrelated(h: int, rho: float) -> Float[ndarray, "h h"]:
    """The covariance of ``h`` standard Gaussians of which any two have correlation ``rho``.

    Raises ValueError unless ``-1/(h-1) < rho < 1``, where it is positive definite.
    """
    if not -1 / max(h - 1, 1) < rho < 1:
        raise ValueError(f"rho must lie between {-1 / max(h - 1, 1):.3g} and 1 for {h} units, got {rho}")
    return (1 - rho) * np.eye(h) + rho


def equicorrelated_information(h: int, rho: float) -> tuple[float, float]:
    """Total and dual total correlation of :func:`equicorrelated`, from its two eigenvalues.

    The eigenvalues are ``1 - rho`` (h - 1 times) and ``a = 1 + (h-1) rho``; the conditional variance of one unit given the
    others is ``(1 - rho) a / (1 + (h-2) rho)``.
    """
    equicorrelated(h, rho)
    total = (h - 1) * np.log1p(-rho) + np.log1p((h - 1) * rho)  # log det
    conditional = np.log1p(-rho) + np.log1p((h - 1) * rho) - np.log1p((h - 2) * rho)
    return float(-total / 2), float((total - h * conditional) / 2)


def total_correlation_bias(n: int, h: int) -> float:
    """By how much the formula exceeds the total correlation on average when ``n`` samples give the covariance, in nats.

    ``[h psi((n-1)/2) - sum_{i=1..h} psi((n-i)/2)] / 2``, about ``h (h-1) / (4 n)``, for Gaussians of any covariance: the
    determinant of a Wishart matrix is a product of independent chi-squares.  Raises ValueError unless ``n > h >= 1``.
    """
    if not n > h >= 1:
        raise ValueError(f"n must be > h >= 1, got n = {n}, h = {h}")
    return float((h * digamma((n - 1) / 2) - digamma((n - np.arange(1, h + 1)) / 2).sum()) / 2)


def rectified_pair(rho: float) -> tuple[float, float]:
    """Mutual information of two rectified standard Gaussians of correlation ``rho``, and what the Gaussian formula says.

    Both units are 0 with probability ``P = 1/4 + asin(rho)/(2 pi)``.  The parts where one or none is 0 have densities.
    Raises ValueError unless ``-1 < rho < 1``.
    """
    if not -1 < rho < 1:
        raise ValueError(f"rho must lie strictly between -1 and 1, got {rho}")
    s, both = np.sqrt(1 - rho**2), 0.25 + np.arcsin(rho) / (2 * np.pi)

    def one_is_zero(y: float) -> float:
        other = norm.cdf(-rho * y / s)
        return norm.pdf(y) * other * np.log(2 * other) if other > 0 else 0.0

    square, cross = both + rho * s / (2 * np.pi), rho * both + s / (2 * np.pi)  # E[x^2; x, y > 0] and E[xy; x, y > 0]
    neither = -both * np.log(s) - (rho**2 * square - rho * cross) / s**2
    exact = both * np.log(4 * both) + 2 * quad(one_is_zero, 0, np.inf)[0] + neither
    product = (s + rho * (np.pi - np.arccos(rho))) / (2 * np.pi)
    correlation = (product - 1 / (2 * np.pi)) / (0.5 - 1 / (2 * np.pi))
    return float(exact), float(-np.log1p(-(correlation**2)) / 2)
