r"""Isotropic noise on a loss that does not see the length of the weights, with weight decay: the laws of an ideal gas.

The loss is :math:`1-\cos` of the angle between w and a fixed direction, so that gradient and noise lie across w and go as
one over its length r.  Source: Sadrtdinov et al. 2025, the model with isotropic noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ive

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator

CHAINS = 300


@dataclass(frozen=True)
class Gas:
    """At stationarity: the mean loss, and decay times the mean square length over ``(d - 1)`` temperatures."""

    loss: float
    law: float


def temperature(d: int, rate: float, decay: float, noise: float) -> float:
    r""":math:`T=\sigma\sqrt{\eta\gamma/2(d-1)}`: :math:`\eta\sigma^2/2r^2` at the length where decay and noise balance."""
    return float(noise * np.sqrt(rate * decay / (2 * (d - 1))))


def gibbs_loss(d: int, temperature: float) -> float:
    r"""The mean loss under :math:`e^{\cos/T}` on the sphere: one less a ratio of Bessel functions."""
    return float(1 - ive(d / 2, 1 / temperature) / ive(d / 2 - 1, 1 / temperature))


@once
def settle(seed: int, d: int, rate: float, decay: float, noise: float) -> Gas:
    """Many chains of SGD with decay for ten times ``1 / (rate * decay)`` steps; means over the second half."""
    rng = numpy_generator(seed, "sgd noise gas", d)
    w = rng.standard_normal((CHAINS, d))
    w *= (rate * noise**2 * (d - 1) / (2 * decay)) ** 0.25 / np.linalg.norm(w, axis=1, keepdims=True)
    steps = int(10 / (rate * decay))
    losses, squares = [], []
    for step in range(steps):
        r = np.linalg.norm(w, axis=1, keepdims=True)
        cosine = w[:, :1] / r
        force = noise * rng.standard_normal(w.shape)
        force[:, 0] -= 1.0  # of the loss, before what points along w is taken out
        force -= np.sum(force * w, axis=1, keepdims=True) * w / r**2
        w = (1 - rate * decay) * w - rate * force / r
        if step >= steps // 2:
            losses.append(1 - cosine.mean())
            squares.append((r**2).mean())
    law = decay * np.mean(squares) / ((d - 1) * temperature(d, rate, decay, noise))
    return Gas(float(np.mean(losses)), float(law))
