"""The lens's table, filled in: for every row and proxy the effect at each seed, the null's, and the verdict by the rule."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from training_dynamics.cic.features import COUNTS, sweep
from training_dynamics.cic.noise import batchnorm, dropout
from training_dynamics.cic.norms import solutions
from training_dynamics.cic.paths import paths
from training_dynamics.cic.preregistration import PROXIES, ROWS, SEEDS, TERMS, judge
from training_dynamics.cic.updates import COHERENCE, drift
from training_dynamics.lab.once import once


@dataclass(frozen=True)
class Cell:
    """A row read with a proxy (``descent``: with a pair, ``"tc/h_rep"``): effects of the seeds, the null's, sign predicted."""

    row: str
    proxy: str
    sign: int
    effects: tuple[float, ...]
    null: tuple[float, ...]

    @property
    def verdict(self) -> str:
        """By the rule fixed beforehand; a slope is judged by ``same_slope``."""
        return same_slope(self.effects) if self.row == "descent" else judge(self.effects, self.sign)

    @property
    def share(self) -> float:
        """Mean size of the null over that of the effect, with a minus where their means over seeds differ in sign."""
        sizes = [sum(abs(v) for v in values) for values in (self.null, self.effects)]
        return sizes[0] / sizes[1] * (1 if sum(self.null) * sum(self.effects) >= 0 else -1)

    @property
    def null_verdict(self) -> str:
        """``passed`` or ``failed`` by the letter of the plan, on means over seeds; "nothing" is less than a sixth.

        Adam's null is Adam less the walk, and has to be < 0.  Raises KeyError for ``descent``, whose null is empty.
        """
        passed = {
            "norm": round(self.share, 2) <= 1,
            "adam": sum(self.null) < 0,
            "batchnorm": self.share < 1,
            "dropout": round(self.share, 2) <= 1,
            "connectivity": abs(self.share) < 1 / 6,
        }[self.row]
        return "passed" if passed else "failed"


def same_slope(slopes: tuple[float, ...], tolerance: float = 1.5) -> str:
    """Of slopes at several numbers of examples: ``supported`` when all are > 0 and none is ``tolerance`` times another.

    ``slopes`` lists seed 0 at every number of examples, then seed 1, and so on.  A negative lambda contradicts the lens.
    """
    if all(s < 0 for s in slopes):
        return "contradicted"
    agree = min(slopes) > 0 and max(slopes) <= tolerance * min(slopes)
    return "supported" if agree else "undecided"


def lenses(found: tuple[Cell, ...]) -> dict[tuple[str, str, str], dict[str, str]]:
    """For each choice of one proxy for phi, H and C, the verdict on each row.

    ``supported`` when each proxy of the choice that the row uses is, ``contradicted`` when one is, else ``undecided``.
    """
    table: dict[tuple[str, str, str], dict[str, str]] = {}
    for phi, h, c in product(*TERMS.values()):
        choice = phi, h, c
        table[choice] = {}
        for row in dict.fromkeys(cell.row for cell in found):
            used = {cell.verdict for cell in found if cell.row == row and set(cell.proxy.split("/")) <= set(choice)}
            one = "contradicted" if "contradicted" in used else "undecided"
            table[choice][row] = "supported" if used == {"supported"} else one
    return table


def effects(row: str, seed: int) -> dict[str, tuple[tuple[float, ...], tuple[float, ...]]]:
    """For each proxy of a row, the effects and the null's effects of one seed.  Raises KeyError for an unknown row."""
    return {
        "norm": _norm,
        "adam": _adam,
        "batchnorm": _batchnorm,
        "dropout": _dropout,
        "connectivity": _connectivity,
        "descent": _descent,
    }[row](seed)


@once
def cells(seeds: int = SEEDS) -> tuple[Cell, ...]:
    """Every row with every proxy that it is about."""
    found = []
    for row in ROWS:
        runs = [effects(row.name, seed) for seed in range(seeds)]
        for proxy in runs[0]:
            sign = -row.sign if row.term == "all" and proxy in TERMS["H"] else row.sign
            effect, null = (tuple(v for run in runs for v in run[proxy][part]) for part in (0, 1))
            found.append(Cell(row.name, proxy, sign, effect, null))
    return tuple(found)


def _named(names: tuple[str, ...], effect: list[float], null: list[float]) -> dict[str, tuple]:
    index = [PROXIES.index(name) for name in names]
    return {name: ((float(effect[i]),), (float(null[i]),)) for name, i in zip(names, index)}


def _norm(seed: int) -> dict[str, tuple]:
    real, null = (solutions(seed, shuffle=shuffle).rank_correlations() for shuffle in (False, True))
    return _named(TERMS["phi"], real, null)


def _adam(seed: int) -> dict[str, tuple]:
    d = drift(seed)
    effect, null = [0.0] * len(PROXIES), [0.0] * len(PROXIES)
    for i, adam, gd, walk in zip(COHERENCE, d.adam.tolist(), d.gd.tolist(), d.walk.tolist()):
        effect[i], null[i] = adam - gd, adam - walk
    return _named(TERMS["C"], effect, null)


def _batchnorm(seed: int) -> dict[str, tuple]:
    found = batchnorm(seed)
    return _named(TERMS["H"], found.after.tolist(), found.before.tolist())


def _dropout(seed: int) -> dict[str, tuple]:
    real, null = (dropout(seed, shuffle=shuffle).rank_correlations() for shuffle in (False, True))
    return _named(TERMS["phi"], real, null)


def _connectivity(seed: int) -> dict[str, tuple]:
    found = paths(seed)
    null = found.untrained.ends - found.untrained.middle  # comparable: the line's middle is what both take away
    return _named(PROXIES, (found.curve.middle - found.line.middle).tolist(), null.tolist())


def _descent(seed: int) -> dict[str, tuple]:
    pairs = [(i, j) for i in range(2) for j in range(2, 5)]
    return {
        f"{PROXIES[i]}/{PROXIES[j]}": tuple(
            tuple(sweep(seed, n, shuffle).slope(i, j) for n in COUNTS) for shuffle in (False, True)
        )
        for i, j in pairs
    }
