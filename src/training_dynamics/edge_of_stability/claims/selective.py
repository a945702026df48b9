"""What the chapter asserts about who learns at the edge."""

from __future__ import annotations

from scipy.stats import pearsonr, spearmanr

from coursekit.claim import Measured, claim
from training_dynamics.edge_of_stability.selective import Branches, branches
from training_dynamics.edge_of_stability.training import GROUP, RATE, WIDTH, group

VARIED = {"steps": (100, 200, 300), "rate": (0.09, 0.1, 0.12), "width": (24, 32)}


def branches_of(seed: int, steps: int, rate: float, width: int) -> tuple[Branches, int]:
    """The branches that hold this seed, and its place in them."""
    return branches(group(seed)[0], rate, steps, width), seed % GROUP


@claim(
    "edge_of_stability.selective",
    "Beside leaving it from the same state, staying at the edge is better for some examples and worse for others.",
    source="kwag2026selective",
    verdict="holds",
    vary=VARIED,
)
def selective(seed: int, steps: int = 200, rate: float = RATE, width: int = WIDTH) -> Measured:
    """The share of examples with a smaller loss on the branch that stayed, both cooled."""
    found, row = branches_of(seed, steps, rate, width)
    return Measured(float((found.gain[row] > 0).mean()), "of the examples", at_least=0.05, at_most=0.95)


@claim(
    "edge_of_stability.selective_central",
    "Which examples gain from the edge, and how much, the central flow foretells.",
    source="cohen2025central",
    verdict="holds",
    vary=VARIED,
)
def selective_central(seed: int, steps: int = 200, rate: float = RATE, width: int = WIDTH) -> Measured:
    """The share of the gains' variance over examples that a line in the central flow's gains leaves over."""
    found, row = branches_of(seed, steps, rate, width)
    left = 1 - pearsonr(found.gain[row], found.foretold[row]).statistic ** 2
    return Measured(float(left), "of the variance is left over", at_most=0.15)


@claim(
    "edge_of_stability.selective_aligned",
    "The examples whose gradients lie along the top eigenvector are those that the edge changes most.",
    source="kwag2026selective",
    verdict="holds",
    judge="mean",
    vary=VARIED,
)
def selective_aligned(seed: int, steps: int = 200, rate: float = RATE, width: int = WIDTH) -> Measured:
    """Rank correlation, over examples, of the gradient's cosine with the size of the gain or loss."""
    found, row = branches_of(seed, steps, rate, width)
    return Measured(
        float(spearmanr(found.aligned[row], abs(found.gain[row])).statistic), "(correlation)", at_least=0.25
    )


@claim(
    "edge_of_stability.aligned_gain",
    "The better an example's gradient is aligned with the top eigenvector, the more it gains from the edge.",
    verdict="fails",
    instead=(
        "Alignment says how much the edge changes an example; on average over networks the better aligned gain less, or"
        " lose more."
    ),
    judge="mean",
    vary=VARIED,
)
def aligned_gain(seed: int, steps: int = 200, rate: float = RATE, width: int = WIDTH) -> Measured:
    """Rank correlation, over examples, of the gradient's cosine with the gain."""
    found, row = branches_of(seed, steps, rate, width)
    value = spearmanr(found.aligned[row], found.gain[row]).statistic
    return Measured(float(value), "(rank correlation)", at_most=0.0, scale=0.1)
