"""What the chapter asserts about how early alarms come, and beside which rivals; every lead with an interval of its median."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.emergence.forewarning import forewarning
from training_dynamics.emergence.median import median_interval
from training_dynamics.emergence.warning import NOISE, trial

RIVALS = ("loss slope", "gradient norm")


@claim(
    "emergence.lead",
    "The variance's alarm goes off more than a hundred steps before the onset.",
    source="scheffer2009early",
    verdict="holds-if",
    condition="the decay falls slowly (3000 steps or more) and windows have 300 steps or more",
    vary={"noise": (0.01, 0.02, 0.05), "steps": (3000, 6000), "width": (300, 400)},
)
def lead(seed: int, noise: float = NOISE, steps: int = 3000, width: int = 400) -> Measured:
    """Lower end of the 95 % interval of the median lead, from 100 transitions on which nothing was set."""
    return Measured(median_interval(trial(seed, "variance", noise, steps, width=width).leads)[0], "steps", at_least=100)


@claim(
    "emergence.rivals_late",
    "Alarms on the fall of the loss and on the gradient have at most half the lead of the variance's.",
    verdict="holds",
    vary={"noise": (0.01, 0.02, 0.05), "steps": (3000, 6000), "width": (300, 400)},
)
def rivals_late(seed: int, noise: float = NOISE, steps: int = 3000, width: int = 400) -> Measured:
    """Upper end of the 95 % interval of the better rival's median lead, over the lower end of that of the variance's lead."""
    best = max(median_interval(trial(seed, name, noise, steps, width=width).leads)[1] for name in RIVALS)
    return Measured(
        best / median_interval(trial(seed, "variance", noise, steps, width=width).leads)[0],
        "of the variance's lead",
        at_most=0.5,
    )


@claim(
    "emergence.rivals_false",
    "The rivals' alarms, too, are false in roughly one quiet run of twenty on which nothing was set.",
    verdict="holds",
    judge="mean",
    vary={"noise": (0.01, 0.02, 0.05), "steps": (3000, 6000), "width": (300, 400)},
)
def rivals_false(seed: int, noise: float = NOISE, steps: int = 3000, width: int = 400) -> Measured:
    """The larger of the two rivals' shares of false alarms on 100 held-out runs, each set to one in twenty."""
    found = max(trial(seed, name, noise, steps, width=width).false_alarms for name in RIVALS)
    return Measured(found, "of held-out runs", at_least=0.01, at_most=0.15)


@claim(
    "emergence.answers_first",
    "Whoever may look at the answers is warned first: by the loss on unseen pairs.",
    verdict="fails",
    instead="On the mean the alarm on the power in one frequency comes earlier than one on the fall of that loss.",
    judge="mean",
    vary={"decay": (1.0, 1.5), "fraction": (0.7, 0.75), "little": (0.0, 0.1)},
)
def answers_first(seed: int, decay: float = 1.0, fraction: float = 0.7, little: float = 0.1) -> Measured:
    """Median lead of the concentration's alarm less that of the alarm on the loss, over the median onset."""
    found = [
        forewarning(seed, name, decay=decay, fraction=fraction, little=little)
        for name in ("concentration", "test loss")
    ]
    first, second = (float(np.median(f.leads)) for f in found)
    return Measured((first - second) / float(np.median(found[0].onset)), "of the wait earlier", at_least=0.05)
