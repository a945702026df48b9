"""What the chapter asserts about updates that reach further than they were meant to; all of it is exact."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.emergence.spillover import (
    descend,
    equal_weight_peak,
    features,
    flow,
    general_price,
    least_norm,
    narrow_price,
    shortest,
    spill,
)

SIZES = (0.3, 1.0, 2.0)


@claim(
    "emergence.spill",
    "The smallest update that changes one answer of a linear model changes the others by c²/(1 + c²) of it.",
    source="minegishi2026geometry",
    verdict="holds-if",
    condition="each context has a feature of size 1 of its own and shares one of size c; gradient descent finds this update",
    seeds=None,
)
def spilled() -> Measured:
    """Largest distance of the formula to the least-norm update and to gradient descent, for c = 0.3, 1 and 2."""
    gaps = [abs(least_norm(features(c, 5), False).answers[1:] - spill(c)).max() for c in SIZES]
    gaps += [abs(descend(c, 0.0, 0.05, 60.0).other[-1] - spill(c)) for c in SIZES]
    return Measured(float(max(gaps)), "difference", at_most=1e-9)


@claim(
    "emergence.narrow_price",
    "Leaving the other answer alone costs (1 + c²)²/(1 + 2c²) times as much squared length.",
    source="soligo2026narrow",
    verdict="holds",
    seeds=None,
)
def narrow_costs_more() -> Measured:
    """Largest relative distance of the formula to two constrained least-norm updates, over c and 2, 5 and 50 contexts."""
    pairs = [(c, k) for c in SIZES for k in (2, 5, 50)]
    ratios = [least_norm(features(c, k), True).cost / least_norm(features(c, k), False).cost for c, k in pairs]
    gaps = [abs(ratio / narrow_price(c, k) - 1) for ratio, (c, k) in zip(ratios, pairs)]
    return Measured(float(max(gaps)), "relative", at_most=1e-9)


@claim(
    "emergence.general_cheaper",
    "To move every answer by one takes a shorter update than to move one answer alone.",
    source="soligo2026narrow",
    verdict="holds-if",
    condition="the shared component is larger than the one of each context's own, c > 1",
    seeds=None,
)
def general_cheaper() -> Measured:
    """In how many of 24 cases, c from 0.2 to 5 and 2 to 50 contexts, the general update is shorter and c < 1, or the reverse."""
    cases = [(c, k) for c in (0.2, 0.5, 0.9, 0.99, 1.01, 1.1, 2.0, 5.0) for k in (2, 5, 50)]
    wrong = 0
    for c, k in cases:
        phi = features(c, k)
        general, narrow, plain = shortest(phi, np.ones(k)).cost, least_norm(phi, True).cost, least_norm(phi, False).cost
        wrong += (general < narrow) != (c > 1) or abs(general / plain / general_price(c, k) - 1) > 1e-9
    return Measured(float(wrong), "cases", at_least=0, at_most=0)


@claim(
    "emergence.unseen_contexts",
    "Replay keeps only the contexts that are replayed.",
    verdict="fails",
    instead="Others move less, too: with m contexts held the spill into any other is c²/(1 + (m + 1)c²).",
    seeds=None,
)
def unseen_contexts() -> Measured:
    """The spill into an unseen context with ten others held, over that with none, for c = 1."""
    alone, held = (float(shortest(features(1.0, 12), np.eye(m + 1)[0]).answers[-1]) for m in (0, 10))
    return Measured(held / alone, "of the spill without replay", at_most=0.5)


@claim(
    "emergence.replay_prevents",
    "Training on the old behaviour alongside the new one prevents the spill.",
    source="soligo2026narrow",
    verdict="fails",
    instead="In the end, yes; on the way the answer that should stay moves first and comes back later.",
    seeds=None,
)
def replay_prevents() -> Measured:
    """The largest spill on the way with equal weight on both contexts and c = 1, by gradient descent."""
    return Measured(descend(1.0, 1.0).peak, "of the change asked for", at_least=0.1)


@claim(
    "emergence.replay_peak",
    "With equal weight on both contexts the largest spill on the way has a closed form.",
    verdict="holds",
    seeds=None,
)
def replay_peak() -> Measured:
    """Largest distance of the formula to the peak of the flow on a fine grid, for c = 0.3, 1 and 2."""
    times = np.linspace(0, 12, 120_001)
    return Measured(
        max(abs(flow(c, 1.0, times).peak - equal_weight_peak(c)) for c in SIZES), "difference", at_most=1e-7
    )


@claim(
    "emergence.weak_penalty",
    "A penalty ten times weaker takes ten times as long to undo the spill.",
    verdict="holds-if",
    condition="the penalty is weak (a tenth of the new loss or less)",
    seeds=None,
)
def weak_penalty() -> Measured:
    """Time until half of the spill is undone at a penalty of 0.001, over that at 0.01, with c = 1."""
    times = np.linspace(0, 4000, 400_001)
    waits = []
    for penalty in (1e-3, 1e-2):
        other = flow(1.0, penalty, times).other
        waits.append(times[np.flatnonzero(other >= spill(1.0) / 2)[-1]])
    return Measured(float(waits[0] / waits[1]), "times longer", at_least=8, at_most=12)
