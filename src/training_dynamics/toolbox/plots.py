"""Figures of the course: drawn once for light and once for dark pages, as SVG with a caption and a text alternative."""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from training_dynamics.toolbox import narrow

# Okabe and Ito's colours, without the yellow that vanishes on white and the black that vanishes on dark; paired with
# line styles so that colour is never the only difference.
LIGHT_COLOURS = ("#0072b2", "#d55e00", "#007a5a", "#b0578f", "#8a6100", "#3f6fd1")
DARK_COLOURS = ("#56b4e9", "#ff8c42", "#2fc49a", "#e39ac6", "#e8b93c", "#9db8ff")
PHONE = 600  # CSS pixels: pages up to this width show the narrow drawing
STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
SHARED: dict[str, Any] = {
    "figure.figsize": (5.8, 3.6),
    "figure.constrained_layout.use": True,
    "font.size": 11.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "lines.linewidth": 2.0,
    "legend.frameon": False,
    "savefig.transparent": True,
    "svg.fonttype": "path",
    "svg.hashsalt": "training-dynamics",
}


def _theme(ink: str, paper: str, colours: tuple[str, ...]) -> dict[str, Any]:
    inked = ("text.color", "axes.edgecolor", "axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color")
    cycle = cycler(color=colours) + cycler(linestyle=STYLES)
    papered = ("figure.facecolor", "axes.facecolor", "savefig.facecolor")
    return (
        SHARED
        | dict.fromkeys(inked, ink)
        | dict.fromkeys(papered, paper)
        | {"grid.color": ink, "axes.prop_cycle": cycle}
    )


THEMES: dict[str, Any] = {
    "light": _theme("#1a1a1a", "#ffffff", LIGHT_COLOURS),
    "dark": _theme("#e6e6e6", "#121212", DARK_COLOURS),
}


@dataclass(frozen=True)
class Drawing:
    """One figure as SVGs, for light and dark pages, wide and narrow; a page shows the one that fits, Jupyter a light one.

    ``stacked`` says that panels side by side in the wide drawing stand below each other in the narrow one.  A table has no
    narrow drawing: on a phone it is moved sideways, by finger or key, inside its own frame.
    """

    light: str
    dark: str
    alt: str
    caption: str = ""
    name: str = ""
    narrow: tuple[str, str] = ("", "")
    stacked: bool = False

    def _repr_html_(self) -> str:
        caption = f"<figcaption>{_with_math(self.caption)}</figcaption>" if self.caption else ""
        anchor = f' id="{html.escape(self.name, quote=True)}"' if self.name else ""
        images = _image(self.light, self.narrow[0], self.alt, "light", "") + _image(
            self.dark, self.narrow[1], self.alt, "dark", " hidden"
        )
        classes = "dynfig dynfig-stacked" if self.stacked else "dynfig" if any(self.narrow) else "dynfig dynfig-table"
        keys = "" if any(self.narrow) else ' tabindex="0"'
        return f'<figure class="{classes}"{anchor}{keys}>{images}{caption}</figure>'


def _image(wide: str, narrow: str, alt: str, mode: str, attributes: str) -> str:
    # An <img> keeps each SVG's ids and style rules to itself; inline, two figures would share them.
    text = html.escape(alt, quote=True)
    image = f'<img class="dynfig-{mode} dark-light" alt="{text}" src="{_address(wide)}"{attributes}>'
    source = f'<source media="(max-width: {PHONE}px)" srcset="{_address(narrow)}">' if narrow else ""
    return f"<picture>{source}{image}</picture>"


