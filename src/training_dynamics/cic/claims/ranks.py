"""What the chapter asserts about the rank as the plainer account of the row on norms, counted without the proxies."""

from __future__ import annotations

import math

from coursekit.claim import Measured, claim
from training_dynamics.cic.ranks import SHARE, counts, one_size, reach


@claim(
    "cic.norm_directions",
    "Of solutions with the same loss, the one of smaller norm decides by fewer directions.",
    verdict="holds-if",
    condition="the solutions differ by the size of their start, and layers have 24 units or more",
    vary={"target": (0.1, 0.3, 0.03), "hidden": (24, 32, 48), "optimizer": ("gd", "adam"), "same": (0.99, 0.95)},
)
def norm_directions(
    seed: int, target: float = 0.1, hidden: int = 24, optimizer: str = "gd", same: float = 0.99
) -> Measured:
    """Rank correlation of the norm and the least number of principal directions that leave 99 % of the decisions alone."""
    found = counts(seed, hidden, target, optimizer, same)
    return Measured(found.rank_correlation("needed"), "(rank correlation)", at_least=0.3)


@claim(
    "cic.norm_joined",
    (
        "On the mean over runs a direction that a smaller start loses draws fewer than two units into a relation, which"
        " is where total correlation and synergy move apart, if less than a hundredth of a unit's variance counts as lost."
    ),
    verdict="holds",
    vary={
        "target": (0.1, 0.3, 0.03),
        "hidden": (24, 32, 48),
        "optimizer": ("gd", "adam"),
        "share": (SHARE, 0.3 * SHARE),
    },
    judge="mean",
)
def norm_joined(
    seed: int, target: float = 0.1, hidden: int = 24, optimizer: str = "gd", share: float = SHARE
) -> Measured:
    """Units that the others foretell from the largest to the smallest start, for each direction that is lost."""
    found = counts(seed, hidden, target, optimizer, share=share)
    lost, joined = (column[0] - column[-1] for column in (found.lost, found.joined))
    ratio = float(joined / lost) if lost > 0 else math.nan
    return Measured(ratio, "units for each direction lost", at_most=1.9, scale=0.1)


@claim(
    "cic.norm_one_size",
    "Norm and total correlation go together among starts of one size as they do over sizes.",
    verdict="fails",
    instead=(
        "Among starts of one size their rank correlation, from −1 to 1, lies 1/3 or more above that over sizes, on the mean"
        " over runs, as it would on either account: norms hardly differ there."
    ),
    vary={"size": (1.0, 0.3, 1.6), "hidden": (24, 32), "target": (0.1, 0.03)},
    judge="mean",
)
def norm_one_size(seed: int, size: float = 1.0, hidden: int = 24, target: float = 0.1) -> Measured:
    """Rank correlation of norm and total correlation over 16 starts of one size, less that over one start in five sizes."""
    held, over = one_size(seed, size, hidden, target), counts(seed, hidden, target)
    return Measured(
        held.rank_correlation("phi") - over.rank_correlation("phi"), "(difference of rank correlations)", at_least=1 / 3
    )


@claim(
    "cic.norm_reach",
    "Were the norm what makes Φ large, norm and Φ would go together among starts of one size, too.",
    verdict="fails",
    instead=(
        "At the slope that Φ has over five sizes, the norms at one size would move it by less than a third of its scatter"
        " between starts, on the mean over runs."
    ),
    vary={"size": (1.0, 0.3, 1.6), "hidden": (24, 32), "target": (0.1, 0.03)},
    judge="mean",
)
def norm_reach(seed: int, size: float = 1.0, hidden: int = 24, target: float = 0.1) -> Measured:
    """Slope of total correlation against log norm over five sizes, times the spread of log norm at one, over the scatter."""
    return Measured(reach(seed, size, hidden, target), "of the scatter", at_most=0.3)
