r"""Scaling laws of a model that can be solved: regression whose spectrum and target are power laws.

Feature :math:`k` has variance :math:`\lambda_k=k^{-a}`, and the target's share along it is :math:`\lambda_kw_k^2=k^{-b}`.
A model of size :math:`N` has the first :math:`N` features.  Everything is float64.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.special import zeta

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator


@dataclass(frozen=True)
class Spectrum:
    r"""The exponents: ``a`` of the variances, ``b`` > 1 of the target's shares."""

    a: float
    b: float

    def __post_init__(self) -> None:
        if self.a <= 0 or self.b <= 1:
            raise ValueError(f"needs a > 0 and b > 1, or the target has no end, got a={self.a}, b={self.b}")

    def flow(self, time: Float[ndarray, " t"] | float, size: int) -> Float[ndarray, " t"]:
        r"""Loss under gradient flow: :math:`\sum_{k\le N}k^{-b}e^{-2tk^{-a}}+\sum_{k>N}k^{-b}`, the missing features exactly."""
        k = np.arange(1.0, size + 1)
        times = np.atleast_1d(np.asarray(time, dtype=float))
        return np.array([np.sum(k**-self.b * np.exp(-2 * t * k**-self.a)) for t in times]) + zeta(self.b, size + 1)

    @property
    def time_exponent(self) -> float:
        r""":math:`(b-1)/a`: after time :math:`t` the features up to :math:`k\approx(2t)^{1/a}` are learned."""
        return (self.b - 1) / self.a

    @property
    def size_exponent(self) -> float:
        r""":math:`b-1`, of the features that are missing."""
        return self.b - 1

    @property
    def compute_exponent(self) -> float:
        r""":math:`(b-1)/(1+a)` of the loss in compute :math:`C=Nt`, with the best size :math:`N\propto C^{1/(1+a)}`."""
        return (self.b - 1) / (1 + self.a)


def slope(x: Float[ndarray, " k"], y: Float[ndarray, " k"]) -> float:
    """The slope of a line through the logarithms of both."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


@once
def frontier(a: float, b: float, computes: tuple[float, ...]) -> Float[ndarray, "c 2"]:
    """The best size and its loss for every compute, out of sizes in steps of a few per cent."""
    spectrum, found = Spectrum(a, b), []
    sizes = np.unique(np.round(np.geomspace(4, 20000, 160)).astype(int))
    for compute in computes:
        losses = np.array([spectrum.flow(compute / size, size)[0] for size in sizes])
        found.append(_vertex(sizes, losses))
    return np.array(found)


def _vertex(sizes: Float[ndarray, " s"], losses: Float[ndarray, " s"]) -> tuple[float, float]:
    """The lowest point of a parabola through the logarithms near the least loss."""
    k = int(np.clip(np.argmin(losses), 6, len(sizes) - 7))
    near = slice(k - 6, k + 7)
    c2, c1, c0 = np.polyfit(np.log(sizes[near]), np.log(losses[near]), 2)
    return float(np.exp(-c1 / (2 * c2))), float(np.exp(c0 - c1**2 / (4 * c2)))


def one_pass(
    spectrum: Spectrum, size: int, rates: Float[ndarray, " r"], steps: int, batch: int = 1, noise: float = 0.0
) -> Float[ndarray, "r size"]:
    r"""Mean loss along every feature after one-pass SGD, exactly, for Gaussian inputs; ``noise`` is the variance in the labels.

    With :math:`m_k=\mathbb E(w_k-w_k^*)^2` a step gives
    :math:`m_k\leftarrow(1-2\eta\lambda_k+\eta^2\lambda_k^2(1+\tfrac1B))\,m_k+\tfrac{\eta^2\lambda_k}B(\sum_j\lambda_jm_j+\sigma^2)`,
    where the missing features add to :math:`\sigma^2`.  A rate at which it diverges ends at infinity.
    """
    k = np.arange(1.0, size + 1)
    lam, m = k**-spectrum.a, np.repeat((k ** (spectrum.a - spectrum.b))[None], len(rates), axis=0)
    floor = noise + zeta(spectrum.b, size + 1)
    eta = np.asarray(rates, dtype=float)[:, None]
    shrink, push = 1 - 2 * eta * lam + (eta * lam) ** 2 * (1 + 1 / batch), eta**2 * lam / batch
    with np.errstate(all="ignore"):
        for _ in range(steps):
            m = shrink * m + push * ((m @ lam)[:, None] + floor)
        found = lam * m
    return np.where(np.isfinite(found), found, np.inf)


def simulated_pass(
    seed: int, spectrum: Spectrum, size: int, rate: float, steps: int, batch: int, noise: float, runs: int = 400
) -> float:
    """The mean loss on the features there are, by running SGD; the missing features are noise of their variance."""
    rng = numpy_generator(seed, "scale one pass")
    k = np.arange(1.0, size + 1)
    lam, floor = k**-spectrum.a, noise + zeta(spectrum.b, size + 1)
    error = np.repeat(np.sqrt(k ** (spectrum.a - spectrum.b))[None], runs, axis=0)
    for _ in range(steps):
        x = rng.standard_normal((runs, batch, size)) * np.sqrt(lam)
        residual = np.einsum("rbk,rk->rb", x, error) + np.sqrt(floor) * rng.standard_normal((runs, batch))
        error = error - rate / batch * np.einsum("rb,rbk->rk", residual, x)
    return float(np.mean(error**2 @ lam))


def interpolated(seed: int, spectrum: Spectrum, examples: int, size: int = 2048) -> float:
    """Loss of the least-norm fit to ``examples`` Gaussian examples without noise: the law in data."""
    rng = numpy_generator(seed, "scale interpolation", examples)
    k = np.arange(1.0, size + 1)
    lam, w = k**-spectrum.a, np.sqrt(k ** (spectrum.a - spectrum.b))
    x = rng.standard_normal((examples, size)) * np.sqrt(lam)
    found = x.T @ np.linalg.solve(x @ x.T, x @ w)
    return float(np.sum(lam * (found - w) ** 2))
