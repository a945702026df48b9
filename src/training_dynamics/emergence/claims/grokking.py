"""What the chapter asserts about modular addition."""

from __future__ import annotations

import math

from coursekit.claim import Measured, claim
from training_dynamics.emergence.addition import ablate, learn


@claim(
    "emergence.delayed",
    "A small network learns to add modulo p on pairs it has never seen, long after it knows all it was trained on.",
    source="gromov2023grokking",
    verdict="holds-if",
    condition=(
        "weights decay, by no more than 1, there are 128 hidden units or more, and the training set is just large enough "
        "(half to three fifths of the pairs)"
    ),
    vary={"p": (19, 23), "decay": (0.3, 1.0), "fraction": (0.5, 0.6), "hidden": (128, 192)},
)
def delayed(seed: int, p: int = 23, decay: float = 1.0, fraction: float = 0.6, hidden: int = 128) -> Measured:
    """Step of 95 % test accuracy over step of 99 % training accuracy, both read at every step."""
    run = learn(seed, p=p, decay=decay, fraction=fraction, hidden=hidden, every=1)
    return Measured(run.generalised / run.memorised, "times later", at_least=5, scale=0.6)


@claim(
    "emergence.memorised_soon",
    "All trained sums are right after some tens of steps.",
    source="gromov2023grokking",
    verdict="holds",
    vary={"p": (19, 23), "hidden": (128, 192)},
)
def memorised_soon(seed: int, p: int = 23, hidden: int = 128) -> Measured:
    """Step of 99 % training accuracy, on three fifths of the pairs with a decay of 1."""
    return Measured(learn(seed, p=p, hidden=hidden).memorised, "steps", at_most=40)


@claim(
    "emergence.rule_later",
    "With weight decay the unseen sums are right after one to three hundred steps.",
    source="gromov2023grokking",
    verdict="holds-if",
    condition="the modulus is 23 (some runs modulo 19 take longer, larger tables are sooner) and the start is not larger",
    vary={"hidden": (128, 192, 256), "scale": (0.8, 1.0)},
)
def rule_later(seed: int, hidden: int = 128, scale: float = 1.0) -> Measured:
    """Step of 95 % test accuracy, on three fifths of the pairs with a decay of 1."""
    found = learn(seed, hidden=hidden, scale=scale).generalised
    return Measured(found, "steps", at_least=100, at_most=300, scale=20)


@claim(
    "emergence.less_decay",
    "With three tenths of the decay the unseen sums are right after two and a half to five times as many steps.",
    source="khanh2026delay",
    verdict="holds-if",
    condition="on the mean over seeds, at rates of 0.01 or more",
    judge="mean",
    vary={"p": (19, 23), "hidden": (128, 192), "fraction": (0.5, 0.6), "rate": (0.01, 0.02)},
)
def less_decay(seed: int, p: int = 23, hidden: int = 128, fraction: float = 0.6, rate: float = 0.01) -> Measured:
    """Step of 95 % test accuracy at a decay of 0.3, over that at a decay of 1."""
    slow, fast = (
        learn(seed, p=p, hidden=hidden, fraction=fraction, decay=decay, rate=rate, steps=6000).generalised
        for decay in (0.3, 1.0)
    )
    return Measured(slow / fast, "times as many steps", at_least=2.5, at_most=5)


@claim(
    "emergence.smaller_start",
    "From smaller weights the delay is shorter.",
    source="kumar2024grokking",
    verdict="holds-if",
    condition="three fifths of the pairs are trained on (with half of them some runs gain little)",
    vary={"scale": (0.3, 0.5), "decay": (0.5, 1.0), "p": (19, 23)},
)
def smaller_start(seed: int, scale: float = 0.3, decay: float = 1.0, p: int = 23) -> Measured:
    """Delay from weights of this size over that from weights of the usual size."""
    small, usual = (learn(seed, p=p, decay=decay, scale=size, steps=6000) for size in (scale, 1.0))
    return Measured(
        (small.generalised - small.memorised) / (usual.generalised - usual.memorised),
        "of the delay",
        at_most=0.9,
        scale=0.1,
    )


@claim(
    "emergence.one_frequency",
    "In the end a single frequency carries most of what a hidden unit reads.",
    source="gromov2023grokking",
    verdict="holds",
    vary={"p": (19, 23), "decay": (0.5, 1.0), "hidden": (96, 128, 192)},
)
def one_frequency(seed: int, p: int = 23, decay: float = 1.0, hidden: int = 128) -> Measured:
    """Share of all other frequencies in a unit's power after 800 steps over the decay, mean over the units."""
    run = learn(seed, p=p, decay=decay, hidden=hidden, steps=round(800 / decay), every=100, on=True)
    return Measured(1 - float(run.concentration[-1]), "of the power", at_most=0.25)


