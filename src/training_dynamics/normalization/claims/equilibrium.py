"""What the chapter on normalisation asserts about how far a step turns a scale-invariant weight in the end."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.normalization.equilibrium import settled_turn, turns

WAITED = "the angle is the root mean square over steps, after about 10/(ηλ) steps"


@claim(
    "normalization.equilibrium_turn",
    "With weight decay the weights settle at a length where each step of SGD turns them by √(2ηλ).",
    source="wan2021spherical,kosson2024rotational",
    verdict="holds-if",
    condition=WAITED + "; cross-entropy",
    vary={"labels": ("true", "shuffled"), "decay": (0.04, 0.1)},
)
def equilibrium_turn(seed: int, labels: str = "true", decay: float = 0.04) -> Measured:
    """Root mean square angle over the square root, minus one, in size; rate 0.5."""
    return Measured(abs(settled_turn(seed, "sgd", 0.5, decay, labels=labels) - 1), "of the turn", at_most=0.05)


@claim(
    "normalization.turn_squares",
    "With squared errors at the same rate, the largest turn by one step of SGD is over 60 degrees, on the mean over runs.",
    verdict="holds",
    judge="mean",
    vary={"labels": ("true", "shuffled"), "decay": (0.04, 0.1)},
)
def turn_squares(seed: int, labels: str = "true", decay: float = 0.04) -> Measured:
    """The largest turn in a thousand steps, in degrees; rate 0.5."""
    return Measured(float(np.degrees(turns(seed, "sgd", 0.5, decay, "squares", labels).max())), "°", at_least=60)


@claim(
    "normalization.turn_momentum",
    "With momentum β each step turns the weights by √(2ηλ/(1 + β)).",
    source="kosson2024rotational",
    verdict="holds-if",
    condition=WAITED
    + "; β = 0.9, the decay is added to the gradient; small steps: η/(1 − β) of 0.5, too large with shuffled labels",
    vary={"decay": (0.4, 0.8), "width": (16, 32)},
)
def turn_momentum(seed: int, decay: float = 0.4, width: int = 16) -> Measured:
    """Root mean square angle over the prediction, minus one, in size; rate 0.05, decay 0.4."""
    return Measured(abs(settled_turn(seed, "momentum", 0.05, decay, width=width) - 1), "of the turn", at_most=0.1)


@claim(
    "normalization.turn_adamw",
    "AdamW turns them by √(2ηλ(1 − β₁)/(1 + β₁)).",
    source="kosson2024rotational",
    verdict="holds-if",
    condition=WAITED + "; β₁ = 0.9",
    vary={"labels": ("true", "shuffled"), "decay": (2.0, 4.0)},
)
def turn_adamw(seed: int, labels: str = "true", decay: float = 2.0) -> Measured:
    """Root mean square angle over the prediction, minus one, in size; rate 0.01, decay 2."""
    return Measured(abs(settled_turn(seed, "adamw", 0.01, decay, labels=labels) - 1), "of the turn", at_most=0.1)
