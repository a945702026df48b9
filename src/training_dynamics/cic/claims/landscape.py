"""What the chapter asserts about the rows on mode connectivity and on double descent."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.cic.features import COUNTS, independent_peak, sweep
from training_dynamics.cic.paths import paths
from training_dynamics.cic.preregistration import PROXIES

VARIED = {"target": (0.1, 0.3, 0.03), "hidden": (24, 32, 48), "optimizer": ("gd", "adam")}


def gap(proxy: str, seed: int, target: float, hidden: int, optimizer: str) -> float:
    """A proxy in the middle of the curve of low loss, minus that in the middle of the line."""
    found = paths(seed, hidden, target, optimizer)
    return float((found.curve.middle - found.line.middle)[PROXIES.index(proxy)])


@claim(
    "cic.curve_total_correlation",
    "On a curve of low loss between two solutions Φ is larger than on the straight line.",
    verdict="holds-if",
    condition="Φ is read as total correlation (read as synergy it is smaller), and layers have 24 units or more",
    vary=VARIED,
)
def curve_total_correlation(seed: int, target: float = 0.1, hidden: int = 24, optimizer: str = "gd") -> Measured:
    """The smaller of the gains in total correlation and in redundancy halfway, nats a unit."""
    tc, synergy = (gap(name, seed, target, hidden, optimizer) for name in ("tc", "synergy"))
    return Measured(min(tc, -synergy), "nats a unit (smaller of two)", at_least=0, scale=0.03)


@claim(
    "cic.curve_sum",
    "F is higher on the curve only if each of its terms goes the lens's way.",
    verdict="fails",
    instead=(
        "With synergy for Φ, predictive entropy for H, λ = 1 and γ = 0 the sum F is higher on the curve, though its Φ is lower."
    ),
    vary=VARIED,
)
def curve_sum(seed: int, target: float = 0.1, hidden: int = 24, optimizer: str = "gd") -> Measured:
    """Synergy minus predictive entropy halfway on the curve, less the same halfway on the line."""
    phi, h = (gap(name, seed, target, hidden, optimizer) for name in ("synergy", "h_pred"))
    return Measured(phi - h, "nats", at_least=0, scale=0.2)


@claim(
    "cic.curve_entropy",
    "The curve that connects two solutions lies in a basin of low entropy H.",
    verdict="fails",
    instead="The entropy of the representation is higher on the curve than on the line; only the predictions are surer.",
    vary=VARIED,
)
def curve_entropy(seed: int, target: float = 0.1, hidden: int = 24, optimizer: str = "gd") -> Measured:
    """Differential entropy halfway on the curve minus that halfway on the line, nats a unit."""
    return Measured(gap("h_rep", seed, target, hidden, optimizer), "nats a unit", at_least=0, scale=0.2)


@claim(
    "cic.one_lambda",
    "Double descent peaks where dΦ/dH reaches the critical value λ.",
    verdict="fails",
    instead=(
        "At the peak for four times as many examples the slope is more than twice as large on the mean over runs: no λ"
        " serves both."
    ),
    vary={"counts": ((40, 160), (30, 120), (45, 180)), "around": ((0.8, 1.25), (0.5, 1.25), (0.5, 2.0))},
    judge="mean",
)
def one_lambda(
    seed: int, counts: tuple[int, int] = (COUNTS[0], COUNTS[2]), around: tuple[float, float] = (0.8, 1.25)
) -> Measured:
    """Slope of total correlation against log effective rank at as many features as examples: many examples over few."""
    few, many = (sweep(seed, n).slope(0, 3, *around) for n in counts)
    return Measured(many / few, "times the slope", at_least=2)


@claim(
    "cic.slope_by_definition",
    "Where Φ rises and H falls by an exchange rate λ ≥ 0, double descent is at its critical point.",
    verdict="fails",
    instead=(
        "With H the differential entropy the exchange rate is −1 by definition, but for changes of single variances:"
        " its mean over runs is near −1 at the peak and away from it."
    ),
    vary={"examples": (80, 40, 160), "place": ("at the peak", "below", "above")},
    judge="mean",
)
def slope_by_definition(seed: int, examples: int = 80, place: str = "at the peak") -> Measured:
    """Slope of total correlation against differential entropy, both a feature, near one place of the sweep."""
    pairs = {"at the peak": (0.8, 1.25), "below": (0.25, 0.8), "above": (1.25, 4.0)}
    return Measured(sweep(seed, examples).slope(0, 2, *pairs[place]), "nats a nat", at_least=-1.3, at_most=-0.7)


@claim(
    "cic.peak_without_integration",
    "Double descent is a transition in the balance of integration Φ and entropy H.",
    verdict="fails",
    instead="With independent features, which have Φ = 0 at every size, the test error has its peak at the same place.",
    vary={"examples": (40, 80), "noise": (0.5, 0.2)},
)
def peak_without_integration(seed: int, examples: int = 40, noise: float = 0.5) -> Measured:
    """Median excess risk at as many features as examples, over the larger one at half and at twice as many."""
    return Measured(independent_peak(seed, examples, noise), "times the neighbours'", at_least=2.5)
