"""The plan as it is used: the proxies, the sign that each row predicts for each, the nulls, and the rules of judgement.

The lens says that training maximises F = phi - lambda H + gamma C, with lambda, gamma >= 0 and without naming a measure for
any of the three.  Proxies, rows and signs were fixed before the runs.  ``TOLERANCE`` was written down after a first look at
slopes, and ``NULL_SHARE`` came last: each null had a word of its own before, which ``Row.first_word`` keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PROXIES = ("tc", "synergy", "h_rep", "log_rank", "h_pred", "cka", "cka_input")
TERMS = {"phi": PROXIES[:2], "H": PROXIES[2:5], "C": PROXIES[5:]}
MEANING = {
    "tc": "total correlation of the last hidden layer, nats a unit (Gaussian formula)",
    "synergy": "minus the O-information of the last hidden layer, nats a unit (Gaussian formula)",
    "h_rep": "differential entropy of the last hidden layer, nats a unit (Gaussian formula)",
    "log_rank": "logarithm of the effective rank of the last hidden layer",
    "h_pred": "mean entropy of the predicted class, nats",
    "cka": "linear CKA of the two hidden layers",
    "cka_input": "linear CKA of the inputs and the last hidden layer",
}
NAMES = {
    "tc": "total correlation",
    "synergy": "synergy",
    "h_rep": "differential entropy",
    "log_rank": "log effective rank",
    "h_pred": "predictive entropy",
    "cka": "CKA of layers",
    "cka_input": "CKA with inputs",
}
SHORT = NAMES | {  # for narrow columns
    "tc": "total corr.",
    "h_rep": "diff. entropy",
    "log_rank": "log eff. rank",
    "h_pred": "pred. entropy",
    "cka": "CKA layers",
    "cka_input": "CKA inputs",
}
UNITS = {
    "tc": "nats a unit",
    "synergy": "nats a unit",
    "h_rep": "nats a unit",
    "log_rank": "nats",
    "h_pred": "nats",
    "cka": "",
    "cka_input": "",
}
SEEDS = 5
NULL_SHARE = 1 / 3  # a null passes when its size is less than this share of the effect's; the rule came after the runs
TOLERANCE = 1.5  # slopes count as alike when none is this many times another; written down after a first look at slopes


@dataclass(frozen=True)
class Row:
    """One row of the lens's table: what it says, the statistic that it predicts, with which sign, and the null."""

    name: str
    says: str
    statistic: str
    term: str  # whose proxies it is about; "all" for three terms
    sign: int  # of the statistic; for "all" that of phi and C, the opposite for H
    null: str
    first_word: str  # what was asked of the null before there was one rule for all
    unit: str = ""  # of the effect; empty for the proxy's own


ROWS = (
    Row(
        "norm",
        "the minimum norm of gradient descent is maximal integration",
        "rank correlation of norm and phi over solutions from starts of five sizes, at equal loss",
        "phi",
        -1,
        "the same with shuffled labels",
        "no stronger",
        "rank corr.",
    ),
    Row(
        "adam",
        "Adam's updates preserve coherence",
        "change of C from start to equal loss: Adam's minus gradient descent's, in absolute value",
        "C",
        -1,
        "the same with a random walk in Adam's place that moves each matrix and bias as far as Adam did",
        "changes C more than Adam",
    ),
    Row(
        "batchnorm",
        "batch normalisation lowers the entropy",
        "H with batch normalisation minus H without, same start, at equal loss",
        "H",
        -1,
        "the same difference before the first step",
        "smaller",
    ),
    Row(
        "dropout",
        "dropout samples a posterior over representations, and its agreement is integration",
        "rank correlation of agreement and phi over six dropout rates, agreement at one common rate",
        "phi",
        +1,
        "the same with shuffled labels",
        "no stronger",
        "rank corr.",
    ),
    Row(
        "connectivity",
        "mode connectivity is one connected basin of F",
        "each term in the middle of a curve of low loss minus that in the middle of the straight line",
        "all",
        +1,
        "each term at the ends of a line between two networks before training, minus that in its middle",
        "nothing",
    ),
    Row(
        "descent",
        "double descent is a phase transition where d phi / d H = lambda",
        "slope of phi against H where features equal examples: above 0 and alike for three numbers of examples",
        "phi, H",
        +1,
        "the same with shuffled labels",
        "the slope loses its meaning",
        "evenness",
    ),
)


def judge(effects: Sequence[float], sign: int) -> str:
    """``supported``: the predicted sign at every seed; ``contradicted``: the other at every seed; else ``undecided``."""
    signed = [sign * effect for effect in effects]
    if all(value > 0 for value in signed):
        return "supported"
    return "contradicted" if all(value < 0 for value in signed) else "undecided"
