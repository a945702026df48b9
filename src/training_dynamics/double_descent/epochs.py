"""Double descent along training time in the one case where it is exact: least squares with features of two scales."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.toolbox.seeds import numpy_generator


@dataclass(frozen=True)
class TwoScales:
    """A linear problem with fast features (scale 1) and slow ones; a group's signal is spread evenly over its features.

    ``noise`` is the variance of the label noise and ``rate`` the step size of gradient descent.
    """

    n: int = 2000
    fast: int = 40
    slow: int = 5
    slow_scale: float = 0.05
    fast_signal: float = 0.4
    slow_signal: float = 0.4
    noise: float = 20.0
    rate: float = 0.1

    @property
    def scales(self) -> Float[ndarray, " d"]:
        """Standard deviation of each feature."""
        return np.concatenate([np.ones(self.fast), np.full(self.slow, self.slow_scale)])

    @property
    def theta(self) -> Float[ndarray, " d"]:
        """True coefficients: group ``g`` contributes its signal, the sum of scale^2 * theta^2, to the variance of y."""
        each = [np.full(count, total / count) for count, total in
                ((self.fast, self.fast_signal), (self.slow, self.slow_signal))]  # fmt: skip
        return np.sqrt(np.concatenate(each)) / self.scales

    @property
    def parts(self) -> Float[ndarray, "2 2"]:
        """Signal and fitted noise of the fast group, then of the slow one: what is left of each at step 0 and at the end."""
        counts = np.array([self.fast, self.slow])
        return np.stack([np.array([self.fast_signal, self.slow_signal]), self.noise / self.n * counts], axis=1)


def least_risk(parts: Float[ndarray, "g 2"]) -> float:
    r"""The least excess risk when every group stops at its own best time: the sum of ``S N / (S + N)``.

    A group with share ``a`` learned has :math:`S(1-a)^2+Na^2`, which is least at ``a = S / (S + N)``.
    """
    signal, noise = np.asarray(parts, dtype=float).T
    return float((signal * noise / (signal + noise)).sum())


def least_at_equal_speeds(parts: Float[ndarray, "g 2"]) -> float:
    """The least excess risk when all groups learn the same share at any time: that of a single group of their sums."""
    return least_risk(np.asarray(parts, dtype=float).sum(0, keepdims=True))


def epochwise_risk(
    t: Float[ndarray, " t"] | float, scales: Float[ndarray, " d"], theta: Float[ndarray, " d"], noise: float, n: int,
    rates: Float[ndarray, " d"] | float = 0.1,
) -> Float[ndarray, " t"]:  # fmt: skip
    r"""Excess risk of gradient descent from zero after ``t`` steps, for inputs with :math:`X^TX/n=\mathrm{diag}(c^2)`.

    :math:`\sum_ic_i^2\theta_i^2(1-\eta_ic_i^2)^{2t}+\frac{\nu^2}{n}\sum_i(1-(1-\eta_ic_i^2)^t)^2`: exact for such
    inputs, and the limit of Gaussian ones when ``n`` is much larger than ``d``.  ``rates`` is one step size, or one a feature.
    Raises ValueError when a step size makes a coordinate diverge.  Source: Heckel and Yilmaz (2021), on least squares.
    """
    speed = np.asarray(rates) * np.square(scales)
    if np.any((speed <= 0) | (speed > 1)):
        raise ValueError(f"rates * scales**2 must lie in (0, 1], got {speed.min():.3g} to {speed.max():.3g}")
    left = (1 - speed) ** np.asarray(t, dtype=float)[..., None]
    return (np.square(scales * theta) * left**2).sum(-1) + noise / n * np.square(1 - left).sum(-1)


def gaussian_products(
    rng: np.random.Generator, problem: TwoScales, draws: int
) -> tuple[Float[ndarray, "draws d d"], Float[ndarray, "draws d"]]:
    r"""``X^T X`` and ``X^T noise`` of Gaussian training sets, drawn without drawing the n rows of X.

    Rows of variance 1 have :math:`X^TX=LL^T` with :math:`L` lower triangular, independent standard normal entries below the
    diagonal and :math:`L_{ii}^2\sim\chi^2_{n-i}` for i = 0, 1, ... on it (Bartlett 1933); given X, ``X^T noise`` is normal
    with covariance ``noise X^T X``.
    """
    d = len(problem.scales)
    root = np.tril(rng.standard_normal((draws, d, d)), -1)
    root[:, np.arange(d), np.arange(d)] = np.sqrt(rng.chisquare(problem.n - np.arange(d), (draws, d)))
    root *= problem.scales[:, None]
    spoiled = np.sqrt(problem.noise) * (root @ rng.standard_normal((draws, d, 1)))[..., 0]
    return root @ root.swapaxes(1, 2), spoiled


def simulated_epochwise(
    seed: int, t: Float[ndarray, " t"], problem: TwoScales, draws: int
) -> Float[ndarray, "draws t"]:
    """Excess risk along gradient descent on Gaussian inputs, at the whole steps ``t``, in ``draws`` training sets."""
    theta = problem.theta
    squares, spoiled = gaussian_products(numpy_generator(seed, "epochwise"), problem, draws)
    values, vectors = np.linalg.eigh(squares / problem.n)
    target = ((squares @ theta + spoiled)[:, None] @ vectors)[:, 0] / problem.n
    # t steps from zero in the eigenbasis: (1 - (1 - rate * value)^t) / value times the target
    gain = -np.expm1(t[:, None] * np.log1p(-problem.rate * values)[:, None]) / values[:, None]  # (draws, t, d)
    fitted = (gain * target[:, None]) @ vectors.swapaxes(1, 2)
    return np.square((fitted - theta) * problem.scales).sum(2)
