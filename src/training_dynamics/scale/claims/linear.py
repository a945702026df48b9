"""What the chapter asserts about the best rate in deep linear networks as they grow wide."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.scale.laws import slope
from training_dynamics.scale.linear import limit, many_steps, one_step_rates, task

LINEAR: dict[str, tuple[object, ...]] = {"depth": (2, 3), "inputs": (10, 20)}
STEPS: dict[str, tuple[object, ...]] = {"steps": (3, 5), "inputs": (10, 20)}
WIDTHS = (16, 64, 256)


@claim(
    "scale.linear_limit",
    "In deep linear networks under maximal update the best rate of a step goes to a number that can be computed.",
    source="hayou2025proof",
    verdict="holds",
    vary=LINEAR,
)
def linear_limit(seed: int, depth: int = 3, inputs: int = 10) -> Measured:
    """Median over 24 starts of width 256, relative distance of the exact best rate from its limit."""
    found = one_step_rates(seed, "mup", WIDTHS, depth, inputs, copies=24)[-1, :, 0]
    exact = limit(task(seed, inputs), depth)[0]
    return Measured(float(np.median(np.abs(found / exact - 1))), "of the limit", at_most=0.25)


@claim(
    "scale.linear_speed",
    "It comes nearer as the width grows, about like one over its root.",
    source="hayou2025proof",
    verdict="holds-if",
    condition="mean over twenty tasks; single ones have powers between −0.2 and −0.8",
    judge="mean",
    seeds=range(20),
    vary=LINEAR,
)
def linear_speed(seed: int, depth: int = 3, inputs: int = 10) -> Measured:
    """Exponent of the width in the median distance, widths 16 to 256, 24 starts each."""
    found = one_step_rates(seed, "mup", WIDTHS, depth, inputs, copies=24)[..., 0]
    exact = limit(task(seed, inputs), depth)[0]
    return Measured(
        slope(np.array(WIDTHS), np.median(np.abs(found / exact - 1), axis=1)), "", at_least=-0.7, at_most=-0.3
    )


@claim(
    "scale.linear_standard",
    "With standard starts the best rate of a step falls as one over the width.",
    source="hayou2025proof",
    verdict="holds",
    vary=LINEAR,
)
def linear_standard(seed: int, depth: int = 3, inputs: int = 10) -> Measured:
    """Exponent of the width in the median best rate, widths 16 to 256."""
    found = one_step_rates(seed, "standard", WIDTHS, depth, inputs, copies=24)[..., 0]
    return Measured(slope(np.array(WIDTHS), np.median(found, axis=1)), "", at_least=-1.5, at_most=-0.5)


@claim(
    "scale.linear_steps",
    "After several steps, too, the best rate falls with standard starts.",
    source="hayou2025proof",
    verdict="holds",
    vary=STEPS,
)
def linear_steps(seed: int, steps: int = 5, inputs: int = 10) -> Measured:
    """Octaves by which it falls from width 32 to 128; in inverse proportion it would be two."""
    found = many_steps(seed, "standard", (32, 128), steps, inputs=inputs, copies=8)
    return Measured(float(found[0] - found[-1]), "octaves", at_least=0.8)


@claim(
    "scale.linear_stays",
    "After several steps, too, the best rate stays within half an octave under maximal update.",
    source="hayou2025proof",
    verdict="holds",
    vary=STEPS,
)
def linear_stays(seed: int, steps: int = 5, inputs: int = 10) -> Measured:
    """Octaves by which it moves from width 32 to 128."""
    found = many_steps(seed, "mup", (32, 128), steps, inputs=inputs, copies=8)
    return Measured(float(abs(found[0] - found[-1])), "octaves", at_most=0.5)


@claim(
    "scale.any_width",
    "Under maximal update a rate that was tuned at any width is right at every width.",
    source="hayou2025proof",
    verdict="fails",
    instead="The limit is of large width, and the deeper the network, the wider: in narrow deep ones the best rate is far off.",
    vary={"depth": (6, 8), "inputs": (10, 20)},
)
def any_width(seed: int, depth: int = 8, inputs: int = 10) -> Measured:
    """Median relative distance of the best rate of one step from its limit, eight layers of width 8, 48 starts."""
    found = one_step_rates(seed, "mup", (8,), depth, inputs, copies=48)[0, :, 0]
    exact = limit(task(seed, inputs), depth)[0]
    return Measured(float(np.median(np.abs(found / exact - 1))), "of the limit", at_least=0.25)
