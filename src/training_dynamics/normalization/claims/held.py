"""What the chapter on normalisation asserts about steps that are too long, with weights that may lengthen and without."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.normalization.held import PROBED, held_sweep, sharpness_path
from training_dynamics.normalization.rates import STEPS, WIDTH, rate_ratio, sweep

LATE = PROBED.index(5)
SOON = 20  # steps
FAR: dict[str, tuple[object, ...]] = {"rate": (2.0, 4.0), "width": (WIDTH, 64)}


@claim(
    "normalization.held_lengths",
    "BatchNorm trains at larger rates because steps that are too long lengthen the weights and so lower the effective rate.",
    verdict="fails",
    instead="With every row of the hidden matrices put back to its starting length after each step, most of the factor stays.",
    judge="mean",
    vary={"steps": (STEPS, 240), "width": (WIDTH, 64)},
)
def held_lengths(seed: int, steps: int = STEPS, width: int = WIDTH) -> Measured:
    """Largest rate that trains BatchNorm with its rows put back, over the largest without that, eight layers."""
    free, held = sweep(seed, "batch", 8, steps=steps, width=width), held_sweep(seed, steps=steps, width=width)
    return Measured(rate_ratio(free, held), "of the factor", at_least=0.5)


@claim(
    "normalization.edge_plain",
    "At a rate far beyond its start, the sharpness of the plain network has risen at least tenfold after twenty steps.",
    verdict="holds-if",
    condition="eight layers, rate 2",
    vary=FAR,
)
def edge_plain(seed: int, rate: float = 2.0, width: int = WIDTH) -> Measured:
    """Sharpness after SOON steps over that before the first."""
    path = sharpness_path(seed, "none", rate, width=width)
    risen = float(path[PROBED.index(SOON)] / path[0])
    return Measured(risen, "times", at_least=10, infinite="what float32 can hold is exceeded by then")


@claim(
    "normalization.edge_held",
    "With BatchNorm the sharpness falls at such a rate, even where the weights may not lengthen.",
    verdict="holds-if",
    condition="eight layers, rate 2, rows put back to their first length; on average over networks",
    judge="mean",
    vary=FAR,
)
def edge_held(seed: int, rate: float = 2.0, width: int = WIDTH) -> Measured:
    """Median sharpness from the fifth step to the fortieth, over that before the first."""
    path = sharpness_path(seed, "batch", rate, held=True, width=width)
    return Measured(float(np.median(path[LATE:]) / path[0]), "of the first", at_most=0.6)


@claim(
    "normalization.beyond_edge",
    "A network trains only while the learning rate times the sharpness stays below 2.",
    verdict="fails",
    instead="With BatchNorm and eight layers it lies well above 2 for most of the first forty steps, at rates that train.",
    judge="mean",
    vary={"rate": (2.0, 1.0), "width": (WIDTH, 64)},
)
def beyond_edge(seed: int, rate: float = 2.0, width: int = WIDTH) -> Measured:
    """Median of rate times sharpness from the fifth step to the fortieth."""
    return Measured(float(np.median(sharpness_path(seed, "batch", rate, width=width)[LATE:])), at_least=2)
