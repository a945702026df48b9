"""What a race can decide: whether a lead is one between rates of a grid, and how much pairs of runs gain over single ones."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.optimizers.rivals import Trials, rivals

CHEAP = ("SGD", "Adam", "Muon")


def between(trials: Trials) -> float:
    """The loss on the names to report at the bottom of the parabola through the chosen rate and its two neighbours.

    Along the logarithm of the rate; at an end of the grid, or where the bottom lies beyond a neighbour, the loss at the
    chosen rate.
    """
    at, losses = trials.chosen, trials.test
    if not 0 < at < len(losses) - 1:
        return float(losses[at])
    left, middle, right = losses[at - 1 : at + 2]
    bend, slope = left - 2 * middle + right, (right - left) / 2
    if not np.isfinite(bend) or bend <= 0 or abs(slope) > bend:
        return float(middle)
    return float(middle - slope**2 / (2 * bend))


def cheap_lead(seed: int, winner: str, loser: str, steps: int = 200, batch: int = 64, hidden: int = 48) -> float:
    """By how much the winner's loss on unseen names is lower, both of CHEAP and at the rate chosen on other names."""
    trials = rivals(seed, steps, hidden, batch, CHEAP)
    return trials[loser].loss - trials[winner].loss


def filled_lead(seed: int, winner: str, loser: str, steps: int = 200, batch: int = 64) -> float:
    """By how much the winner's loss is lower where both grids are filled in by their parabolas."""
    trials = rivals(seed, steps, 48, batch, CHEAP)
    return between(trials[loser]) - between(trials[winner])


def pairing(first: Float[ndarray, " runs"], second: Float[ndarray, " runs"]) -> float:
    """The standard deviation of the difference of two rules in pairs, over that of runs which share nothing."""
    return float((first - second).std(ddof=1) / np.sqrt(first.var(ddof=1) + second.var(ddof=1)))


def needed(first: Float[ndarray, " runs"], second: Float[ndarray, " runs"], errors: float = 3.0) -> float:
    """How many seeds make the mean difference ``errors`` times its standard error, in pairs; infinite for a lead of 0."""
    difference = first - second
    lead = abs(float(difference.mean()))
    return float("inf") if lead == 0 else (errors * float(difference.std(ddof=1)) / lead) ** 2
