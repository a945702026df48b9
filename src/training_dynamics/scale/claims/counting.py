"""What the chapter asserts about units and symmetries."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.scale.symmetry import Setting, outputs_along
from training_dynamics.scale.units import Run, left_of
from training_dynamics.toolbox.seeds import numpy_generator


def drawn(seed: int, steps: int = 40) -> Run:
    """Some run of descent on a noisy parabola."""
    rng = numpy_generator(seed, "scale some run")
    curvature, distance, variance = np.exp(rng.uniform(-1, 1, 3))
    return Run(
        float(curvature), float(distance), float(variance), int(rng.integers(1, 9)), float(0.1 / curvature), steps
    )


@claim(
    "scale.solved",
    "On a parabola with noisy gradients the mean loss is known after every step.",
    verdict="holds",
)
def solved(seed: int) -> Measured:
    """Mean of twenty thousand simulated runs over the closed form, after three steps."""
    run = drawn(seed, 3)
    return Measured(run.simulated(seed) / left_of(*run.groups), "of the closed form", at_least=0.95, at_most=1.05)


@claim(
    "scale.three_groups",
    "Runs that agree in three groups without unit leave the same share of their loss.",
    source="buckingham1914physically",
    verdict="holds",
)
def three_groups(seed: int) -> Measured:
    """Largest relative difference between a run, the same in other units, and the formula in the three groups."""
    run, rng = drawn(seed), numpy_generator(seed, "scale other units")
    other = run.in_units(*np.exp(rng.uniform(-3, 3, 2)))
    gaps = [abs(v / run.left() - 1) for v in (other.left(), left_of(*run.groups), left_of(*other.groups))]
    return Measured(float(max(gaps)), "(relative difference)", at_most=1e-10)


@claim(
    "scale.linear_scaling",
    "Twice the batch and twice the rate for half the steps is the same run.",
    said_by="goyal2017accurate",
    verdict="holds-if",
    condition="rate times curvature is small, here at most 0.02 of both runs",
    seeds=None,
)
def linear_scaling() -> Measured:
    """Largest change of the mean loss, over noise from nothing to a hundred times the slope."""
    pairs = [(left_of(0.01, 200, s), left_of(0.02, 100, s / 2)) for s in (0.0, 1.0, 10.0, 100.0)]
    return Measured(max(abs(b / a - 1) for a, b in pairs), "(relative change)", at_most=0.05)


@claim(
    "scale.linear_scaling_ends",
    "The batch can be made larger by any factor if only the rate grows with it.",
    said_by="goyal2017accurate",
    verdict="fails",
    instead="When rate times curvature is no longer small the same examples leave another loss, and from 2 on descent diverges.",
    seeds=None,
    vary={"rate": (0.03, 2.1 / 64), "noise": (1.0, 10.0)},
)
def linear_scaling_ends(rate: float = 0.03, noise: float = 10.0) -> Measured:
    """Mean loss after one step for every 64 of 256 examples, at 64 times the rate, over that at the small rate."""
    small, large = (Run(1.0, 1.0, noise, batch, batch * rate, 256 // batch).left() for batch in (1, 64))
    return Measured(large / small, "times the loss", at_least=2)


@claim(
    "scale.diverges",
    "From a rate of 2 over the curvature on, descent diverges.",
    verdict="holds",
    seeds=None,
    vary={"rate": (2.05, 2.1, 2.5), "batch": (1, 64)},
)
def diverges(rate: float = 2.1, batch: int = 64) -> Measured:
    """Mean loss after 80 steps over that after 40; at 0.95 times the edge it has settled."""
    late, early, calm, settled = (
        Run(1.0, 1.0, 10.0, batch, a, steps).left() for a in (rate, 1.9) for steps in (80, 40)
    )
    return Measured(late / early - calm / settled, "times the loss more than at 1.9", at_least=10)


@claim(
    "scale.multipliers",
    "A factor in front of a layer can be moved into its start and its rate: the network says the same after every step.",
    source="yang2021tensor",
    verdict="holds",
)
def multipliers(seed: int) -> Measured:
    """Largest difference of outputs in twenty steps of SGD and of Adam, one layer's factor tripled, the other's a fifth."""
    setting = Setting(factor=(1.3, 0.7))
    gaps = [
        outputs_along(seed, setting, rule) - outputs_along(seed, setting.moved((3.0, 0.2), rule), rule)
        for rule in ("sgd", "adam")
    ]
    return Measured(max(float(gap.abs().max()) for gap in gaps), "(largest difference)", at_most=1e-9)


@claim(
    "scale.normalised_length",
    "In front of a norm, weights c times as long with c² times the rate and 1/c² of the decay are the same run.",
    source="vanlaarhoven2017l2",
    verdict="holds",
)
def normalised_length(seed: int) -> Measured:
    """Largest difference of outputs in twenty steps, c = 5, rate times decay unchanged."""
    setting = Setting(rate=(0.1, 0.05), decay=0.02)
    longer = replace(setting, start=(5.0, 1.0), rate=(2.5, 0.05), decay=0.02 / 25)
    gap = outputs_along(seed, setting, normalised=True) - outputs_along(seed, longer, normalised=True)
    return Measured(float(gap.abs().max()), "(largest difference)", at_most=1e-9)
