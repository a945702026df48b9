"""What the chapter asserts about the staircase of a network that learns one strength after the other."""

from __future__ import annotations

import math

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.phase_transitions.staircase import STRENGTHS, stairs


@claim(
    "phase_transitions.steps_wait",
    "A start a thousandth as large delays each step of a staircase by ln 1000 over its strength.",
    verdict="holds",
    vary={"scale": (1e-2, 1e-3), "width": (10, 30)},
)
def steps_wait(seed: int, scale: float = 1e-3, width: int = 10) -> Measured:
    """The delay of the step that is farthest from the formula, over the formula; three strengths, 4, 2 and 1."""
    later = stairs(seed, scale / 1000, width).halfway - stairs(seed, scale, width).halfway
    ratios = later * np.array(STRENGTHS) / math.log(1000)
    return Measured(float(ratios[np.abs(ratios - 1).argmax()]), "of the formula", at_least=0.85, at_most=1.15)


@claim(
    "phase_transitions.steps_sharpen",
    "The steps of a staircase are sharp only in a limit: each takes a share of its time that falls as one over the logarithm "
    "of the start.",
    verdict="holds",
    vary={"scale": (1e-2, 1e-3), "width": (10, 30)},
)
def steps_sharpen(seed: int, scale: float = 1e-3, width: int = 10) -> Measured:
    """Growth of one over the share when the start is a thousandth, over ln 1000 / ln 9; of three steps the farthest from 1."""
    before, after = stairs(seed, scale, width), stairs(seed, scale / 1000, width)
    grown = (after.halfway / after.width - before.halfway / before.width) * math.log(9) / math.log(1000)
    return Measured(float(grown[np.abs(grown - 1).argmax()]), "of the law", at_least=0.9, at_most=1.1)
