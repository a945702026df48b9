"""What the chapter on mode connectivity asserts about walls after matching, and after restoring the units' spreads."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.mode_connectivity.lines import MATCHINGS, between, middle, pair
from training_dynamics.mode_connectivity.matching import agreement, match_weights, permute, random_permutations
from training_dynamics.mode_connectivity.nets import Recipe
from training_dynamics.toolbox.seeds import torch_generator

EPOCHS, RATE = 20, 0.07
LONGER: dict[str, tuple[object, ...]] = {"epochs": (EPOCHS, 40), "rate": (RATE, 0.035)}
WIDE = "the network is wide: here 256 units a layer"


def _left(seed: int, width: int, matching: str, epochs: int, rate: float) -> float:
    """The loss barrier that a matching leaves."""
    return between(seed, width, matching, Recipe(epochs=epochs, learning_rate=rate)).barrier


def _share(seed: int, width: int, matching: str, epochs: int, rate: float) -> float:
    """The barrier that a matching leaves, as a part of the barrier without it."""
    return _left(seed, width, matching, epochs, rate) / _left(seed, width, "none", epochs, rate)


@claim(
    "mode_connectivity.planted", "Weight matching undoes a random renumbering.", source="ainsworth2023rebasin", verdict="holds",
    vary=LONGER | {"width": (64, 256)},
)  # fmt: skip
def planted(seed: int, epochs: int = EPOCHS, rate: float = RATE, width: int = 64) -> Measured:
    """The fraction of units not put back in place, for a trained network against its renumbered copy."""
    found = pair(seed, width, Recipe(epochs=epochs, learning_rate=rate))
    hidden = random_permutations(found.shape, torch_generator(seed, "planted"))
    copy = permute(found.shape, found.a, hidden)
    back, _ = match_weights(found.shape, found.a, copy, torch_generator(seed, "planted sweeps"))
    wrong = 1 - agreement(back, [p.argsort() for p in hidden])
    return Measured(wrong, "of the units misplaced", at_least=0, at_most=0)


@claim(
    "mode_connectivity.activation_matching", "Matching units by their activations removes most of the barrier.",
    source="li2016convergent,ainsworth2023rebasin", verdict="holds-if",
    condition="the network is not narrow: here 64 units a layer; at 16 much is left", vary=LONGER | {"width": (64, 256)},
)  # fmt: skip
def activation_matching(seed: int, epochs: int = EPOCHS, rate: float = RATE, width: int = 64) -> Measured:
    """The barrier after matching by activations as a part of the barrier before."""
    return Measured(_share(seed, width, "activations", epochs, rate), "of the barrier", at_most=0.25)


@claim(
    "mode_connectivity.weight_matching", "Matching units by their weights removes most of the barrier.",
    source="ainsworth2023rebasin", verdict="holds-if", condition="the network is not narrow: here 64 units a layer",
    vary=LONGER | {"width": (64, 256)},
)  # fmt: skip
def weight_matching(seed: int, epochs: int = EPOCHS, rate: float = RATE, width: int = 64) -> Measured:
    """The barrier after matching by weights as a part of the barrier before."""
    return Measured(_share(seed, width, "weights", epochs, rate), "of the barrier", at_most=0.4)


@claim(
    "mode_connectivity.narrow", "Up to renumbering there is nearly a single basin.", said_by="ainsworth2023rebasin",
    verdict="fails", instead="In narrow networks a wall remains: at width 16 a tenth of a nat and more, with any matching.",
    vary=LONGER,
)  # fmt: skip
def narrow(seed: int, epochs: int = EPOCHS, rate: float = RATE) -> Measured:
    """The smallest of the barriers left by the three matchings at width 16."""
    return Measured(min(_left(seed, 16, by, epochs, rate) for by in MATCHINGS), "nats", at_least=0.1)


@claim(
    "mode_connectivity.residual", "In a wide network matching removes the barrier.", said_by="ainsworth2023rebasin",
    verdict="fails", instead="At width 256, too, the middle lies above the ends, by some hundredths of a nat.", vary=LONGER,
)  # fmt: skip
def residual(seed: int, epochs: int = EPOCHS, rate: float = RATE) -> Measured:
    """The barrier left by activation matching at width 256."""
    return Measured(_left(seed, 256, "activations", epochs, rate), "nats", at_least=0.01)


@claim(
    "mode_connectivity.residual_error", "What matching leaves in a wide network costs hardly any mistakes.",
    source="ainsworth2023rebasin", verdict="holds-if", condition=WIDE, vary=LONGER,
)  # fmt: skip
def residual_error(seed: int, epochs: int = EPOCHS, rate: float = RATE) -> Measured:
    """The barrier in training errors left by activation matching at width 256."""
    left = between(seed, 256, "activations", Recipe(epochs=epochs, learning_rate=rate)).error_barrier
    return Measured(left, "of the images", at_most=0.03)


@claim(
    "mode_connectivity.wide_weights", "Weight matching works better the wider the network.", said_by="ainsworth2023rebasin",
    verdict="fails", judge="mean", vary=LONGER,
    instead="From width 64 to 256 the part of the barrier that it leaves falls by less than a tenth, if at all, on average.",
)  # fmt: skip
def wide_weights(seed: int, epochs: int = EPOCHS, rate: float = RATE) -> Measured:
    """The part of the barrier left by weight matching at width 256 over the part left at width 64."""
    narrow, wide = (_share(seed, width, "weights", epochs, rate) for width in (64, 256))
    return Measured(wide / narrow, "times", at_least=0.9, scale=0.1)


@claim(
    "mode_connectivity.displacement_wider", "Matching what training changed in the weights works better the wider the network.",
    verdict="holds", judge="mean", vary=LONGER,
)  # fmt: skip
def displacement_wider(seed: int, epochs: int = EPOCHS, rate: float = RATE) -> Measured:
    """The part of the barrier left by displacement matching at width 256 over the part left at width 32."""
    narrow, wide = (_share(seed, width, "displacements", epochs, rate) for width in (32, 256))
    return Measured(wide / narrow, "times", at_most=1)


@claim(
    "mode_connectivity.displacement_matching",
    "Matching what training changed in the weights leaves a much lower wall than matching the weights.",
    verdict="holds-if", judge="mean", vary=LONGER,
    condition="mean over pairs, and " + WIDE,
)  # fmt: skip
def displacement_matching(seed: int, epochs: int = EPOCHS, rate: float = RATE) -> Measured:
    """The barrier left by displacement matching over the one left by weight matching, width 256."""
    changes, weights = (_left(seed, 256, by, epochs, rate) for by in ("displacements", "weights"))
    return Measured(changes / weights, "of the barrier", at_most=0.8)


@claim(
    "mode_connectivity.displacement_activations",
    "On the mean of the pairs it does about as well as matching by activations, without looking at an image.",
    verdict="holds-if", condition=WIDE, vary=LONGER, judge="mean",
)  # fmt: skip
def displacement_activations(seed: int, epochs: int = EPOCHS, rate: float = RATE) -> Measured:
    """The barrier left by displacement matching over the one left by activation matching, width 256."""
    changes, activations = (_left(seed, 256, by, epochs, rate) for by in ("displacements", "activations"))
    return Measured(changes / activations, "times", at_least=0.7, at_most=1.3)


def _unrepaired(seed: int, matching: str, epochs: int, rate: float, width: int) -> float:
    """The midpoint barrier with the units' spreads restored, over the one without."""
    half = middle(seed, width, matching, Recipe(epochs=epochs, learning_rate=rate))
    return half.repaired / half.barrier


@claim(
    "mode_connectivity.repair", "Restoring the units' means and spreads removes most of the barrier at the midpoint.",
    source="jordan2023repair", verdict="holds-if", condition=WIDE + ", without matching; at 16 it removes little or nothing",
    vary=LONGER | {"width": (128, 256)},
)  # fmt: skip
def repaired(seed: int, epochs: int = EPOCHS, rate: float = RATE, width: int = 256) -> Measured:
    """The midpoint barrier with the spreads restored over the one without, unmatched."""
    return Measured(_unrepaired(seed, "none", epochs, rate, width), "of the barrier", at_most=0.5)


@claim(
    "mode_connectivity.repair_matched",
    "After matching, too, restoring the units' means and spreads removes a part of what is left.",
    source="jordan2023repair", verdict="holds", vary=LONGER | {"width": (64, 256)},
)  # fmt: skip
def repaired_after_matching(seed: int, epochs: int = EPOCHS, rate: float = RATE, width: int = 256) -> Measured:
    """The share of the midpoint barrier that restoring the spreads removes, matched by activations."""
    return Measured(1 - _unrepaired(seed, "activations", epochs, rate, width), "of what is left", at_least=0.15)
