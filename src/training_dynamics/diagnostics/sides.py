"""Overfitting beside a wrong split: validation after the first epoch over batches never seen, in one and the same training."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from training_dynamics.diagnostics.faults import run_with
from training_dynamics.diagnostics.judged import DATA, HELD_OUT, NETWORKS
from training_dynamics.lab.once import once
from training_dynamics.toolbox.diagnose import Limits
from training_dynamics.toolbox.readings import read

NUMBERS = (100, 140)  # of examples: several batches an epoch


@dataclass(frozen=True)
class Side:
    """One training that overfits in several batches an epoch, twice validated.

    ``fresh``: loss of new batches; ``fair``, ``foreign``: validation after the first epoch over it, with the validation set of
    the same source and with one whose inputs were moved.
    """

    fresh: float
    fair: float
    foreign: float


@once
def sides(seed: int, steps: int = 100, batch: int = 32, wide: int = 2) -> tuple[Side, ...]:
    """Both held-out networks, ``wide`` times as wide, on both problems with each of ``NUMBERS``."""
    moved, found = HELD_OUT["mismatched_split"], []
    for network in NETWORKS:
        for d, data in enumerate(DATA):
            setup = replace(network, data=data, steps=steps, batch=batch, width=wide * network.width)
            for i, n in enumerate(NUMBERS):
                own, share = 1000 * seed + 300 + 10 * d + i, moved[(seed + i + d) % len(moved)]
                fair, foreign = (
                    read(run_with({"overfitting": n, **split}, setup, own))
                    for split in ({}, {"mismatched_split": share})
                )
                found.append(Side(fair.fresh, fair.early_val / fair.fresh, foreign.early_val / foreign.fresh))
    return tuple(found)


def wrong_side(found: tuple[Side, ...]) -> float:
    """Of the trainings whose new batches cost less than the limit for nothing learned: the ratios on the wrong side of theirs.

    This is the rule's first condition, validation over new batches; how far validation lies above training is not counted.
    """
    limits = Limits()
    taught = [one for one in found if one.fresh < limits.unlearned]
    wrong = [w for one in taught for w in (one.fair >= limits.unfair, one.foreign < limits.unfair)]
    return float(np.mean(wrong)) if wrong else float("nan")
