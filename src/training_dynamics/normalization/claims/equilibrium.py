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
    condition=WAITED + "; β = 0.9, the decay is added to the gradient; a rate that is small enough, here 0.0125",
    vary={"labels": ("true", "shuffled"), "decay": (1.6, 3.2)},
)
def turn_momentum(seed: int, labels: str = "true", decay: float = 1.6) -> Measured:
    """Root mean square angle over the prediction, minus one, in size; rate 0.0125, decay 1.6."""
    return Measured(abs(settled_turn(seed, "momentum", 0.0125, decay, labels=labels) - 1), "of the turn", at_most=0.1)


@claim(
    "normalization.turn_momentum_fast",
    "At eight times the rate and an eighth of the decay, momentum turns the weights as far.",
    verdict="fails",
    instead="With shuffled labels the turns at the rate 0.1 are larger than √(2ηλ/(1 + β)), on the mean over runs.",
    judge="mean",
    vary={"rate": (0.1, 0.2), "width": (16, 32)},
)
def turn_momentum_fast(seed: int, rate: float = 0.1, width: int = 16) -> Measured:
    """Root mean square angle over the prediction; shuffled labels, the product of rate and decay still 0.02."""
    turn = settled_turn(seed, "momentum", rate, 0.02 / rate, labels="shuffled", width=width)
    return Measured(turn, "times the prediction", at_least=1.4)


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
