"""The spread of dropout on one curve, network by network, beside the exact process and ensembles: what the claims compare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from training_dynamics.dropout.regression import (
    GRID,
    INSIDE,
    MEMBERS,
    RATES,
    WIDTH,
    Band,
    Member,
    curve,
    exact_process,
    mask_bands,
    point_predictions,
    train,
)

SIZES = (10, 40, 160, 640, 2560)
RATE, HIGH = 0.1, 0.3
FEW, SOME, MANY = 10, 160, 2560
COPIES = 2
STEPS = 800
CROWDS = {SOME: 1, FEW: 2}  # ensembles for each number of points


@dataclass(frozen=True)
class Comparison:
    """Bands by number of points and, for dropout, by rate: one band a network; for ensembles, one band an ensemble."""

    process: dict[int, Band]
    dropout: dict[tuple[int, float], list[Band]]
    ensembles: dict[int, list[Band]]

    def inside(self, n: int, rate: float = RATE) -> float:
        """Mean sd over masks where there are data, mean over the networks."""
        return float(np.mean([band.inside for band in self.dropout[n, rate]]))

    def outside(self, n: int, rate: float = RATE) -> float:
        """The same far from the data."""
        return float(np.mean([band.outside for band in self.dropout[n, rate]]))


def _dropped() -> list[Member]:
    """Rate 0.1 at all sizes, all rates at 160 points, rate 0.3 at both ends; ``COPIES`` networks at both ends, else one."""
    kinds = [(n, RATE) for n in SIZES] + [(SOME, p) for p in RATES if p != RATE] + [(FEW, HIGH), (MANY, HIGH)]
    more = [(n, RATE, i) for n in (FEW, MANY) for i in range(1, COPIES)]
    return [Member(n, p) for n, p in kinds] + [Member(*kind) for kind in more]


def _crowded() -> list[Member]:
    """The members of all ensembles, without dropout, each from a start of its own."""
    numbers = iter(range(COPIES, 1000))
    return [Member(n, 0.0, next(numbers)) for n, count in CROWDS.items() for _ in range(count * MEMBERS)]


@cache
def comparison(seed: int, steps: int = STEPS, width: int = WIDTH) -> Comparison:
    """All networks of one curve, trained side by side, and the exact process.

    Networks with dropout share their start and the random numbers behind masks and batches, but for the copies.
    """
    dropped, crowded = _dropped(), _crowded()
    nets, plain = (train(members, seed, steps, width=width) for members in (dropped, crowded))
    bands: dict[tuple[int, float], list[Band]] = {}
    for member, band in zip(dropped, mask_bands(nets, seed)):
        bands.setdefault((member.n, member.p), []).append(band)
    curves = dict(zip(crowded, point_predictions(plain)))
    ensembles = {n: _ensembles([c for m, c in curves.items() if m.n == n]) for n in CROWDS}
    return Comparison({n: exact_process(seed, n) for n in SIZES}, bands, ensembles)


def _ensembles(curves: list[np.ndarray]) -> list[Band]:
    crowds = np.array(curves).reshape(-1, MEMBERS, len(GRID))
    return [Band(c.mean(0), c.std(0, ddof=1)) for c in crowds]


def width_over_error(seed: int, bands: Iterable[Band]) -> float:
    """Mean sd over masks divided by the root mean square error of the mean, |x| <= 2; both pooled over the networks."""
    pooled = list(bands)
    error = np.sqrt(np.mean([rms_error(seed, band) ** 2 for band in pooled]))
    return float(np.mean([band.inside for band in pooled]) / error)


def coverage(seed: int, band: Band, inside: bool = True) -> float:
    """Share of grid points at which mean +- 1.96 sd holds the true curve, in |x| <= 2 or in |x| >= 3."""
    where = np.abs(GRID) <= INSIDE if inside else np.abs(GRID) >= 3
    hit = np.abs(band.mean - curve(seed, FEW).truth) <= 1.96 * band.sd
    return float(hit[where].mean())


def rms_error(seed: int, band: Band) -> float:
    """Root mean square distance of the band's mean from the true curve on |x| <= 2."""
    where = np.abs(GRID) <= INSIDE
    return float(np.sqrt(np.mean((band.mean - curve(seed, FEW).truth)[where] ** 2)))


def explained(seed: int, band: Band) -> float:
    """Share of the curve's variance on |x| <= 2 that the band's mean explains: 1 for a perfect fit, 0 for a constant."""
    variance = curve(seed, FEW).truth[np.abs(GRID) <= INSIDE].var()
    return float(1 - rms_error(seed, band) ** 2 / variance)
