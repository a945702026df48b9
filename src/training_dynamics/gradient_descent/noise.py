"""What gradient noise does: a stationary spread on the quadratic, help on a rippled bowl, and the noise of a batch."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray


def stationary_variance(rate: float, curvature: float = 1.0, momentum: float = 0.0, variance: float = 1.0) -> float:
    r"""Where SGD on :math:`h\theta^2/2` with additive noise settles:
    :math:`\eta\sigma^2(1+\beta)\,/\,\big((1-\beta)\,h\,(2(1+\beta)-\eta h)\big)`; infinite beyond the stability threshold.
    """
    room = 2 * (1 + momentum) - rate * curvature
    return rate * variance * (1 + momentum) / ((1 - momentum) * curvature * room) if room > 0 else float("inf")


def simulated_variance(
    rng: np.random.Generator, rate: float, momentum: float = 0.0, chains: int = 2000, steps: int = 800
) -> float:
    """Mean square of noisy heavy-ball chains on ``theta**2 / 2`` with unit noise, averaged over the second half of the run."""
    before, now, total = np.zeros(chains), np.zeros(chains), 0.0
    for step in range(steps):
        noise = rng.standard_normal(chains)
        before, now = now, now - rate * (now + noise) + momentum * (now - before)
        total += float(np.mean(now**2)) if step >= steps // 2 else 0.0
    return total / (steps - steps // 2)


def rippled(
    rng: np.random.Generator,
    noise: float,
    height: float = 0.05,
    waves: float = 20.0,
    rate: float = 0.05,
    steps: int = 2000,
) -> float:
    r"""Mean of :math:`\theta^2/2` at the end of noisy descent on :math:`\theta^2/2 + a\,(1-\cos k\theta)`.

    400 chains from uniform starts in [-1, 1], where the ripples of height 2a make a minimum every 2 pi / k.
    """
    theta = rng.uniform(-1, 1, 400)
    for _ in range(steps):
        slope = theta + height * waves * np.sin(waves * theta)
        theta = theta - rate * (slope + noise * rng.standard_normal(400))
    return float(np.mean(theta**2) / 2)


def batch_factor(size: int, batch: int, replacement: bool) -> float:
    r"""Variance of a batch mean over the variance of one example's gradient: :math:`1/B`, or :math:`(1/B)(n-B)/(n-1)`.

    With the population variance (division by n) the factor without replacement is exact.
    """
    return 1 / batch if replacement else (size - batch) / (batch * (size - 1))


def two_batch_estimate(
    small: Float[ndarray, " r"], big: Float[ndarray, " r"], b: int, batch: int
) -> tuple[float, float]:
    r"""Estimates of :math:`\lvert G\rvert^2` and :math:`\operatorname{tr}\Sigma` from mean squared norms of batch gradients.

    Unbiased each; their ratio, the noise scale, is not.  Source: McCandlish et al. 2018, appendix A.1.
    """
    s, g = float(np.mean(small)), float(np.mean(big))
    return (batch * g - b * s) / (batch - b), (s - g) / (1 / b - 1 / batch)


def best_gain(
    gradient: Float[ndarray, " p"], hessian: Float[ndarray, "p p"], covariance: Float[ndarray, "p p"], batch: int
) -> float:
    r"""The largest expected decrease of one SGD step: :math:`\lvert G\rvert^4/2\,/\,(G^\top HG+\operatorname{tr}(H\Sigma)/B)`."""
    return float(
        (gradient @ gradient) ** 2 / 2 / (gradient @ hessian @ gradient + np.trace(hessian @ covariance) / batch)
    )
