r"""Momentum before a sign: what averaging the noise does to a rule whose steps have a fixed size.

Gradients are a constant signal plus independent normal noise.  The average :math:`m\leftarrow\beta m+(1-\beta)g` has the
signal whole and :math:`(1-\beta)/(1+\beta)` of the noise's variance.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter
from scipy.special import erf

from training_dynamics.toolbox.seeds import numpy_generator

DRAWS = 400_000


def mean_sign(signal: float, noise: float = 1.0, beta: float = 0.0) -> float:
    r"""The mean of ``sign(m)`` once the average has settled: :math:`\operatorname{erf}(\mu/\sqrt2\sigma_m)`.

    Raises ValueError unless ``0 <= beta < 1`` and ``noise > 0``.
    """
    if not 0 <= beta < 1:
        raise ValueError(f"beta must be in [0, 1), got {beta}")
    if not noise > 0:
        raise ValueError(f"noise must be > 0, got {noise}")
    return float(erf(signal / (np.sqrt(2) * noise * np.sqrt((1 - beta) / (1 + beta)))))


def measured_sign(seed: int, signal: float, beta: float) -> float:
    """The same mean over many steps of one run, its beginning left out."""
    g = signal + numpy_generator(seed, "optimizers sign noise", beta).standard_normal(DRAWS)
    m = lfilter([1 - beta], [1, -beta], g)
    return float(np.sign(m[1000:]).mean())


def walk_growth(beta: float, terms: int = 2000) -> float:
    r"""Variance a step of the sum of signs of averaged noise: :math:`1+2\sum_k\tfrac2\pi\arcsin\beta^k` (a Gaussian's orthants).

    Raises ValueError unless ``0 <= beta < 1``.
    """
    if not 0 <= beta < 1:
        raise ValueError(f"beta must be in [0, 1), got {beta}")
    return float(1 + 4 / np.pi * np.arcsin(beta ** np.arange(1, terms)).sum())


def noise_kept(seed: int, beta: float, walks: int = 2000, length: int = 1000) -> float:
    r"""Measured variance of such sums, over that without momentum, at equal speed of a weak signal.

    Momentum speeds a weak signal up by :math:`\sqrt{(1+\beta)/(1-\beta)}`, so that the rate is divided by that root.
    """
    g = numpy_generator(seed, "optimizers sign walks", beta).standard_normal((walks, length + 200))
    signs_of = np.sign(lfilter([1 - beta], [1, -beta], g, axis=1)[:, 200:])
    return float(signs_of.sum(1).var() / length * (1 - beta) / (1 + beta))
