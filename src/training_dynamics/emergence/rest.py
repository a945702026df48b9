"""The network that adds, taken apart: the strongest frequency of each hidden unit, and the rest that lies over it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.emergence.addition import Run, Sums, Weights, learn, sums
from training_dynamics.toolbox.seeds import numpy_generator


def _keep(first: Float[ndarray, "2p h"], like: Float[ndarray, "2p h"]) -> Float[ndarray, "2p h"]:
    """Of ``first``, in each unit, the frequency above zero that has the most power in ``like``."""
    p = len(first) // 2
    power = np.sum([np.abs(np.fft.rfft(part, axis=0)) ** 2 for part in (like[:p], like[p:])], axis=0)
    power[0] = 0
    kept = np.arange(len(power))[:, None] == power.argmax(0)
    return np.concatenate(
        [np.fft.irfft(np.fft.rfft(part, axis=0) * kept, n=p, axis=0) for part in (first[:p], first[p:])]
    )


def strongest(first: Float[ndarray, "2p h"]) -> Float[ndarray, "2p h"]:
    """The first layer with nothing left but the frequency above zero that has the most power in each hidden unit."""
    return _keep(first, first)


def random_rest(first: Float[ndarray, "2p h"], seed: int) -> Float[ndarray, "2p h"]:
    """A control for the rest: normal numbers without the unit's strongest frequency, with the rest's power in each unit."""
    drawn = numpy_generator(seed, "emergence random rest", *first.shape).standard_normal(first.shape)
    drawn -= _keep(drawn, first)
    power = ((first - strongest(first)) ** 2).sum(0)
    return (drawn * np.sqrt(power / (drawn**2).sum(0))).astype(first.dtype)


def ratio(first: Float[ndarray, "2p h"]) -> float:
    """Power of the rest over that of the strongest frequencies, both summed over the units."""
    kept = strongest(first)
    return float(((first - kept) ** 2).sum() / (kept**2).sum())


def computed(weights: Weights) -> tuple[float, float]:
    """What the rest and the strongest frequencies add to the outputs: each unit's power of either, times what it writes.

    The product stays when a unit reads ``c`` times as much and writes ``1/c**2`` times as much, as what is computed does.
    """
    kept, writes = strongest(weights.first), np.linalg.norm(weights.second, axis=1)
    rest, strong = (((part**2).sum(0) * writes).sum() for part in (weights.first - kept, kept))
    return float(rest), float(strong)


def unseen(task: Sums, weights: Weights, rest: float, instead: Float[ndarray, "2p h"] | None = None) -> float:
    """Accuracy on the pairs not trained on when the rest is multiplied by ``rest``: 1 is the network as it is, 0 is without.

    With ``instead`` that takes the place of the rest.
    """
    kept = strongest(weights.first)
    lies = weights.first - kept if instead is None else instead
    guesses = Weights(kept + rest * lies, weights.second).outputs(task.x[~task.trained])
    return float((guesses.argmax(1) == task.sums[~task.trained]).mean())


def at(step: float, seed: int, p: int = 23, fraction: float = 0.6, decay: float = 1.0, rate: float = 0.01) -> Run:
    """The run of :func:`learn` as far as a step, so that its weights are those of that step."""
    return learn(seed, p=p, fraction=fraction, decay=decay, rate=rate, steps=int(step), on=True)


@dataclass(frozen=True)
class Way:
    """One run from twice the steps of memorising to 95 % of the unseen pairs, at evenly spaced steps."""

    ratios: Float[ndarray, " k"]
    whole: Float[ndarray, " k"]  # accuracy on unseen pairs
    without: Float[ndarray, " k"]  # the same without the rest


def way(seed: int, fraction: float = 0.6, decay: float = 1.0, points: int = 6) -> Way:
    """How the rest goes down, and what it covers meanwhile."""
    run, task = learn(seed, fraction=fraction, decay=decay, steps=6000), sums(seed, 23, fraction)
    rows = []
    for step in np.linspace(2 * run.memorised, run.generalised, points).astype(int):
        weights = at(step, seed, fraction=fraction, decay=decay).weights
        rows.append((ratio(weights.first), unseen(task, weights, 1), unseen(task, weights, 0)))
    return Way(*np.array(rows).T)
