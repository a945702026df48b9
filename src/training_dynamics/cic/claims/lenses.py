"""What the chapter asserts about the lenses, one for each choice of proxies, and the rows that they win."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.cic.preregistration import NULL_SHARE
from training_dynamics.cic.sensitivity import beside_null, most_won
from training_dynamics.cic.table import cells


@claim(
    "cic.best_lens",
    "With well-chosen proxies the lens wins half of its six rows beside their nulls.",
    verdict="fails",
    instead="The best of the twelve choices wins fewer than half of them, once a row also has to be free of its null.",
    seeds=None,
    vary={"hidden": (24, 32, 48), "limit": (NULL_SHARE, 2 / 3), "first": (0, 5)},
)
def best_lens(hidden: int = 24, limit: float = NULL_SHARE, first: int = 0) -> Measured:
    """Most rows won by one choice of proxies at five seeds, with nulls less than ``limit`` times as large as the effects."""
    return Measured(
        float(most_won(cells(hidden, first), lambda cell: beside_null(cell, limit))), "of 6 rows", at_most=2
    )
