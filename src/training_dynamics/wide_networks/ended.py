"""A lazy network and a rich one trained until nothing is left of their training errors, so that only where they end differs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator
from training_dynamics.wide_networks.network import Nets, draw, train
from training_dynamics.wide_networks.regimes import task

SCALES = (10.0, 0.03)  # lazy, rich
RATES = (1.0, 0.3)  # ten times the rate at which the claims on scales train the rich one


@dataclass(frozen=True)
class Ended:
    """Mean squared errors of the lazy network and of the rich one, relative to the mean square of the answers."""

    fit: Float[ndarray, " 2"]  # on the training inputs
    error: Float[ndarray, " 2"]  # on new inputs


@once
def ended(seed: int, kind: str = "constant", width: int = 100, examples: int = 60, steps: int = 1000) -> Ended:
    """Both networks from one start, which is that of ``regimes.scaled`` for the same ``seed``."""
    given = task(seed, kind, examples)
    one = draw(numpy_generator(seed, "wide_networks weights"), 1, width, given.x.shape[1])
    nets = Nets(np.repeat(one.w, 2, axis=0), np.repeat(one.a, 2, axis=0))
    found = train(nets, given.x, given.y, np.array(SCALES), np.array(RATES), steps)
    size = np.mean(given.answers**2)
    return Ended(
        np.mean((found.predict(given.x) - given.y) ** 2, axis=1) / size,
        np.mean((found.predict(given.tests) - given.answers) ** 2, axis=1) / size,
    )


def excess(seed: int, starts: int = 5, width: int = 100, examples: int = 60, steps: int = 1000) -> float:
    """By which share the rich network's test error exceeds the lazy one's on the constant target, mean over ``starts``.

    NaN unless each training error is below a twentieth of the same network's test error.
    """
    found = [
        ended(start, width=width, examples=examples, steps=steps) for start in range(starts * seed, starts * (seed + 1))
    ]
    if not all(np.all(run.fit < 0.05 * run.error) for run in found):
        return float("nan")
    return float(np.mean([run.error[1] / run.error[0] for run in found]) - 1)
