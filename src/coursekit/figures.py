"""A figure of matplotlib as plain data: the labels, limits and series of its axes.

Checks ask about this data, never about the picture.  A figure becomes data where it was drawn, so that nothing else crosses
to who judges it.  Nothing here imports matplotlib: without it there is no figure.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

MOST = 200  # axes of a figure, and series and texts of axes, that are read
UNDRAWN = ("none", " ", "")


def is_figure(value: Any) -> bool:
    """Whether ``value`` is a figure of matplotlib, or part of one: axes, a line."""
    artist = sys.modules.get("matplotlib.artist")
    return artist is not None and issubclass(type(value), artist.Artist) and value.figure is not None


def read(value: Any) -> dict[str, Any]:
    """A figure, or the one that its part is of, as plain data; pyplot forgets it, so that many may be drawn."""
    figure = value.figure
    data = {"axes": [_axes(axes) for axes in figure.axes[:MOST]]}
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(figure)
    return data


def _axes(axes: Any) -> dict[str, Any]:
    limits = {"xlim": [float(v) for v in axes.get_xlim()], "ylim": [float(v) for v in axes.get_ylim()]}
    legends = [legend for legend in (axes.get_legend(), *axes.figure.legends) if legend is not None]
    texts = [text for legend in legends for text in legend.get_texts()] + list(axes.texts)
    return limits | {
        "xlabel": _label(axes, "x"),
        "ylabel": _label(axes, "y"),
        "xscale": str(axes.get_xscale()),
        "yscale": str(axes.get_yscale()),
        "texts": [str(text.get_text())[:MOST] for text in texts[:MOST]],
        "series": [
            {"line": line, "xy": np.array(xy, dtype=float).reshape(-1, 2)} for line, xy in [*_series(axes)][:MOST]
        ],
    }


def _label(axes: Any, which: str) -> str:
    """The label of an axis, or of one that shares its scale and stands for it, or of the whole figure."""
    sharing = getattr(axes, f"get_shared_{which}_axes")().get_siblings(axes)
    found = [getattr(one, f"get_{which}label")() for one in (axes, *sharing)]
    found.append(getattr(axes.figure, f"get_sup{which}label", str)())
    return next((str(text).strip()[:MOST] for text in found if str(text).strip()), "")


def _series(axes: Any) -> Iterator[tuple[bool, Any]]:
    """What is drawn: whether its points are joined, and the points in the data's coordinates."""
    for line in axes.lines:
        joined = str(line.get_linestyle()).lower() not in UNDRAWN
        if line.get_visible() and (joined or str(line.get_marker()).lower() not in UNDRAWN):
            yield joined, _in_data(axes, line)
    for points in axes.collections:
        if type(points).__name__ == "PathCollection" and points.get_visible():
            yield False, np.ma.filled(np.ma.asarray(points.get_offsets(), dtype=float), np.nan)
    inside = [part for container in axes.containers for part in container.get_children()]
    for strokes in axes.collections:  # those of vlines and hlines, and not the bars of errors
        drawn = type(strokes).__name__ == "LineCollection" and strokes.get_visible() and strokes not in inside
        if drawn and strokes.get_segments() and not _is_colorbar(axes):
            yield True, _strokes(axes, strokes)
    for bars in axes.containers:
        if type(bars).__name__ == "BarContainer":
            yield False, [_end(bar, bars.orientation) for bar in bars]


def _is_colorbar(axes: Any) -> bool:
    """Whether axes are a colour bar's own, whose dividers and levels are no data."""
    return getattr(axes, "_colorbar", None) is not None


def _in_data(axes: Any, line: Any) -> Any:
    """A line's points; those of ``axhline`` and its like are told in other coordinates."""
    return _to_data(axes, np.column_stack(line.get_data(orig=False)), line.get_transform())


def _strokes(axes: Any, strokes: Any) -> np.ndarray:
    """The points of strokes that are drawn apart, with a gap after each."""
    gap = np.full((1, 2), np.nan)
    parts = [part for one in strokes.get_segments() for part in (_to_data(axes, one, strokes.get_transform()), gap)]
    return np.concatenate([gap, *parts])


def _to_data(axes: Any, xy: Any, transform: Any) -> Any:
    return xy if transform == axes.transData else axes.transData.inverted().transform(transform.transform(xy))


def _end(bar: Any, orientation: str) -> tuple[float, float]:
    """Where a bar ends, in its middle."""
    x, y, width, height = bar.get_x(), bar.get_y(), bar.get_width(), bar.get_height()
    return (x + width, y + height / 2) if orientation == "horizontal" else (x + width / 2, y + height)