@claim(
    "emergence.sudden",
    "Grokking is sudden.",
    said_by="power2022grokking",
    source="nanda2023progress",
    verdict="fails",
    instead="Here it is late. Counted in steps, the rise of the test accuracy is a sizeable part of the delay.",
    vary={"decay": (0.5, 1.0), "fraction": (0.5, 0.6)},
)
def sudden(seed: int, decay: float = 1.0, fraction: float = 0.6) -> Measured:
    """Steps from 25 to 90 % test accuracy (one that has only memorised has up to 10), over those from memorising to 90 %."""
    run = learn(seed, decay=decay, fraction=fraction)
    low, high = (run.reached("test_accuracy", level) for level in (0.25, 0.9))
    return Measured((high - low) / (high - run.memorised), "of the delay", at_least=0.2)


@claim(
    "emergence.stays_memorised",
    "The same network without weight decay stays where it has memorised.",
    verdict="holds-if",
    condition="the training set is just large enough (60 % of a table modulo 23 or less), with AdamW at rates up to 0.01",
    vary={"steps": (800, 1500, 3000), "p": (19, 23), "rate": (0.005, 0.01)},
)
def stays_memorised(seed: int, steps: int = 1500, p: int = 23, rate: float = 0.01) -> Measured:
    """Test accuracy at the end of training without decay; with decay it is above 95 % long before."""
    return Measured(
        float(learn(seed, p=p, decay=0.0, rate=rate, steps=steps, every=50).test_accuracy[-1]), "accuracy", at_most=0.35
    )


@claim(
    "emergence.without_decay",
    "Without weight decay a network that has memorised never generalises.",
    verdict="fails",
    instead="With seven tenths of the pairs or more, at least four fifths of the unseen sums are right without any.",
    vary={"p": (23, 31), "fraction": (0.7, 0.8), "rate": (0.005, 0.01)},
)
def without_decay(seed: int, p: int = 23, fraction: float = 0.8, rate: float = 0.01) -> Measured:
    """Test error in the end without decay."""
    run = learn(seed, p=p, fraction=fraction, decay=0.0, rate=rate)
    return Measured(1 - float(run.test_accuracy[-1]), "wrong", at_most=0.2, scale=0.02)


@claim(
    "emergence.always_groks",
    "Every network groks if you train it long enough.",
    verdict="fails",
    instead="With three tenths of the pairs it is still near chance after 3000 steps, at three tenths of the decay after 5000.",
    vary={"steps": (1500, 3000), "decay": (0.3, 1.0)},
)
def always_groks(seed: int, steps: int = 1500, decay: float = 1.0) -> Measured:
    """Accuracy on unseen over that on trained pairs, 30 % of all, after ``steps`` over the decay; guessing gives 0.04 of 1."""
    run = learn(seed, fraction=0.3, decay=decay, steps=round(steps / decay), every=50)
    return Measured(
        float(run.test_accuracy[-1] / run.train_accuracy[-1]), "of the accuracy on trained pairs", at_most=0.1
    )


@claim(
    "emergence.delay_law",
    "The delay is roughly inversely proportional to the weight decay.",
    source="khanh2026delay",
    verdict="holds-if",
    condition="the delay is long compared with the time to memorise; at small rates it falls faster",
    vary={"rate": (0.005, 0.01, 0.02), "fraction": (0.5, 0.6), "hidden": (128, 192)},
)
def delay_law(seed: int, rate: float = 0.01, fraction: float = 0.6, hidden: int = 128) -> Measured:
    """The exponent x in delay ~ decay^-x, between decays of 0.3 and 1."""
    runs = [learn(seed, decay=decay, rate=rate, fraction=fraction, hidden=hidden, steps=6000) for decay in (0.3, 1.0)]
    long, short = (run.generalised - run.memorised for run in runs)
    return Measured(math.log(long / short) / math.log(1 / 0.3), "", at_least=0.6, at_most=1.7)


@claim(
    "emergence.delay_rate",
    "The delay is inversely proportional to the learning rate.",
    source="khanh2026delay",
    verdict="holds-if",
    condition="with AdamW, whose decay per step is rate times decay, and a decay of at most 1; over a factor of four in the rate",
    vary={"decay": (0.5, 1.0), "fraction": (0.5, 0.6)},
)
def delay_rate(seed: int, decay: float = 1.0, fraction: float = 0.6) -> Measured:
    """The exponent x in delay ~ rate^-x, between rates of 0.005 and 0.02."""
    runs = [learn(seed, decay=decay, rate=rate, fraction=fraction, steps=3000) for rate in (0.005, 0.02)]
    long, short = (run.generalised - run.memorised for run in runs)
    return Measured(math.log(long / short) / math.log(4), "", at_least=0.6, at_most=1.6)


