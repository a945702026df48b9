"""What the chapter asserts about what a network learns first."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.gradient_descent.simplicity import against_a_line

VARY = {"width": (64, 128), "rate": (0.1, 0.2, 0.4)}


@claim(
    "gradient_descent.linear_first",
    "What a network knows of the labels early in its run, a linear classifier knows, too, but for a seventh at most, on average.",
    source="kalimeris2019sgd",
    verdict="holds",
    judge="mean",
    vary=VARY,
)
def linear_first(seed: int, width: int = 64, rate: float = 0.2) -> Measured:
    """Share of I(F;Y) that the linear classifier does not explain, when I(F;Y) reaches nine tenths of I(L;Y)."""
    found = against_a_line(seed, width, rate)
    return Measured(1 - float(found.shared[found.there] / found.known[found.there]), "not linear", at_most=1 / 7)


@claim(
    "gradient_descent.linear_kept",
    "What it shares with the linear classifier it keeps, while it comes to know more.",
    source="kalimeris2019sgd",
    verdict="holds",
    vary=VARY,
)
def linear_kept(seed: int, width: int = 64, rate: float = 0.2) -> Measured:
    """What it shares at the end over what it shared then; 0 if it knows less than 1.3 times as much as then."""
    found = against_a_line(seed, width, rate)
    more = found.known[-1] > 1.3 * found.known[found.there]
    kept = found.shared[-1] / found.shared[found.there]
    return Measured(float(kept) if more else 0.0, "of what was shared", at_least=0.9, scale=0.05)
