"""What the chapter on dropout asserts about one fitted temperature, beside the average over masks."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.dropout.digits import EPOCHS, RATE, WIDTH
from training_dynamics.dropout.length import EARLY, LATE
from training_dynamics.dropout.temperature import strange_beyond, warmth

NETWORKS: dict[str, tuple[object, ...]] = {"width": (WIDTH, 128), "rate": (RATE, 0.5)}


@claim(
    "dropout.masks_are_temperature",
    "Averaging over masks does to the two leading classes what one formula says: it divides the margin by a number above 1.",
    verdict="holds",
    vary=NETWORKS | {"epochs": (20, EARLY)},
)
def masks_are_temperature(seed: int, epochs: int = EARLY, width: int = WIDTH, rate: float = RATE) -> Measured:
    """Mean distance over test images of the formula from the average over masks, means over three networks."""
    return Measured(warmth(seed, rate, width)[epochs].error, "of probability", at_most=0.03)


@claim(
    "dropout.spread_takes",
    "More than three quarters of the confidence that averaging takes is taken by the spread of the margin over masks.",
    verdict="holds",
    vary=NETWORKS | {"epochs": (20, EARLY, LATE)},
)
def spread_takes(seed: int, epochs: int = EARLY, width: int = WIDTH, rate: float = RATE) -> Measured:
    """The share of the lost probability of the leading class against the second that is due to the spread."""
    return Measured(warmth(seed, rate, width)[epochs].by_spread, "of what is taken", at_least=0.75, at_most=1.1)


@claim(
    "dropout.temperature_early",
    "Early in training one temperature, fitted with dropout off, predicts better than the average over masks.",
    source="guo2017calibration",
    verdict="holds",
    vary=NETWORKS | {"epochs": (20, EARLY)},
)
def temperature_early(seed: int, epochs: int = EARLY, width: int = WIDTH, rate: float = RATE) -> Measured:
    """Negative log-likelihood of MC dropout minus that of dropout off at the temperature of the other half of the images."""
    found = warmth(seed, rate, width)[epochs]
    return Measured(found.mc - found.off_tempered, "nats", at_least=0.008)


@claim(
    "dropout.temperature_late",
    "After long training the average over masks predicts better than one temperature that is fitted with dropout off.",
    source="guo2017calibration",
    verdict="fails",
    instead="The temperature is at least as good, within a hundredth of a nat.",
    vary=NETWORKS | {"epochs": (160, LATE)},
)
def temperature_late(seed: int, epochs: int = LATE, width: int = WIDTH, rate: float = RATE) -> Measured:
    """Negative log-likelihood of dropout off at the temperature of the other half of the images minus that of MC dropout."""
    found = warmth(seed, rate, width)[epochs]
    return Measured(found.off_tempered - found.mc, "nats", at_most=0.01, scale=0.005)


@claim(
    "dropout.averaging_adds",
    "Averaging over masks adds something that one temperature cannot give.",
    verdict="fails",
    instead="Once each has its own fitted temperature, the average predicts no better than the network with dropout off.",
    vary=NETWORKS | {"epochs": (EARLY, LATE)},
)
def averaging_adds(seed: int, epochs: int = EARLY, width: int = WIDTH, rate: float = RATE) -> Measured:
    """Negative log-likelihood of dropout off minus that of MC dropout, each at the temperature of the other half."""
    found = warmth(seed, rate, width)[epochs]
    return Measured(found.off_tempered - found.mc_tempered, "nats", at_most=0.005, scale=0.0025)


@claim(
    "dropout.strange_beyond",
    "That MC dropout tells noise and shuffled pixels better is more than its lower confidence.",
    verdict="holds",
    vary={"epochs": (EPOCHS, 80), "width": (WIDTH, 128)},
)
def strange_is_beyond(seed: int, epochs: int = EPOCHS, width: int = WIDTH) -> Measured:
    """AUROC of MC dropout minus that of dropout off at the temperature that makes it as sure on test images."""
    return Measured(strange_beyond(seed, epochs, width), "AUROC", at_least=0.005)
