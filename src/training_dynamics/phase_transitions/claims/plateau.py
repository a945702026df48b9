"""What the chapter asserts about the rate on the plateau of online learning."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.phase_transitions import committee, plateau


@claim(
    "phase_transitions.faster_sooner",
    "The larger the learning rate, the sooner the plateau ends.",
    verdict="fails",
    instead="There is a rate at which it ends soonest. Above it the noise of single examples makes the plateau longer again.",
    seeds=None,
    vary={"k": (2, 3), "asymmetry": (1e-3, 1e-5)},
)
def faster_sooner(k: int = 2, asymmetry: float = 1e-3) -> Measured:
    """Examples until the units differ at 1.4 times the rate at which a difference grows fastest, over those at that rate."""
    best = plateau.fastest(k)
    late, soon = (plateau.end(k, factor * best, asymmetry) for factor in (1.4, 1.0))
    return Measured(late / soon, "times the examples", at_least=1.0, scale=0.05)


@claim(
    "phase_transitions.rate_limit",
    "Above a limiting rate a student that sees ever new examples keeps an error, below it finds the rule.",
    verdict="holds",
    seeds=None,
    vary={"k": (2, 3), "asymmetry": (1e-3, 1e-5)},
)
def rate_limit(k: int = 2, asymmetry: float = 1e-3) -> Measured:
    """Logarithm of the error after 1000 examples an input at 1.2 times the rate where the rule gets unstable, over 0.8 times."""
    alphas, start = np.array([0.0, 1000.0]), committee.nearly_symmetric(k, asymmetry)
    above, below = (committee.solve(start, part * plateau.limit(k), alphas).error()[-1] for part in (1.2, 0.8))
    return Measured(float(np.log10(above / max(below, 1e-9))), "orders of magnitude", at_least=4)
