r"""Noise and degeneracy in two dimensions: the loss :math:`\tfrac12(uv-c)^2` in a box, under three kinds of noise.

For c = 0 the minima are two lines that cross, and the crossing is the most degenerate point; for c > 0 they are hyperbolas.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt64
from numpy import ndarray

NOISES = ("isotropic", "labels", "examples")
REACH = 3.0  # half the side of the box, outside which weights are put back to its edge
SIDE = 4  # starts along each side of their grid


@dataclass(frozen=True)
class Stay:
    """Where runs end, and their share of late time in each of the bins of ``|u| - |v|`` from -3 to 3."""

    ends: Float[ndarray, "runs 2"]
    shares: Float[ndarray, " bins"]


def starts() -> Float[ndarray, "runs 2"]:
    """A grid of starts in the positive quarter of the box."""
    places = 0.3 + 0.8 * np.arange(SIDE)
    return np.array([(u, v) for u in places for v in places])


def toss(state: UInt64[ndarray, " runs"]) -> tuple[UInt64[ndarray, " runs"], Float[ndarray, " runs"]]:
    """The next state of a generator of 32 bits for each run, and a fair coin, -1 or 1, from its highest bit."""
    state = (state * np.uint64(1664525) + np.uint64(1013904223)) & np.uint64(0xFFFFFFFF)
    return state, 1.0 - 2.0 * (state >> np.uint64(31)).astype(float)


def stay(noise: str, rate: float, size: float, target: float, steps: int = 4000, bins: int = 24, seed: int = 0) -> Stay:
    r"""Sixteen runs, and where they spend the second half of their time.

    With the error e = uv - c a step subtracts rate times (ev, eu).  ``"isotropic"`` adds a coin of ``size`` to each gradient;
    ``"labels"`` adds one to c; ``"examples"`` multiplies e by 1 plus a coin of ``size``, as two examples do that both can be
    fitted.  Raises ValueError for another word and for a rate that is not above 0.
    """
    if noise not in NOISES:
        raise ValueError(f"noise must be one of {', '.join(NOISES)}, got {noise!r}")
    if not rate > 0:
        raise ValueError(f"rate must be > 0, got {rate}")
    weights = starts()
    state = np.arange(len(weights), dtype=np.uint64) * np.uint64(2654435761) + np.uint64(7919 * (seed + 1))
    state &= np.uint64(0xFFFFFFFF)
    counts = np.zeros(bins)
    for step in range(steps):
        state, first = toss(state)
        state, second = toss(state)
        weights = _step(weights, first, second, noise, rate, size, target)
        if step >= steps // 2:
            place = np.abs(weights[:, 0]) - np.abs(weights[:, 1])
            counts += np.bincount(
                np.minimum((place + REACH) / (2 * REACH) * bins, bins - 1).astype(int), minlength=bins
            )
    return Stay(weights, counts / counts.sum())


def _step(
    weights: Float[ndarray, "runs 2"],
    first: Float[ndarray, " runs"],
    second: Float[ndarray, " runs"],
    noise: str,
    rate: float,
    size: float,
    target: float,
) -> Float[ndarray, "runs 2"]:
    error = weights.prod(axis=1) - target
    if noise == "labels":
        error = error - size * first
    if noise == "examples":
        error = error * (1 + size * first)
    gradient = error[:, None] * weights[:, ::-1]
    if noise == "isotropic":
        gradient = gradient + size * np.stack([first, second], axis=1)
    return np.clip(weights - rate * gradient, -REACH, REACH)


def gibbs(rate: float, size: float, target: float, bins: int = 24, cells: int = 240) -> Float[ndarray, " bins"]:
    r"""The shares of :math:`e^{-L/T}` on the box in the same bins, at the temperature :math:`T=\eta s^2/2` of isotropic noise."""
    grid = REACH * (2 * (np.arange(cells) + 0.5) / cells - 1)
    u, v = np.meshgrid(grid, grid, indexing="ij")
    weight = np.exp(-((u * v - target) ** 2) / (rate * size**2))
    place = np.minimum((np.abs(u) - np.abs(v) + REACH) / (2 * REACH) * bins, bins - 1).astype(int)
    mass = np.bincount(place.ravel(), weights=weight.ravel(), minlength=bins)
    return mass / mass.sum()


def near_balance(shares: Float[ndarray, " bins"]) -> float:
    """The share of time with ``|u|`` and ``|v|`` less than half a unit apart, from an even number of bins."""
    bins = len(shares)
    width = round(bins * 0.5 / (2 * REACH))
    return float(shares[bins // 2 - width : bins // 2 + width].sum())
