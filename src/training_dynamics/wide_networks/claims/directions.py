"""What the chapter asserts about targets along several directions."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.wide_networks.directions import several
from training_dynamics.wide_networks.regimes import SCALES

RICH, LAZY = SCALES.index(0.03), SCALES.index(10.0)


@claim(
    "wide_networks.lead_shrinks",
    "With three directions in place of one most of the rich network's lead is gone.",
    source="ghorbani2020when",
    verdict="holds",
    vary={"directions": (3, 5), "steps": (1500, 3000), "width": (100, 200)},
)
def lead_shrinks(seed: int, directions: int = 3, steps: int = 3000, width: int = 100) -> Measured:
    """Error at scale 0.03 over that at scale 10, with these directions of ten inputs and 60 examples; over the same with one."""
    many, one = (several(seed, k, width=width, steps=steps).error for k in (directions, 1))
    return Measured(
        float(many[RICH] / many[LAZY] / (one[RICH] / one[LAZY])), "times the quotient with one", at_least=2.2
    )
