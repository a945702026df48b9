"""What the chapter on Adam asserts about Fisher matrices and about the Hessian's blocks."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.adam import fisher

COSINE = ""
SHARE = "of the attainable decrease"
EARLY = fisher.STEPS[0]
VARIED: dict[str, tuple[object, ...]] = {"late": (400, 1600), "hidden": (16, 32)}


def _cosine(seed: int, name: str, late: int, hidden: int, damping: float = 1e-4) -> float:
    return float(np.mean([fisher.cosines(seed, step, damping, hidden)[name] for step in (EARLY, late)]))


def _shares(seed: int, name: str, late: int, hidden: int) -> list[float]:
    return [fisher.shares(seed, step, 1e-4, hidden)[name] for step in (EARLY, late)]


@claim(
    "adam.gauss_newton",
    "The Fisher matrix is the Gauss–Newton matrix.",
    source="martens2020new",
    verdict="holds-if",
    condition="The loss is the negative log-likelihood of an exponential family in its natural parameters, "
    "such as softmax cross-entropy.",
)
def gauss_newton(seed: int) -> Measured:
    """Relative difference of the two, each computed from its own definition."""
    s = fisher.snapshots(seed)[50]
    true = fisher.curvatures(seed, 50).fisher
    gap = np.linalg.norm(s.network.gauss_newton(s.theta) - true) / np.linalg.norm(true)
    return Measured(float(gap), "relative error", at_most=1e-12)


@claim(
    "adam.monte_carlo",
    "Labels sampled from the model estimate the Fisher matrix, with an error that falls like 1/√(samples).",
    source="kunstner2019limitations",
    verdict="holds",
)
def monte_carlo(seed: int) -> Measured:
    """The error with 1 label per example over that with 25; the law says 5."""
    gaps = fisher.monte_carlo_gaps(seed)
    return Measured(gaps[1] / gaps[25], "× the error", at_least=3.5, at_most=6.5)


@claim(
    "adam.empirical_fisher",
    "The empirical Fisher matrix is (nearly) the Fisher matrix.",
    source="kunstner2019limitations",
    verdict="fails",
    instead="They differ by a large part of their size; with the given labels nothing makes the residual's second moment right.",
    vary=VARIED,
)
def empirical_fisher(seed: int, late: int = 400, hidden: int = 16) -> Measured:
    """|F_empirical − F| / |F|, the smaller of the values at the two steps."""
    return Measured(min(fisher.empirical_gap(seed, step, hidden) for step in (EARLY, late)), "of |F|", at_least=0.2)


@claim(
    "adam.v_is_fisher",
    "Adam's v estimates the diagonal of the Fisher matrix.",
    said_by="kingma2015adam",
    source="kunstner2019limitations",
    verdict="fails",
    instead="It averages squares of minibatch means. With batches of 32 it is many times too small, and it depends "
    "on the batch size.",
    vary={"step": (50, 400), "hidden": (16, 32)},
)
def v_is_fisher(seed: int, step: int = 50, hidden: int = 16) -> Measured:
    """The trace of the Fisher matrix over the sum of E[g²] for batches of 32."""
    return Measured(1 / fisher.second_moment_share(seed, 32, step, hidden), "× too small", at_least=15)


@claim(
    "adam.v_batch",
    "What Adam's v estimates is a property of the model and the data.",
    source="",
    verdict="fails",
    instead="It is a property of the batch size too: from batches of 8 to 128 it falls several times.",
    vary={"step": (50, 400), "hidden": (16, 32)},
)
def v_batch(seed: int, step: int = 50, hidden: int = 16) -> Measured:
    """The sum of E[g²] with batches of 8 over that with batches of 128, at the same parameters."""
    small, large = (fisher.second_moment_share(seed, batch, step, hidden) for batch in (8, 128))
    return Measured(small / large, "×", at_least=4)


@claim(
    "adam.v_shape",
    "Up to a common factor, Adam's v is close to the diagonal of the Fisher matrix.",
    source="",
    verdict="holds-if",
    condition="Close means that the logarithms are correlated over the parameters, on this network with batches of 32; single "
    "entries may be several times off.",
    vary=VARIED,
)
def v_shape(seed: int, late: int = 400, hidden: int = 16) -> Measured:
    """1 minus the correlation of log v and the log of the Fisher diagonal, the larger of the values at the two steps."""
    worst = max(1 - fisher.shape_correlation(seed, step, hidden) for step in (EARLY, late))
    return Measured(worst, "of correlation missing", at_most=0.12)


@claim(
    "adam.better_entries",
    "With the right entries a diagonal method would be close to the natural gradient.",
    source="",
    verdict="fails",
    instead="The exact Fisher diagonal, too, reaches only a part of the decrease that the natural step does.",
    vary=VARIED,
)
def better_entries(seed: int, late: int = 400, hidden: int = 16) -> Measured:
    """Share of the natural step's decrease that the exact diagonal reaches, damping 1e-4; the larger of the two steps."""
    return Measured(max(_shares(seed, "diagonal", late, hidden)), SHARE, at_most=0.7)


@claim(
    "adam.right_entries",
    "The exact Fisher diagonal, without a root, is a better preconditioner than Adam's √v.",
    source="",
    verdict="holds-if",
    condition="Early in training (step 50), measured in the Fisher metric; the Euclidean cosine does not see it.",
    vary={"step": (50, 25), "hidden": (16, 32)},
)
def right_entries(seed: int, step: int = 50, hidden: int = 16) -> Measured:
    """Share of the natural step's decrease, the exact diagonal's over Adam's, at damping 1e-4."""
    found = fisher.shares(seed, step, 1e-4, hidden)
    return Measured(found["diagonal"] / found["adam"], "× the share", at_least=1.3)


