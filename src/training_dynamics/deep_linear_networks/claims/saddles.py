"""What the chapter on deep linear networks asserts about the way from saddle to saddle, and about depth."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.deep_linear_networks.experiments import (
    SIZE,
    aligned_start,
    deep_start,
    escape_ratio,
    random_start,
)
from training_dynamics.deep_linear_networks.jumps import learned


@claim(
    "deep_linear_networks.greedy",
    "Training passes close to the best map of rank 1, then of rank 2, and so on: it learns greedily.",
    source="jacot2021saddle,gidel2019implicit",
    verdict="holds-if",
    condition="the start is small (weights of scale 0.0001); at 0.001 two modes of one seed in ten come too close together",
    vary={"scale": (1e-4, 1e-5), "size": (SIZE, 12)},
)
def greedy(seed: int, scale: float = 1e-4, size: int = SIZE) -> Measured:
    """The worst, over ranks, of the smallest distance to the best map of that rank, in units of the next mode."""
    return Measured(float(random_start(seed, scale, size).low_rank_gaps().max()), "of the next mode", at_most=0.1)


@claim(
    "deep_linear_networks.deep_greedy",
    "With three layers, too, training from small random weights passes the best maps of rank 1, 2 and 3 one after the other.",
    source="jacot2021saddle",
    verdict="holds-if",
    condition="the start is small (weights of scale 0.02, with three layers)",
    vary={"scale": (0.02, 0.01), "size": (SIZE, 12)},
)
def deep_greedy(seed: int, scale: float = 0.02, size: int = SIZE) -> Measured:
    """The worst, over ranks, of the smallest distance to the best map of that rank, in units of the next mode."""
    return Measured(float(deep_start(seed, 3, scale, size).low_rank_gaps().max()), "of the next mode", at_most=0.1)


@claim(
    "deep_linear_networks.always_greedy",
    "Gradient descent on a deep linear network prefers low rank on its way, whatever the start.",
    source="jacot2021saddle",
    verdict="fails",
    instead="From a start of scale 0.3 the path passes no low-rank map closely: the bias comes from the small start.",
    vary={"scale": (0.3, 0.5), "size": (SIZE, 12)},
)
def always_greedy(seed: int, scale: float = 0.3, size: int = SIZE) -> Measured:
    """The least, over ranks, of the smallest distance to the best map of that rank, in units of the next mode."""
    return Measured(float(random_start(seed, scale, size).low_rank_gaps().min()), "of the next mode", at_least=0.35)


@claim(
    "deep_linear_networks.jump_times",
    "A recipe tells when a diagonal linear network learns each weight, on correlated inputs: in this order, within two per cent.",
    source="pesme2023saddle,kunin2025alternating",
    verdict="holds-if",
    condition="the start is tiny, u = v = 10⁻³⁰",
    vary={"samples": (40, 80), "features": (8, 16)},
)
def jump_times(seed: int, samples: int = 40, features: int = 8) -> Measured:
    """The largest error of a time, as a share: when gradient flow passes half of what a weight wakes to, against the jump.

    It is no number where the order is another one.
    """
    found = learned(seed, 1e-30, samples, features)
    return Measured(found.error if found.ordered else np.nan, "of the time", at_most=0.02)


@claim(
    "deep_linear_networks.jump_limit",
    "The recipe's times are a limit: from a start of 10⁻³ their errors are several times those from 10⁻³⁰.",
    source="pesme2023saddle,kunin2025alternating",
    verdict="holds",
    vary={"samples": (40, 80), "features": (8, 16)},
)
def jump_limit(seed: int, samples: int = 40, features: int = 8) -> Measured:
    """The largest error of a time from the larger start over that from the smaller; one over the logarithms would be ten."""
    large, small = (learned(seed, start, samples, features).error for start in (1e-3, 1e-30))
    return Measured(large / small, "times", at_least=3)


@claim(
    "deep_linear_networks.depth_accelerates",
    "Adding linear layers speeds up training.",
    source="arora2018optimization",
    verdict="fails",
    instead=(
        "From a small start of the same map, a third layer makes every mode later; depth can help in other settings."
    ),
    seeds=None,
)
def depth_accelerates() -> Measured:
    """Half-time at depth 3 over that at depth 2, aligned starts of the same strength: the least over the four modes."""
    return Measured(
        float((aligned_start(0, 3).half_times / aligned_start(0, 2).half_times).min()),
        "times the half-time with two layers",
        at_least=1.3,
    )


@claim(
    "deep_linear_networks.power_law_wait",
    "With three layers the wait at the origin grows like one over the size of the weights, not like a logarithm.",
    source="jacot2021saddle",
    verdict="holds",
    vary={"scale": (0.03, 0.02), "size": (4, 6)},
)
def power_law_wait(seed: int, scale: float = 0.03, size: int = 4) -> Measured:
    """The wait from a random start, over the wait from the same start ten times larger."""
    return Measured(
        escape_ratio(seed, depth=3, scale=scale, shrink=10, size=size),
        "times longer from ten times smaller weights",
        at_least=8.5,
        at_most=11.5,
    )
