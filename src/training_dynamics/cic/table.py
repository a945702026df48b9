"""The lens's table, filled in: for every row and proxy the effect at each seed, the null's, and the verdict by the rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import nan

from training_dynamics.cic.control import aligned
from training_dynamics.cic.features import COUNTS, sweep
from training_dynamics.cic.noise import batchnorm, dropout
from training_dynamics.cic.norms import solutions
from training_dynamics.cic.paths import paths
from training_dynamics.cic.preregistration import NULL_SHARE, PROXIES, ROWS, SEEDS, TERMS, TOLERANCE, UNITS, judge
from training_dynamics.cic.updates import COHERENCE, drift
from training_dynamics.lab.once import once


@dataclass(frozen=True)
class Cell:
    """A row read with a proxy (``descent``: with a pair, ``"tc/h_rep"``): an effect a seed, the null's, sign predicted.

    ``pooled`` is the effect when seeds are pooled first; by default the mean of ``effects``.
    """

    row: str
    proxy: str
    sign: int
    effects: tuple[float, ...]
    null: tuple[float, ...]
    pooled: float | None = None

    @property
    def verdict(self) -> str:
        """By the one rule: the sign at every seed."""
        return judge(self.effects, self.sign)

    @property
    def unit(self) -> str:
        """Of the effect: the row's, or else the proxy's own."""
        return next((row.unit for row in ROWS if row.name == self.row), "") or UNITS[self.proxy]

    @property
    def mean_verdict(self) -> str:
        """The sign of the pooled effect alone."""
        return judge((sum(self.effects) if self.pooled is None else self.pooled,), self.sign)

    @property
    def share(self) -> float:
        """Mean size of the null over that of the effect, whatever their directions."""
        return sum(abs(v) for v in self.null) / sum(abs(v) for v in self.effects)

    @property
    def null_passed(self) -> bool:
        """By the one rule: the null's share is below ``NULL_SHARE``; a null that could not be trained does not pass."""
        return self.share < NULL_SHARE


def evenness(slopes: Sequence[float], tolerance: float = TOLERANCE) -> float:
    """Above 0 exactly when all slopes are > 0 and the largest is less than ``tolerance`` times the smallest.

    The smallest slope over the largest size, less ``1 / tolerance``.
    """
    return min(slopes) / max(abs(s) for s in slopes) - 1 / tolerance


def lenses(
    found: tuple[Cell, ...], verdict: Callable[[Cell], str] = lambda cell: cell.verdict
) -> dict[tuple[str, str, str], dict[str, str]]:
    """For each choice of one proxy for phi, H and C, the verdict on each row.

    ``supported`` when each proxy of the choice that the row uses is, ``contradicted`` when one is, else ``undecided``.
    """
    table: dict[tuple[str, str, str], dict[str, str]] = {}
    for phi, h, c in product(*TERMS.values()):
        choice = phi, h, c
        table[choice] = {}
        for row in dict.fromkeys(cell.row for cell in found):
            used = {verdict(cell) for cell in found if cell.row == row and set(cell.proxy.split("/")) <= set(choice)}
            one = "contradicted" if "contradicted" in used else "undecided"
            table[choice][row] = "supported" if used == {"supported"} else one
    return table


def summed(choice: tuple[str, str, str], lam: float, gamma: float, found: tuple[Cell, ...] | None = None) -> Cell:
    """The row on connectivity asked of the sum and not of each term: F on the curve less F on the line, and the null's."""
    row = {cell.proxy: cell for cell in found or cells() if cell.row == "connectivity"}

    def total(part: str) -> tuple[float, ...]:
        seeds = zip(*(getattr(row[name], part) for name in choice), strict=True)
        return tuple(phi - lam * h + gamma * c for phi, h, c in seeds)

    return Cell("connectivity", "/".join(choice), 1, total("effects"), total("null"))


Read = dict[str, tuple[float, float]]


