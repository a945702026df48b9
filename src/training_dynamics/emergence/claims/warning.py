"""What the chapter asserts about alarms."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.emergence.forewarning import forewarning
from training_dynamics.emergence.trend import called_trends
from training_dynamics.emergence.warning import NOISE, SIGNALS, rate_cut, settled, stationary, trial

RARE = 400  # runs of each kind where what one run in twenty does is counted


@claim(
    "emergence.critical_slowing",
    "Towards the transition fluctuations grow as the curvature of the loss says.",
    source="scheffer2009early",
    verdict="holds",
    vary={"decay": (1.2, 1.5, 2.0), "noise": (0.01, 0.02)},
)
def critical_slowing(seed: int, decay: float = 1.5, noise: float = NOISE) -> Measured:
    """Measured variance over the formula's, from 100 runs at a constant decay."""
    variance, _ = settled(seed, decay, noise, runs=100, steps=4000)
    return Measured(variance / stationary(decay, noise)[0], "of the formula", at_least=0.85, at_most=1.15)


@claim(
    "emergence.memory",
    "Near the transition a fluctuation is remembered longer: its lag-1 autocorrelation is one minus rate times curvature.",
    source="scheffer2009early",
    verdict="holds",
    vary={"decay": (1.2, 1.5, 2.0), "noise": (0.01, 0.02)},
)
def memory(seed: int, decay: float = 1.5, noise: float = NOISE) -> Measured:
    """One minus the measured autocorrelation, over rate times curvature."""
    _, correlation = settled(seed, decay, noise, runs=100, steps=4000)
    return Measured(
        (1 - correlation) / (1 - stationary(decay, noise)[1]), "of the formula", at_least=0.85, at_most=1.15
    )


@claim(
    "emergence.variance_leads",
    "An alarm on the variance of the order parameter comes earlier than alarms on the loss or on the gradient.",
    verdict="holds-if",
    condition="the order parameter is known, noise reaches it, it is approached slowly, and windows have 300 steps or more",
    vary={"noise": (0.01, 0.02, 0.05), "steps": (3000, 6000), "width": (300, 400)},
)
def variance_leads(seed: int, noise: float = NOISE, steps: int = 3000, width: int = 400) -> Measured:
    """Median lead of the variance's alarm minus the better of its two rivals' on held-out runs, at 5 % false alarms."""
    leads = {name: trial(seed, name, noise, steps, width=width).lead for name in SIGNALS}
    rival = max(leads["loss slope"], leads["gradient norm"])
    return Measured(leads["variance"] - rival, "steps", at_least=75)


@claim(
    "emergence.variance_earliest",
    "The variance of an order parameter warns earlier than the order parameter itself.",
    verdict="fails",
    instead=(
        "At the same rate of false alarms a threshold on its mean size comes earlier. Our reading, not tested: the line "
        "about which the variance is taken takes away what the transition brings."
    ),
    vary={"noise": (0.01, 0.02, 0.05), "steps": (3000, 6000), "width": (300, 400)},
)
def variance_earliest(seed: int, noise: float = NOISE, steps: int = 3000, width: int = 400) -> Measured:
    """Median lead of the alarm on the mean of abs(u) over the window, minus that of the variance's, at 5 % false alarms."""
    size, variance = (trial(seed, name, noise, steps, width=width).lead for name in ("size", "variance"))
    return Measured(size - variance, "steps earlier", at_least=100)


@claim(
    "emergence.false_alarms",
    "A threshold set for one false alarm in twenty runs keeps roughly to it on runs that it was not set on.",
    verdict="holds-if",
    condition="the runs it was set on came as close to a transition as those it meets",
    judge="mean",
    vary={"width": (200, 400, 600), "steps": (3000, 6000)},
)
def false_alarms(seed: int, width: int = 400, steps: int = 3000) -> Measured:
    """Share of 400 held-out runs without a transition that set off the variance's alarm, calibrated on as many."""
    found = trial(seed, "variance", steps=steps, runs=RARE, width=width)
    return Measured(found.false_alarms, "of held-out runs", at_least=0.01, at_most=0.15)


