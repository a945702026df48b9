r"""Saddle to saddle: a network of two linear layers learns one strength after the other, from a small start.

A mode of strength s with output a obeys :math:`\dot a=2a(s-a)`: from :math:`a_0` it passes s/2 at
:math:`\ln(s/a_0-1)/2s`, and takes :math:`\ln81/2s` from a tenth to nine tenths, whatever :math:`a_0`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator

STRENGTHS = (4.0, 2.0, 1.0)


@dataclass(frozen=True)
class Stairs:
    """At each step of the staircase: when its mode is half learned, and how long it takes from a tenth to nine tenths."""

    halfway: Float[ndarray, " modes"]
    width: Float[ndarray, " modes"]


@once
def stairs(seed: int, scale: float, width: int = 10, strengths: tuple[float, ...] = STRENGTHS) -> Stairs:
    """Gradient flow (small steps) on a diagonal target from normal weights of this size over the root of the width."""
    rng = numpy_generator(seed, "phase_transitions staircase", width, len(strengths))
    k, target, dt = len(strengths), np.diag(strengths), 0.02 / max(strengths)
    first, second = (scale * rng.standard_normal(shape) / width**0.5 for shape in ((width, k), (k, width)))
    seen: list[ndarray] = []
    while len(seen) < 2 or seen[-1][-1] < 0.95 * strengths[-1]:
        output = second @ first
        seen.append(np.diag(output))
        error = target - output
        first, second = first + dt * second.T @ error, second + dt * error @ first.T
    shares = np.array(seen) / np.array(strengths)
    low, half, high = (dt * (shares >= level).argmax(0) for level in (0.1, 0.5, 0.9))
    return Stairs(half, high - low)
