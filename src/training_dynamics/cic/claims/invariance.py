"""What the chapter asserts about its proxies where the representation changes and the outputs do not."""

from __future__ import annotations

from math import nan

from coursekit.claim import Measured, claim
from training_dynamics.cic.invariance import MOVES, moved
from training_dynamics.cic.preregistration import PROXIES


@claim(
    "cic.invariance",
    "Networks that compute the same have the same Φ, H and C.",
    verdict="fails",
    instead=(
        "Changes that the weights out undo move every proxy of a representation, each of them others. Only the predictive"
        " entropy never moves."
    ),
    vary={"hidden": (24, 32, 48), "target": (0.1, 0.3)},
)
def invariance(seed: int, hidden: int = 24, target: float = 0.1) -> Measured:
    """The least that a proxy moves by a change of the table that moves it; not a number if one moves that should not."""
    found = moved(seed, hidden, target)
    should = [[name in names for name in PROXIES] for names in MOVES]
    moving, still = (
        [v for row, marks in zip(found.tolist(), should) for v, m in zip(row, marks) if m is which]
        for which in (True, False)
    )
    return Measured(min(moving) if max(still) < 1e-6 else nan, "(in the proxy's unit)", at_least=1e-5)
