"""What the chapter asserts about the rows on norms and on Adam."""

from __future__ import annotations

import math

from coursekit.claim import Measured, claim
from training_dynamics.cic.norms import interpolators, rescaling, solutions
from training_dynamics.cic.preregistration import PROXIES
from training_dynamics.cic.updates import drift

VARIED = {"target": (0.1, 0.3, 0.03), "hidden": (24, 32, 48), "optimizer": ("gd", "adam")}


def norm_correlation(proxy: str, seed: int, **settings: object) -> float:
    """Rank correlation of norm and proxy over starts of five sizes."""
    return solutions(seed, **settings).rank_correlations()[PROXIES.index(proxy)]  # type: ignore[arg-type]


@claim(
    "cic.norm_total_correlation",
    "Of solutions with the same loss, the one of smaller norm has the larger Φ.",
    verdict="holds-if",
    condition="Φ is read as total correlation, the solutions differ by the size of their start, and layers have 24 units or more",
    vary=VARIED,
)
def norm_total_correlation(seed: int, target: float = 0.1, hidden: int = 24, optimizer: str = "gd") -> Measured:
    """Spearman's correlation of the norm with the total correlation of the last hidden layer."""
    found = norm_correlation("tc", seed, target=target, hidden=hidden, optimizer=optimizer)
    return Measured(found, "(rank correlation)", at_most=-0.5)


@claim(
    "cic.norm_synergy",
    "The minimum norm of gradient descent is maximal integration Φ.",
    verdict="fails",
    instead=(
        "With Φ read as synergy the sign turns: in layers of 24 units or more the solution of least norm is one of the"
        " more redundant."
    ),
    vary=VARIED,
)
def norm_synergy(seed: int, target: float = 0.1, hidden: int = 24, optimizer: str = "gd") -> Measured:
    """Spearman's correlation of the norm with minus the O-information of the last hidden layer."""
    found = norm_correlation("synergy", seed, target=target, hidden=hidden, optimizer=optimizer)
    return Measured(found, "(rank correlation)", at_least=0.4)


@claim(
    "cic.norm_rank",
    "Of solutions with the same loss, the one of smaller norm uses fewer directions.",
    verdict="holds-if",
    condition="the solutions differ by the size of their start, and layers have 24 units or more",
    vary=VARIED,
)
def norm_rank(seed: int, target: float = 0.1, hidden: int = 24, optimizer: str = "gd") -> Measured:
    """Spearman's correlation of the norm with the effective rank of the last hidden layer."""
    found = norm_correlation("log_rank", seed, target=target, hidden=hidden, optimizer=optimizer)
    return Measured(found, "(rank correlation)", at_least=0.5)


@claim(
    "cic.norm_shuffled",
    "That Φ falls as the norm grows shows that integration is what is learned.",
    verdict="fails",
    instead=(
        "With shuffled labels, where nothing general can be learned, total correlation falls as the norm grows, too, on"
        " the mean over networks."
    ),
    vary={"target": (0.1, 0.3), "hidden": (24, 32)},
    judge="mean",
)
def norm_shuffled(seed: int, target: float = 0.1, hidden: int = 24) -> Measured:
    """Spearman's correlation of norm and total correlation, networks trained on shuffled labels."""
    found = norm_correlation("tc", seed, target=target, hidden=hidden, shuffle=True)
    return Measured(found, "(rank correlation)", at_most=-0.5)


@claim(
    "cic.norm_is_not_phi",
    "The norm of a network determines its Φ.",
    verdict="fails",
    instead="Rescaling units changes the norm and neither the function nor Φ, by any of its two readings.",
    vary={"spread": (1.0, 0.5), "hidden": (24, 16)},
)
def norm_is_not_phi(seed: int, spread: float = 1.0, hidden: int = 24) -> Measured:
    """Largest change of total correlation and O-information a unit, nats, while the norm grows by a tenth at least."""
    moved = rescaling(seed, spread, hidden)
    return Measured(max(moved.phi, moved.outputs) if moved.norms > 1.1 else math.nan, "nats", at_most=1e-9)


@claim(
    "cic.null_space",
    "Of all readouts that fit the data exactly, the one of least norm has the largest Φ.",
    verdict="fails",
    instead=(
        "A longer one has a larger total correlation: add to every output the same direction that training does not see."
    ),
    vary={"features": (300, 200, 500), "examples": (100, 60)},
)
def null_space(seed: int, features: int = 300, examples: int = 100) -> Measured:
    """Total correlation of the outputs of the longest of these readouts, over that of the shortest readout."""
    found = interpolators(seed, features, examples)
    return Measured(
        float(found.together[-1, 0] / found.together[0, 0]), "times the shortest readout's", at_least=1, scale=0.15
    )


@claim(
    "cic.adam_walk",
    "Adam's updates preserve the coherence of the layers.",
    verdict="fails",
    instead=(
        "On the mean over runs they change both readings of C more than a random walk does that moves every layer"
        " equally far."
    ),
    vary={"target": (0.1, 0.3, 0.03), "hidden": (24, 16, 32), "examples": (100, 200)},
    judge="mean",
)
def adam_walk(seed: int, target: float = 0.1, hidden: int = 24, examples: int = 100) -> Measured:
    """Adam's change of the CKA of layers over the mean change of ten random walks; the smaller ratio of the two readings."""
    found = drift(seed, hidden, target, examples)
    return Measured(float((found.adam / found.walk).min()), "times the random walk's change", at_least=1.5)


@claim(
    "cic.adam_walk_matched",
    "That Adam changes the coherence of the layers more than a random walk only shows that it moves activations farther.",
    verdict="fails",
    instead=(
        "On the mean over runs it changes both readings of C more than a random walk, too, that moves what every layer"
        " computes equally far."
    ),
    vary={"target": (0.1, 0.3, 0.03), "hidden": (24, 16, 32), "examples": (100, 200)},
    judge="mean",
)
def adam_walk_matched(seed: int, target: float = 0.1, hidden: int = 24, examples: int = 100) -> Measured:
    """Adam's change of C over the mean change of ten such walks, on held-out images; the smaller ratio of the two readings."""
    found = drift(seed, hidden, target, examples)
    return Measured(float((found.adam / found.matched).min()), "times the random walk's change", at_least=1.3)
