"""Figures: the same bytes every time, two themes, and nothing empty, unlabelled or without words."""

from __future__ import annotations

import base64
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from training_dynamics.toolbox.narrow import keep_inside, lay_out
from training_dynamics.toolbox.plots import DARK_COLOURS, LIGHT_COLOURS, THEMES, band, show, theme


def labelled() -> Figure:
    figure, ax = plt.subplots()
    band(ax, np.arange(4), np.arange(12).reshape(3, 4), "runs")
    ax.set(xlabel="step", ylabel="loss (nats)")
    ax.legend()
    return figure


def test_a_figure_is_two_drawings_with_words_and_the_same_bytes_every_time() -> None:
    first, second = (show(labelled, alt="A rising line.", caption="At $a<b$.", name="rise") for _ in range(2))
    assert first == second and first.light != first.dark
    html = first._repr_html_()
    assert html.count('alt="A rising line."') == 2 and 'id="rise"' in html
    assert r"\(a&lt;b\)" in html
    images = re.findall(r' src="data:image/svg\+xml;base64,([^"]+)"', html)
    assert [base64.b64decode(image).decode() for image in images] == [first.light, first.dark]
    assert 'class="dynfig-dark dark-light"' in html and html.count(" hidden") == 1
    assert "<metadata>" not in first.light and plt.get_fignums() == []


def test_colours_follow_the_theme() -> None:
    drawing = show(labelled, alt="A rising line.")
    assert LIGHT_COLOURS[0] in drawing.light and DARK_COLOURS[0] in drawing.dark
    assert LIGHT_COLOURS[0] not in drawing.dark


def pair() -> Figure:
    figure, axes = plt.subplots(1, 2, figsize=(8.4, 3.6), sharey=True)
    for ax in axes:
        ax.plot([0, 1], label="runs")
        ax.set_xlabel("step")
    axes[0].set_ylabel("distance to the best map of that rank, in units of the next")
    axes[0].legend()
    return figure


def test_on_a_phone_panels_stand_below_each_other_and_each_says_what_it_shows() -> None:
    drawing = show(pair, alt="Two lines.")
    assert drawing.stacked and "dynfig-stacked" in drawing._repr_html_()
    assert drawing._repr_html_().count('<source media="(max-width: 600px)"') == 2
    with theme():
        figure = pair()
        assert lay_out(figure)
        figure.draw_without_rendering()
    upper, lower = (ax.get_window_extent() for ax in figure.axes)
    assert upper.y0 > lower.y1 and abs(upper.x0 - lower.x0) < 2
    assert figure.axes[1].get_ylabel() == figure.axes[0].get_ylabel() and "\n" in figure.axes[0].get_ylabel()
    plt.close(figure)


def test_on_a_phone_text_has_the_size_of_a_page_s_and_the_legend_covers_nothing() -> None:
    with theme():
        figure = labelled()
        assert not lay_out(figure)
        figure.draw_without_rendering()
    shown = 358 / (figure.get_figwidth() * 72)  # CSS pixels of a phone's column to a point of the drawing
    sizes = [text.get_fontsize() * shown for text in figure.findobj(Text) if text.get_text()]
    ax = figure.axes[0]
    legend = ax.get_legend()
    assert min(sizes) >= 10
    assert legend is not None and legend.get_window_extent().y0 >= ax.get_window_extent().y1 - 1
    assert legend.get_window_extent().x1 <= figure.bbox.x1
    plt.close(figure)


def crowded() -> Figure:
    """Labels longer than their axes, a title as long as a phone is wide, and a legend above both panels."""
    figure, axes = plt.subplots(1, 2, figsize=(8.4, 2.4))
    for ax in axes:
        for blocks in (4, 8, 16, 32):
            ax.plot([1, 2, 3], [1, blocks, 2], label=f"{blocks} blocks")
        ax.set(xlabel="learning rate", ylabel="weights: way from their start, over that at no dropout")
        ax.set_title("each pixel in a unit of its own, as drawn")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


@pytest.mark.parametrize("phone", [False, True])
def test_no_label_title_or_legend_is_cut_at_the_edge(phone: bool) -> None:
    with theme():
        figure = crowded()
        if phone:
            lay_out(figure)
        keep_inside(figure)
        figure.draw_without_rendering()
    labels = [text for ax in figure.axes for text in (ax.title, ax.xaxis.label, ax.yaxis.label)]
    boxes = [part.get_window_extent() for part in (*labels, *figure.legends)]
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for box in boxes)
    assert all(figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1 for box in boxes)
    assert len(figure.legends) == 1 and len(figure.legends[0].get_texts()) == 4
    assert " ".join(labels[2].get_text().split()) == "weights: way from their start, over that at no dropout"
    plt.close(figure)


