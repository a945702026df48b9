"""What two free weights can fit: the best F = phi - lambda H + gamma C along a run, for the lens and for random functionals."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.optimize import linprog, nnls
from scipy.stats import rankdata

from training_dynamics.cic.climb import COMBINATIONS, run, walk
from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator

ANGLES = np.linspace(0, np.pi / 2, 61)[:-1]  # tan of them: weights from 0 to 38 in units of the terms' spread


@dataclass(frozen=True)
class Fit:
    """The rank correlation of ``phi - lam H + gamma C`` with time, and its weights for terms in units of their spread."""

    rise: float
    lam: float
    gamma: float


def best_fit(terms: Float[ndarray, "T 3"]) -> Fit:
    """The weights ``lam, gamma >= 0`` with which ``phi - lam H + gamma C`` goes best with time.

    Searched on a grid of 60 by 60, each term in units of its own spread.  Raises ValueError for fewer than 3 times.
    """
    if len(terms) < 3:
        raise ValueError(f"terms must have at least 3 rows, one a time, got {len(terms)}")
    phi, h, c = (terms / np.maximum(terms.std(0), 1e-300)).T
    weights = np.tan(ANGLES)
    f = phi - weights[:, None, None] * h + weights[None, :, None] * c
    ranks, clock = rankdata(f, axis=-1), np.arange(1.0, len(terms) + 1)
    centred = clock - clock.mean()
    found = ranks @ centred
    i, j = np.unravel_index(found.argmax(), found.shape)
    return Fit(float(found[i, j] / (centred @ centred)), float(weights[i]), float(weights[j]))


def best_rise(terms: Float[ndarray, "T 3"]) -> float:
    """The largest rank correlation with time, that of :func:`best_fit`."""
    return best_fit(terms).rise


def rising_weights(terms: Float[ndarray, "T 3"]) -> tuple[float, float] | None:
    """Weights ``lam, gamma >= 0`` with which ``phi - lam H + gamma C`` rises at every step, by linear programming, or None.

    They are those of the largest margin, for terms in units of their spread.
    """
    steps = np.diff(terms, axis=0) * [1, -1, 1]
    largest = np.maximum(np.abs(steps).max(0), 1e-300)
    steps = steps / largest
    # largest margin s with steps @ (u, l, g) >= s, where u + l + g = 1 and none is negative
    bound = np.column_stack([-steps, np.ones(len(steps))])
    found = linprog(
        [0, 0, 0, -1],
        bound,
        np.zeros(len(steps)),
        [[1, 1, 1, 0]],
        [1],
        [(1e-9, None)] + [(0, None)] * 2 + [(None, None)],
    )
    if found.status != 0 or -found.fun <= 1e-9:
        return None
    u, lam, gamma = found.x[:3] * np.maximum(terms.std(0), 1e-300) / largest
    return float(lam / u), float(gamma / u)


def rises(terms: Float[ndarray, "T 3"]) -> bool:
    """Whether some weights, none below 0, make ``phi - lam H + gamma C`` rise at every step."""
    return rising_weights(terms) is not None


def rising(seed: int, hidden: int = 24, steps: int = 200) -> int:
    """For how many of the twelve choices of proxies some weights make F rise at every step along a run."""
    readings = run(seed, hidden, steps).readings.numpy()
    return sum(rises(readings[:, list(c)]) for c in COMBINATIONS)


def chance(steps: int, terms: int = 3) -> float:
    """The probability that *some* weights of the later terms make a sum of random terms rise at every step.

    ``2^-N sum_{k < d} C(N, k)`` for ``N`` independent steps of ``d`` terms with a symmetric distribution, the first with
    weight 1 and the others with weights of any sign: that of at most ``d - 1`` tails in ``N`` throws of a fair coin.
    Source: Wendel 1962, for ``N`` random points and one fixed one on the same side of a plane through the origin.
    """
    if steps < 1 or terms < 1:
        raise ValueError(f"steps and terms must be >= 1, got {steps} and {terms}")
    return sum(comb(steps, k) for k in range(terms)) / 2**steps


def simulated_chance(seed: int, steps: int, terms: int = 3, runs: int = 4000) -> float:
    """The same on random steps: the weights exist unless the steps and the first axis hold 0 in their convex hull."""
    rng, axis, found = numpy_generator(seed, "cic chance", steps, terms), np.eye(1, terms), 0
    goal = np.append(np.zeros(terms), 1.0)
    for moves in rng.standard_normal((runs, steps, terms)):
        points = np.vstack([moves, axis])
        found += nnls(np.vstack([points.T, np.ones(steps + 1)]), goal)[1] > 1e-9
    return found / runs


def random_terms(theta: Float[ndarray, "T P"], rng: np.random.Generator, scale: float = 1.0) -> Float[ndarray, "T 3"]:
    """Three meaningless functionals along a path: the sines of projections of the parameters on random directions.

    The directions have a length of about ``scale``: the larger, the more often a sine turns along the path.
    """
    directions = scale * rng.standard_normal((3, theta.shape[1])) / np.sqrt(theta.shape[1])
    return np.sin(theta @ directions.T + rng.uniform(0, 2 * np.pi, 3))


def lens_rise(readings: Float[ndarray, "T 7"]) -> float:
    """The largest rank correlation of F with time that proxies chosen afterwards, with fitted weights, give."""
    return max(best_rise(readings[:, list(c)]) for c in COMBINATIONS)


@once
def walks_rise(seed: int, steps: int = 200, hidden: int = 24, walks: int = 8) -> float:
    """The mean of :func:`lens_rise` over random walks from one start: single ones scatter widely."""
    return float(np.mean([lens_rise(walk(seed, hidden, steps, f" {i}").readings.numpy()) for i in range(walks)]))


@once
def fitted(
    seed: int, steps: int = 200, hidden: int = 24, draws: int = 60, path: str = "run", scale: float = 1.0
) -> tuple[float, float]:
    """Best rise of the lens (its best proxies) along a run or a walk, and the share of random functionals that rise above 0.9."""
    ran = walk(seed, hidden, steps) if path == "walk" else run(seed, hidden, steps)
    lens = lens_rise(ran.readings.numpy())
    rng = numpy_generator(seed, "cic random functionals", path, hidden)
    theta = ran.theta.double().numpy()
    return lens, float(np.mean([best_rise(random_terms(theta, rng, scale)) > 0.9 for _ in range(draws)]))
