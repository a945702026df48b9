r"""When it is harmless to fit noise: minimum-norm least squares on Gaussian features whose variances differ.

Targets are noise of variance 1, so the test error is 1 plus what the fitted noise costs.  Its limit has a closed form: with
:math:`\kappa` from :math:`\sum_i\lambda_i/(\lambda_i+\kappa)=n`, the *cost of the noise*
:math:`E_0=n/\big(n-\sum_i(\lambda_i/(\lambda_i+\kappa))^2\big)` is the test error in units of the noise.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.optimize import brentq

from training_dynamics.toolbox.seeds import numpy_generator

Spectrum = Float[ndarray, " d"]


def power_law(exponent: float, features: int) -> Spectrum:
    """Variances ``i^-exponent``."""
    return np.arange(1, features + 1, dtype=float) ** -exponent


def geometric(ratio: float, features: int) -> Spectrum:
    """Variances ``ratio^i``."""
    return ratio ** np.arange(features, dtype=float)


def head_and_tail(head: int, tail: int) -> Spectrum:
    """``head`` features of variance 1 and ``tail`` weak ones that share a variance of 1 evenly."""
    return np.concatenate([np.ones(head), np.full(tail, 1 / tail)])


def learned(n: int, spectrum: Spectrum) -> Spectrum:
    r"""The share :math:`\lambda_i/(\lambda_i+\kappa)` of each direction that ``n`` examples determine; the shares sum to ``n``.

    Raises ValueError unless there are more features than examples.
    """
    if not 0 < n < len(spectrum):
        raise ValueError(f"n must be at least 1 and below the number of features, got n={n}, {len(spectrum)} features")

    def surplus(log_kappa: float) -> float:
        return float((spectrum / (spectrum + np.exp(log_kappa))).sum() - n)

    # at kappa = the n-th of d equal parts of the trace the shares sum to at most n; far below the least variance to nearly d
    high = np.log(spectrum.sum() / n)
    low = np.log(spectrum.min()) - np.log(len(spectrum)) - 2
    kappa = np.exp(brentq(surplus, low, high, xtol=1e-12))
    return spectrum / (spectrum + kappa)


def cost_of_noise(n: int, spectrum: Spectrum) -> float:
    """The test error of the shortest interpolating solution in units of the noise: 1 when fitting it is harmless.

    Source: Simon et al. (2023) and Mallinar et al. (2022), who take it for kernels; exact as n and the features grow.
    """
    shares = learned(n, spectrum)
    return float(n / (n - (shares**2).sum()))


def simulated_cost(seed: int, n: int, spectrum: Spectrum, draws: int) -> Float[ndarray, " draws"]:
    """The same in ``draws`` training sets: 1 plus the squared size of the pseudo-inverse, weighted by the variances."""
    rng, costs = numpy_generator(seed, "benign", n, len(spectrum)), []
    for _ in range(draws):
        x = rng.standard_normal((n, len(spectrum))) * np.sqrt(spectrum)
        pinv = np.linalg.solve(x @ x.T, x)  # (n, d), the pseudo-inverse transposed
        costs.append(1 + float((np.square(pinv) @ spectrum).sum()))
    return np.array(costs)