@pytest.mark.filterwarnings("error")  # such as that a layout leaves no room for its panels
def test_on_a_phone_many_words_stand_in_rows_of_one_length() -> None:
    with theme():
        figure, ax = plt.subplots()
        for size in (10, 30, 100, 300, 1000, 3000):
            ax.plot([1, 2], [1, size], label=f"{size} features")
        ax.legend()
        lay_out(figure)
        keep_inside(figure)
        figure.draw_without_rendering()
    box = ax.get_legend().get_window_extent()
    lefts = {round(text.get_window_extent().x0) for text in ax.get_legend().get_texts()}
    assert box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1 and len(lefts) == 2
    plt.close(figure)


def test_on_a_phone_all_numbers_of_an_axis_have_one_size_though_they_are_more_than_before() -> None:
    with theme():
        figure, axes = plt.subplots(1, 2, figsize=(8.4, 3.6))
        for ax in axes:
            ax.plot([0, 3000], [0, 1])
        figure.draw_without_rendering()
        lay_out(figure)
        figure.draw_without_rendering()
    sizes = {text.get_fontsize() for text in axes[0].get_xticklabels()}
    assert len(sizes) == 1, sizes
    plt.close(figure)


def test_a_figure_that_cuts_its_own_words_is_refused() -> None:
    def draw() -> Figure:
        figure = labelled()
        figure.text(0.8, 0.5, "a word that leaves the picture on its right side")
        return figure

    with pytest.raises(ValueError, match=r"5.8 by 3.6 inches, cuts 'a word that leaves .* at its edge"):
        show(draw, alt="A rising line.")
    assert plt.get_fignums() == []


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


@pytest.mark.parametrize(("colours", "paper"), [(LIGHT_COLOURS, "#ffffff"), (DARK_COLOURS, "#121212")])
def test_every_line_colour_stands_out_from_its_page(colours: tuple[str, ...], paper: str) -> None:
    for colour in colours:
        light, dark = sorted((luminance(colour), luminance(paper)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3, colour  # WCAG 2.1, 1.4.11: graphics need 3 to 1


def without_labels() -> Figure:
    figure, ax = plt.subplots()
    ax.plot([0, 1])
    ax.set_xlabel("step")
    return figure


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (plt.figure, "figure without axes"),
        (lambda: plt.subplots()[0], "axes 0 .* shows nothing"),
        (without_labels, "axes 0 has no y label"),
        (lambda: None, "must return a matplotlib Figure, got NoneType"),
    ],
)
def test_what_a_reader_could_not_use_is_refused(draw, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        show(draw, alt="Nothing.")
    assert plt.get_fignums() == []


def test_words_are_required_and_labels_can_be_waived() -> None:
    with pytest.raises(ValueError, match="show needs alt"):
        show(labelled, alt="  ")
    assert "<svg" in show(without_labels, alt="A picture.", unlabelled=True).light


def test_labels_may_be_shared_between_axes() -> None:
    def draw() -> Figure:
        figure, axes = plt.subplots(1, 2, sharey=True)
        for ax in axes:
            ax.plot([0, 1])
            ax.set_xlabel("step")
        axes[0].set_ylabel("loss")
        return figure

    assert show(draw, alt="Two lines.").dark.startswith("<svg")


def test_a_band_shows_the_middle_and_the_range_of_the_runs() -> None:
    with theme("light"):
        figure, ax = plt.subplots()
        band(ax, [0.0, 1.0], [[1.0, 4.0], [2.0, 9.0], [6.0, 5.0]])
    assert list(ax.lines[0].get_ydata()) == [2.0, 5.0]
    vertices = ax.collections[0].get_paths()[0].vertices
    assert (vertices[:, 1].min(), vertices[:, 1].max()) == (1.0, 9.0)
    plt.close(figure)


def test_a_band_of_the_wrong_shape_is_refused() -> None:
    figure, ax = plt.subplots()
    with pytest.raises(ValueError, match=r"runs of shape \(seeds, 3\), got \(4,\)"):
        band(ax, [0, 1, 2], [1, 2, 3, 4])
    with pytest.raises(ValueError, match="centre must be 'median' or 'mean', got 'mode'"):
        band(ax, [0, 1], [[1, 2]], centre="mode")
    with pytest.raises(ValueError, match="theme must be one of light, dark"), theme("sepia"):
        pass
    plt.close(figure)
    assert set(THEMES) == {"light", "dark"}


def test_a_table_keeps_its_width_and_can_be_moved_by_keys():
    def draw():
        fig, ax = plt.subplots()
        ax.imshow(np.zeros((5, 5)))
        for i in range(25):
            ax.text(i % 5, i // 5, str(i))
        ax.set(xlabel="columns", ylabel="rows")
        return fig

    drawing = show(draw, alt="Numbers.")
    assert drawing.narrow == ("", "") and "<source" not in drawing._repr_html_()
    assert 'class="dynfig dynfig-table" tabindex="0"' in drawing._repr_html_()
