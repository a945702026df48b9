"""An interval for a median that assumes nothing about the distribution."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.stats import binom


def median_interval(values: Float[ndarray, " n"], confidence: float = 0.95) -> tuple[float, float]:
    """Two order statistics between which the median of the distribution lies with at least this probability, whatever it is.

    How many of n values are below the median is binomial with probability one half.  Infinite values have their place in
    the order.  Raises ValueError where all values together do not reach that probability.
    """
    ordered = np.sort(values)
    if 0.5 ** (len(ordered) - 1) > 1 - confidence:
        raise ValueError(f"an interval of {confidence:.0%} needs more values, got {len(ordered)}")
    below = int(binom.ppf((1 - confidence) / 2, len(ordered), 0.5))
    return float(ordered[below - 1]), float(ordered[-below])
