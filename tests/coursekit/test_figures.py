"""What checks read of a student's figure, and what they say that it lacks."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from coursekit.checks import CheckFailed, check
from coursekit.figures import read
from coursekit.plain import plain, usable
from coursekit.shown import missing

STEPS, LOSS = np.arange(5), np.array([16.0, 8, 4, 2, 1])
WANTED = {"x": "steps", "y": "loss", "shows": {"the loss": (STEPS, LOSS)}, "covers": (0, 4)}


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def drawn(*draw, xlabel="step", ylabel="loss", **more):
    """A figure with what the functions ``draw`` put on its axes."""
    figure, axes = plt.subplots()
    for each in draw:
        each(axes)
    axes.set(xlabel=xlabel, ylabel=ylabel, **more)
    return figure


def curve(axes):
    axes.plot(STEPS, LOSS)


def lacks(*draw, wanted=WANTED, **more):
    return missing(drawn(*draw, **more), **wanted)


def test_a_labelled_curve_through_the_points_lacks_nothing():
    assert lacks(curve) == ""


@pytest.mark.parametrize(
    "draw",
    [
        lambda axes: axes.plot(STEPS, LOSS, "o-"),
        lambda axes: axes.plot(STEPS[::-1], LOSS[::-1]),
        lambda axes: axes.errorbar(STEPS, LOSS, 0.1 * LOSS),
        lambda axes: axes.plot(np.linspace(0, 4, 401), np.interp(np.linspace(0, 4, 401), STEPS, LOSS)),
        lambda axes: axes.plot([*STEPS, 9], [*LOSS, np.nan]),
        lambda axes: axes.semilogy(STEPS, LOSS),
    ],
)
def test_a_curve_may_be_drawn_in_any_way(draw):
    assert lacks(draw) == ""


@pytest.mark.parametrize(
    "draw",
    [
        lambda axes: axes.scatter(STEPS, LOSS),
        lambda axes: axes.plot(STEPS, LOSS, "x"),
        lambda axes: axes.bar(STEPS, LOSS),
        lambda axes: axes.errorbar(STEPS, LOSS, 0.1 * LOSS, fmt="o"),
    ],
)
def test_points_and_bars_show_points_and_span_no_range(draw):
    assert lacks(draw, wanted=WANTED | {"covers": None}) == ""
    assert lacks(draw) == "no line covers steps 0 to 4"


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (
            lambda axes: axes.plot(STEPS[:3], LOSS[:3]),
            "no line and no points show the loss; no line covers steps 0 to 4",
        ),
        (lambda axes: axes.plot(STEPS, 1.05 * LOSS), "no line and no points show the loss"),
        (lambda axes: axes.plot(LOSS, STEPS), "no line and no points show the loss"),
        (lambda axes: axes.plot([], []), "no line and no points show the loss; no line covers steps 0 to 4"),
        (lambda axes: axes.plot(STEPS, LOSS, linestyle="none"), "the figure shows no line, no points and no bars"),
        (lambda axes: axes.plot(STEPS, LOSS, visible=False), "the figure shows no line, no points and no bars"),
        (lambda axes: (axes.plot(STEPS, LOSS), axes.set_ylim(0, 10)), "the limits of the axes cut off the loss"),
        (lambda axes: (axes.plot(STEPS, LOSS), axes.plot(STEPS, 2 * LOSS)), "its series have no names"),
    ],
)
def test_what_is_not_shown_is_said(draw, words):
    assert words in lacks(draw)


def test_an_axis_without_a_label_is_named_with_what_it_is_of():
    assert lacks(curve, xlabel="") == "the axis below has no label (it is of the steps): set_xlabel(…)"
    assert lacks(curve, ylabel=" ") == "the axis on the left has no label (it is of the loss): set_ylabel(…)"


def test_a_scale_is_asked_for_by_its_axis():
    wanted = WANTED | {"log": "y"}
    assert lacks(curve, wanted=wanted) == 'the axis on the left is not logarithmic: set_yscale("log")'
    assert lacks(curve, wanted=wanted, yscale="log") == ""


def test_on_a_logarithmic_axis_points_are_compared_by_their_logarithms():
    straight = {"shows": {"a law": ([1, 10, 100], [100, 10, 1])}}
    assert lacks(lambda axes: axes.plot([1, 100], [100, 1]), wanted=straight, xscale="log", yscale="log") == ""
    assert "show a law" in lacks(lambda axes: axes.plot([1, 100], [100, 1]), wanted=straight)


@pytest.mark.parametrize(
    "name", [lambda a: a.legend(["one", "two"]), lambda a: (a.text(1, 1, "one"), a.text(2, 2, "two"))]
)
def test_series_are_told_apart_by_a_legend_or_by_words_beside_them(name):
    assert lacks(curve, lambda axes: axes.plot(STEPS, 2 * LOSS), name) == ""


def test_as_many_names_as_are_asked_for_and_no_more_than_there_are_series():
    three = (lambda axes: axes.plot(STEPS, 2 * LOSS), lambda axes: axes.plot(STEPS, 3 * LOSS))
    two, all_three = (lambda axes: axes.legend(["one", "two"])), (lambda axes: axes.legend(["one", "two", "three"]))
    assert lacks(curve, *three, two) == "" == lacks(curve, *three, all_three, wanted=WANTED | {"names": 3})
    wanted = WANTED | {"names": 3}
    assert lacks(curve, *three, two, wanted=wanted).startswith("only 2 of its series have a name")
    assert lacks(curve, *three, wanted=wanted).startswith("its series have no names")
    assert lacks(curve, three[0], two, wanted=wanted) == "" == lacks(curve, wanted=wanted)


def test_horizontal_and_vertical_lines_are_where_the_data_say():
    level = {"shows": {"the law": ([0, 4], [8.0, 8.0])}, "covers": (0, 4)}
    named = lambda axes: axes.legend(["loss", "law"])  # noqa: E731
    assert lacks(curve, lambda axes: axes.axhline(8.0), named, wanted=level) == ""
    assert lacks(curve, lambda axes: axes.axvline(2.0), named, wanted={"shows": {"the turn": ([2, 2], [2, 12])}}) == ""


@pytest.mark.parametrize(
    "draw", [lambda a: a.vlines(2.0, 2, 12), lambda a: a.vlines([1.0, 2.0], 0, 1, transform=a.get_xaxis_transform())]
)
def test_strokes_are_lines_and_are_not_joined(draw):
    named = lambda axes: axes.legend(["loss", "turn"])  # noqa: E731
    limits = lambda axes: axes.set_ylim(2, 12)  # noqa: E731
    assert lacks(curve, draw, named, limits, wanted={"shows": {"the turn": ([2, 2], [2, 12])}}) == ""
    for elsewhere in ([1.5, 1.5], [2.0, 2.5]):
        assert "show the turn" in lacks(curve, draw, named, wanted={"shows": {"the turn": (elsewhere, [7, 7])}})


@pytest.mark.parametrize(
    "draw", [lambda a: a.scatter(STEPS, LOSS, c=LOSS), lambda a: a.contour([[1.0, 2.0], [3.0, 5.0]])]
)
@pytest.mark.parametrize("own", [False, True])
def test_a_colour_bar_is_no_plot_of_its_own(draw, own):
    def with_bar(axes):
        drawn = draw(axes)
        place = {"cax": axes.inset_axes([0.9, 0.1, 0.05, 0.8])} if own else {"ax": axes}
        axes.figure.colorbar(drawn, **place)

    assert lacks(curve, with_bar, lambda axes: axes.legend(["loss", "shades"])) == ""


def test_bars_of_errors_are_no_series_of_their_own():
    assert lacks(lambda axes: axes.errorbar(STEPS, LOSS, 0.1 * LOSS)) == ""
    assert "show the turn" in lacks(
        lambda axes: axes.errorbar([2.0], [7.0], 5.0), wanted={"shows": {"the turn": ([2, 2], [3, 11])}}
    )


LEVEL = {"x": "steps", "levels": {"the law": 8.0}, "covers": lambda: (0, 4), "names": 0}


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize(
    "draw",
    [
        lambda axes: axes.axhline(8.0),
        lambda axes: axes.axhline(8.05, linestyle="--"),
        lambda axes: axes.plot([4, 0], [8, 8]),
        lambda axes: axes.plot([0, 1, 2, 3, 4, 5], [8, 8.01, 8, 7.95, 8, np.nan], "o-"),
        lambda axes: axes.hlines([3.0, 8.0], 0, 4),
        lambda axes: axes.plot([0, 4, np.nan, 0, 4], [3, 3, np.nan, 8, 8]),
    ],
)
def test_a_level_line_may_be_drawn_in_any_way(draw, scale):
    assert lacks(curve, draw, wanted=LEVEL, yscale=scale) == ""


@pytest.mark.parametrize(
    "draw",
    [
        lambda axes: axes.axhline(8.2),
        lambda axes: axes.plot([0, 3], [8, 8]),
        lambda axes: axes.plot([0, 1, 2, 4], [8, 8, 9, 8]),
        lambda axes: axes.plot(np.linspace(0, 4, 400), 8 + np.sin(np.linspace(0, 99, 400))),
        lambda axes: axes.scatter(STEPS, 0 * STEPS + 8),
        lambda axes: axes.hlines([8.0, 8.0], [0, 2], [2, 4]),
        lambda axes: axes.plot([], []),
    ],
)
def test_a_curve_that_swings_through_a_height_is_no_level_line(draw):
    assert "no level line shows the law" in lacks(curve, draw, wanted=LEVEL)


def test_a_level_line_lies_within_the_axes_and_at_nought_exactly():
    cut = lambda axes: axes.set_ylim(0, 7)  # noqa: E731
    assert lacks(curve, lambda axes: axes.axhline(8.0), cut, wanted=LEVEL) == "the limits of the axes cut off the law"
    nought = LEVEL | {"levels": lambda: {"nothing": 0.0}}
    assert lacks(curve, lambda axes: axes.axhline(0.0), wanted=nought) == ""
    assert "no level line shows nothing" in lacks(curve, lambda axes: axes.axhline(1e-9), wanted=nought)
    with pytest.raises(ValueError, match="levels need covers"):
        lacks(curve, wanted={"levels": {"the law": 8.0}})


def test_axes_that_share_a_scale_share_its_label():
    figure, (above, below) = plt.subplots(2, sharex=True)
    for axes in (above, below):
        curve(axes)
        axes.set_ylabel("loss")
    below.set_xlabel("step")
    assert missing(figure, **WANTED) == ""
    assert missing(figure, **WANTED | {"log": "x"}) != ""


def test_axes_and_subplots_of_any_order_stand_for_their_figure():
    figure, (first, second) = plt.subplots(1, 2)
    second.plot(STEPS, LOSS)
    second.set(xlabel="step", ylabel="loss")
    assert missing(first, **WANTED) == "" == missing(figure, **WANTED)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (None, "gave None"),
        (3.0, "gave a float"),
        ({"axes": [{"series": 1}]}, "gave a dict"),
        ({"axes": [{"series": [{}]}]}, "gave a dict"),
        ((1, 2), "gave a tuple"),
    ],
)
def test_what_is_no_figure_is_said_to_be_none(value, what):
    said = missing(value, **WANTED)
    assert what in said and "where a figure of matplotlib is wanted" in said


def test_a_figure_is_plain_data_to_a_check_and_pyplot_forgets_it():
    before = plt.get_fignums()
    data = usable(drawn(curve))
    assert plt.get_fignums() == before
    assert np.array_equal(plain(data)["axes"][0]["series"][0]["xy"], np.column_stack([STEPS, LOSS]))
    assert read(drawn(curve, title="again"))["axes"][0]["xlabel"] == "step"


def judged(draw):
    space = {"check": check, "draw": draw, "STEPS": STEPS, "LOSS": LOSS, "__name__": "cell"}
    cell = 'check.figure("your plot", lambda: draw(), hint=2, shows={"the loss": (STEPS, LOSS)})'
    exec(f"with check.question('q', asks=('draw',)):\n    {cell}", space)


def test_the_check_names_its_plot_the_fault_the_call_and_the_hint():
    with pytest.raises(CheckFailed) as failure:
        judged(lambda: drawn(curve, ylabel=""))
    lines = str(failure.value).splitlines()
    assert lines == ["your plot: the axis on the left has no label: set_ylabel(…)", "Called: draw()", "Open hint 2."]


def test_points_that_are_none_are_not_the_figure_s_fault():
    with pytest.raises(ValueError, match="convert"):
        lacks(curve, wanted={"shows": lambda: {"the loss": (STEPS, ["high"] * 5)}})
    with pytest.raises(ValueError, match="match"):
        lacks(curve, wanted={"shows": {"the loss": (STEPS, LOSS[:3])}})


def test_the_check_passes_a_figure_and_fails_an_answer_that_raises(capsys):
    judged(lambda: drawn(curve))
    assert "all checks in this cell pass" in capsys.readouterr().out
    with pytest.raises(CheckFailed, match="ZeroDivisionError"):
        judged(lambda: 1 / 0)