@claim(
    "emergence.calm_calibration",
    "An alarm that was silent on quiet runs can be trusted.",
    verdict="fails",
    instead=(
        "Calibrated on runs that stay far from any transition, it goes off in a large part of the runs that come "
        "nearer and turn out harmless: a false-alarm rate belongs to the runs that it was measured on."
    ),
    vary={"width": (200, 400, 600), "steps": (3000, 6000)},
)
def calm_calibration(seed: int, width: int = 400, steps: int = 3000) -> Measured:
    """Share of harmless held-out runs that set off an alarm calibrated at a constant decay of 2."""
    found = trial(seed, "variance", steps=steps, calm=2.0, width=width)
    return Measured(found.false_alarms, "of held-out runs", at_least=0.25)


@claim(
    "emergence.mostly_right",
    "An alarm that tells nearly every transition and is false in one run of twenty is mostly right.",
    verdict="fails",
    instead="That depends on how rare transitions are: where one run in a hundred has one, most of its calls are false.",
    judge="mean",
    vary={"rare": (0.002, 0.01), "steps": (3000, 6000)},
)
def mostly_right(seed: int, rare: float = 0.01, steps: int = 3000) -> Measured:
    """Share of right ones among the calls of the variance's alarm, at its measured rates, if a share ``rare`` of runs jump."""
    found = trial(seed, "variance", steps=steps, runs=RARE)
    right, wrong = rare * found.told, (1 - rare) * found.false_alarms
    return Measured(right / (right + wrong), "of its calls", at_most=0.4)


@claim(
    "emergence.tabulated_trend",
    "A warning statistic rises or falls if Kendall's rank correlation with time says so at p < 0.05.",
    verdict="fails",
    instead=(
        "Windows overlap, so neighbouring values are nearly the same, and the table takes them for independent. It finds a "
        "trend in a large part of the runs in which nothing changes; the null has to be such runs."
    ),
    vary={"decay": (1.2, 1.4, 2.0), "width": (200, 400)},
)
def tabulated_trend(seed: int, decay: float = 1.4, width: int = 400) -> Measured:
    """Share of 100 runs at a constant decay whose variance has a trend by the table, which promises one in twenty."""
    return Measured(called_trends(seed, decay, width), "of the runs", at_least=0.2)


@claim(
    "emergence.variance_always",
    "Variance rises before every transition.",
    source="dakos2024tipping",
    verdict="fails",
    instead=(
        "Before a cut of the learning rate nothing rises, by construction: alarms are as rare as in runs without a jump. "
        "A barrier crossed by chance was not tried."
    ),
    vary={"noise": (0.01, 0.02), "decay": (1.4, 1.5, 2.0)},
)
def variance_always(seed: int, noise: float = NOISE, decay: float = 1.5) -> Measured:
    """Share of runs with an alarm before the cut, after which the fluctuations are ten times smaller."""
    return Measured(rate_cut(seed, noise, decay=decay).told, "of runs", at_most=0.2)


@claim(
    "emergence.grok_alarm",
    "Grokking can be told in advance from the weights: by the power that gathers in one frequency.",
    source="nanda2023progress",
    verdict="holds-if",
    condition="the mechanism is known, and the alarm was set on runs with as many pairs and too little decay",
    vary={"decay": (1.0, 1.5), "fraction": (0.7, 0.75), "little": (0.0, 0.1)},
)
def grok_alarm(seed: int, decay: float = 1.0, fraction: float = 0.7, little: float = 0.1) -> Measured:
    """Median steps from alarm to half of the unseen pairs right, over the median step of the latter."""
    found = forewarning(seed, "concentration", decay=decay, fraction=fraction, little=little)
    return Measured(found.early, "of the wait", at_least=0.2)


@claim(
    "emergence.alarm_foretold",
    "An alarm that went off before every transition has foretold it.",
    verdict="fails",
    judge="mean",
    instead=(
        "The weight norm's goes off before each, at the start and always at the same step: it sees the decay. That of the "
        "concentration is early in runs that generalise early, and late in late ones."
    ),
    vary={"decay": (1.0, 1.5), "fraction": (0.7, 0.75), "little": (0.0, 0.1)},
)
def alarm_foretold(seed: int, decay: float = 1.0, fraction: float = 0.7, little: float = 0.1) -> Measured:
    """The correlation of alarm and onset over runs: that of the concentration, minus that of the weight norm."""
    follows = [
        forewarning(seed, name, decay=decay, fraction=fraction, little=little).follows
        for name in ("concentration", "weight norm")
    ]
    return Measured(follows[0] - follows[1], "difference of correlations", at_least=0.35)
