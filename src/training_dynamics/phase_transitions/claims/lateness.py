"""What the chapter asserts about late generalisation in a wide network, as it passes from lazy to rich."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.phase_transitions.lateness import fit, kept_kernel


@claim(
    "phase_transitions.lazier_later",
    "The lazier a wide network, the later it generalises after it has fitted its examples, without any decay.",
    source="kumar2024grokking",
    verdict="holds-if",
    condition="the features are needed: 12 to 14 examples for each input, fewer than the terms of a quadratic rule",
    judge="mean",
    vary={"width": (300, 900), "examples": (500, 550)},
)
def lazier_later(seed: int, width: int = 300, examples: int = 500) -> Measured:
    """Step of a tenth of the test error over that of a twentieth of the training error: at scale 1/8, over that at 1/4."""
    lazy, rich = (fit(seed, gamma, width, examples).late for gamma in (1 / 8, 1 / 4))
    return Measured(lazy / rich, "times as late", at_least=1.3, scale=0.15)


@claim(
    "phase_transitions.late_alone",
    "A lazy wide network generalises late: clearly after it has fitted its examples.",
    source="kumar2024grokking",
    verdict="holds-if",
    condition="500 to 550 examples: the more there are, the less late it is",
    judge="mean",
    vary={"width": (300, 450), "examples": (500, 550)},
)
def late_alone(seed: int, width: int = 300, examples: int = 500) -> Measured:
    """Step of a tenth of the test error over that of a twentieth of the training error, at scale 1/8."""
    return Measured(
        fit(seed, 1 / 8, width, examples).late, "times the steps of the fit", at_least=1.4, at_most=5, scale=0.2
    )


@claim(
    "phase_transitions.lazy_limit",
    "With the kernel of its start a wide network gets a part of the rule, and never all of it.",
    verdict="holds-if",
    condition="500 to 600 examples, fewer than the 820 terms of the rule",
    vary={"examples": (500, 600)},
)
def lazy_limit(seed: int, examples: int = 500) -> Measured:
    """Least test error at any time of gradient flow with that kernel; generalised means a tenth."""
    return Measured(kept_kernel(seed, examples), "of answering zero", at_least=0.2, at_most=0.9)


@claim(
    "phase_transitions.wrong_when_fitted",
    "The lazier it is, the more is wrong on unseen examples when those trained on are fitted.",
    source="kumar2024grokking",
    verdict="holds",
    vary={"width": (300, 900), "examples": (500, 600)},
)
def wrong_when_fitted(seed: int, width: int = 300, examples: int = 500) -> Measured:
    """Smaller one of two rises of the test error at that step, from scale 1/4 to 1/8 and to 1/16."""
    fits = [fit(seed, gamma, width, examples) for gamma in (1 / 4, 1 / 8, 1 / 16)]
    wrong = [float(one.test[one.fitted]) for one in fits]
    return Measured(min(b - a for a, b in zip(wrong, wrong[1:])), "of answering zero", at_least=0.03)


@claim(
    "phase_transitions.lazier_less_aligned",
    "In the end the units of the lazier network have turned less towards the teacher.",
    source="kumar2024grokking",
    verdict="holds",
    vary={"width": (300, 900), "examples": (500, 600), "steps": (1000, 3000)},
)
def lazier_less_aligned(seed: int, width: int = 300, examples: int = 500, steps: int = 1000) -> Measured:
    """Alignment of the units at the end, larger one of two ratios: scale 1/8 over 1/4, and 1/16 over 1/8."""
    ends = [float(fit(seed, gamma, width, examples, steps).alignment[-1]) for gamma in (1 / 4, 1 / 8, 1 / 16)]
    return Measured(max(b / a for a, b in zip(ends, ends[1:])), "of the alignment", at_most=0.85)


@claim(
    "phase_transitions.late_at_any_width",
    "A wider network generalises sooner after the fit.",
    verdict="fails",
    instead="The delay is set by the scale of the output: with four times the width it is about as long.",
    vary={"gamma": (0.125, 0.15), "examples": (500, 600)},
)
def late_at_any_width(seed: int, gamma: float = 0.125, examples: int = 500) -> Measured:
    """How late at width 600 over how late at width 150."""
    wide, narrow = (fit(seed, gamma, width, examples).late for width in (600, 150))
    return Measured(wide / narrow, "times as late", at_least=0.75, at_most=1.35, scale=0.1)


@claim(
    "phase_transitions.too_lazy",
    "A lazy network that has fitted its examples generalises if one waits.",
    verdict="fails",
    instead="If it is lazy enough, the examples are fitted before its units have turned. Then little is left to turn them, and "
    "for as long as we trained much stayed wrong.",
    source="kumar2024grokking",
    vary={"steps": (1000, 3000), "width": (300, 900)},
)
def too_lazy(seed: int, steps: int = 1000, width: int = 300) -> Measured:
    """Test error at the end at scale 1/32, relative to answering zero."""
    return Measured(float(fit(seed, 1 / 32, width, steps=steps).test[-1]), "of answering zero", at_least=0.12)


@claim(
    "phase_transitions.lazy_stops",
    "After the fit the units of a lazy network all but stop turning, though not all that is unseen is right.",
    verdict="holds",
    vary={"gamma": (1 / 32, 1 / 64), "width": (300, 600)},
)
def lazy_stops(seed: int, gamma: float = 1 / 32, width: int = 300) -> Measured:
    """Gain in alignment from step 2000 to 3000 over that from 0 to 1000; the fit is within the first thousand."""
    turned = fit(seed, gamma, width, steps=3000).alignment[::100]
    return Measured(float((turned[3] - turned[2]) / (turned[1] - turned[0])), "of the first gain", at_most=0.15)
