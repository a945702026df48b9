"""What the chapter on implicit regularization asserts about separable data."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.implicit_regularization import directions, margin, steepest


@claim(
    "implicit_regularization.log_time",
    "Gradient flow on separable logistic loss grows like the hard-margin SVM solution times log t.",
    source="soudry2018implicit",
    verdict="holds",
    vary={"n": (40, 80), "d": (10, 20)},
)
def log_time(seed: int, n: int = 40, d: int = 10) -> Measured:
    """Growth of w per unit of log t, between log t = 60 and 120, against the SVM solution: relative error."""
    return Measured(margin.log_time_path(seed, n, d).increment_error, "of its norm", at_most=0.025)


@claim(
    "implicit_regularization.log_time_direction",
    "At log t = 120 its direction is nearly the maximum-margin direction, to which it converges.",
    source="soudry2018implicit",
    verdict="holds",
    vary={"n": (40, 80), "d": (10, 20)},
)
def log_time_direction(seed: int, n: int = 40, d: int = 10) -> Measured:
    """One minus the cosine between w at log t = 120 and the SVM solution."""
    path = margin.log_time_path(seed, n, d)
    return Measured(1 - margin.cosine(path.weights[-1], path.separator.w), "(1 − cosine)", at_most=1e-3)


@claim(
    "implicit_regularization.support_offset",
    "Each support vector's margin runs behind log t by the logarithm of its SVM multiplier.",
    source="soudry2018implicit",
    verdict="holds",
)
def support_offset(seed: int) -> Measured:
    """The largest gap, over support vectors, between ``z . w - log t`` and ``-log alpha``, at log t = 10,000."""
    return Measured(margin.log_time_path(seed, last=10_000.0).support_offset_error, "", at_most=1e-4)


@claim(
    "implicit_regularization.margin_rate",
    "Late, the missing share of the margin is a constant over log t, and the SVM multipliers give the constant.",
    source="soudry2018implicit",
    verdict="holds",
)
def margin_rate(seed: int) -> Measured:
    """The missing margin times log t at log t = 10,000, against ``Separator.shortfall_constant``: relative error."""
    path = margin.log_time_path(seed, last=10_000.0)
    found = path.taus[-1] * path.shortfalls[-1]
    return Measured(abs(found / path.separator.shortfall_constant - 1), "off the constant, relatively", at_most=0.01)


@claim(
    "implicit_regularization.margin_in_practice",
    "Gradient descent reaches the maximum margin in practice.",
    source="soudry2018implicit",
    verdict="fails",
    instead="After 200,000 full-batch steps, with the loss near zero, the margin is still some per cent short.",
    vary={"n": (40, 80), "d": (10, 20)},
)
def margin_in_practice(seed: int, n: int = 40, d: int = 10) -> Measured:
    """One minus the margin ratio after 200,000 steps of gradient descent."""
    return Measured(margin.descent_shortfall(seed, n=n, d=d)[0], "of the margin missing", at_least=0.02)


@claim(
    "implicit_regularization.normalised",
    "To halve what is missing of the margin, one has to square the number of steps.",
    source="nacson2019convergence, ji2021characterizing",
    verdict="fails",
    instead="True of steps of constant size. With steps in proportion to 1/loss, ten times as many leave about a tenth, on the "
    "mean over data sets.",
    judge="mean",
    vary={"steps": (2000, 6000), "n": (40, 80), "d": (10, 20)},
)
def normalised(seed: int, steps: int = 2000, n: int = 40, d: int = 10) -> Measured:
    """Missing margin after ``steps`` steps in proportion to 1/loss, over that after ten times as many."""
    early, late = (margin.normalised_shortfall(seed, k, n, d) for k in (steps, 10 * steps))
    return Measured(early / late, "× less is missing", at_least=5)


@claim(
    "implicit_regularization.normalised_beats",
    "20,000 steps in proportion to 1/loss come several times closer to the largest margin than 200,000 constant ones.",
    source="nacson2019convergence, ji2021characterizing",
    verdict="holds-if",
    condition="mean over data sets; where the largest margin is small beside the inputs, the lead is small",
    vary={"n": (40, 80), "d": (10, 20)},
    judge="mean",
)
def normalised_beats(seed: int, n: int = 40, d: int = 10) -> Measured:
    """Missing margin of the constant steps over that of the others."""
    constant = margin.descent_shortfall(seed, n=n, d=d)[0]
    return Measured(constant / margin.normalised_shortfall(seed, 20_000, n, d), "× less is missing", at_least=2)


@claim(
    "implicit_regularization.own_norm",
    "The share of the largest margin of its own norm that steepest descent misses is at most log n over that margin and length.",
    source="gunasekar2018geometry",
    verdict="holds-if",
    condition="steps are small beside the inverse of the margin; here in ℓ1, ℓ2 and ℓ∞, on the exponential loss",
    vary={"n": (40, 80), "d": (10, 20), "length": (0.0025, 0.005)},
)
def own_norm(seed: int, n: int = 40, d: int = 10, length: float = 0.005) -> Measured:
    """The missing share over log n / (margin times length), the largest of three norms, after 40,000 steps."""
    found = steepest.descend(seed, n, d, length=length)
    return Measured(float((np.diag(found.missing) / found.bound).max()), "of the bound", at_most=1)


@claim(
    "implicit_regularization.other_norm",
    "The margin that a steepest descent makes largest is the margin, in whatever norm one measures.",
    source="gunasekar2018geometry",
    verdict="fails",
    instead=(
        "Of the largest margins of the two other norms it misses several times as much, on the mean over data sets. (With "
        "many examples in few dimensions the three separators are nearly one.)"
    ),
    vary={"n": (20, 40), "d": (10, 20), "length": (0.0025, 0.005)},
    judge="mean",
)
def other_norm(seed: int, n: int = 40, d: int = 10, length: float = 0.005) -> Measured:
    """Mean missing share of the margins of other norms over that of the own one; ℓ1, ℓ2 and ℓ∞."""
    missing = steepest.descend(seed, n, d, length=length).missing
    own = float(np.diag(missing).mean())
    return Measured(float((missing.sum() - 3 * own) / 6 / own), "times as much", at_least=1.5)


@claim(
    "implicit_regularization.adam_linf_margin",
    "On separable data full-batch Adam goes to the ℓ∞ maximum-margin direction.",
    source="zhang2024adam",
    verdict="holds-if",
    condition="Adam's ε stays negligible beside the gradients, and the learning rate decays.",
    vary={"steps": (4000, 12_000), "easy": (6, 12)},
)
def adam_linf_margin(seed: int, steps: int = 4000, easy: int = 6) -> Measured:
    """One minus Adam's cosine to the l-infinity separator, with eps = 0."""
    return Measured(1 - directions.directions_found(seed, steps, easy=easy)["adam"].linf, "(1 − cosine)", at_most=0.01)


