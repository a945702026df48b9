"""The rules before runs that they were not tuned on: other severities, networks, data and draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.diagnostics.faults import Setup, run
from training_dynamics.lab.once import once
from training_dynamics.toolbox.diagnose import RULES, diagnose
from training_dynamics.toolbox.readings import Readings, read

NAMES = (*(rule.name for rule in RULES), "healthy")

DEVELOPMENT: Mapping[str, tuple[float, ...]] = {
    "rate_too_high": (50, 100, 1000),
    "rate_too_low": (3e-3, 1e-3, 1e-4),
    "vanishing": (6, 9, 12),
    "exploding": (3, 5, 8),
    "dead_relu": (3, 6, 10),
    "shuffled_labels": (0.8, 0.9, 1.0),
    "mismatched_split": (0.6, 0.8, 1.0),
    "overfitting": (30, 92, 108),
    "loss_spike": (200, 400, 2000),
    "fp16_overflow": (20, 22, 24),
    "clipping": (0.003, 0.01, 0.03),
    "wrong_order": (0.9, 0.96, 1.0),
    "bad_start": (0.01, 0.05, 0.1),
    "dying_relu": (1.5, 3, 8),
}
HELD_OUT: Mapping[str, tuple[float, ...]] = {
    "rate_too_high": (40, 80, 200, 500, 2000),
    "rate_too_low": (5e-3, 2e-3, 5e-4, 2e-4, 3e-5),
    "vanishing": (5, 7, 8, 10, 14),
    "exploding": (2.5, 4, 6, 10, 15),
    "dead_relu": (2.5, 4, 5, 8, 15),
    "shuffled_labels": (0.82, 0.86, 0.93, 0.97, 1.0),
    "mismatched_split": (0.5, 0.7, 0.85, 0.9, 0.95),
    "overfitting": (18, 28, 84, 100, 116),
    "loss_spike": (150, 300, 500, 700, 1500),
    "fp16_overflow": (21, 23, 25, 26, 28),
    "clipping": (0.001, 0.005, 0.015, 0.02, 0.04),
    "wrong_order": (0.88, 0.93, 0.95, 0.98, 0.99),
    "bad_start": (0.003, 0.02, 0.03, 0.06, 0.08),
    "dying_relu": (1.2, 2, 2.5, 4, 6),
}
DEVELOPMENT_NETWORKS = (Setup(), Setup(activation="tanh", width=24, optimizer="adam"))
DEVELOPMENT_DATA = ("digits", "clusters")
NETWORKS = (Setup(depth=3, width=24), Setup(activation="silu", width=40, optimizer="adam"))
DATA = ("digits", "teacher")
MILD: Mapping[str, float] = {
    "rate_too_high": 2,
    "rate_too_low": 0.3,
    "vanishing": 2,
    "exploding": 1.2,
    "dead_relu": 0.5,
    "shuffled_labels": 0.1,
    "mismatched_split": 0.1,
    "overfitting": 600,
    "loss_spike": 5,
    "fp16_overflow": 14,
    "clipping": 2.0,
    "wrong_order": 0.2,
    "bad_start": 0.7,
    "dying_relu": 0.1,
}
RATES = (0.5, 1.0, 1.5)  # of healthy runs, times the usual rate
EACH = 3  # severities of a fault in one panel
RARE_CLIP = 4.0  # a norm that a healthy run hardly ever reaches


@dataclass(frozen=True)
class Judged:
    """One run of the panel: what was wrong, how much, with which network and data, what was read and what was said."""

    truth: str
    severity: float
    network: int
    data: str
    readings: Readings
    said: str


def panel(
    seed: int, steps: int = 100, batch: int = 32, every: int = 100, development: bool = False
) -> tuple[Judged, ...]:
    """All faults at three severities each and 16 healthy runs: the held-out panel, or the one of ``development``."""
    return faulty(seed, steps, batch, every, development) + healthy(seed, steps, batch, every, development)


@once
def faulty(
    seed: int, steps: int = 100, batch: int = 32, every: int = 100, development: bool = False
) -> tuple[Judged, ...]:
    """All faults at three severities each.

    Severities, networks and data take turns, so that three seeds hold all severities, and a few more all pairs.
    """
    severities, networks, data = _kinds(development)
    found = []
    for f, (fault, values) in enumerate(severities.items()):
        for i in range(EACH):
            network, which = (f + i + seed) % 2, data[(f // 2 + i + seed // 2) % 2]
            setup = replace(networks[network], data=which, steps=steps, batch=batch, every=every)
            severity = values[(seed + 2 * i) % len(values)]
            found.append(_judged(fault, severity, network, setup, _first(seed, development) + i))
    return tuple(found)


@once
def product(seed: int, fault: str, network: int, steps: int = 100, batch: int = 32) -> tuple[Judged, ...]:
    """One fault in one held-out network, at each held-out severity on each problem, with draws that no panel has."""
    setups = [replace(NETWORKS[network], data=which, steps=steps, batch=batch) for which in DATA]
    first = seed * 1000 + 700
    return tuple(
        _judged(fault, severity, network, setup, first + 10 * d + i)
        for d, setup in enumerate(setups)
        for i, severity in enumerate(HELD_OUT[fault])
    )


@once
def healthy(
    seed: int, steps: int = 100, batch: int = 32, every: int = 100, development: bool = False
) -> tuple[Judged, ...]:
    """Sixteen runs with nothing wrong: two networks, two problems, three rates and a clip that seldom cuts."""
    _, networks, data = _kinds(development)
    found = []
    for network in (0, 1):
        for d, which in enumerate(data):
            setup = replace(networks[network], data=which, steps=steps, batch=batch, every=every)
            kinds = [*(replace(setup, rate=rate) for rate in RATES), replace(setup, clip=RARE_CLIP)]
            first = _first(seed, development) + 10 * d
            found += [_judged("healthy", 0.0, network, kind, first + k) for k, kind in enumerate(kinds)]
    return tuple(found)


def _kinds(development: bool) -> tuple[Mapping[str, tuple[float, ...]], tuple[Setup, ...], tuple[str, ...]]:
    if development:
        return DEVELOPMENT, DEVELOPMENT_NETWORKS, DEVELOPMENT_DATA
    return HELD_OUT, NETWORKS, DATA


def _first(seed: int, development: bool) -> int:
    """Where a panel's own draws begin."""
    return seed * 1000 + (500 if development else 100)


def _judged(fault: str, severity: float, network: int, setup: Setup, seed: int) -> Judged:
    readings = read(run(fault, severity, setup, seed))
    return Judged(fault, severity, network, setup.data, readings, diagnose(readings).name)


def confusion(runs: tuple[Judged, ...]) -> Float[ndarray, "c c"]:
    """How many runs with each fault (rows) were given each name (columns), both in the order of ``NAMES``."""
    table = np.zeros((len(NAMES), len(NAMES)))
    for one in runs:
        table[NAMES.index(one.truth), NAMES.index(one.said)] += 1
    return table


def misnamed(runs: tuple[Judged, ...]) -> float:
    """The share of runs that were given another name than that of what is wrong, ``healthy`` among them."""
    return float(np.mean([one.said != one.truth for one in runs]))


def hits(runs: tuple[Judged, ...]) -> dict[str, tuple[int, int, str]]:
    """For each kind of run: how many were named rightly, of how many, and the most frequent other name (or nothing)."""
    found = {}
    for truth in NAMES:
        said = [one.said for one in runs if one.truth == truth]
        wrong = Counter(name for name in said if name != truth).most_common(1)
        found[truth] = (said.count(truth), len(said), wrong[0][0] if wrong else "")
    return found
