"""What the chapter asserts about parts of a trajectory, and about a best rate that decay sets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from coursekit.claim import Measured, claim
from training_dynamics.scale.directions import RATES, losses_by_part
from training_dynamics.scale.networks import Training
from training_dynamics.scale.sweeps import lowest, sweep

PARTS: dict[str, tuple[object, ...]] = {"steps": (20, 30), "batch": (16, 32)}
DECAYED: dict[str, tuple[object, ...]] = {"steps": (30, 45), "batch": (16, 32)}
WIDTHS = (32, 256)
DECAY = 30.0


def _losses(seed: int, steps: int, batch: int) -> Float[np.ndarray, "w 2 r"]:
    """For both widths: losses as two directions alone would leave them, and with all."""
    return np.array([losses_by_part(seed, width, 2, steps, batch)[:2] for width in WIDTHS])


def _best(losses: Float[np.ndarray, "w 2 r"]) -> Float[np.ndarray, "w 2"]:
    return np.array([[lowest(np.array(RATES), row) for row in rows] for rows in losses])


@claim(
    "scale.part_gain",
    "The first two directions of every layer's steps bring less than two thirds of what width gains.",
    source="ghosh2025understanding",
    verdict="holds",
    vary=PARTS,
)
def part_gain(seed: int, steps: int = 20, batch: int = 32) -> Measured:
    """Share of the gain in loss from width 32 to 256, each at its best rate, that is there with the two directions alone."""
    gains = -np.diff(_losses(seed, steps, batch).min(axis=2), axis=0)[0]
    return Measured(float(gains[0] / gains[1]), "of the gain", at_most=0.65)


@claim(
    "scale.part_rate",
    "The rate that is best for the first two directions alone keeps its place over the width.",
    source="ghosh2025understanding",
    verdict="holds-if",
    condition="mean over starts: a third of an octave or so; single ones move by up to half an octave",
    vary=PARTS,
    judge="mean",
)
def part_rate(seed: int, steps: int = 20, batch: int = 32) -> Measured:
    """Octaves between the best rates of this part at widths 32 and 256."""
    best = _best(_losses(seed, steps, batch))
    return Measured(float(abs(best[1, 0] - best[0, 0])), "octaves", at_most=0.5)


@claim(
    "scale.part_sums",
    "Summed over all directions the parts give the loss of the averaged weights, within a twentieth up to the best rate.",
    source="ghosh2025understanding",
    verdict="holds",
    vary=PARTS,
)
def part_sums(seed: int, steps: int = 20, batch: int = 32) -> Measured:
    """Largest relative distance of the sum from the loss, widths 32 and 256, rates up to the best of the grid."""
    worst = 0.0
    for width in WIDTHS:
        _, summed, measured = losses_by_part(seed, width, 2, steps, batch)
        upto = slice(int(measured.argmin()) + 1)
        worst = max(worst, float(np.abs(summed[upto] / measured[upto] - 1).max()))
    return Measured(worst, "(relative distance)", at_most=0.05)


@claim(
    "scale.part_below",
    "A part of training whose best rate keeps its place over the width has the best rate of the whole.",
    verdict="fails",
    instead=(
        "That of two directions a layer keeps its place, well below that of the whole loss, at both widths: the others raise it."
    ),
    vary=PARTS,
)
def part_below(seed: int, steps: int = 20, batch: int = 32) -> Measured:
    """Octaves by which the best rate of two directions alone lies below that of the whole loss, at the width where less."""
    best = _best(_losses(seed, steps, batch))
    return Measured(float((best[:, 1] - best[:, 0]).min()), "octaves", at_least=0.3)


@claim(
    "scale.decay_moves",
    "Maximal update keeps the best rate in its place, whatever the weight decay.",
    source="kosson2025weight",
    verdict="fails",
    instead="With the same decay, so strong that it bounds the rate, the best rate rises with the width.",
    vary=DECAYED,
)
def decay_moves(seed: int, steps: int = 30, batch: int = 32) -> Measured:
    """Octaves by which the best rate rises from 64 units to 256, decay 30 at both."""
    best = sweep(seed, Training(decay=DECAY, steps=steps, batch=batch), (64, 256)).best
    return Measured(float(best[1] - best[0]), "octaves", at_least=0.5)


@claim(
    "scale.decay_kept",
    "With rate times decay kept in every layer it stays within an octave.",
    source="kosson2025weight",
    verdict="holds",
    vary=DECAYED,
)
def decay_kept(seed: int, steps: int = 30, batch: int = 32) -> Measured:
    """The same rise when the decay of each layer goes as one over its rate."""
    how = Training(decay=DECAY, steps=steps, batch=batch)
    narrow = sweep(seed, how, (64, 256)).best[0]
    return Measured(
        float(sweep(seed, replace(how, independent=True), (256,)).best[0] - narrow),
        "octaves",
        at_least=-0.8,
        at_most=0.4,
    )
