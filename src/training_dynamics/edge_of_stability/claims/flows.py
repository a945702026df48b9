"""What the chapter asserts about the paths that gradient descent follows at the edge."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.edge_of_stability.flows import Contest, Trace, contest
from training_dynamics.edge_of_stability.training import GROUP, LAYERS, RATE, WIDTH, group

SKIP = 100  # steps in which the oscillation grows
VARIED = {"steps": (300, 500, 1000), "rate": (0.09, 0.1, 0.12), "width": (24, 32)}


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
    "The central flow predicts descent's mean loss, the oscillation's part included.",
    source="cohen2025central",
    verdict="holds-if",
    condition="one averages over many steps: single spikes are not in it",
    vary=VARIED,
)
def central_loss(seed: int, steps: int = 500, rate: float = RATE, width: int = WIDTH) -> Measured:
    """Mean of L + ½ΣSσ² along the central flow over descent's mean loss, the first hundred steps left out."""
    found, row = contest_of(seed, steps, rate, width)
    ratio = found.central.losses[SKIP:, row].mean() / found.descent.losses[SKIP:, row].mean()
    return Measured(float(ratio), "of descent's mean loss", at_least=0.7, at_most=1.3)


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
