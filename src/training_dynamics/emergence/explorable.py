"""What the explorables show, computed by Python from the page's own random numbers: the network that adds, and noisy runs."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.emergence import warning
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


def noisy_chain(noise: Float[ndarray, "steps 2"], last: float) -> warning.Runs:
    """The alarm page's run, from its own standard normal numbers; the loss is not recorded there."""
    a, b = 0.0, 0.0
    order, gradient = [], []
    for decay, (first, second) in zip(np.linspace(2.0, last, len(noise)), warning.NOISE * noise):
        slope = np.array([decay * a - (1 - a * b) * b + first, decay * b - (1 - a * b) * a + second])
        order.append((a + b) / 2**0.5)
        gradient.append(np.linalg.norm(slope))
        a, b = a - warning.RATE * slope[0], b - warning.RATE * slope[1]
    u, g = np.array([order]), np.array([gradient])
    return warning.Runs(u, np.zeros_like(u), g)
