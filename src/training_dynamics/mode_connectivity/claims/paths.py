"""What the chapter on mode connectivity asserts about bent paths, and about lines between networks with batch normalisation."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.mode_connectivity.curves import curve_between
from training_dynamics.mode_connectivity.nets import Recipe
from training_dynamics.mode_connectivity.normalised import NormalisedLine, normalised_line

TRAINED: dict[str, tuple[object, ...]] = {"epochs": (20, 40), "width": (64, 128)}
ENOUGH = "there are units to spare: here 64 a layer; at 16 a sill of a hundredth of a nat or two is left"


def _sill(seed: int, kind: str, epochs: int, width: int) -> Measured:
    """The loss barrier along a path of one kind whose bend was trained."""
    return Measured(curve_between(seed, width, kind, Recipe(epochs=epochs)).barrier, "nats", at_most=0.01)


@claim(
    "mode_connectivity.bezier", "Minima are connected by simple curves of low loss.", source="garipov2018loss",
    verdict="holds-if", condition=ENOUGH, vary=TRAINED,
)  # fmt: skip
def bezier(seed: int, epochs: int = 20, width: int = 64) -> Measured:
    """The loss barrier along a quadratic Bezier curve with a trained bend."""
    return _sill(seed, "bezier", epochs, width)


@claim(
    "mode_connectivity.polychain", "Two straight pieces with one trained corner are enough.", source="garipov2018loss",
    verdict="holds-if", condition=ENOUGH, vary=TRAINED,
)  # fmt: skip
def polychain(seed: int, epochs: int = 20, width: int = 64) -> Measured:
    """The loss barrier along two straight pieces with a trained corner."""
    return _sill(seed, "polychain", epochs, width)


NORMED: dict[str, tuple[object, ...]] = {"epochs": (20, 40), "width": (64, 128), "rate": (0.02, 0.07)}


def _normed(seed: int, epochs: int, width: int, rate: float) -> NormalisedLine:
    return normalised_line(seed, width, Recipe(epochs=epochs, learning_rate=rate))


@claim(
    "mode_connectivity.normed", "A normalisation layer restores the units' spread, so it removes the wall.",
    source="jordan2023repair", verdict="fails",
    instead="Between strangers with batch normalisation a wall stands as well, its statistics measured anew at every point.",
    vary=NORMED,
)  # fmt: skip
def normed(seed: int, epochs: int = 20, width: int = 64, rate: float = 0.02) -> Measured:
    """The height above the ends half way between two networks with batch normalisation."""
    return Measured(_normed(seed, epochs, width, rate).apart, "nats", at_least=0.2)


@claim(
    "mode_connectivity.normed_matched", "With batch normalisation, too, matching by activations removes most of the wall.",
    source="jordan2023repair", verdict="holds", vary=NORMED,
)  # fmt: skip
def normed_matched(seed: int, epochs: int = 20, width: int = 64, rate: float = 0.02) -> Measured:
    """The height half way after matching over the one before."""
    found = _normed(seed, epochs, width, rate)
    return Measured(found.matched / found.apart, "of the height", at_most=0.2)


@claim(
    "mode_connectivity.normed_statistics",
    "When you average two networks with batch normalisation, average their statistics too.",
    source="jordan2023repair,izmailov2018averaging", verdict="fails",
    instead="Averaged statistics belong to neither network nor to the middle: the loss lies higher than with new ones.",
    vary=NORMED,
)  # fmt: skip
def normed_statistics(seed: int, epochs: int = 20, width: int = 64, rate: float = 0.02) -> Measured:
    """Half way between matched networks: the height with averaged statistics over the one with statistics measured anew."""
    found = _normed(seed, epochs, width, rate)
    return Measured(found.averaged / found.matched, "times as high", at_least=1.15)
