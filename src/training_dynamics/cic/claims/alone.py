"""What the chapter asserts about the loss as the plainer account of the row on curves."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.cic.alone import alone
from training_dynamics.cic.preregistration import PROXIES


@claim(
    "cic.curve_alone",
    "That Φ is higher and predictions are surer on a curve of low loss shows a basin that connects both solutions.",
    verdict="fails",
    instead=(
        "The middle of the straight line, trained alone to the same loss, shows most of both differences, on the mean"
        " over runs: no curve is needed."
    ),
    vary={"hidden": (24, 32, 48), "target": (0.1, 0.3), "optimizer": ("adam", "gd")},
    judge="mean",
)
def curve_alone(seed: int, hidden: int = 24, target: float = 0.1, optimizer: str = "adam") -> Measured:
    """What it gains over what the curve's middle does: total correlation or predictive entropy, the smaller share."""
    found = alone(seed, hidden, target, optimizer)
    places = [PROXIES.index(name) for name in ("tc", "h_pred")]
    return Measured(float((found.alone / found.curve)[places].min()), "of the curve's gain", at_least=0.5)
