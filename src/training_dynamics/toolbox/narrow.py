"""A figure laid out again for a phone's column: panels below each other, text of the page's size."""

from __future__ import annotations

import textwrap
import warnings
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.legend import Legend
from matplotlib.text import Text

WIDTH = 4.0  # inches: 384 CSS pixels, a little more than a phone's column
HEIGHTS = 2.3, 3.2  # inches, of one panel
SHRUNK = 0.86  # of a text's size, 11 points as a rule
LINE = 34  # letters of a label's line
TABLE = 20  # words and numbers inside one panel: more of them are a table, which no narrow column holds
TRIES = 6  # of breaking what is cut into more lines
LONGER = 3  # letters by which a line may be longer than its share
SLACK = 2.0  # pixels, a hundred to the inch, that letters keep free within their own box


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
    for text in figure.findobj(Text):
        text.set_fontsize(float(text.get_fontsize()) * SHRUNK)
    for ax in figure.axes:
        _shorten(ax)
        _lift_legend(figure, ax)
    for legend in tuple(figure.legends):
        _put_legend(figure, figure, legend, {"loc": "outside upper center"})
    return stacked and bool(cells)


def keep_inside(figure: Figure) -> None:
    """Break the labels and titles that would be cut at the edge of ``figure``, which its layout does not look at.

    Raises ``ValueError`` when a label, a title, or a text or legend of the whole figure is cut all the same.
    """
    for _ in range(TRIES):
        _settle(figure)
        cut = [text for text in _labels(figure) if _cut(figure, text)]
        if not cut:
            break
        for text in cut:
            text.set_text(_in_one_line_more(text.get_text()))
    parts: list[Text | Legend] = [*_labels(figure), *figure.texts, *figure.legends]
    for part in parts:
        if part.get_visible() and _cut(figure, part, SLACK):
            width, height = figure.get_size_inches()
            raise ValueError(
                f"the figure, {width:g} by {height:g} inches, cuts {_words(part)!r} at its edge: "
                "shorten it, break it with \\n, or place it elsewhere"
            )


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


def _lift_legend(figure: Figure, ax: Axes) -> None:
    """Put the legend above its panel, where it covers nothing; not where a title stands."""
    old = ax.get_legend()
    if old is None or ax.get_title():
        return
    _put_legend(figure, ax, old, {"loc": "lower left", "bbox_to_anchor": (-0.03, 1.0), "borderaxespad": 0.2})


def _put_legend(figure: Figure, owner: Axes | Figure, old: Legend, place: dict[str, Any]) -> None:
    """Put a legend's words in as few rows as fit, and those of one length, at another place."""
    words = [_in_lines(text.get_text()) for text in old.get_texts()]
    handles = [handle for handle in old.legend_handles if handle is not None]
    size = old.get_texts()[0].get_fontsize()
    title = old.get_title().get_text() or None
    form: dict[str, Any] = {"handlelength": 1.8, "columnspacing": 1.0, "fontsize": size, "title_fontsize": size}
    for rows in range(1, len(words) + 1):
        old.remove()
        old = owner.legend(handles, words, title=title, ncols=-(-len(words) // rows), **form, **place)
        old.set_in_layout(False)  # a layout with what is too wide would leave no room for panels
        _settle(figure)
        box = old.get_window_extent()
        if figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1:
            break
    old.set_in_layout(True)


def _settle(figure: Figure) -> None:
    """Have the layout done, as it will be when the figure is drawn."""
    engine = figure.get_layout_engine()
    if engine is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it finds no room: what is drawn in the end says so
            engine.execute(figure)


def _labels(figure: Figure) -> list[Text]:
    """The labels of all axes, and their titles."""
    axes = [axis for ax in figure.axes if ax.axison for axis in (ax.xaxis, ax.yaxis)]
    return [*(axis.label for axis in axes), *(ax.title for ax in figure.axes)]


def _words(part: Text | Legend) -> str:
    return part.get_text() if isinstance(part, Text) else ", ".join(text.get_text() for text in part.get_texts())


def _cut(figure: Figure, part: Text | Legend, slack: float = 0) -> bool:
    """Whether something does not lie within the figure, but for ``slack`` pixels.

    Labels and titles are asked along their line only: across it, layouts look at them, and they are moved when drawn.
    """
    if isinstance(part, Text) and not part.get_text().strip():
        return False
    box, whole = part.get_window_extent(), figure.bbox
    sideways = min(box.x0 - whole.x0, whole.x1 - box.x1)
    upwards = min(box.y0 - whole.y0, whole.y1 - box.y1)
    if isinstance(part, Text) and any(part is label for label in _labels(figure)):
        return (upwards if part.get_rotation() % 180 == 90 else sideways) < -slack
    return min(sideways, upwards) < -slack


def _in_one_line_more(text: str) -> str:
    words, lines = " ".join(text.split()), text.count("\n") + 2
    return text if "$" in text else textwrap.fill(words, len(words) // lines + LONGER)


def _in_lines(text: str) -> str:
    return text if "$" in text or "\n" in text else textwrap.fill(text, LINE)
