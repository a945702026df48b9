"""Alarms for grokking: set on runs with the same pairs and too little decay, judged on others and on runs that generalise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from training_dynamics.emergence.addition import Run, learn
from training_dynamics.lab.once import once

STATISTICS: dict[str, Callable[[Run], ndarray]] = {
    "concentration": lambda run: run.concentration,
    "test loss": lambda run: np.maximum.accumulate(run.test_loss) - run.test_loss,
    "weight norm": lambda run: run.norm[0] - run.norm,
}


@dataclass(frozen=True)
class Forewarning:
    """For each run that generalises the step of its alarm and that of its onset."""

    alarm: Float[ndarray, " runs"]
    onset: Float[ndarray, " runs"]

    @property
    def leads(self) -> Float[ndarray, " runs"]:
        """Steps from alarm to onset, of the runs that have an onset; minus infinity without an alarm."""
        came = np.isfinite(self.onset)
        return self.onset[came] - self.alarm[came]

    @property
    def early(self) -> float:
        """The median lead over the median onset."""
        return float(np.median(self.leads) / np.median(self.onset))

    @property
    def follows(self) -> float:
        """The correlation of alarm and onset: an alarm that only sees a setting knows nothing of when; 0 for a constant."""
        both = np.isfinite(self.onset) & np.isfinite(self.alarm)
        if both.sum() < 3 or np.ptp(self.alarm[both]) == 0:
            return 0.0
        return float(np.corrcoef(self.alarm[both], self.onset[both])[0, 1])


@once
def forewarning(
    seed: int, name: str, runs: int = 10, little: float = 0.1, decay: float = 1.0, fraction: float = 0.7
) -> Forewarning:
    """Sums modulo 13: ``runs`` runs to set the threshold on, and as many that generalise.

    An alarm is the first value above the 95 % quantile of the quiet runs' highest; an onset is half of the unseen pairs right.
    Raises KeyError for a name that is not one of ``STATISTICS``.
    """
    statistic, level = STATISTICS[name], _threshold(seed, name, runs, little, fraction)
    through = _runs(1000 * seed + 200, runs, decay, fraction)
    alarm = np.array([_first(run, statistic(run) > level) for run in through])
    return Forewarning(alarm, np.array([run.reached("test_accuracy", 0.5) for run in through]))


@once
def alarmed(seed: int, name: str, runs: int = 10, little: float = 0.1, fraction: float = 0.7) -> Bool[ndarray, " runs"]:
    """Which of ``runs`` more quiet runs, on which nothing was set, set off the same alarm."""
    level = _threshold(seed, name, runs, little, fraction)
    held = _runs(1000 * seed + 100, runs, little, fraction)
    return np.array([STATISTICS[name](run).max() > level for run in held])


def _threshold(seed: int, name: str, runs: int, little: float, fraction: float) -> float:
    calibrate = _runs(1000 * seed, runs, little, fraction)
    return float(np.quantile([STATISTICS[name](run).max() for run in calibrate], 0.95))


def _first(run: Run, above: ndarray) -> float:
    return float(run.steps[above.argmax()]) if above.any() else np.inf


@once
def _runs(first: int, runs: int, decay: float, fraction: float) -> list[Run]:
    return [learn(first + i, p=13, hidden=64, fraction=fraction, decay=decay, steps=300) for i in range(runs)]
