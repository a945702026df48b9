"""Theory and one training set of the chapter's explorable: least squares on the first p of 240 features, 40 examples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.double_descent.gaussian import subset_curve, subset_errors, truth

N, FEATURES = 40, 240
WIDTHS = (2, 4, 7, 11, 16, 22, 28, 33, 36, 38, 39, 40, 41, 42, 44, 48, 54, 63, 75, 92, 115, 150, 190, 240)


def theory(
    decay: float, sigma2: float, penalty: float | None, widths: Sequence[int] = WIDTHS
) -> Float[ndarray, " widths"]:
    """Expected squared error on a new example for each width; ``penalty`` is divided by n, None is the best at each width."""
    return subset_curve(N, list(widths), truth(FEATURES, decay), sigma2, penalty)


def simulation(
    rows: Float[ndarray, "n d"],
    noise: Float[ndarray, " n"],
    decay: float,
    sigma2: float,
    penalty: float = 0.0,
    widths: Sequence[int] = WIDTHS,
) -> Float[ndarray, " widths"]:
    """The same for one training set, whose inputs and standard normal noise are given; ``penalty`` is not divided by n."""
    beta = np.sqrt(truth(rows.shape[1], decay))
    return subset_errors(rows, rows @ beta + np.sqrt(sigma2) * noise, beta, sigma2, list(widths), penalty)
