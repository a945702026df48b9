"""Data that a test uses and that the answers' side can change: what that earns, in the sandbox."""

from __future__ import annotations

import nbformat
import pytest
from engines import sandboxed

from adopt.foreign_course import answered, asked, cell, notebook, put, solution
from adopt.test_adopt import course, record
from coursekit.engine.interface import Budget, Judging, Submission
from coursekit.engine.matching.plan import make_plan

SOLVE = (
    "solve",
    "def solve(A, b):\n" + solution("    return np.linalg.solve(A, b)"),
    "assert np.shape(x) == (3,) and np.allclose(A @ x, b)",
)
SHOWS_SOLVE = "A, b = np.eye(3) + 1.0, np.arange(3.0)\nx = solve(A, b)\ns = size(x)\nprint(x)"
SIZE = (
    "size",
    "def size(v):\n" + solution("    return float(np.sqrt(v @ v))"),
    "assert size(np.array([3.0, 4.0])) == 5",
)
LINE = (
    "line",
    "class Line:\n"
    + solution(
        "    def fit(self, x, y): self.p = np.polyfit(x, y, 1)\n    def predict(self, x): return np.polyval(self.p, x)"
    ),
    "x0 = np.arange(10.0)\ny0 = 3 * x0 + np.sin(x0)\nm = Line()\nm.fit(x0, y0)\n"
    "assert np.mean((m.predict(x0) - y0) ** 2) < 0.6",
)
FITTED = (
    "fitted",
    "offset = ...\n" + solution("offset = 0.0"),
    "assert np.allclose(model.predict(grid) + offset, heights)",
)
TOTAL = ("total", "def total(v):\n" + solution("    return sum(v)"), "assert total(points) == 10.0")
SAME = ("same", "def same(v):\n" + solution("    return list(v)"), "assert same(points) == list(points)")
CENTRE = (
    "centre",
    "class Centre:\n" + solution("    def of(self, v): return v - np.mean(v)"),
    "given = points.copy()\nassert np.allclose(Centre().of(points), given - 2.0)\nassert np.array_equal(points, given)",
)
STEP = (
    "step",
    "class Step:\n" + solution("    def move(self, w, g): w -= 0.5 * g"),
    "w = np.ones(2)\nStep().move(w, np.array([2.0, 0.0]))\nassert w.tolist() == [0.0, 1.0]",
)
ORDER = ("order", "def order(v):\n" + solution("    v.sort()"), "assert values == [1, 2, 3]")

SOURCE = notebook(
    cell("import numpy as np\npoints = np.arange(5.0)", "set_up", locked=True),
    asked(SOLVE)[0], asked(SIZE)[0], cell(SHOWS_SOLVE), asked(SOLVE)[1], asked(SIZE)[1],
    *asked(LINE),
    cell("grid = np.arange(4.0)\nheights = 2 * grid + 1\nmodel = Line()"), cell("model.fit(grid, heights)"), *asked(FITTED),
    *asked(CENTRE), *asked(TOTAL), *asked(SAME),
    *asked(STEP),
    asked(ORDER)[0], cell("values = [3, 1, 2]\norder(values)"), asked(ORDER)[1],
)  # fmt: skip
QUESTIONS = ["solve", "size", "line", "fitted", "centre", "total", "same", "step", "order"]

EMPTIES = "def solve(A, b):\n    A[:], b[:] = 0, 0\n    return b"
ZERO = "class Line:\n    def fit(self, x, y): y[:] = 0\n    def predict(self, x): return 0 * x"
IN_PLACE = "class Centre:\n    def of(self, v):\n        v -= np.mean(v)\n        return v"
SPOILS = "class Centre:\n    def of(self, v):\n        v[:] = 0\n        return v"


@pytest.fixture(scope="module")
def engine():
    with sandboxed() as made:
        yield made


def failed(engine, notebook: bytes, **ways: str) -> dict[str, str]:
    """The questions without full points, each with its reason."""
    outcome = engine.grade(Submission("ann", notebook, judging=Judging({"fitted": "objects"} | ways)), SOURCE, Budget())
    return {name: result.message for name, result in outcome.questions.items() if result.status != "passed"}


def shown(text: str, **answers: str) -> bytes:
    """The notebook with another text in the cell that shows what `solve` does."""
    made = nbformat.reads(answered(SOURCE, **answers).decode(), as_version=4)
    next(one for one in made.cells if one.source == SHOWS_SOLVE).source = text
    return nbformat.writes(made).encode()