@claim(
    "emergence.norm_contracts",
    "The delay is the time in which weight decay shrinks the weights from a large solution to a small one.",
    said_by="khanh2026delay",
    source="kumar2024grokking",
    verdict="fails",
    instead=(
        "Here the norm of the weights grows between memorising and generalising, so no logarithm of its fall can be "
        "the delay, although the delay follows rate and decay as that law says."
    ),
    vary={"scale": (0.5, 1.0, 2.0), "decay": (0.5, 1.0)},
)
def norm_contracts(seed: int, scale: float = 1.0, decay: float = 1.0) -> Measured:
    """Norm of all weights at 95 % test accuracy over that at 99 % training accuracy."""
    run = learn(seed, scale=scale, decay=decay)
    at = {int(step): norm for step, norm in zip(run.steps, run.norm)}
    return Measured(float(at[int(run.generalised)] / at[int(run.memorised)]), "times", at_least=1.0, scale=0.1)


@claim(
    "emergence.fourier",
    "What is learned is a Fourier method: each hidden unit needs one frequency, and the rest can be taken away.",
    source="gromov2023grokking,nanda2023progress",
    verdict="holds",
    vary={"p": (19, 23), "decay": (0.5, 1.0), "hidden": (96, 128)},
)
def fourier(seed: int, p: int = 23, decay: float = 1.0, hidden: int = 128) -> Measured:
    """Accuracy on all pairs with only the strongest frequency of each unit, minus that with all but it."""
    parts = ablate(learn(seed, p=p, decay=decay, hidden=hidden).weights)
    return Measured(parts.only - parts.without, "of the sums", at_least=0.4)


@claim(
    "emergence.one_clock",
    "Half the decay and twice the rate leave the delay as it was: it is their product that drives the clock.",
    source="khanh2026delay",
    verdict="holds-if",
    condition="over a factor of two; over a factor of four the larger rate wins",
    vary={"decay": (0.5, 1.0), "fraction": (0.5, 0.6)},
)
def one_clock(seed: int, decay: float = 1.0, fraction: float = 0.6) -> Measured:
    """Delay at half the decay and twice the rate, over the delay before."""
    runs = [learn(seed, decay=d, rate=r, fraction=fraction, steps=3000) for d, r in ((decay / 2, 0.02), (decay, 0.01))]
    changed, before = (run.generalised - run.memorised for run in runs)
    return Measured(changed / before, "of the delay before", at_least=0.6, at_most=1.5)


@claim(
    "emergence.more_pairs",
    "With four fifths of the pairs in place of three fifths most of the delay is gone.",
    source="power2022grokking",
    verdict="holds-if",
    condition="the table of sums is small (shown: modulus 19 and 23); with a larger one little delay is left at three fifths",
    vary={"p": (19, 23), "decay": (0.5, 1.0)},
)
def more_pairs(seed: int, p: int = 23, decay: float = 1.0) -> Measured:
    """Delay with 80 % of the pairs for training, over that with 60 %."""
    many, few = (learn(seed, p=p, fraction=fraction, decay=decay) for fraction in (0.8, 0.6))
    return Measured(
        (many.generalised - many.memorised) / (few.generalised - few.memorised), "of the delay", at_most=0.5
    )


@claim(
    "emergence.larger_tables",
    "A larger table of sums takes longer to generalise from.",
    verdict="fails",
    instead="At the same share of pairs the delay is shorter: a table of p² entries then holds more data for each weight.",
    vary={"p": (31, 37), "fraction": (0.5, 0.6)},
)
def larger_tables(seed: int, p: int = 31, fraction: float = 0.6) -> Measured:
    """Delay with this modulus over that with 23."""
    large, small = (learn(seed, p=modulus, fraction=fraction) for modulus in (p, 23))
    return Measured(
        (large.generalised - large.memorised) / (small.generalised - small.memorised), "of the delay", at_most=0.65
    )


@claim(
    "emergence.order_parameter",
    "An order parameter made from the mechanism moves before the score: the power in one frequency before the accuracy.",
    source="nanda2023progress",
    verdict="holds-if",
    condition="the training set is just large enough (half of the pairs); with more, memorising alone carries it nearly as far",
    vary={"decay": (0.5, 1.0), "fraction": (0.45, 0.5), "p": (19, 23)},
)
def order_parameter(seed: int, decay: float = 1.0, fraction: float = 0.5, p: int = 23) -> Measured:
    """How far above its largest value without decay the mean concentration is when a tenth of the unseen pairs are right."""
    run = learn(seed, p=p, decay=decay, fraction=fraction)
    still = learn(seed, p=p, decay=0.0, fraction=fraction, steps=1500, every=50)
    c, at = run.concentration, int((run.test_accuracy >= 0.1).argmax())
    return Measured(float((c[at] - still.concentration.max()) / (c[-1] - c[0])), "of its rise", at_least=0.08)