@claim(
    "adam.natural",
    "Adam approximates the natural gradient.",
    source="kunstner2019limitations",
    verdict="fails",
    instead="At its best length its step reaches less than two fifths of the decrease that the natural step does.",
    vary=VARIED,
)
def natural(seed: int, late: int = 400, hidden: int = 16) -> Measured:
    """Share of the natural step's decrease that Adam's direction reaches, damping 1e-4; the larger of the two steps."""
    return Measured(max(_shares(seed, "adam", late, hidden)), SHARE, at_most=0.4)


@claim(
    "adam.hardly_closer",
    "On the mean over runs dividing by Adam's √v brings the gradient hardly closer to the natural step.",
    source="kunstner2019limitations",
    verdict="holds",
    vary=VARIED,
    judge="mean",
)
def hardly_closer(seed: int, late: int = 400, hidden: int = 16) -> Measured:
    """Share of the natural step's decrease, Adam's direction less the plain gradient's, damping 1e-4; the larger of the two."""
    shares = zip(_shares(seed, "adam", late, hidden), _shares(seed, "gradient", late, hidden))
    return Measured(max(ours - plain for ours, plain in shares), SHARE, at_most=0.1, scale=0.03)


@claim(
    "adam.natural_low",
    "Adam's step points roughly along the natural gradient.",
    source="kunstner2019limitations",
    verdict="fails",
    instead="With little damping the two directions are far apart.",
    vary=VARIED,
)
def natural_low(seed: int, late: int = 400, hidden: int = 16) -> Measured:
    """Cosine of Adam's direction with the natural step at damping 1e-4; the mean of the two steps."""
    return Measured(_cosine(seed, "adam", late, hidden), COSINE, at_most=0.5)


@claim(
    "adam.kfac",
    "K-FAC is much closer to the natural gradient than Adam is.",
    source="martens2015optimizing",
    verdict="holds",
    vary=VARIED,
)
def kfac(seed: int, late: int = 400, hidden: int = 16) -> Measured:
    """Share of the natural step's decrease at damping 1e-4, K-FAC's over Adam's; the lesser of the two steps."""
    pairs = zip(_shares(seed, "kfac", late, hidden), _shares(seed, "adam", late, hidden))
    return Measured(min(kfac / adam for kfac, adam in pairs), "× the share", at_least=1.5)


@claim(
    "adam.block",
    "Exact blocks, one for each layer, are closer still than K-FAC.",
    source="martens2015optimizing",
    verdict="holds",
    vary=VARIED,
)
def block(seed: int, late: int = 400, hidden: int = 16) -> Measured:
    """What is missing from the natural step's decrease, K-FAC's over the blocks'; the lesser of the two steps."""
    pairs = zip(_shares(seed, "kfac", late, hidden), _shares(seed, "block", late, hidden))
    return Measured(min((1 - kfac) / (1 - block) for kfac, block in pairs), "× what the blocks miss", at_least=1.3)


@claim(
    "adam.empirical_direction",
    "The whole empirical Fisher matrix, wrong labels and all, gives a better direction than the exact diagonal of the right one.",
    source="",
    verdict="holds-if",
    condition="The damping is moderate (λ = 0.01); at λ = 0.0001 some seeds show no gain.",
    vary=VARIED,
)
def empirical_direction(seed: int, late: int = 400, hidden: int = 16) -> Measured:
    """Cosine with the natural step at damping 0.01, the empirical matrix's minus the diagonal's; mean of the two steps."""
    gain = _cosine(seed, "empirical", late, hidden, 1e-2) - _cosine(seed, "diagonal", late, hidden, 1e-2)
    return Measured(gain, COSINE, at_least=0.1)


@claim(
    "adam.damping_flatters",
    "A high cosine with the natural gradient shows that a method approximates it.",
    source="",
    verdict="fails",
    instead="Damping alone makes it high: the plain gradient gains this much from λ = 1e-4 to λ = 1.",
    vary=VARIED,
)
def damping_flatters(seed: int, late: int = 400, hidden: int = 16) -> Measured:
    """Gain of the plain gradient's cosine from damping 1e-4 to damping 1; the mean of the two steps."""
    gain = _cosine(seed, "gradient", late, hidden, 1.0) - _cosine(seed, "gradient", late, hidden)
    return Measured(gain, COSINE, at_least=0.3)


@claim(
    "adam.hessian_blocks",
    "Each unit's own block holds several times its even share of its layer's Hessian.",
    source="zhang2025adammini",
    verdict="holds",
    vary=VARIED,
)
def hessian_blocks(seed: int, late: int = 400, hidden: int = 16) -> Measured:
    """Share of a layer's squared entries inside the blocks over its even share; the least over layers, start and steps."""
    shares = [fisher.block_energy(seed, step, hidden) for step in (0, EARLY, late)]
    return Measured(min(min(hidden * first, 10 * second) for first, second in shares), "× an even share", at_least=3)


@claim(
    "adam.hessian_outside",
    "The Hessian of a layer is nearly block-diagonal, with one block for each unit.",
    said_by="zhang2025adammini",
    source="dong2025hessian",
    verdict="fails",
    instead="In the hidden layer a good part of the squared entries lies outside the units' blocks; at the start, most of them.",
    vary=VARIED,
)
def hessian_outside(seed: int, late: int = 400, hidden: int = 16) -> Measured:
    """Share of the hidden layer's squared entries outside the blocks; the least over the start and the two steps."""
    shares = [1 - fisher.block_energy(seed, step, hidden)[0] for step in (0, EARLY, late)]
    return Measured(min(shares), "of the squared entries", at_least=0.2)
