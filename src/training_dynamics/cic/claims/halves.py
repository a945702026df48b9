"""What the chapter asserts about weights that are fitted on one half of the evidence and judged on the other."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.cic.halves import KINDS, halves
from training_dynamics.cic.preregistration import PROXIES

VARIED = {"first": (0, 5), "hidden": (24, 32)}


@claim(
    "cic.halves",
    "Weights that are fitted at five seeds make F hold at five others.",
    verdict="holds-if",
    condition="Φ is total correlation",
    seeds=None,
    vary=VARIED,
)
def lens_halves(first: int = 0, hidden: int = 24) -> Measured:
    """Share of three tests' changes that F gets right at the other seeds: the worst of the choices with total correlation."""
    found = zip(KINDS["lens"], halves("lens", first, hidden), strict=True)
    shares = [judged.held.mean() for columns, judged in found if PROXIES.index("tc") in columns]
    return Measured(float(min(shares)), "of the changes", at_least=0.75, scale=0.08)


@claim(
    "cic.halves_meaningless",
    "That F with fitted weights holds at seeds to which nothing was fitted shows that its terms mean something.",
    verdict="fails",
    instead="Of triples of readings of the same layer that mean nothing, fitted in the same way, half or more hold there, too.",
    seeds=None,
    vary=VARIED,
)
def meaningless_halves(first: int = 0, hidden: int = 24) -> Measured:
    """The same share for 20 triples of random waves of the activations, their median."""
    shares = [judged.held.mean() for judged in halves("layer", first, hidden)]
    return Measured(float(np.median(shares)), "of the changes", at_least=0.75, scale=0.08)
