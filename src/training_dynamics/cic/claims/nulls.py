"""What the chapter asserts about the nulls of its rows, and a saying known to be true that goes through the same procedure."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.cic.control import aligned, climbed
from training_dynamics.cic.noise import batchnorm, dropout
from training_dynamics.cic.paths import paths
from training_dynamics.cic.preregistration import PROXIES


@claim(
    "cic.batchnorm_start",
    "That batch normalisation spreads the representation over more directions is a result of training.",
    verdict="fails",
    instead="Before any training the effective rank is higher with it already.",
    vary={"hidden": (24, 32, 48), "scale": (1.0, 0.5, 2.0)},
)
def batchnorm_start(seed: int, hidden: int = 24, scale: float = 1.0) -> Measured:
    """Logarithm of the effective rank with batch normalisation minus that without, before the first step, in nats."""
    return Measured(float(batchnorm(seed, hidden, 0.3, scale).before[PROXIES.index("log_rank")]), "nats", at_least=0.25)


@claim(
    "cic.dropout_shuffled",
    "That agreement and Φ rise together over the dropout rates shows that integration is what is learned.",
    verdict="fails",
    instead="With shuffled labels, where nothing general can be learned, they rise together, too, on the mean over runs.",
    vary={"steps": (400, 300), "hidden": (24, 32)},
    judge="mean",
)
def dropout_shuffled(seed: int, steps: int = 400, hidden: int = 24) -> Measured:
    """Rank correlation of agreement and total correlation over six rates, networks trained on shuffled labels."""
    found = dropout(seed, hidden, steps, shuffle=True).rank_correlations()[PROXIES.index("tc")]
    return Measured(found, "(rank correlation)", at_least=0.2)


@claim(
    "cic.curve_null",
    "Between untrained networks the line shows less than a third of what curve and line differ by between trained ones.",
    verdict="holds-if",
    condition="total correlation or the entropy of the predictions is read",
    vary={"target": (0.1, 0.3), "hidden": (24, 32)},
)
def curve_null(seed: int, target: float = 0.1, hidden: int = 24) -> Measured:
    """What curve and line differ by halfway, over what halfway and ends of an untrained line do: the smaller of two ratios."""
    found = paths(seed, hidden, target)
    places = [PROXIES.index(name) for name in ("tc", "h_pred")]
    gap, null = found.curve.middle - found.line.middle, found.untrained.ends - found.untrained.middle
    return Measured(float((gap / null).abs()[places].min()), "times the null", at_least=3)


@claim(
    "cic.control",
    "On the mean over runs, training aligns the last hidden layer with the labels of images that it has not seen.",
    verdict="holds",
    judge="mean",
    vary={"target": (0.1, 0.3, 0.03), "hidden": (24, 16, 32), "optimizer": ("gd", "adam")},
)
def control(seed: int, target: float = 0.1, hidden: int = 24, optimizer: str = "gd") -> Measured:
    """Rise of the CKA with the labels, less the largest of 0 and both nulls' rises: shuffled labels, random walks as long."""
    found = aligned(seed, hidden, target, optimizer)
    return Measured(found.trained - max(found.shuffled, found.walk, 0.0), "more than the nulls", at_least=0, scale=0.03)


@claim(
    "cic.control_climbed",
    "A network that maximises the alignment of its last hidden layer with the labels learns.",
    verdict="holds",
    vary={"steps": (100, 50, 200), "hidden": (24, 32)},
)
def control_climbed(seed: int, steps: int = 100, hidden: int = 24) -> Measured:
    """Held-out accuracy of a linear probe after climbing the alignment minus that before."""
    before, after = climbed(seed, hidden, steps)
    return Measured(after - before, "in accuracy", at_least=0.05)
