"""What the chapter asserts about the paths that gradient descent follows at the edge."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.edge_of_stability.contests import Contest, contest, whole_cycles
from training_dynamics.edge_of_stability.flows import Trace
from training_dynamics.edge_of_stability.swings import descend_quartic, rod_on_quartic
from training_dynamics.edge_of_stability.training import GROUP, LAYERS, RATE, WIDTH, group

VARIED = {"steps": (300, 500, 1000), "rate": (0.09, 0.1, 0.12), "width": (24, 32)}
LONG = 750  # steps within which descent has been through a cycle, in the slowest of some fifty networks, too


def contest_of(seed: int, steps: int, rate: float, width: int) -> tuple[Contest, int]:
    """The contest that holds this seed, and its place in it."""
    return contest(group(seed)[0], rate, steps, width, LAYERS), seed % GROUP


def distance(flow: Trace, descent: Trace, row: int) -> float:
    """How far a flow ends from descent's midpoint."""
    return float(np.linalg.norm(flow.end[row] - descent.end[row]))


@claim(
    "edge_of_stability.follows_flow",
    "Gradient descent with a rate that trains follows gradient flow.",
    source="cohen2025central",
    verdict="fails",
    instead="From the edge on they part: gradient flow goes where it is far too sharp for the rate.",
    vary=VARIED,
)
def follows_flow(seed: int, steps: int = 500, rate: float = RATE, width: int = WIDTH) -> Measured:
    """Rate times sharpness where gradient flow from the same start is after as many steps."""
    found, row = contest_of(seed, steps, rate, width)
    return Measured(float(found.gradient.scaled[-1, row]), "(rate times sharpness)", at_least=2.1, scale=0.1)


@claim(
    "edge_of_stability.central_distance",
    "The central flow ends at less than half of gradient flow's distance from gradient descent.",
    source="cohen2025central",
    verdict="holds",
    vary=VARIED,
)
def central_distance(seed: int, steps: int = 500, rate: float = RATE, width: int = WIDTH) -> Measured:
    """Distance of the central flow's end from descent's, over that of gradient flow's."""
    found, row = contest_of(seed, steps, rate, width)
    ratio = distance(found.central, found.descent, row) / distance(found.gradient, found.descent, row)
    return Measured(ratio, "of gradient flow's distance", at_most=0.5)


@claim(
    "edge_of_stability.central_loss",
    "The central flow predicts descent's mean loss to within eight per cent, the oscillation's part included.",
    source="cohen2025central",
    verdict="holds-if",
    condition="one averages over whole cycles from the entry on: a single spike, or half a cycle, is not in it",
    vary=VARIED | {"steps": (LONG, 1000)},
)
def central_loss(seed: int, steps: int = LONG, rate: float = RATE, width: int = WIDTH) -> Measured:
    """Mean of L + ½ΣSσ² along the central flow over descent's mean loss, over the whole cycles of descent's sharpness."""
    found, row = contest_of(seed, steps, rate, width)
    begin, end = whole_cycles(found.descent, row)
    ratio = found.central.losses[begin:end, row].mean() / found.descent.losses[begin:end, row].mean()
    return Measured(float(ratio), "of descent's mean loss", at_least=0.92, at_most=1.08)


@claim(
    "edge_of_stability.central_window",
    "The central flow predicts descent's mean loss over any hundred steps.",
    verdict="fails",
    instead="Descent's share of the oscillation comes in swings: a hundred steps can hold too little of them, or too much.",
    judge="mean",
    vary=VARIED,
)
def central_window(seed: int, steps: int = 500, rate: float = RATE, width: int = WIDTH) -> Measured:
    """The largest relative deviation of the same mean over one of the first three hundreds of steps."""
    found, row = contest_of(seed, steps, rate, width)
    central, descent = (f.losses[:300, row].reshape(3, 100).mean(axis=1) for f in (found.central, found.descent))
    return Measured(float(np.abs(central / descent - 1).max()), "of descent's mean loss", at_least=0.1)


@claim(
    "edge_of_stability.edge_distance",
    "Edge flow, with one direction and no constraint, ends at less than half of gradient flow's distance from descent, too.",
    source="marion2026edge",
    verdict="holds",
    vary=VARIED,
)
def edge_distance(seed: int, steps: int = 500, rate: float = RATE, width: int = WIDTH) -> Measured:
    """Distance of edge flow's end from descent's, over that of gradient flow's."""
    found, row = contest_of(seed, steps, rate, width)
    ratio = distance(found.edge, found.descent, row) / distance(found.gradient, found.descent, row)
    return Measured(ratio, "of gradient flow's distance", at_most=0.5)


@claim(
    "edge_of_stability.edge_overshoot",
    "Edge flow shows the overshoot at the onset, which the central flow leaves out.",
    source="marion2026edge",
    verdict="holds",
    vary=VARIED,
)
def edge_overshoot(seed: int, steps: int = 500, rate: float = RATE, width: int = WIDTH) -> Measured:
    """How far edge flow's rate times sharpness passes 2, over how far the central flow's does plus 0.01."""
    found, row = contest_of(seed, steps, rate, width)
    edge, central = (float(flow.scaled[:, row].max()) - 2 for flow in (found.edge, found.central))
    return Measured(edge / (max(central, 0) + 0.01), "times the central flow's (plus 0.01)", at_least=5)


@claim(
    "edge_of_stability.rod_distance",
    "Rod flow, too, ends at less than half of gradient flow's distance from descent.",
    source="regis2026rod",
    verdict="holds",
    vary=VARIED,
)
def rod_distance(seed: int, steps: int = 500, rate: float = RATE, width: int = WIDTH) -> Measured:
    """Distance of rod flow's end from descent's, over that of gradient flow's."""
    found, row = contest_of(seed, steps, rate, width)
    ratio = distance(found.rod, found.descent, row) / distance(found.gradient, found.descent, row)
    return Measured(ratio, "of gradient flow's distance", at_most=0.5)


@claim(
    "edge_of_stability.rod_central",
    "Rod flow ends no farther from descent than the central flow does, on average over networks.",
    source="regis2026rod",
    verdict="holds-if",
    condition="descent has been through at least one cycle of its sharpness",
    judge="mean",
    vary=VARIED | {"steps": (LONG, 1000)},
)
def rod_central(seed: int, steps: int = LONG, rate: float = RATE, width: int = WIDTH) -> Measured:
    """Distance of rod flow's end from descent's, over that of the central flow's."""
    found, row = contest_of(seed, steps, rate, width)
    ratio = distance(found.rod, found.descent, row) / distance(found.central, found.descent, row)
    return Measured(ratio, "of the central flow's distance", at_most=1.0, scale=0.1)


@claim(
    "edge_of_stability.rod_quartic",
    "On the loss S x²/2 − k x⁴/4, too sharp at its centre, rod flow swings as far as descent does, √((S − 2/η)/k).",
    source="regis2026rod",
    verdict="holds",
    seeds=None,
)
def rod_quartic() -> Measured:
    """Largest relative distance of both from the formula, over rates, bends and sharpness up to 1.4 times the edge."""
    gaps = []
    for rate in (0.02, 0.1, 0.5):
        for bend in (0.5, 3.0):
            for over in (1.05, 1.2, 1.4):
                sharpness = over * 2 / rate
                amplitude = ((sharpness - 2 / rate) / bend) ** 0.5
                for follow in (descend_quartic, rod_on_quartic):
                    gaps.append(follow(sharpness, bend, rate, 3000) / amplitude - 1)
    return Measured(float(np.abs(gaps).max()), "relative", at_most=1e-9)
