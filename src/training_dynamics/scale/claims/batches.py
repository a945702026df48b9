"""What the chapter asserts about Adam's rate when the batch grows."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.scale.longer import batch_losses

RATE = 2.0**-12  # of Adam


@claim(
    "scale.adam_root",
    "With Adam a batch four times as large wants twice the rate: then the loss is the same after as many examples.",
    source="malladi2022sdes",
    verdict="holds-if",
    condition="noise dominates the gradients, here with batches of 2 to 8 examples",
    vary={"batch": (1, 2), "copies": (4, 8)},
)
def adam_root(seed: int, batch: int = 2, copies: int = 4) -> Measured:
    """Largest relative difference of the loss at eight times, batches four times as large against the run itself."""
    base, larger = (batch_losses(seed, "root", factor, RATE, batch, 320, copies) for factor in (1, 4))
    return Measured(float(np.abs(larger / base - 1).max()), "of the loss", at_most=0.1)


@claim(
    "scale.adam_linear",
    "Four times the batch, four times the rate: the rule of SGD serves Adam as well.",
    said_by="goyal2017accurate",
    source="malladi2022sdes",
    verdict="fails",
    instead="With noise in most of the gradient Adam's steps keep their size: four times the rate makes another, faster run.",
    vary={"batch": (1, 2), "copies": (4, 8)},
)
def adam_linear(seed: int, batch: int = 2, copies: int = 4) -> Measured:
    """Largest relative difference of the loss with four times the rate, over that with twice the rate."""
    base = batch_losses(seed, "root", 1, RATE, batch, 320, copies)
    linear, root = (
        np.abs(batch_losses(seed, k, 4, RATE, batch, 320, copies) / base - 1).max() for k in ("linear", "root")
    )
    return Measured(float(linear / root), "times the difference", at_least=2)
