"""What the chapter asserts about late generalisation where it can be computed, and about silent alignment."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.emergence.lazy import path
from training_dynamics.emergence.linear import delay, regression
from training_dynamics.emergence.silent import turning


@claim(
    "emergence.ridge_delay",
    "Linear regression from a large start groks, and its delay is the logarithm of a length over rate times decay.",
    source="xu2026grok",
    verdict="holds-if",
    condition=(
        "there are at most seven examples for ten inputs, the teacher lies in their span, and the start is long beside it"
    ),
    vary={"decay": (1e-4, 1e-3, 1e-2), "start": (5.0, 10.0, 30.0), "n": (50, 70)},
)
def ridge_delay(seed: int, decay: float = 1e-3, start: float = 10.0, n: int = 50) -> Measured:
    """Step at which the test error is a tenth, over the formula's; training error is a hundredth hundreds of times earlier."""
    curves = regression(seed, n, 100, decay, start=start, steps=1e3 / decay)
    expected = delay(start * (1 - n / 100) ** 0.5, 0.1**0.5, 0.1, decay)
    return Measured(curves.first("test", 0.1) / expected, "of the formula", at_least=0.9, at_most=1.1)


@claim(
    "emergence.needs_decay",
    "Grokking needs weight decay.",
    source="levi2024grokking",
    verdict="fails",
    instead=(
        "Linear regression with barely more examples than inputs does it without: directions in which inputs hardly "
        "vary count little in the training error and fully in the test error, and are learned last."
    ),
    vary={"examples": (1.05, 1.1), "d": (100, 200, 300)},
)
def needs_decay(seed: int, examples: float = 1.1, d: int = 200) -> Measured:
    """Step at which the distance to the teacher is a hundredth, over that of the training error; no decay."""
    curves = regression(seed, round(examples * d), d, 0.0, steps=1e7)
    return Measured(curves.first("test", 0.01) / curves.first("train", 0.01), "times later", at_least=5)


@claim(
    "emergence.lazy_clock",
    "A network that starts lazy becomes rich when decay has used up its scale: twice the start, ln 2 over the decay later.",
    source="lyu2024dichotomy",
    verdict="holds",
    vary={"alpha": (2.0, 4.0, 8.0), "decay": (0.02, 0.05), "n": (20, 25)},
)
def lazy_clock(seed: int, alpha: float = 4.0, decay: float = 0.02, n: int = 20) -> Measured:
    """How much later the test error is a tenth from twice the start, times decay, over ln 2."""
    once, twice = (path(seed, a, decay, n).first("test", 0.1) for a in (alpha, 2 * alpha))
    return Measured((twice - once) / 0.6931471805599453, "of ln 2 / decay", at_least=0.9, at_most=1.1)


@claim(
    "emergence.one_drift",
    "Once the examples fit, a network with half the decay takes the same path in twice the time.",
    source="boursier2025theoretical",
    verdict="holds-if",
    condition="the decay is small, so that the examples stay fitted",
    vary={"decay": (0.02, 0.05), "alpha": (2.0, 4.0, 8.0), "n": (20, 25)},
)
def one_drift(seed: int, decay: float = 0.02, alpha: float = 4.0, n: int = 20) -> Measured:
    """Largest difference of the test errors of the two at the same decay times time, from 0.5 on; they fall from a half."""
    whole, half = path(seed, alpha, decay, n), path(seed, alpha, decay / 2, n)
    apart = abs(whole.test - half.test)[whole.times >= 0.5]
    return Measured(float(apart.max()), "(error)", at_most=0.05)


@claim(
    "emergence.silent",
    "While the loss stands still, nothing is learned.",
    source="atanasov2022neural",
    verdict="fails",
    instead=(
        "From a small start (a hundredth of the usual or less) the kernel of a linear network does nearly all "
        "of its turning before the loss falls by a tenth."
    ),
    vary={"scale": (1e-3, 1e-2), "inputs": (10, 20)},
)
def silent(seed: int, scale: float = 1e-3, inputs: int = 10) -> Measured:
    """The part of the kernel's turning that is still to come when the loss has lost a tenth."""
    return Measured(1 - turning(seed, scale, inputs).turned(), "still to come", at_most=0.05)


@claim(
    "emergence.loud",
    "Features form before the loss falls.",
    source="atanasov2022neural",
    verdict="fails",
    instead="Only from a small start. From a large one the kernel has not begun to turn when the loss has lost a tenth.",
    vary={"scale": (1.0, 2.0), "inputs": (10, 20)},
)
def loud(seed: int, scale: float = 1.0, inputs: int = 10) -> Measured:
    """The part of the kernel's turning that has happened when the loss has lost a tenth, from a large start."""
    return Measured(turning(seed, scale, inputs).turned(), "of the turning", at_most=0.3, scale=0.1)
