"""What the chapter asserts about the induction head that is reduced to three numbers; all of it is computed exactly."""

from __future__ import annotations

import math

from coursekit.claim import Measured, claim
from training_dynamics.emergence.three_numbers import growth


@claim(
    "emergence.square_law",
    "The time until an induction head has formed grows as the square of the context's length.",
    source="musat2025induction",
    verdict="holds-if",
    condition=(
        "gradient flow on the squared error from zero, contexts of dozens of pairs, and up to a logarithm: in three "
        "numbers and with a causal mask it is P²/ln P"
    ),
    seeds=None,
)
def square_law() -> Measured:
    """Time at 64 pairs over that at 32, over what P²/ln P says."""
    ratio = growth(64).times[-1] / growth(32).times[-1]
    return Measured(float(ratio * math.log(64) / (4 * math.log(32))), "of the law", at_least=0.85, at_most=1.05)


@claim(
    "emergence.quiet_growth",
    "While the attention to the right answer stands still, nothing of the induction head is there.",
    verdict="fails",
    instead=(
        "Copying is learned long before, and the matching grows meanwhile. Attention is the exponential of the matching "
        "times what the first layer has read, and that product stays small for long."
    ),
    seeds=None,
    vary={"pairs": (8, 16, 32, 64)},
)
def quiet_growth(pairs: int = 32) -> Measured:
    """The matching strength when the attention is three times its start, over that when it is a half."""
    run = growth(pairs)
    at = run.reached("attention", 3 * float(run.attention[0]))
    return Measured(float(run.value("match", at) / run.match[-1]), "of the strength", at_least=0.5, scale=0.05)


@claim(
    "emergence.sharper_when_long",
    "With longer contexts the induction head forms more gradually.",
    verdict="fails",
    instead="In three numbers it forms later and more suddenly: the rise takes a smaller part of the time.",
    seeds=None,
)
def sharper_when_long() -> Measured:
    """Share of the time in which the attention goes from a tenth to a half, with 64 pairs over that with 8."""
    shares = [1 - run.reached("attention", 0.1) / run.times[-1] for run in (growth(64), growth(8))]
    return Measured(shares[0] / shares[1], "of the share", at_most=0.3)
