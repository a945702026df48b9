"""How much of the wall half way between two networks is only that the network there is unsure: one factor on its logits."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from scipy.optimize import minimize_scalar

from training_dynamics.lab.losses import cross_entropies
from training_dynamics.lab.once import once
from training_dynamics.mode_connectivity.lines import STANDARD, pair
from training_dynamics.mode_connectivity.nets import Recipe

LARGEST = 100.0


@dataclass(frozen=True)
class Sharpened:
    """The network half way, with all its logits times one factor: the best ``factor``, and the loss without and with it.

    ``ends``: the mean loss of the two ends, untouched.  ``error``: the share of the images that the network half way misreads,
    which no factor changes.  Losses in nats, on the training images.
    """

    factor: float
    loss: float
    sharpened: float
    ends: float
    error: float

    @property
    def left(self) -> float:
        """The height above the ends that the best factor leaves, as a part of the height without it."""
        return (self.sharpened - self.ends) / (self.loss - self.ends)

    @property
    def floor(self) -> float:
        """``error ln 2``: a misread image gives its class at most half of the probability, at any temperature."""
        return self.error * math.log(2)


@once
@torch.no_grad()
def sharpened(seed: int, width: int, matching: str = "none", recipe: Recipe = STANDARD) -> Sharpened:
    """Scale the logits half way between the two networks of a pair by one factor, the best for the training loss.

    The loss is convex in the factor, because the logits are linear in it.
    """
    found = pair(seed, width, recipe)
    half = ((found.a + found.second(matching)) / 2)[None]
    y = found.split.y_train
    logits = found.shape.logits(half, found.split.x_train).double()

    def loss(factor: float) -> float:
        return float(cross_entropies(factor * logits, y).mean())

    best = minimize_scalar(loss, bounds=(0.0, LARGEST), method="bounded", options={"xatol": 1e-4})
    error = float((logits.argmax(-1) != y).double().mean())
    return Sharpened(float(best.x), loss(1.0), float(best.fun), float(found.ends.loss.mean()), error)
