"""A figure laid out again for a phone's column: panels below each other, text of the page's size."""

from __future__ import annotations

import textwrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.text import Text

WIDTH = 4.0  # inches: 384 CSS pixels, a little more than a phone's column
HEIGHTS = 2.3, 3.2  # inches, of one panel
SHRUNK = 0.86  # of a text's size, 11 points as a rule
LINE = 34  # letters of a label's line
TABLE = 20  # words and numbers inside one panel: more of them are a table, which no narrow column holds
ROW, HANDLE = 46, 7  # letters of a legend's row, and those that the line before each word takes


def lay_out(figure: Figure) -> bool:
    """Lay ``figure`` out for a phone, in place; whether panels that stood side by side are now below each other.

    A figure whose panels do not lie on one plain grid only gets narrower.
    """
    cells = _cells(figure)
    rows, columns = _shape(cells)
    width, height = figure.get_size_inches()
    tall = min(max(WIDTH * (height / rows) / (width / columns), HEIGHTS[0]), HEIGHTS[1])
    stacked = columns > 1
    if cells:
        grid = GridSpec(rows * columns, 1, figure=figure)
        for ax, (row, column) in cells.items():
            ax.set_subplotspec(grid[row * columns + column, 0])
            _stand_alone(ax)
    figure.set_size_inches(WIDTH, tall * rows * columns if cells else WIDTH * height / width)
    for ax in figure.axes:
        _shorten(ax)
        _lift_legend(ax)
    for text in figure.findobj(Text):
        text.set_fontsize(float(text.get_fontsize()) * SHRUNK)
    return stacked and bool(cells)


def is_table(figure: Figure) -> bool:
    """Whether a panel is full of words or numbers of its own: it stays as wide as it is, and moves under the finger."""
    return any(len(ax.texts) > TABLE for ax in figure.axes)


def _cells(figure: Figure) -> dict[Axes, tuple[int, int]]:
    """Row and column of each panel; nothing when they do not lie on one grid, one cell a panel."""
    cells: dict[Axes, tuple[int, int]] = {}
    grids = set()
    for ax in figure.axes:
        spec = ax.get_subplotspec()
        if ax.get_label() == "<colorbar>" or spec is None:
            continue
        if len(spec.rowspan) != 1 or len(spec.colspan) != 1:
            return {}
        grids.add(spec.get_gridspec())
        cells[ax] = (spec.rowspan.start, spec.colspan.start)
    return cells if len(grids) == 1 else {}


def _shape(cells: dict[Axes, tuple[int, int]]) -> tuple[int, int]:
    return tuple(1 + max((cell[i] for cell in cells.values()), default=0) for i in (0, 1))  # type: ignore[return-value]


def _stand_alone(ax: Axes) -> None:
    """Give a panel the labels that it shared with its neighbours."""
    for grouper, side, get, put in (
        (ax.get_shared_x_axes(), "labelbottom", "get_xlabel", "set_xlabel"),
        (ax.get_shared_y_axes(), "labelleft", "get_ylabel", "set_ylabel"),
    ):
        others = [other for other in grouper.get_siblings(ax) if other is not ax]
        if others:
            ax.tick_params(which="both", **{side: True})  # type: ignore[arg-type]
            label = next((getattr(other, get)() for other in others if getattr(other, get)()), "")
            if not getattr(ax, get)() and label:
                getattr(ax, put)(label)


def _shorten(ax: Axes) -> None:
    """Smaller numbers on the axes, and long labels in lines."""
    for axis in (ax.xaxis, ax.yaxis):
        size = axis.get_major_ticks()[0].label1.get_fontsize() if axis.get_major_ticks() else 11.0
        axis.set_tick_params(which="both", labelsize=size)  # so that ticks made later have the size of these
        axis.set_label_text(_in_lines(axis.get_label_text()))
    ax.set_title(_in_lines(ax.get_title()))


def _lift_legend(ax: Axes) -> None:
    """Put the legend above its panel, where it covers nothing; not where a title stands."""
    old = ax.get_legend()
    if old is None or ax.get_title():
        return
    words = [_in_lines(text.get_text()) for text in old.get_texts()]
    fitting = max(1, ROW // (max(map(len, words)) + HANDLE))
    columns = -(-len(words) // -(-len(words) // fitting))  # as few rows as fit, and those of one length
    handles = [handle for handle in old.legend_handles if handle is not None]
    title = old.get_title().get_text() or None
    above: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (-0.03, 1.0), "borderaxespad": 0.2}
    ax.legend(handles, words, title=title, ncols=columns, handlelength=1.8, columnspacing=1.0, **above)


def _in_lines(text: str) -> str:
    return text if "$" in text or "\n" in text else textwrap.fill(text, LINE)
