"""What the chapter on mode connectivity asserts about doubt and mistakes half way."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.mode_connectivity.nets import Recipe
from training_dynamics.mode_connectivity.temperature import sharpened

EPOCHS, RATE = 20, 0.07
LONGER: dict[str, tuple[object, ...]] = {"epochs": (EPOCHS, 40), "rate": (RATE, 0.035)}


@claim(
    "mode_connectivity.sharpened", "One temperature on the logits half way takes away a large part of the wall.",
    source="ito2025permutations", verdict="holds-if", judge="mean", vary=LONGER,
    condition="mean over pairs, and the network is wide: here 256 units a layer",
)  # fmt: skip
def sharpened_wide(seed: int, epochs: int = EPOCHS, rate: float = RATE) -> Measured:
    """The height above the ends with the best temperature, over the height without, width 256."""
    found = sharpened(seed, 256, "none", Recipe(epochs=epochs, learning_rate=rate))
    return Measured(found.left, "of the height half way", at_most=0.65)


@claim(
    "mode_connectivity.sharpened_factor", "The logits half way are too small: the best factor on them is larger than two.",
    verdict="holds-if", judge="mean", vary=LONGER,
    condition="mean over pairs, and the network is wide: here 256 units a layer",
)  # fmt: skip
def sharpened_factor(seed: int, epochs: int = EPOCHS, rate: float = RATE) -> Measured:
    """The factor on the logits half way that makes the training loss least, width 256."""
    found = sharpened(seed, 256, "none", Recipe(epochs=epochs, learning_rate=rate))
    return Measured(found.factor, "times", at_least=2)


@claim(
    "mode_connectivity.sharpened_narrow", "The network half way is only unsure: one temperature takes the wall away.",
    verdict="fails", instead="In narrow networks (16 units a layer) it takes little, because the middle is wrong and not unsure.",
    vary=LONGER,
)  # fmt: skip
def sharpened_narrow(seed: int, epochs: int = EPOCHS, rate: float = RATE) -> Measured:
    """The height above the ends with the best temperature, over the height without, width 16."""
    found = sharpened(seed, 16, "none", Recipe(epochs=epochs, learning_rate=rate))
    return Measured(found.left, "of the height half way", at_least=0.5)
