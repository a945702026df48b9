"""What a figure, read as plain data, lacks of what a check asks for, in words for a student."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import FunctionType
from typing import Any

import numpy as np

from coursekit.figures import MOST
from coursekit.plain import described, usable

NEAR = 0.01  # of the range of what is to be shown: how far from a series its points may lie
Points = tuple[Any, Any]
Shows = Mapping[str, Points]
Levels = Mapping[str, float]
Span = tuple[float, float]


def missing(
    figure: object, *, x: str = "", y: str = "", shows: Shows | Callable[[], Shows] | None = None,
    covers: Span | Callable[[], Span] | None = None, log: str = "", names: int = 2,
    levels: Levels | Callable[[], Levels] | None = None,
) -> str:  # fmt: skip
    """What a figure, or what a function gives as one, lacks, in words; empty when nothing.

    Every axis of axes that hold a series needs a label, and series that share axes need names.  ``x`` and ``y`` say what
    the axes are of, for the message.  ``shows`` maps words to points, two sequences: some line runs through each of them, or
    markers or bars lie there, within the limits of the axes.  ``covers``: the range along x that one line spans.
    ``log`` names the axes, ``"x"``, ``"y"`` or ``"xy"``, that are logarithmic.  ``names``: so many of the series that share axes
    need names of their own.  ``levels`` maps words to heights: some line that spans ``covers`` stays at each of them.
    """
    heights = {name: float(at) for name, at in (levels() if callable(levels) else levels or {}).items()}
    covers = covers() if callable(covers) else covers
    if heights and not covers:
        raise ValueError("levels need covers=(low, high): how far along x a level line goes")
    wanted = {name: _array(points) for name, points in (shows() if callable(shows) else shows or {}).items()}
    value = usable(figure() if type(figure) is FunctionType else figure)  # last, so that it is the call that is told
    try:
        drawn = [axes for axes in value["axes"][:MOST] if axes["series"]]  # type: ignore[index]
        problems = [*_problems(drawn, {"x": x, "y": y}, wanted, heights, covers, log), *_unnamed(drawn, names)]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        return f"your answer gave {described(value)}, where a figure of matplotlib is wanted: end with `return figure`"
    return "; ".join(problems)


def _problems(
    drawn: list, words: dict[str, str], wanted: dict[str, np.ndarray], heights: Levels, covers: Any, log: str
) -> Iterator[str]:
    if not drawn:
        yield "the figure shows no line, no points and no bars"
        return
    for name, points in wanted.items():
        yield from _not_shown(drawn, name, points)
    for name, at in heights.items():
        yield from _not_level(drawn, name, at, *covers)
    if covers and not any(_spans(series, *covers) for axes in drawn for series in axes["series"]):
        yield f"no line covers {words['x'] or 'x ='} {covers[0]:g} to {covers[1]:g}"
    for which, place in (("x", "below"), ("y", "on the left")):
        of = f" (it is of the {words[which]})" if words[which] else ""
        if not all(axes[f"{which}label"] for axes in drawn):
            yield f"the axis {place} has no label{of}: set_{which}label(…)"
        if which in log and not any(axes[f"{which}scale"] == "log" for axes in drawn):
            yield f'the axis {place} is not logarithmic: set_{which}scale("log")'


def _unnamed(drawn: list, names: int) -> Iterator[str]:
    """What the names of series that share axes lack; nothing where each has one, or as many as are asked for."""
    for axes in drawn:
        series, named = len(axes["series"]), len(set(axes["texts"]))
        if series > 1 and named < min(names, series):
            some = f"only {named} of its series have a name" if named > 1 else "its series have no names"
            yield f"{some}: give each a label=… and call legend()"
            return


def _array(points: Points) -> np.ndarray:
    return np.column_stack([np.asarray(part, dtype=float).ravel() for part in points])


def _not_shown(drawn: list, name: str, points: np.ndarray) -> Iterator[str]:
    """Why ``points`` are not to be seen; nothing where they are."""
    holding = [axes for axes in drawn if any(_on(axes, series, points) for series in axes["series"][:MOST])]
    if not holding:
        yield f"no line and no points show {name}"
    elif not any(_inside(axes, points) for axes in holding):
        yield f"the limits of the axes cut off {name}"


def _not_level(drawn: list, name: str, at: float, low: float, high: float) -> Iterator[str]:
    """Why no line from ``low`` to ``high`` stays at the height ``at``; nothing where one does."""
    holding = [axes for axes in drawn if any(_is_level(axes, one, at, low, high) for one in axes["series"][:MOST])]
    if not holding:
        yield f"no level line shows {name}"
    elif not any(_inside(axes, np.array([[low, at], [high, at]])) for axes in holding):
        yield f"the limits of the axes cut off {name}"


def _is_level(axes: dict, series: dict, at: float, low: float, high: float) -> bool:
    """Whether one stroke of the series, from gap to gap, spans the range and is nowhere off its height."""
    xy, room = np.asarray(series["xy"], dtype=float), NEAR * abs(at) + 1e-12 * np.ptp(axes["ylim"])
    strokes = np.split(xy, np.flatnonzero(~np.isfinite(xy).all(axis=1)))
    off = [np.abs(stroke[:, 1] - at) for stroke in strokes if _spans(series | {"xy": stroke}, low, high)]
    return any(bool(np.nanmax(each) <= room) for each in off)


def _on(axes: dict, series: dict, points: np.ndarray) -> bool:
    """Whether every point lies on the series, as the axes' scales show it."""
    xy, at = _scaled(axes, np.asarray(series["xy"], dtype=float)), _scaled(axes, points)
    size = np.ptp(at, axis=0)
    unit = np.where(size > 0, size, np.maximum(np.abs(at).max(axis=0), 1e-300))
    if not np.isfinite(at).all() or not len(xy):
        return False
    return all(_distance(xy / unit, point / unit, bool(series["line"])) <= NEAR for point in at)


def _scaled(axes: dict, xy: np.ndarray) -> np.ndarray:
    """Points as they lie on the page: logarithms along logarithmic axes."""
    columns = []
    for which, column in zip("xy", xy.T):
        log = axes[f"{which}scale"] == "log"
        columns.append(np.log10(np.where(column > 0, column, np.nan)) if log else column)
    return np.column_stack(columns)


def _distance(xy: np.ndarray, point: np.ndarray, line: bool) -> float:
    """From a point to the nearest of ``xy``, or to the line that joins them."""
    gaps = [np.hypot(*(xy - point).T)]
    if line and len(xy) > 1:
        along = np.diff(xy, axis=0)
        square = np.maximum((along**2).sum(1), 1e-300)
        share = np.clip(((point - xy[:-1]) * along).sum(1) / square, 0, 1)
        gaps.append(np.hypot(*(xy[:-1] + share[:, None] * along - point).T))
    return float(np.fmin.reduce(np.concatenate(gaps), initial=np.inf))


def _inside(axes: dict, points: np.ndarray) -> bool:
    limits = np.sort([axes["xlim"], axes["ylim"]], axis=1)
    room = 1e-9 * np.ptp(limits, axis=1)
    return bool((points >= limits[:, 0] - room).all() and (points <= limits[:, 1] + room).all())


def _spans(series: dict, low: float, high: float) -> bool:
    x = np.asarray(series["xy"], dtype=float)[:, 0]
    room = NEAR * (high - low)
    return bool(series["line"] and len(x) and np.fmin.reduce(x) <= low + room and np.fmax.reduce(x) >= high - room)
