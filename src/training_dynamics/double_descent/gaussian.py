r"""Double descent where it can be computed: least squares and ridge on Gaussian features, risk as a function of ``p`` and ``n``.

Everywhere ``x ~ N(0, I)``, ``y = x.beta + noise``.  A fit that sees only the first ``p`` features meets two numbers: the *signal*
:math:`r^2=\lVert\beta_{\le p}\rVert^2` that it could learn, and the *noise* :math:`\nu^2=\sigma^2+\lVert\beta_{>p}\rVert^2` that
it cannot: what a Gaussian feature adds to ``y`` unseen is noise to those who do not see it.  Risks are *excess* risks,
:math:`\lVert\hat\beta-\beta_{\le p}\rVert^2`; the expected squared error on a new example is ``risk + noise``.  All float64.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator


def _check(n: int, p: int, signal: float, noise: float) -> None:
    if n < 1 or p < 0:
        raise ValueError(f"n must be >= 1 examples and p >= 0 features, got n={n}, p={p}")
    if signal < 0 or noise < 0:
        raise ValueError(f"signal and noise are variances and must be >= 0, got signal={signal}, noise={noise}")


@dataclass(frozen=True)
class Parts:
    """The excess risk of minimum-norm least squares in three parts, each a mean over training sets."""

    bias: float
    variance_of_inputs: float
    variance_of_noise: float

    @property
    def total(self) -> float:
        """The excess risk."""
        return self.bias + self.variance_of_inputs + self.variance_of_noise


def ridgeless_parts(n: int, p: int, signal: float, noise: float) -> Parts:
    r"""Squared bias, variance from the draw of the inputs, and variance from the noise, exact for every finite ``n`` and ``p``.

    ``p <= n-2``: :math:`0,\ 0,\ \nu^2 p/(n-p-1)`.  ``p >= n+2``, with :math:`\pi=n/p`:
    :math:`r^2(1-\pi)^2,\ r^2\pi(1-\pi),\ \nu^2 n/(p-n-1)`.  For ``|p-n| <= 1`` the last part is infinite (unless ``noise`` is 0).
    Source: Belkin, Hsu and Xu (2020), Theorem 1; Breiman and Freedman (1983) for ``p < n``.
    """
    _check(n, p, signal, noise)
    seen = min(1.0, n / p) if p else 1.0
    bias, inputs = signal * (1 - seen) ** 2, signal * seen * (1 - seen)
    if noise == 0 or p == 0:
        return Parts(bias, inputs, 0.0)
    if abs(p - n) <= 1:
        return Parts(bias, inputs, np.inf)
    return Parts(bias, inputs, noise * min(n, p) / (abs(p - n) - 1))


def ridgeless_risk(n: int, p: int, signal: float, noise: float) -> float:
    r"""Mean excess risk of minimum-norm least squares: the sum of :func:`ridgeless_parts`, infinite at ``|p-n| <= 1``."""
    return ridgeless_parts(n, p, signal, noise).total


def best_ridge(p: int, signal: float, noise: float) -> float:
    r"""The penalty :math:`\lambda^*=p\,\nu^2/r^2` with the least mean risk.

    The objective is :math:`\lVert y-X\beta\rVert^2+\lambda\lVert\beta\rVert^2`; this penalty makes ridge regression the posterior
    mean under the prior :math:`\beta\sim N(0,(r^2/p)I)`.  Infinite when ``signal`` is 0.
    """
    _check(1, p, signal, noise)
    return p * noise / signal if signal > 0 else np.inf


def ridge_risk_limit(gamma: float, lam: float, signal: float, noise: float) -> float:
    r"""Limit of the excess risk of ridge regression as ``n, p -> inf`` with ``p/n = gamma`` and penalty ``n * lam``.

    :math:`r^2\lambda^2 m' + \nu^2\gamma(m-\lambda m')`, where :math:`m=m(-\lambda)` is the Stieltjes transform of the
    Marchenko-Pastur law, the positive root
    of :math:`\gamma\lambda m^2+(1-\gamma+\lambda)m=1`, and :math:`m'=-dm/d\lambda`.  Raises ValueError for ``lam <= 0`` (use
    :func:`ridgeless_risk`).  Source: Hastie et al. (2022), the isotropic ridge limit.
    """
    _check(1, 1, signal, noise)
    if not (gamma > 0 and lam > 0):
        raise ValueError(f"gamma and lam must be > 0, got gamma={gamma}, lam={lam}; for lam=0 use ridgeless_risk")
    if np.isinf(lam):
        return signal
    root = np.sqrt((gamma - 1 + lam) ** 2 + 4 * lam)
    if gamma <= 1:
        m = 2 / (1 - gamma + lam + root)
        slope = m * (1 + gamma * m) / root
        return signal * lam**2 * slope + noise * gamma * (m - lam * slope)
    # Beyond p = n, m diverges like 1/lam; its companion v = gamma m + (1 - gamma)/lam stays finite and nothing cancels.
    v = 2 / (gamma - 1 + lam + root)
    slope = v * (1 + v) / root
    return signal * (lam**2 * slope + gamma - 1) / gamma + noise * (v - lam * slope)


def risk_given_inputs(
    values: Float[ndarray, "*b r"], p: int, signal: float, noise: float, lam: float
) -> Float[ndarray, "*b"]:
    r"""Excess risk of ridge regression given inputs with singular values ``values``: mean over noise and direction of beta.

    :math:`\frac{r^2}{p}\sum_{i\le p}\lambda^2(s_i^2+\lambda)^{-2}+\nu^2\sum_i s_i^2(s_i^2+\lambda)^{-2}`, where directions that
    the inputs do not span have :math:`s_i=0`.  Here ``lam`` is not divided by ``n`` and must be > 0.
    """
    _check(1, p, signal, noise)
    if not lam > 0:
        raise ValueError(f"lam must be > 0, got {lam}")
    squares = np.square(values)
    unseen = p - squares.shape[-1]
    bias = (np.square(lam / (squares + lam)).sum(-1) + unseen) * signal / p
    return bias + noise * (squares / np.square(squares + lam)).sum(-1)


def truth(features: int, decay: float) -> Float[ndarray, " features"]:
    r"""Squared coefficients :math:`\beta_j^2\propto j^{-\text{decay}}` with sum 1: ``decay=0`` spreads the truth evenly."""
    if features < 1:
        raise ValueError(f"features must be >= 1, got {features}")
    weights = np.arange(1, features + 1, dtype=float) ** -decay
    return weights / weights.sum()


def subset_curve(
    n: int, widths: Sequence[int], squares: Float[ndarray, " d"], sigma2: float, lam: float | None = 0.0
) -> Float[ndarray, " w"]:
    """Theory: mean squared error on new examples of a fit that sees the first ``p`` features, for each ``p`` of ``widths``.

    ``squares`` are the squared coefficients of the truth; ``lam`` is the penalty divided by ``n``, 0 for minimum-norm least
    squares (exact at finite n) and None for the best ridge of each width (both ridge curves are the large-n limit).
    """
    seen = np.concatenate([[0.0], np.cumsum(squares)])
    curve = []
    for p in widths:
        signal, noise = seen[p], sigma2 + seen[-1] - seen[p]
        strength = best_ridge(p, signal, noise) / n if lam is None else lam
        ridgeless = strength == 0 or p == 0
        excess = ridgeless_risk(n, p, signal, noise) if ridgeless else ridge_risk_limit(p / n, strength, signal, noise)
        curve.append(excess + noise)
    return np.array(curve)


def fit(x: Float[ndarray, "*b n p"], y: Float[ndarray, "*b n"], lam: float = 0.0) -> Float[ndarray, "*b p"]:
    r"""Ridge regression, or at ``lam=0`` minimum-norm least squares, by whichever Gram matrix is the smaller.

    ``p <= n``: :math:`(X^TX+\lambda I)^{-1}X^Ty`; ``p > n``: :math:`X^T(XX^T+\lambda I)^{-1}y`.  Leading axes are a batch.  The
    rank of ``x`` must be ``min(n, p)`` when ``lam`` is 0.
    """
    n, p = x.shape[-2:]
    xt = np.swapaxes(x, -1, -2)
    if p <= n:
        return np.linalg.solve(xt @ x + lam * np.eye(p), xt @ y[..., None])[..., 0]
    return (xt @ np.linalg.solve(x @ xt + lam * np.eye(n), y[..., None]))[..., 0]


def simulated_risks(
    seed: int, n: int, p: int, signal: float, noise: float, draws: int, lam: float = 0.0, batch: int = 50
) -> Float[ndarray, " draws"]:
    """Excess risk in each of ``draws`` independent training sets, with ``beta`` uniform on the sphere of radius sqrt(signal)."""
    _check(n, p, signal, noise)
    rng, risks = numpy_generator(seed, "gaussian", n, p), []
    for start in range(0, draws, batch):
        b = min(batch, draws - start)
        beta = rng.standard_normal((b, p))
        beta *= np.sqrt(signal) / np.linalg.norm(beta, axis=1, keepdims=True)
        x = rng.standard_normal((b, n, p))
        y = (x @ beta[..., None])[..., 0] + np.sqrt(noise) * rng.standard_normal((b, n))
        risks.append(np.square(fit(x, y, lam) - beta).sum(-1))
    return np.concatenate(risks)


def subset_errors(
    x: Float[ndarray, "n d"], y: Float[ndarray, " n"], beta: Float[ndarray, " d"], sigma2: float,
    widths: Sequence[int], lam: float = 0.0,
) -> Float[ndarray, " w"]:  # fmt: skip
    """One training set: expected squared error on new examples of the fit to the first ``p`` features, for each width."""
    errors = []
    for p in widths:
        difference = beta.copy()
        difference[:p] -= fit(x[:, :p], y, lam)
        errors.append(np.square(difference).sum() + sigma2)
    return np.array(errors)


def simulated_subset_curves(
    seed: int, n: int, widths: Sequence[int], squares: Float[ndarray, " d"], sigma2: float, draws: int, lam: float = 0.0
) -> Float[ndarray, "draws w"]:
    """:func:`subset_errors` in ``draws`` independent training sets of ``n`` examples."""
    rng, beta = numpy_generator(seed, "subset", n), np.sqrt(squares)
    curves = []
    for _ in range(draws):
        x = rng.standard_normal((n, len(beta)))
        y = x @ beta + np.sqrt(sigma2) * rng.standard_normal(n)
        curves.append(subset_errors(x, y, beta, sigma2, widths, lam))
    return np.array(curves)


def simulated_ridge_curve(
    seed: int, n: int, widths: Sequence[int], features: int, sigma2: float, draws: int
) -> Float[ndarray, "draws w"]:
    """Test errors of ridge fitted with the best penalty of each width when all ``features`` matter equally.

    Every width sees the first columns of the same training sets.
    """
    squares, columns = truth(features, 0.0), []
    for p in widths:
        lam = best_ridge(p, p / features, sigma2 + 1 - p / features)
        columns.append(simulated_subset_curves(seed, n, [p], squares, sigma2, draws, lam)[:, 0])
    return np.stack(columns, axis=1)


def copied_curve(
    seed: int, n: int, widths: Sequence[int], features: int, noise: float, draws: int
) -> Float[ndarray, "draws w"]:
    """Excess risk along the width when every Gaussian feature stands twice, side by side; the truth weighs all alike.

    The copies are the same number, so that the risk is that of the sum of their two coefficients.
    """
    rng, beta, risks = numpy_generator(seed, "copies", n), np.full(features, features**-0.5), []
    for _ in range(draws):
        x = rng.standard_normal((n, features))
        y = x @ beta + np.sqrt(noise) * rng.standard_normal(n)
        twice, row = np.repeat(x, 2, axis=1), []
        for p in widths:
            both = np.zeros(2 * features)
            both[:p] = np.linalg.lstsq(twice[:, :p], y, rcond=1e-10)[0]
            row.append(np.square(both.reshape(-1, 2).sum(1) - beta).sum())
        risks.append(row)
    return np.array(risks)


def largest_rise(curve: Float[ndarray, "*b w"]) -> float:
    """The largest step up from one entry of a curve to the next, in per cent (negative when the curve falls throughout)."""
    return 100 * float((curve[..., 1:] / curve[..., :-1] - 1).max())


@once
def singular_values(seed: int, n: int, p: int, draws: int) -> Float[ndarray, "draws r"]:
    """Singular values, largest first, of ``draws`` Gaussian ``n x p`` matrices; ``r = min(n, p)``."""
    x = numpy_generator(seed, "spectrum", n, p).standard_normal((draws, n, p))
    return np.linalg.svd(x, compute_uv=False)