@claim(
    "implicit_regularization.adam_eps",
    "Adam's ε only guards against division by zero.",
    source="zhang2024adam",
    verdict="fails",
    instead="With ε above the gradients Adam ends nearer to the ℓ2 direction, as gradient descent does: ε chooses the geometry.",
    vary={"steps": (4000, 12_000), "easy": (6, 12)},
)
def adam_eps(seed: int, steps: int = 4000, easy: int = 6) -> Measured:
    """One minus the cosine of Adam with an eps above the gradients to the l2 separator, over its distance to the other one."""
    found = directions.directions_found(seed, steps, easy=easy)["adam-large"]
    return Measured((1 - found.l2) / (1 - found.linf), "of the distance to ℓ∞", at_most=0.45)


@claim(
    "implicit_regularization.adam_usual_eps",
    "At its usual value Adam's ε is too small to matter.",
    source="zhang2024adam",
    verdict="fails",
    instead="Gradients fall below 10⁻⁸ soon: Adam stays many times farther from the ℓ∞ separator than without ε.",
    vary={"steps": (4000, 12_000), "easy": (6, 12)},
)
def adam_usual_eps(seed: int, steps: int = 4000, easy: int = 6) -> Measured:
    """Adam's distance to the l-infinity separator with eps = 1e-8 over that with eps = 0; beta2 is 0.9."""
    usual, none = (directions.adam_distance(seed, eps, steps=steps, easy=easy) for eps in (1e-8, 0.0))
    return Measured(usual / none, "times as far", at_least=10)


@claim(
    "implicit_regularization.adam_memory",
    "With the usual β₂ = 0.999 runs of some thousand steps do not come as close to the ℓ∞ separator as with 0.9.",
    verdict="holds",
    vary={"steps": (4000, 12_000), "easy": (6, 12)},
)
def adam_memory(seed: int, steps: int = 4000, easy: int = 6) -> Measured:
    """Adam's distance to the l-infinity separator with beta2 = 0.999 over that with 0.9, both with eps = 0."""
    long, short = (directions.adam_distance(seed, 0.0, beta2, steps, easy) for beta2 in (0.999, 0.9))
    return Measured(long / short, "times as far", at_least=5)


@claim(
    "implicit_regularization.first_step_elsewhere",
    "On these data the first gradient step points far away from both separators.",
    source="",
    verdict="holds",
    vary={"easy": (6, 12)},
)
def first_step_elsewhere(seed: int, easy: int = 6) -> Measured:
    """One minus the larger cosine of the first gradient step with the two separators."""
    found = directions.directions_found(seed, 4000, easy=easy)["first"]
    return Measured(1 - max(found.l2, found.linf), "(1 − cosine)", at_least=0.13)
