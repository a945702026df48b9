"""What each verdict hangs on: the table filled in again with one choice changed, cell by cell and lens by lens."""

from __future__ import annotations

from collections.abc import Callable

from training_dynamics.cic.preregistration import NULL_SHARE, SEEDS, judge
from training_dynamics.cic.table import Cell, cells, evenness, lenses, slopes

WIDTHS = (16, 32, 48)


def by_cell(widths: tuple[int, ...] = WIDTHS) -> dict[tuple[str, str], dict[str, str]]:
    """For each row and proxy, the verdict by the plan, on the mean over seeds, at five other seeds, and in other widths.

    Pairs of ``descent`` have no width, and get ``""`` there.
    """
    later = {(c.row, c.proxy): c.verdict for c in cells(first=SEEDS)}
    other = {width: {(c.row, c.proxy): c.verdict for c in cells(width)} for width in widths}
    return {
        (c.row, c.proxy): {"plan": c.verdict, "mean": c.mean_verdict, "seeds": later[c.row, c.proxy]}
        | {str(w): "" if c.row == "descent" else table[c.row, c.proxy] for w, table in other.items()}
        for c in cells()
    }


def beside_null(cell: Cell, limit: float = NULL_SHARE, verdict: str | None = None) -> str:
    """The verdict, with ``supported`` only where the null's share is below ``limit``, too."""
    found = cell.verdict if verdict is None else verdict
    return "undecided" if found == "supported" and not cell.share < limit else found


def most_won(found: tuple[Cell, ...], verdict: Callable[[Cell], str] = lambda cell: cell.verdict) -> int:
    """The largest number of rows that one of the twelve lenses wins."""
    return max(list(rows.values()).count("supported") for rows in lenses(found, verdict).values())


def tolerant(cell: Cell, tolerance: float) -> str:
    """The verdict where slopes of ``descent`` may differ by another factor."""
    if cell.row != "descent":
        return cell.verdict
    return judge([evenness(slopes(cell.proxy, seed), tolerance) for seed in range(SEEDS)], cell.sign)


def by_lens(widths: tuple[int, ...] = WIDTHS) -> dict[str, tuple[int, int]]:
    """For each choice: the most rows that one lens wins by sign, and by sign and null."""
    plan = cells()

    def won(
        found: tuple[Cell, ...], verdict: Callable[[Cell], str] = lambda cell: cell.verdict, limit: float = NULL_SHARE
    ) -> tuple[int, int]:
        return most_won(found, verdict), most_won(found, lambda cell: beside_null(cell, limit, verdict(cell)))

    return {
        "by the plan": won(plan),
        "on the mean over seeds": won(plan, lambda cell: cell.mean_verdict),
        "at five other seeds": won(cells(first=SEEDS)),
        **{f"layers of {width} units": won(cells(width)) for width in widths},
        "null below a sixth": won(plan, limit=1 / 6),
        "null below two thirds": won(plan, limit=2 / 3),
        "slopes within a factor of 2": won(plan, lambda cell: tolerant(cell, 2.0)),
    }
