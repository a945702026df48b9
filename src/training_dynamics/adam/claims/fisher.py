"""What the chapter on Adam asserts about Fisher matrices and about the Hessian's blocks."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.adam import fisher

COSINE = "of cosine"


def _cosine(seed: int, name: str, damping: float = 1e-4) -> float:
    return float(np.mean([fisher.cosines(seed, step, damping)[name] for step in fisher.STEPS]))


@claim(
    "adam.gauss_newton",
    "The Fisher matrix is the Gauss–Newton matrix.",
    source="martens2020new",
    verdict="holds-if",
    condition="The loss is the negative log-likelihood of an exponential family in its natural parameters, "
    "such as softmax cross-entropy.",
)
def gauss_newton(seed: int) -> Measured:
    """Relative difference of the two, each computed from its own definition, at step 50."""
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
)
def empirical_fisher(seed: int) -> Measured:
    """|F_empirical − F| / |F|, the smaller of the values at steps 50 and 400."""
    return Measured(min(fisher.empirical_gap(seed, step) for step in fisher.STEPS), "of |F|", at_least=0.2)


@claim(
    "adam.v_is_fisher",
    "Adam's v estimates the diagonal of the Fisher matrix.",
    source="kunstner2019limitations",
    verdict="fails",
    instead="It averages squares of minibatch means. With batches of 32 it is many times too small, and it depends "
    "on the batch size.",
)
def v_is_fisher(seed: int) -> Measured:
    """The trace of the Fisher matrix over the sum of E[g²] for batches of 32, at step 50."""
    return Measured(1 / fisher.second_moment_share(seed, 32), "× too small", at_least=15)


@claim(
    "adam.v_batch",
    "What Adam's v estimates is a property of the model and the data.",
    source="",
    verdict="fails",
    instead="It is a property of the batch size too: from batches of 8 to 128 it falls several times.",
)
def v_batch(seed: int) -> Measured:
    """The sum of E[g²] with batches of 8 over that with batches of 128, at the same parameters."""
    return Measured(fisher.second_moment_share(seed, 8) / fisher.second_moment_share(seed, 128), "×", at_least=4)


@claim(
    "adam.v_shape",
    "Up to a common factor, Adam's v is close to the diagonal of the Fisher matrix.",
    source="",
    verdict="holds-if",
    condition="Close means the direction of the whole vector, on this network with batches of 32; single entries may be several "
    "times off.",
)
def v_shape(seed: int) -> Measured:
    """1 minus the cosine of v and the Fisher diagonal, the larger of the values at steps 50 and 400."""
    return Measured(
        max(1 - fisher.shape_cosine(seed, step) for step in fisher.STEPS), "of cosine missing", at_most=0.25
    )


@claim(
    "adam.better_entries",
    "With the right entries a diagonal method would be close to the natural gradient.",
    source="",
    verdict="fails",
    instead="The exact Fisher diagonal does hardly better than Adam's √v: what is missing lies off the diagonal.",
)
def better_entries(seed: int) -> Measured:
    """Cosine with the natural step at damping 1e-4, the exact diagonal's minus Adam's; the mean of steps 50 and 400."""
    return Measured(_cosine(seed, "diagonal") - _cosine(seed, "adam"), COSINE, at_least=-0.1, at_most=0.1)


@claim(
    "adam.natural",
    "Adam approximates the natural gradient.",
    source="kunstner2019limitations",
    verdict="fails",
    instead="Its direction is a little closer to the natural one than the plain gradient's, and far from what K-FAC reaches.",
    judge="mean",
)
def natural(seed: int) -> Measured:
    """Cosine with the natural step at damping 1e-4, Adam's minus the gradient's; the mean of steps 50 and 400."""
    return Measured(_cosine(seed, "adam") - _cosine(seed, "gradient"), COSINE, at_least=-0.15, at_most=0.15)


@claim(
    "adam.natural_low",
    "Adam's step points roughly along the natural gradient.",
    source="kunstner2019limitations",
    verdict="fails",
    instead="With little damping the angle between them is large.",
)
def natural_low(seed: int) -> Measured:
    """Cosine of Adam's direction with the natural step at damping 1e-4; the mean of steps 50 and 400."""
    return Measured(_cosine(seed, "adam"), COSINE, at_most=0.5)


@claim(
    "adam.kfac",
    "K-FAC is much closer to the natural gradient than Adam is.",
    source="martens2015optimizing",
    verdict="holds",
)
def kfac(seed: int) -> Measured:
    """Cosine with the natural step at damping 1e-4, K-FAC's minus Adam's; the mean of steps 50 and 400."""
    return Measured(_cosine(seed, "kfac") - _cosine(seed, "adam"), COSINE, at_least=0.15)


@claim(
    "adam.block",
    "Exact blocks, one for each layer, are closer still than K-FAC.",
    source="martens2015optimizing",
    verdict="holds",
)
def block(seed: int) -> Measured:
    """Cosine with the natural step at damping 1e-4, the blocks' minus K-FAC's; the mean of steps 50 and 400."""
    return Measured(_cosine(seed, "block") - _cosine(seed, "kfac"), COSINE, at_least=0.08)


@claim(
    "adam.empirical_direction",
    "The whole empirical Fisher matrix, wrong labels and all, gives a better direction than the exact diagonal of the right one.",
    source="",
    verdict="holds-if",
    condition="The damping is moderate (λ = 0.01); at λ = 0.0001 some seeds show no gain.",
)
def empirical_direction(seed: int) -> Measured:
    """Cosine with the natural step at damping 0.01, the empirical matrix's minus the diagonal's; mean of steps 50 and 400."""
    gain = _cosine(seed, "empirical", 1e-2) - _cosine(seed, "diagonal", 1e-2)
    return Measured(gain, COSINE, at_least=0.1)


@claim(
    "adam.damping_flatters",
    "A high cosine with the natural gradient shows that a method approximates it.",
    source="",
    verdict="fails",
    instead="Damping alone makes it high: the plain gradient gains this much from λ = 1e-4 to λ = 1.",
)
def damping_flatters(seed: int) -> Measured:
    """Gain of the plain gradient's cosine from damping 1e-4 to damping 1; the mean of steps 50 and 400."""
    return Measured(_cosine(seed, "gradient", 1.0) - _cosine(seed, "gradient"), COSINE, at_least=0.3)


@claim(
    "adam.hessian_blocks",
    "Each unit's own block holds several times its even share of its layer's Hessian.",
    source="zhang2025adammini",
    verdict="holds",
)
def hessian_blocks(seed: int) -> Measured:
    """Share of a layer's squared entries inside the blocks over its even share; the least over layers and steps 0, 50, 400."""
    shares = [fisher.block_energy(seed, step) for step in (0, *fisher.STEPS)]
    return Measured(min(min(16 * hidden, 10 * output) for hidden, output in shares), "× an even share", at_least=3)


@claim(
    "adam.hessian_outside",
    "The Hessian of a layer is nearly block-diagonal, with one block for each unit.",
    source="",
    verdict="fails",
    instead="In the hidden layer a good part of the squared entries lies outside the units' blocks; at the start, most of them.",
)
def hessian_outside(seed: int) -> Measured:
    """Share of the hidden layer's squared entries outside the blocks; the least over steps 0, 50 and 400."""
    shares = [1 - fisher.block_energy(seed, step)[0] for step in (0, *fisher.STEPS)]
    return Measured(min(shares), "of the squared entries", at_least=0.2)
