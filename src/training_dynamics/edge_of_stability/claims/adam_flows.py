"""What the chapter asserts about the paths that Adam follows at its edge."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.edge_of_stability.adam_flows import AdamContest, adam_contest
from training_dynamics.edge_of_stability.training import GROUP, WIDTH, group

VARIED = {"steps": (200, 300, 500), "rate": (3e-3, 4e-3), "width": (24, 32)}


def contest_of(seed: int, steps: int, rate: float, width: int) -> tuple[AdamContest, int]:
    """The contest that holds this seed, and its place in it."""
    return adam_contest(group(seed)[0], rate, steps, width), seed % GROUP


@claim(
    "edge_of_stability.adam_stable",
    "Adam follows the flow of its averages that leaves the swing out.",
    source="regis2026adam",
    verdict="fails",
    instead="From the edge on they part: without its swing the flow goes where it is far too sharp for the rate.",
    vary=VARIED,
)
def adam_stable(seed: int, steps: int = 300, rate: float = 4e-3, width: int = WIDTH) -> Measured:
    """Rate times preconditioned sharpness where the stable flow from the same start is after as many steps."""
    found, row = contest_of(seed, steps, rate, width)
    return Measured(float(found.stable.scaled[-1, row]), "(rate times sharpness)", at_least=42)


@claim(
    "edge_of_stability.adam_swing",
    "A flow that carries Adam's swing along ends at less than half of the stable flow's distance from Adam.",
    source="regis2026adam",
    verdict="holds",
    vary=VARIED,
)
def adam_swing(seed: int, steps: int = 300, rate: float = 4e-3, width: int = WIDTH) -> Measured:
    """Distance of its end from the middle of Adam's last two steps, over that of the stable flow's end."""
    found, row = contest_of(seed, steps, rate, width)
    swinging, stable = (np.linalg.norm(flow.end[row] - found.end[row]) for flow in (found.swinging, found.stable))
    return Measured(float(swinging / stable), "of the stable flow's distance", at_most=0.5)


@claim(
    "edge_of_stability.adam_swing_edge",
    "Its preconditioned sharpness ends near Adam's edge, 38/η, though the edge was not put in.",
    source="cohen2022adaptive,regis2026adam",
    verdict="holds",
    vary=VARIED,
)
def adam_swing_edge(seed: int, steps: int = 300, rate: float = 4e-3, width: int = WIDTH) -> Measured:
    """Rate times preconditioned sharpness at the end of the flow with the swing."""
    found, row = contest_of(seed, steps, rate, width)
    return Measured(float(found.swinging.scaled[-1, row]), "(rate times sharpness)", at_least=33, at_most=42)
