"""The network that the page trains, trained by Python from the page's own start; only the random numbers are the page's."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.emergence.addition import Run, Sums, Weights, train

P, HIDDEN, RATE, EVERY = 13, 64, 0.01, 5


def picture(
    first: Float[ndarray, "2p h"], second: Float[ndarray, "h p"], trained: ndarray, decay: float, steps: int
) -> Run:
    """Train from the page's weights in double precision on the page's pairs; the record is what the page draws."""
    p = second.shape[1]
    a, b = np.divmod(np.arange(p * p), p)
    x = np.zeros((p * p, 2 * p))
    x[np.arange(p * p), a] = x[np.arange(p * p), p + b] = 1
    return train(
        Sums(p, x, (a + b) % p, np.asarray(trained, dtype=bool)), Weights(first, second), decay, RATE, steps, EVERY
    )