def effects(row: str, seed: int, hidden: int = 24) -> Read:
    """For each proxy of a row, the effect and the null's effect of one seed.  Raises KeyError for an unknown row."""
    return {
        "norm": _norm,
        "adam": _adam,
        "batchnorm": _batchnorm,
        "dropout": _dropout,
        "connectivity": _connectivity,
        "descent": _descent,
    }[row](seed, hidden)


@once
def cells(hidden: int = 24, first: int = 0) -> tuple[Cell, ...]:
    """Every row with every proxy that it is about, in layers of ``hidden`` units (``descent`` has no such layers).

    ``first`` is the first of the five seeds.
    """
    seeds = range(first, first + SEEDS)
    found = []
    for row in ROWS:
        runs = [effects(row.name, seed, hidden) for seed in seeds]
        for proxy in runs[0]:
            sign = -row.sign if row.term == "all" and proxy in TERMS["H"] else row.sign
            effect, null = (tuple(run[proxy][part] for run in runs) for part in (0, 1))
            pooled = evenness(pooled_slopes(proxy, seeds)) if row.name == "descent" else None
            found.append(Cell(row.name, proxy, sign, effect, null, pooled))
    return tuple(found)


@once
def control_cells() -> dict[str, Cell]:
    """The positive control, judged like a row: the rise of the alignment with the labels, one cell for each of its nulls."""
    found = [aligned(seed) for seed in range(SEEDS)]
    effect = tuple(run.trained for run in found)
    nulls = {"shuffled labels": [run.shuffled for run in found], "random walk": [run.walk for run in found]}
    return {name: Cell("control", "labels", 1, effect, tuple(null)) for name, null in nulls.items()}


def _named(names: tuple[str, ...], effect: list[float], null: list[float]) -> Read:
    index = [PROXIES.index(name) for name in names]
    return {name: (float(effect[i]), float(null[i])) for name, i in zip(names, index)}


def _norm(seed: int, hidden: int) -> Read:
    real = solutions(seed, hidden).rank_correlations()
    try:
        null = solutions(seed, hidden, shuffle=True).rank_correlations()
    except RuntimeError:  # small networks need not reach the loss on shuffled labels
        null = [nan] * len(PROXIES)
    return _named(TERMS["phi"], real, null)


def _adam(seed: int, hidden: int) -> Read:
    d = drift(seed, hidden)
    effect, null = [0.0] * len(PROXIES), [0.0] * len(PROXIES)
    for i, adam, gd, walk in zip(COHERENCE, d.adam.tolist(), d.gd.tolist(), d.walk.tolist()):
        effect[i], null[i] = adam - gd, walk - gd  # the same statistic with the walk in Adam's place
    return _named(TERMS["C"], effect, null)


def _batchnorm(seed: int, hidden: int) -> Read:
    found = batchnorm(seed, hidden)
    return _named(TERMS["H"], found.after.tolist(), found.before.tolist())


def _dropout(seed: int, hidden: int) -> Read:
    real, null = (dropout(seed, hidden, shuffle=shuffle).rank_correlations() for shuffle in (False, True))
    return _named(TERMS["phi"], real, null)


def _connectivity(seed: int, hidden: int) -> Read:
    found = paths(seed, hidden)
    null = found.untrained.ends - found.untrained.middle  # comparable: the line's middle is what both take away
    return _named(PROXIES, (found.curve.middle - found.line.middle).tolist(), null.tolist())


PAIRS = {f"{PROXIES[i]}/{PROXIES[j]}": (i, j) for i in range(2) for j in range(2, 5)}


def slopes(pair: str, seed: int, shuffle: bool = False) -> list[float]:
    """``d phi / d H`` of a pair at the peak, for each number of examples."""
    return [sweep(seed, n, shuffle).slope(*PAIRS[pair]) for n in COUNTS]


def pooled_slopes(pair: str, seeds: Sequence[int] = range(SEEDS)) -> list[float]:
    """The slope for each number of examples, mean over seeds."""
    return [sum(column) / len(seeds) for column in zip(*(slopes(pair, seed) for seed in seeds))]


def _descent(seed: int, hidden: int) -> Read:
    return {pair: (evenness(slopes(pair, seed)), evenness(slopes(pair, seed, True))) for pair in PAIRS}
