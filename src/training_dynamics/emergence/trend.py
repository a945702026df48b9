"""Whether a warning statistic rises: Kendall's rank correlation with time, as the literature on early warnings uses it."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.stats import kendalltau

from training_dynamics.emergence.warning import ramp, signal
from training_dynamics.lab.once import once


def trends(values: Float[ndarray, "runs k"]) -> tuple[Float[ndarray, " runs"], Float[ndarray, " runs"]]:
    """Kendall's tau of each run's statistic with time, and the p-value of its table, which takes values for independent."""
    found = [kendalltau(np.arange(len(run)), run) for run in values]
    return np.array([one.statistic for one in found]), np.array([one.pvalue for one in found])


@once
def called_trends(seed: int, decay: float, width: int = 400, runs: int = 100, steps: int = 3000) -> float:
    """Share of runs at a constant decay, in which nothing changes, to whose variance the table gives a trend at p < 0.05."""
    still = ramp(seed, "still", runs, steps, decay, decay)
    return float((trends(signal(still, "variance", width))[1] < 0.05).mean())
