"""The rules before runs with two faults at once, which they were not made for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from training_dynamics.diagnostics.faults import run_with
from training_dynamics.diagnostics.judged import DATA, HELD_OUT, NETWORKS
from training_dynamics.lab.once import once
from training_dynamics.toolbox.diagnose import diagnose

APART = (  # pairs that cannot be had together
    {"rate_too_high", "rate_too_low"},
    {"exploding", "bad_start"},  # weights too large and too small
    {"vanishing", "exploding"},  # sigmoid and ReLU
    {"vanishing", "dead_relu"},
    {"vanishing", "dying_relu"},
    {"dead_relu", "dying_relu"},  # what is dead cannot die
    {"overfitting", "wrong_order"},  # all examples lie in one batch
)
PAIRS = tuple(pair for pair in combinations(HELD_OUT, 2) if set(pair) not in APART)


@dataclass(frozen=True)
class Both:
    """One run with two faults: which, the name that was given, and the names of the other rules that spoke."""

    faults: tuple[str, str]
    said: str
    also: tuple[str, ...]

    @property
    def named(self) -> bool:
        """Whether one of the two was named."""
        return self.said in self.faults

    @property
    def third(self) -> bool:
        """Whether a failure was named that is not there."""
        return not self.named and self.said != "healthy"

    @property
    def complete(self) -> bool:
        """Whether each of the two is among the rules that spoke, first or later."""
        return set(self.faults) <= {self.said, *self.also}


@once
def pairs(seed: int, steps: int = 100, batch: int = 32, every: int = 100) -> tuple[Both, ...]:
    """All pairs of faults that can be had together, at held-out severities, on the held-out networks and problems in turn."""
    found = []
    for p, faults in enumerate(PAIRS):
        setup = replace(
            NETWORKS[(p + seed) % 2], data=DATA[(p // 2 + seed // 2) % 2], steps=steps, batch=batch, every=every
        )
        severities = {f: HELD_OUT[f][(seed + (k + 1) * p) % len(HELD_OUT[f])] for k, f in enumerate(faults)}
        said = diagnose(run_with(severities, setup, 1000 * seed + 200))
        found.append(Both(faults, said.name, said.also))
    return tuple(found)


def share(runs: tuple[Both, ...], what: Callable[[Both], bool]) -> float:
    """The share of the runs of which ``what`` is true."""
    return float(np.mean([what(one) for one in runs]))


def beside(runs: tuple[Both, ...], fault: str) -> tuple[float, float]:
    """Of the runs with a fault: the share in which it is the one that is named, and in which its rule speaks at all."""
    mine = tuple(one for one in runs if fault in one.faults)
    return share(mine, lambda one: one.said == fault), share(mine, lambda one: fault in (one.said, *one.also))
