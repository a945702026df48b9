"""What the chapter on mode connectivity asserts about walls after matching, and after restoring the units' spreads."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.mode_connectivity.lines import MATCHINGS, between, middle
from training_dynamics.mode_connectivity.nets import Recipe

LONGER: dict[str, tuple[object, ...]] = {"epochs": (20, 60)}


def _left(seed: int, width: int, matching: str, epochs: int) -> float:
    """The loss barrier that a matching leaves."""
    return between(seed, width, matching, Recipe(epochs=epochs)).barrier


@claim(
    "mode_connectivity.activation_matching", "Matching units by their activations removes most of the barrier.",
    source="li2016convergent,ainsworth2023rebasin", verdict="holds-if", condition="the network is wide: here 128 units a layer",
    vary=LONGER,
)  # fmt: skip
def activation_matching(seed: int, epochs: int = 20) -> Measured:
    """The barrier left after matching by activations, width 128."""
    return Measured(_left(seed, 128, "activations", epochs), "nats", at_most=0.1)


@claim(
    "mode_connectivity.activation_reduction", "At width 128 matching by activations removes at least four fifths of the barrier.",
    source="ainsworth2023rebasin", verdict="holds", vary=LONGER,
)  # fmt: skip
def activation_reduction(seed: int, epochs: int = 20) -> Measured:
    """The barrier after matching by activations as a part of the barrier before, width 128."""
    left = _left(seed, 128, "activations", epochs)
    return Measured(left / _left(seed, 128, "none", epochs), "of the barrier", at_most=0.2)


@claim(
    "mode_connectivity.weight_matching", "Matching units by their weights removes most of the barrier.",
    source="ainsworth2023rebasin", verdict="holds-if", condition="the width is moderate: here 64 units a layer",
    vary=LONGER,
)  # fmt: skip
def weight_matching(seed: int, epochs: int = 20) -> Measured:
    """The barrier left after matching by weights, width 64."""
    return Measured(_left(seed, 64, "weights", epochs), "nats", at_most=0.2)


@claim(
    "mode_connectivity.narrow", "Up to renumbering, all solutions lie in one basin.",
    said_by="entezari2022role", source="ainsworth2023rebasin",
    verdict="fails", instead="In narrow networks a wall remains: at width 16 more than a tenth of a nat, with any matching.",
    vary=LONGER,
)  # fmt: skip
def narrow(seed: int, epochs: int = 20) -> Measured:
    """The smallest of the barriers left by the three matchings at width 16."""
    return Measured(min(_left(seed, 16, by, epochs) for by in MATCHINGS), "nats", at_least=0.12)


@claim(
    "mode_connectivity.residual", "In a wide network matching removes the barrier.", said_by="ainsworth2023rebasin",
    verdict="fails", instead="At width 512, too, the middle lies above the ends, by some hundredths of a nat.",
)  # fmt: skip
def residual(seed: int) -> Measured:
    """The barrier left by activation matching at width 512."""
    return Measured(_left(seed, 512, "activations", 20), "nats", at_least=0.01)


@claim(
    "mode_connectivity.residual_error", "What matching leaves in a wide network costs hardly any mistakes.",
    source="ainsworth2023rebasin",
    verdict="holds-if", condition="the network is wide: here 512 units a layer",
)  # fmt: skip
def residual_error(seed: int) -> Measured:
    """The barrier in training errors left by activation matching at width 512."""
    left = between(seed, 512, "activations").error_barrier
    return Measured(left, "of the images", at_most=0.015)


@claim(
    "mode_connectivity.wide_weights", "Weight matching works better the wider the network.", said_by="ainsworth2023rebasin",
    verdict="fails", instead="From width 128 to 512 the barrier that it leaves hardly changes, on average.", judge="mean",
)  # fmt: skip
def wide_weights(seed: int) -> Measured:
    """The barrier left by weight matching at width 512 over the one left at width 128."""
    left = [_left(seed, width, "weights", 20) for width in (512, 128)]
    return Measured(left[0] / left[1], "times", at_least=0.7)


@claim(
    "mode_connectivity.displacement_wider", "Matching what training changed in the weights works better the wider the network.",
    verdict="holds", judge="mean",
)  # fmt: skip
def displacement_wider(seed: int) -> Measured:
    """The barrier left by displacement matching at width 512 over the one left at width 128."""
    left = [_left(seed, width, "displacements", 20) for width in (512, 128)]
    return Measured(left[0] / left[1], "times", at_most=1)


@claim(
    "mode_connectivity.displacement_matching",
    "In a wide network matching what training changed in the weights leaves a much lower wall than matching the weights.",
    verdict="holds-if", condition="the network is wide: here 512 units a layer",
)  # fmt: skip
def displacement_matching(seed: int) -> Measured:
    """The barrier left by displacement matching over the one left by weight matching, width 512."""
    left = [_left(seed, 512, by, 20) for by in ("displacements", "weights")]
    return Measured(left[0] / left[1], "of the barrier", at_most=0.6)


@claim(
    "mode_connectivity.displacement_activations",
    "It does as well as matching by activations, without looking at an image.",
    verdict="holds-if", condition="the network is wide: here 512 units a layer",
)  # fmt: skip
def displacement_activations(seed: int) -> Measured:
    """The barrier left by displacement matching over the one left by activation matching, width 512."""
    left = [_left(seed, 512, by, 20) for by in ("displacements", "activations")]
    return Measured(left[0] / left[1], "times", at_least=0.5, at_most=1.5)


@claim(
    "mode_connectivity.repair", "Restoring the units' means and spreads removes a good part of the barrier at the midpoint.",
    source="jordan2023repair", verdict="holds-if", condition="the network is wide: here 512 units a layer, without matching",
)  # fmt: skip
def repaired(seed: int) -> Measured:
    """The midpoint barrier with the spreads restored over the one without, unmatched, width 512."""
    half = middle(seed, 512)
    return Measured(half.repaired / half.barrier, "of the barrier", at_most=0.35)


@claim(
    "mode_connectivity.repair_matched",
    "After matching, too, restoring the units' means and spreads removes a part of what is left.",
    source="jordan2023repair", verdict="holds-if", condition="the network is wide: here 512 units a layer",
    judge="mean",
)  # fmt: skip
def repaired_after_matching(seed: int) -> Measured:
    """The midpoint barrier with the spreads restored over the one without, matched by activations."""
    half = middle(seed, 512, "activations")
    return Measured(half.repaired / half.barrier, "of the barrier", at_most=1)
