"""A rival of the rules: the name of the most similar run among those on which the rules' limits were set."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.diagnostics.judged import Judged, faulty, healthy, panel
from training_dynamics.lab.once import once
from training_dynamics.toolbox.readings import Readings

KNOWN_SEEDS = range(3)  # of the development panel
NUMBERS = tuple(field.name for field in fields(Readings) if field.type in ("float", "int"))
UNIT = 1e-3  # readings far above it count by their logarithm, those far below in proportion
FAR = 9.0  # infinite readings count as this far


def vector(readings: Readings) -> Float[ndarray, " k"]:
    """The numbers of a reading, r -> sign(r) log10(1 + |r| / 0.001); nan where the log does not hold one."""
    numbers = np.array([float(getattr(readings, name)) for name in NUMBERS])
    return np.clip(np.sign(numbers) * np.log10(1 + np.abs(numbers) / UNIT), -FAR, FAR)


class Nearest:
    """Names a run as the known run whose readings are nearest, each in units of its standard deviation over the known runs.

    A reading that is missing counts as their mean, and that it is missing is a reading of its own; one that never varies
    counts by its size.
    """

    def __init__(self, known: tuple[Judged, ...]) -> None:
        raw = np.array([vector(one.readings) for one in known])
        there = np.ma.masked_invalid(raw)
        self.mean, sd = there.mean(0).filled(0.0), there.std(0).filled(0.0)
        self.sd = np.where(sd > 0, sd, 1.0)
        self.names = [one.truth for one in known]
        self.points = np.array([self._point(row) for row in raw])

    def name(self, readings: Readings) -> str:
        """The truth about the nearest known run."""
        return self.names[int(((self.points - self._point(vector(readings))) ** 2).sum(1).argmin())]

    def _point(self, row: Float[ndarray, " k"]) -> Float[ndarray, " 2k"]:
        missing = np.isnan(row)
        return np.concatenate([np.where(missing, 0.0, (row - self.mean) / self.sd), 3.0 * missing])


@once
def known(steps: int = 100, batch: int = 32) -> Nearest:
    """The rival that knows three development panels, 174 runs."""
    return Nearest(sum((panel(seed, steps, batch, development=True) for seed in KNOWN_SEEDS), ()))


def misnamed(seed: int, steps: int = 100, batch: int = 32) -> tuple[float, float]:
    """The shares of held-out runs that the rival gives another name: of the faulty ones, and of the healthy ones."""
    rival = known(steps, batch)

    def share(runs: tuple[Judged, ...]) -> float:
        return float(np.mean([rival.name(one.readings) != one.truth for one in runs]))

    return share(faulty(seed, steps, batch)), share(healthy(seed, steps, batch))
