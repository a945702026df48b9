"""What the chapter asserts about networks whose training has ended."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.wide_networks.ended import excess


@claim(
    "wide_networks.worse_in_the_end",
    (
        "On a constant target the rich network makes the larger errors, on the mean over starts, also when its training error"
        " is less than a twentieth of its test error."
    ),
    source="petrini2022learning",
    verdict="holds",
    vary={"steps": (1000, 2000, 3000), "width": (80, 100, 200), "examples": (50, 60)},
)
def worse_in_the_end(seed: int, steps: int = 1000, width: int = 100, examples: int = 60) -> Measured:
    """By which share test error at scale 0.03 exceeds that at scale 10: mean of five starts; NaN unless all have fitted."""
    found = excess(seed, width=width, examples=examples, steps=steps)
    return Measured(found, "of the lazy network's error", at_least=0.25)


@claim(
    "wide_networks.harm_with_data",
    "With a hundred examples of a constant target, less is left of the rich network's harm than with fifty.",
    verdict="holds",
    vary={"steps": (2000, 3000), "width": (100, 200)},
)
def harm_with_data(seed: int, steps: int = 2000, width: int = 100) -> Measured:
    """The share by which errors exceed the lazy network's, at a hundred examples over that at fifty: means of five starts."""
    many, few = (excess(seed, width=width, examples=examples, steps=steps) for examples in (100, 50))
    return Measured(many / few, "of that with fifty", at_most=0.9)