def _address(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _with_math(caption: str) -> str:
    def typeset(match: re.Match[str]) -> str:
        return rf'<span class="math notranslate nohighlight">\({html.escape(match[1])}\)</span>'

    return re.sub(r"\$([^$]+)\$", typeset, caption)


@contextmanager
def theme(name: str = "light") -> Iterator[None]:
    """Draw with the course's look, ``"light"`` or ``"dark"``, inside the ``with`` block."""
    if name not in THEMES:
        raise ValueError(f"theme must be one of {', '.join(THEMES)}, got {name!r}")
    with matplotlib.rc_context(THEMES[name]):
        yield


def show(
    draw: Callable[[], Figure], *, alt: str, caption: str = "", name: str = "", unlabelled: bool = False
) -> Drawing:
    """Draw a figure twice, for light and for dark pages, and return it for the notebook to display.

    ``draw()`` returns a new figure each time it is called, and takes its colours from the cycle (``"C0"`` …) so that
    they follow the theme.  ``alt`` says in a sentence what is seen; ``caption`` may hold ``$…$`` mathematics and HTML;
    ``name`` becomes the figure's anchor.

    Raises ``ValueError`` when ``alt`` is empty, when the figure or one of its axes is empty, and when an axis has no
    label (``unlabelled=True`` allows that, for pictures without quantities on their axes).
    """
    if not alt.strip():
        raise ValueError("show needs alt=..., a sentence that says what is seen in the figure")
    light, dark = (_drawn(draw, mode, unlabelled) for mode in ("light", "dark"))
    return Drawing(light[0], dark[0], alt.strip(), caption, name, (light[1], dark[1]), light[2])


def _drawn(draw: Callable[[], Figure], mode: str, unlabelled: bool) -> tuple[str, str, bool]:
    """The wide drawing, the narrow one (empty for a table), and whether its panels stand below each other."""
    with theme(mode):
        figure = draw()
        try:
            check_figure(figure, unlabelled)
            narrow.keep_inside(figure)
            wide = _svg(figure)
            if narrow.is_table(figure):
                return wide, "", False
            stacked = narrow.lay_out(figure)
            narrow.keep_inside(figure)
            return wide, _svg(figure), stacked
        finally:
            if isinstance(figure, Figure):
                plt.close(figure)


def _svg(figure: Figure) -> str:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue().decode()
    return re.sub(r"\s*<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.S).strip()


def check_figure(figure: object, unlabelled: bool = False) -> None:
    """Raise ``ValueError`` when ``figure`` is no figure, is empty, has an empty axes, or an axis without a label."""
    if not isinstance(figure, Figure):
        raise ValueError(f"draw() must return a matplotlib Figure, got {type(figure).__name__}")
    axes = [ax for ax in figure.axes if ax.axison and ax.get_visible()] or figure.axes
    if not axes:
        raise ValueError("the figure is empty: draw() returned a figure without axes")
    for number, ax in enumerate(axes):
        if not _has_data(ax):
            raise ValueError(f"the figure is empty: axes {number} ({ax.get_title() or 'no title'}) shows nothing")
        if not unlabelled and ax.axison and ax.get_label() != "<colorbar>":
            _check_labels(figure, ax, number)


def _has_data(ax: Axes) -> bool:
    texts_only = bool(ax.texts) and not ax.axison
    return ax.has_data() or texts_only


def _check_labels(figure: Figure, ax: Axes, number: int) -> None:
    shared_x = any(o.get_xlabel() for o in ax.get_shared_x_axes().get_siblings(ax)) or figure.get_supxlabel()
    shared_y = any(o.get_ylabel() for o in ax.get_shared_y_axes().get_siblings(ax)) or figure.get_supylabel()
    for axis, labelled in (("x", ax.get_xlabel() or shared_x), ("y", ax.get_ylabel() or shared_y)):
        if not labelled:
            raise ValueError(
                f"axes {number} has no {axis} label: call ax.set_{axis}label with the quantity and its unit "
                "(or show(..., unlabelled=True) for a picture without quantities)"
            )


def band(ax: Axes, x: ArrayLike, runs: ArrayLike, label: str = "", *, centre: str = "median", **line: object) -> None:
    """Plot the median (or mean) over seeds as a line and the range from least to greatest as a band.

    ``x``: (t,).  ``runs``: (seeds, t).  Other keywords go to ``ax.plot``.  Raises ``ValueError`` on other shapes.
    """
    points, values = np.asarray(x, dtype=float), np.asarray(runs, dtype=float)
    if values.ndim != 2 or values.shape[1:] != points.shape:
        raise ValueError(f"band needs runs of shape (seeds, {points.size}), got {values.shape}")
    if centre not in ("median", "mean"):
        raise ValueError(f"centre must be 'median' or 'mean', got {centre!r}")
    middle = np.median(values, axis=0) if centre == "median" else values.mean(axis=0)
    (drawn,) = ax.plot(points, middle, label=label, **line)  # type: ignore[arg-type]
    ax.fill_between(points, values.min(axis=0), values.max(axis=0), color=drawn.get_color(), alpha=0.22, linewidth=0)
