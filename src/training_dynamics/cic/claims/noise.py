"""What the chapter asserts about the rows on batch normalisation and dropout."""

from __future__ import annotations

import math

from coursekit.claim import Measured, claim
from training_dynamics.cic.noise import batchnorm, dropout, dropout_at
from training_dynamics.cic.preregistration import PROXIES, TERMS

ENTROPIES = [PROXIES.index(name) for name in TERMS["H"]]


@claim(
    "cic.batchnorm_entropy",
    "Batch normalisation lowers the entropy H.",
    verdict="fails",
    instead=(
        "At equal training loss all three entropies are higher with it than without, in layers of 24 units or more."
    ),
    vary={"target": (0.1, 0.3, 0.03), "hidden": (24, 32, 48), "scale": (1.0, 0.5, 2.0)},
)
def batchnorm_entropy(seed: int, target: float = 0.1, hidden: int = 24, scale: float = 1.0) -> Measured:
    """Entropy with batch normalisation minus entropy without, in nats: the least of the three readings."""
    found = batchnorm(seed, hidden, target, scale).after[ENTROPIES]
    return Measured(float(found.min()), "nats more (least of three)", at_least=0, scale=0.03)


@claim(
    "cic.batchnorm_scale",
    "The differential entropy tells whether batch normalisation orders the representation.",
    verdict="fails",
    instead="It tells the unit of measurement: starts four times larger lower the difference by 2 log 4 before any training.",
    vary={"factor": (4.0, 2.0), "hidden": (24, 32)},
)
def batchnorm_scale(seed: int, factor: float = 4.0, hidden: int = 24) -> Measured:
    """Fall of the difference in differential entropy before training, over twice the logarithm of the factor."""
    h_rep = PROXIES.index("h_rep")
    small, large = (batchnorm(seed, hidden, 0.3, scale).before[h_rep] for scale in (0.5, 0.5 * factor))
    return Measured(float(small - large) / (2 * math.log(factor)), "of 2 log(factor)", at_least=0.7, at_most=1.3)


@claim(
    "cic.dropout_total_correlation",
    "Networks trained with more dropout agree more under random masks, and have a larger Φ.",
    verdict="holds-if",
    condition=(
        "Φ is read as total correlation, training takes 300 steps or more, and the mean over runs is judged: single"
        " runs scatter"
    ),
    vary={"steps": (400, 300, 800), "hidden": (24, 16, 32)},
    judge="mean",
)
def dropout_total_correlation(seed: int, steps: int = 400, hidden: int = 24) -> Measured:
    """Rank correlation of agreement and total correlation over six rates."""
    found = dropout(seed, hidden, steps).rank_correlations()[PROXIES.index("tc")]
    return Measured(found, "(rank correlation)", at_least=0.2)


@claim(
    "cic.agreement_is_phi",
    "The agreement of dropout's samples is integration Φ.",
    verdict="fails",
    instead="Both follow the dropout rate: among networks of one rate their rank correlation is at most a half, mean over runs.",
    vary={"steps": (400, 200), "hidden": (24, 32), "rate": (0.3, 0.1, 0.5)},
    judge="mean",
)
def agreement_is_phi(seed: int, steps: int = 400, hidden: int = 24, rate: float = 0.3) -> Measured:
    """Rank correlation of agreement and total correlation over 16 starts trained with one rate."""
    found = dropout_at(seed, rate, hidden, steps).rank_correlations()[PROXIES.index("tc")]
    return Measured(found, "(rank correlation)", at_most=0.5, scale=0.12)


@claim(
    "cic.agreement_ceiling",
    "Among networks of one dropout rate agreement and Φ part because they vary less than they can be read.",
    verdict="fails",
    instead=(
        "Were they one quantity, their rank correlation, from −1 to 1, would be larger by 0.4 at least: as large as two readings,"
        " on halves of the images, allow. On the mean over runs."
    ),
    vary={"steps": (400, 200), "hidden": (24, 32), "rate": (0.3, 0.1, 0.5)},
    judge="mean",
)
def agreement_ceiling(seed: int, steps: int = 400, hidden: int = 24, rate: float = 0.3) -> Measured:
    """The ceiling that noise sets to the rank correlation of agreement and total correlation, less what is measured."""
    found = dropout_at(seed, rate, hidden, steps)
    gap = found.ceiling() - found.rank_correlations()[PROXIES.index("tc")]
    return Measured(gap, "(difference of rank correlations)", at_least=0.4)
