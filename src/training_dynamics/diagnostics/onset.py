"""How a fault sets in: how often it is named and what it costs, from a mild severity to the mildest that is judged."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from training_dynamics.diagnostics.alike import setups
from training_dynamics.diagnostics.faults import AT_THE_START, Setup, run, small_set
from training_dynamics.diagnostics.judged import HELD_OUT, MILD
from training_dynamics.lab.once import once
from training_dynamics.toolbox.diagnose import diagnose
from training_dynamics.toolbox.readings import Readings, read

PLACES = (0.0, 0.25, 0.5, 0.75, 1.0)
WHOLE = ("vanishing", "overfitting")  # layers and examples are counted
WORST = 3.0  # times chance: what a loss that is larger, or not finite, counts as


@dataclass(frozen=True)
class Onset:
    """A fault at one severity: the shares of runs with its name and with any, and what it adds to validation, median."""

    severity: float
    named: float
    any_name: float
    cost: float


def between(fault: str, place: float) -> float:
    """The severity at a place from the mild one (0) to the nearest of the held-out ones (1), by equal factors."""
    mild = MILD[fault]
    near = min(HELD_OUT[fault], key=lambda value: abs(math.log(value / mild)))
    severity = mild * (near / mild) ** place
    return float(round(severity)) if fault in WHOLE else severity


@once
def onset(fault: str, place: float, seeds: tuple[int, ...] = (0,), steps: int = 100) -> Onset:
    """Both held-out networks on both problems, with draws of their own for each of ``seeds``.

    The cost is the last validation loss less that of a healthy run from the same draws (``_twin``), in units of the loss
    at chance.
    """
    severity, found, costs = between(fault, place), [], []
    for setup in setups(steps):
        for seed in seeds:
            own = 1000 * seed + 700
            ill = read(run(fault, severity, setup, own))
            found.append(diagnose(ill).name)
            costs.append(_loss(ill) - _loss(_healthy(_twin(fault, setup), own)))
    named, any_name = (
        float(np.mean([name in (fault,) if own else name != "healthy" for name in found])) for own in (1, 0)
    )
    return Onset(severity, named, any_name, float(np.median(costs)))


def _twin(fault: str, setup: Setup) -> Setup:
    """The optimizer and length that the fault asks for, its activation if it is ReLU, without the fault.

    A set too small has all its examples.  The depth stays: of vanishing, and of exploding in the network with two layers, the
    run itself has other layers than its twin.
    """
    if fault == "overfitting":
        return small_set(setup)
    if fault in AT_THE_START:
        setup = replace(setup, optimizer="sgd")
    return replace(setup, activation="relu") if fault in ("dead_relu", "dying_relu") else setup


@once
def _healthy(setup: Setup, seed: int) -> Readings:
    return read(run("healthy", 0.0, setup, seed))


def _loss(readings: Readings) -> float:
    return min(readings.val, WORST) if math.isfinite(readings.val) else WORST
