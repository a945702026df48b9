"""The strict test of a rise, at every step and not on the whole: how often terms without meaning pass it, and who does not."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.cic.climb import COMBINATIONS, run, walk
from training_dynamics.cic.freedom import random_terms, rises
from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator


def share_rising(theta: Float[ndarray, "T P"], rng: np.random.Generator, draws: int = 60, scale: float = 1.0) -> float:
    """The share of random triples of functionals that some weights, none below 0, make rise at every step of a path.

    Raises ValueError for fewer than two points.
    """
    if len(theta) < 2:
        raise ValueError(f"theta must have at least two rows, one a time, got {len(theta)}")
    return float(np.mean([rises(random_terms(theta, rng, scale)) for _ in range(draws)]))


@once
def meaningless(seed: int, steps: int = 200, hidden: int = 24, scale: float = 1.0) -> float:
    """:func:`share_rising` along a run."""
    theta = run(seed, hidden, steps).theta.double().numpy()
    return share_rising(theta, numpy_generator(seed, "cic random functionals, every step", hidden), scale=scale)


def periods(seed: int, scale: float, steps: int = 200, hidden: int = 24, draws: int = 60) -> float:
    """Through how many periods of its sine a random projection of length ``scale`` moves along a run: the median."""
    theta = run(seed, hidden, steps).theta.double().numpy()
    directions = numpy_generator(seed, "cic periods", hidden).standard_normal((theta.shape[1], draws))
    return float(np.median(np.ptp(scale * theta @ directions, axis=0)) / (2 * np.pi * np.sqrt(theta.shape[1])))


def reversals(terms: Float[ndarray, "T k"]) -> float:
    """How often a term turns back from one step to the next, the mean over the terms."""
    steps = np.diff(terms, axis=0)
    return float((steps[1:] * steps[:-1] < 0).sum(0).mean())


def turns(seed: int, steps: int = 200, hidden: int = 24, scale: float = 300.0, draws: int = 20) -> tuple[float, float]:
    """:func:`reversals` of the seven proxies along a run, and of random functionals along the same run."""
    ran, rng = run(seed, hidden, steps), numpy_generator(seed, "cic reversals", hidden)
    theta = ran.theta.double().numpy()
    sines = [reversals(random_terms(theta, rng, scale)) for _ in range(draws)]
    return reversals(ran.readings.numpy()), float(np.mean(sines))


def on_walk(seed: int, steps: int = 200, hidden: int = 24) -> int:
    """For how many of the twelve choices of proxies some weights make F rise at every step of a random walk."""
    readings = walk(seed, hidden, steps).readings.numpy()
    return sum(rises(readings[:, list(c)]) for c in COMBINATIONS)