HONEST = {
    "its own solution": SOURCE,
    "another cell that shows": shown("A, b = np.diag([1.0, 2.0, 4.0]), np.ones(3)\nx = solve(A, b)\nprint('mine', x)"),
    "classes that work in place on copies": answered(
        SOURCE,
        centre="class Centre:\n    def of(self, v):\n        v = v.copy()\n        v -= np.mean(v)\n        return v",
    ),
    "a class that scribbles on what it was given and is not asked about that": answered(
        SOURCE,
        line="class Line:\n    def fit(self, x, y):\n        self.p = np.polyfit(x, y, 1)\n        y -= np.polyval(self.p, x) * 0\n"
        "        x += 0\n    def predict(self, x): return np.polyval(self.p, x)",
    ),
    "another step in place": answered(
        SOURCE, step="class Step:\n    def move(self, w, g): np.subtract(w, g / 2, out=w)"
    ),
    "another order in place": answered(SOURCE, order="def order(v): v[:] = sorted(v)"),
}


@pytest.mark.parametrize("name", HONEST)
def test_who_answers_right_has_all_points(engine, name):
    assert failed(engine, HONEST[name]) == {}


HOSTILE = {
    "an answer that empties what it is shown with": (answered(SOURCE, solve=EMPTIES), {"solve"}),
    "a cell that shows it with nothing": (
        shown("A, b = np.zeros((3, 3)), np.zeros(3)\nx = solve(A, b)", solve="def solve(A, b): return b"), {"solve"},
    ),
    "a cell that does not ask it": (shown("A, b, x = np.zeros((3, 3)), np.zeros(3), np.zeros(3)", solve="solve = 1"), {"solve"}),
    "a class that makes its targets zero": (answered(SOURCE, line=ZERO), {"line", "fitted"}),
    "a class that spoils what the next question asks about": (
        answered(SOURCE, centre=SPOILS, same="def same(v): return [0.0] * 5"), {"centre", "total", "same"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_data_that_were_made_to_fit_earn_nothing(engine, name):
    notebook, lost = HOSTILE[name]
    assert set(failed(engine, notebook)) == lost


def test_what_the_second_run_found_is_said_as_such(engine):
    assert failed(engine, answered(SOURCE, line=ZERO))["line"].startswith(
        "with the test's data as the course made them: "
    )


def test_a_check_that_an_argument_stayed_as_it_was_sees_that_it_did_not(engine):
    """That is seen in the first run only: in the second one arguments stay in any case."""
    assert "centre" in failed(engine, answered(SOURCE, centre=IN_PLACE))


def test_another_question_that_is_not_answered_costs_nothing_though_the_same_cell_shows_it(engine):
    assert set(failed(engine, answered(SOURCE, size="def size(v):\n    raise NotImplementedError"))) == {"size"}


@pytest.mark.parametrize(
    "shows", ["value = eval(text())", "def run(code):\n    return eval(code)\n\n\nvalue = run(text())"]
)
def test_a_cell_that_runs_text_of_an_answer_does_so_in_the_sandbox_alone(engine, tmp_path, shows):
    asks = ("text", "def text():\n" + solution("    return '6 * 7'"), "assert value == 42")
    source = notebook(asked(asks)[0], cell(shows), asked(asks)[1])
    reaches_out = f"42 if not __import__('os').path.isdir({str(tmp_path)!r}) else open({str(tmp_path / 'mark')!r}, 'w').close() or 42"
    answer = answered(source, text=f"def text(): return {reaches_out!r}")
    assert engine.grade(Submission("ann", answer), source, Budget()).questions["text"].status == "passed"
    assert not (tmp_path / "mark").exists()
    guarded = Submission("", source, judging=Judging(guarded=True))
    assert engine.grade(guarded, source, Budget()).questions["text"].status == "failed"  # so that adoption names it


@pytest.mark.parametrize(
    ("shows", "may"), [("t = len(text())", True), ("t = np.load(text(), allow_pickle=True)", False)]
)
def test_a_cell_that_unpickles_never_runs_beside_the_test(shows, may):
    source = notebook(
        *asked(("text", "text = ...", "assert text"))[:1], cell(shows), cell("assert t", "t", grade=True, points=1)
    )
    (question,) = make_plan(source, source).questions
    assert bool(question.showing) is may and question.called == ["text"]


@pytest.mark.parametrize("way", ["more", "objects"])
def test_so_it_is_where_more_crosses(engine, way):
    ways = dict.fromkeys(["solve", "line"], way)
    assert failed(engine, SOURCE, **ways) == {}
    assert set(failed(engine, answered(SOURCE, solve=EMPTIES, line=ZERO), **ways)) == {"solve", "line", "fitted"}


def test_whoever_adopts_a_course_hears_of_questions_in_which_answers_may_change_the_data(tmp_path):
    put(tmp_path, "hw", SOURCE, good=SOURCE, bad=answered(SOURCE, solve=EMPTIES, line=ZERO))
    assert "step, order: the source's own solution does not pass where the test's data are kept" in course(
        tmp_path, "adopt", "hw"
    )
    assert "2 graded" in course(tmp_path, "grade", "hw")
    assert record(tmp_path, "good")["score"] == len(QUESTIONS) and record(tmp_path, "good")["flags"] == []
    assert record(tmp_path, "bad")["score"] == len(QUESTIONS) - 3
