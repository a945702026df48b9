"""What the chapter asserts about the labels that a run learns late, and about what is chance beside its other claims."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.gradient_descent import stopping
from training_dynamics.gradient_descent.memory import by_chance, late_losses, memory, two_starts

NOISY: dict[str, tuple[object, ...]] = {"noise": (0.2, 0.3), "width": (64, 96)}


@claim(
    "gradient_descent.wrong_labels_late",
    "Where the test error is least few of the wrong labels have been learned, and at the end all of them.",
    source="zhang2017rethinking",
    verdict="holds",
    vary=NOISY,
)
def wrong_labels_late(seed: int, noise: float = 0.3, width: int = 64) -> Measured:
    """Share of the images with a wrong label that get it there; infinite unless nearly all of them get it at the end."""
    found = memory(seed, noise, width)
    value = float(found.memorised[found.best]) if found.memorised[-1] >= 0.95 else float("inf")
    return Measured(value, "of the wrong labels", at_most=0.3, infinite="they are not learned at the end")


@claim(
    "gradient_descent.seen_through",
    "There the network gives most images with a wrong label their true one, which it was never shown.",
    verdict="holds",
    vary=NOISY,
)
def seen_through(seed: int, noise: float = 0.3, width: int = 64) -> Measured:
    """Share of the training images with a wrong label that get the true one where the test error is least."""
    found = memory(seed, noise, width)
    return Measured(float(found.seen_through[found.best]), "of the images with a wrong label", at_least=0.5, scale=0.1)


@claim(
    "gradient_descent.when_to_stop",
    "With one steep direction of truth and many flat ones of noise, the best time is at most a half off the one foretold.",
    verdict="holds",
    vary={"flat": (0.001, 0.002, 0.005), "directions": (50, 100)},
)
def when_to_stop(seed: int, flat: float = stopping.FLAT, directions: int = stopping.DIRECTIONS) -> Measured:
    """Largest relative error of the foretold time over noise from 0.05 to 1; the test error is a mean over 40 draws of data."""
    found = stopping.best_times(seed, flat, directions)
    off = max(abs(t / stopping.foretold(n, flat, directions) - 1) for n, t in zip(stopping.NOISES, found))
    return Measured(float(off), "relative", at_most=0.5)


@claim(
    "gradient_descent.stop_falls",
    "As noise grows twentyfold the best time to stop falls, by about one to two times as much as foretold.",
    verdict="holds",
    judge="mean",
    vary={"flat": (0.001, 0.002, 0.005), "directions": (50, 100)},
)
def stop_falls(seed: int, flat: float = stopping.FLAT, directions: int = stopping.DIRECTIONS) -> Measured:
    """How much earlier the test error is least at noise 1 than at 0.05, over the difference foretold; 0 for one time for all."""
    found = stopping.best_times(seed, flat, directions)
    first, last = (stopping.foretold(noise, flat, directions) for noise in (stopping.NOISES[0], stopping.NOISES[-1]))
    return Measured(float(found[0] - found[-1]) / (first - last), "times the fall foretold", at_least=0.75, at_most=2.5)


@claim(
    "gradient_descent.few_validation_images",
    "Early stopping needs many validation images.",
    verdict="fails",
    instead="Where the test error rises well, forty save most of the rise: compared is one network with itself, image by image.",
    vary=NOISY,
)
def few_validation_images(seed: int, noise: float = 0.3, width: int = 64) -> Measured:
    """Share of the rise of the test error to the end that forty validation images save, mean over choices of them."""
    return Measured(memory(seed, noise, width).saved(40), "of the rise", at_least=0.55)


@claim(
    "gradient_descent.linear_by_chance",
    "A network that is right as often, and errs apart from the line, would share far less with it.",
    verdict="holds",
    vary={"width": (64, 128), "rate": (0.1, 0.2, 0.4)},
)
def linear_by_chance(seed: int, width: int = 64, rate: float = 0.2) -> Measured:
    """What a line leaves unexplained of answers that are permuted within each class, over what it leaves of the network's."""
    left, chance = by_chance(seed, width, rate)
    return Measured(chance / left, "times as much not shared", at_least=1.6)


@claim(
    "gradient_descent.two_starts",
    "Two networks from random starts of one kind, at the same training loss, generalise nearly alike.",
    verdict="holds",
    vary={"width": (64, 96), "examples": (200, 300)},
)
def two_starts_alike(seed: int, width: int = 64, examples: int = 200) -> Measured:
    """By what share the larger of two test errors exceeds the smaller, from two random starts at one training loss."""
    return Measured(two_starts(seed, examples, width) - 1, "of the smaller error", at_most=0.3, scale=0.1)


@claim(
    "gradient_descent.late_loss",
    "Late, with cross-entropy and right labels, the training loss falls like 1/t, and a little faster.",
    source="soudry2018implicit",
    verdict="holds",
    vary={"width": (32, 64), "rate": (0.25, 0.5), "steps": (1000, 2000)},
)
def late_loss(seed: int, width: int = 64, rate: float = 0.5, steps: int = 1000) -> Measured:
    """The loss after so many full-batch steps over that after twice as many; 2 for 1/t."""
    middle, end = late_losses(seed, width, rate, steps)
    return Measured(middle / end, "times less in twice the time", at_least=1.8, at_most=2.8)
