"""What the chapter's explorable trains: a small network on a line, its units where they start and where they end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.wide_networks.kernel import distance
from training_dynamics.wide_networks.network import Nets, train

POINTS = np.array([-0.9, -0.65, -0.4, -0.1, 0.15, 0.45, 0.7, 0.95])
GRID = np.linspace(-1, 1, 81)
TARGETS = ("kink", "wave")
GOLDEN = (np.sqrt(5) - 1) / 2


@dataclass(frozen=True)
class Picture:
    """The learned function and the target on ``GRID``, its relative error there, and how far weights and kernel have moved."""

    function: Float[ndarray, " g"]
    target: Float[ndarray, " g"]
    error: float
    movement: float
    turned: float
    kinks: Float[ndarray, "2 m"]  # where each unit switches, at the start and at the end
    sizes: Float[ndarray, "2 m"]  # how strongly it bends the function


def target(kind: str, x: Float[ndarray, " k"]) -> Float[ndarray, " k"]:
    """A line with one kink, or a wave.  Raises ValueError for another kind."""
    if kind not in TARGETS:
        raise ValueError(f"kind must be one of {', '.join(TARGETS)}, got {kind!r}")
    return 2 * np.maximum(x - 0.25, 0) - 0.5 if kind == "kink" else np.sin(4 * x) / 2


def units(width: int) -> Nets:
    """Units in all directions, spread evenly without chance, with outer weights of either sign."""
    angles = 2 * np.pi * ((np.arange(width) + 0.5) * GOLDEN % 1)
    signs = np.where(np.arange(width) % 2 == 0, 1.0, -1.0)
    return Nets(np.sqrt(2) * np.stack([np.cos(angles), np.sin(angles)], axis=1)[None], signs[None])


def picture(scale: float, width: int, kind: str, steps: int = 2000, rate: float = 0.3) -> Picture:
    """All that is drawn for a scale of the output and a width.  Raises ValueError for a scale that is not above 0."""
    x, grid = (np.stack([v, np.ones_like(v)], axis=1) for v in (POINTS, GRID))
    start = units(width)
    found = train(start, x, target(kind, POINTS), np.array(scale), rate, steps)
    function, wanted = found.predict(grid)[0], target(kind, GRID)
    kinks, sizes = zip(*(_kinks(nets, scale) for nets in (start, found.end)))
    return Picture(
        function,
        wanted,
        float(np.mean((function - wanted) ** 2) / np.mean(wanted**2)),
        float(found.end.movement(start)[0]),
        distance(found.end.kernels(x, x)[0], start.kernels(x, x)[0]),
        np.array(kinks),
        np.array(sizes),
    )


def _kinks(nets: Nets, scale: float) -> tuple[Float[ndarray, " m"], Float[ndarray, " m"]]:
    w, a = nets.w[0], nets.a[0]
    return -w[:, 1] / w[:, 0], scale * np.abs(a * w[:, 0]) / np.sqrt(len(a))
