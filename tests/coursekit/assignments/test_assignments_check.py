"""``course check``: a student's own run of the visible checks, on the real engine."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from fixture import ROOT, answered, copy_course

from coursekit.assignments.parse import load
from coursekit.assignments.release import released_text
from coursekit.checked import LATER, PASSES
from coursekit.cli import main
from coursekit.engine.interface import GradedNotebook, QuestionResult
from coursekit.notebooks import limits
from coursekit.selfcheck import NotCheckable, read, report, run


@pytest.fixture(scope="module")
def blank():
    return released_text(load("tiny", ROOT), ROOT)


@pytest.fixture
def kit(tmp_path, blank):
    (tmp_path / "released").mkdir()
    (tmp_path / "released" / "tiny.ipynb").write_text(blank)
    notebook = tmp_path / "tiny.ipynb"
    notebook.write_text(blank)
    return notebook


def mistake(question, name):
    return next(m.code for m in load("tiny", ROOT).question(question).mistakes if m.name == name)


def test_each_question_has_a_state_a_message_and_points(kit, blank):
    wrong = "import math\n" + mistake("half_time", "one-weight-layer")
    right = load("tiny", ROOT).question("momentum").alternatives["velocity-first"]
    kit.write_text(
        answered(blank, {"half_time": wrong, "momentum": right, "order": "order = [9]", "meaning": "Because."})
    )
    result = CliRunner().invoke(main, ["check", str(kit)])
    assert result.exit_code == 1
    assert "half_time: wrong  (3 points)" in result.output
    assert "You left out the factor 2 of the growth rate 2s." in result.output
    assert "Open hint 3." in result.output
    assert "momentum: passes the visible checks  (4 points)" in result.output
    assert "order: graded later" in result.output and "meaning: graded later" in result.output
    assert "Questions for 4 of 7 points pass" in result.output and "7 more are decided only then" in result.output
    assert "hidden checks decide the points" in result.output and "right" not in result.output


def test_a_check_of_the_form_alone_leaves_the_points_to_grading(tmp_path):
    form = 'check.given("a list of three", lambda: order if order is ... else [order[i] for i in range(3)])'
    hidden = '```{hidden}\ncheck.case("order of'
    root = copy_course(tmp_path, exercises=(hidden, f"```{{visible}}\n{form}\n```\n\n{hidden}"))
    blank, notebook, states = released_text(load("tiny", root), root), tmp_path / "tiny.ipynb", {}
    (tmp_path / "released").mkdir()
    (tmp_path / "released" / "tiny.ipynb").write_text(blank)
    for name, code in (("blank", None), ("short", "order = [9]"), ("wrong", "order = [0, 1, 9]")):
        notebook.write_text(answered(blank, {"order": code} if code else {}))
        found = next(q for q in run(read(notebook)).questions if q.id == "order")
        states[name] = found.state
        if name == "short":
            assert (
                "a list of three: `order` is a list of length 1, [9]: it does not have the structure" in found.message
            )
    assert states == {"blank": "missing", "short": "wrong", "wrong": "graded later"}


def test_a_blank_notebook_is_missing_everything(kit):
    checked = run(read(kit))
    assert {q.id: q.state for q in checked.questions} == dict.fromkeys(
        ["half_time", "momentum", "order", "meaning"], "missing"
    )
    assert (checked.points, checked.max_points, checked.later, checked.done) == (0, 7, 7, False)


def test_all_right_exits_with_zero(kit, blank):
    assignment = load("tiny", ROOT)
    answers = {q.id: f"import math\n{q.reference}" for q in assignment.questions if not q.written} | {
        "meaning": "Saddles."
    }
    kit.write_text(answered(blank, answers))
    result = CliRunner().invoke(main, ["check", str(kit)])
    assert result.exit_code == 0, result.output
    assert "Questions for 7 of 7 points pass" in result.output


def test_without_the_released_notebook_the_student_s_own_checks_run(kit):
    (kit.parent / "released" / "tiny.ipynb").unlink()
    assert [q.state for q in run(read(kit)).questions] == ["missing"] * 4


def test_checks_that_cannot_run_are_told_with_the_way_out(kit, blank):
    notebook = json.loads(blank)
    check = next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == "half_time")
    for twice, words in (
        (True, "uses the grade_id 'half_time' twice"),
        (False, "the test cell half_time is not Python"),
    ):
        check["source"] = "def ("
        kit.write_text(json.dumps(notebook | {"cells": notebook["cells"] + [check] * twice}))
        (kit.parent / "released" / "tiny.ipynb").unlink(missing_ok=True)
        result = CliRunner().invoke(main, ["check", str(kit)])
        assert result.exit_code == 1 and words in result.output and "Take the folder `released`" in result.output


def test_windows_line_ends_in_cells_change_nothing(kit, blank):
    notebook = json.loads(answered(blank, {"order": "order = [0, 1, 9]"}))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")
    kit.write_text(json.dumps(notebook))
    checked = run(read(kit))
    assert checked.flags == () and [q.state for q in checked.questions] == ["missing"] * 2 + ["graded later", "missing"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "is not a file"),
        (" \n", "is empty: save the notebook"),
        ("[" * 100_000, "nested too deep"),
        ("not json", "the file is not JSON (line 1)"),
        ("[1]", "JSON but not a notebook"),
        ('{"cells": 3}', "no list of cells"),
        (
            json.dumps({"cells": [], "metadata": {"coursekit": {"assignment": "adam"}}}),
            "belongs to the assignment 'adam'",
        ),
    ],
)
def test_what_is_no_notebook_of_this_course_is_told_so(kit, content, words):
    kit.unlink() if content is None else kit.write_text(content)
    result = CliRunner().invoke(main, ["check", str(kit)])
    assert result.exit_code == 1 and words in result.output.replace("\n", " ")


@pytest.mark.parametrize("cells", [[], [1, {"metadata": [1]}, {"metadata": {"nbgrader": [1], "coursekit": 7}}]])
def test_a_notebook_without_check_cells_is_told_so(tmp_path, cells):
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "mine.ipynb").write_text(json.dumps(notebook))
    with pytest.raises(NotCheckable, match="has no check cells"):
        read(tmp_path / "mine.ipynb")


def test_a_huge_file_is_refused(kit, monkeypatch):
    monkeypatch.setattr(limits, "LARGEST", 100)
    with pytest.raises(NotCheckable, match="clear its outputs"):
        read(kit)


@pytest.mark.parametrize(
    ("status", "state"),
    [("passed", PASSES), ("partial", "wrong"), ("failed", "wrong"), ("timeout", "wrong"), ("crashed", "wrong"),
     ("blank", "missing"), ("missing", "missing"), ("refused", "wrong")],
)  # fmt: skip
def test_a_status_of_the_engine_becomes_a_state(kit, status, state):
    results = {"half_time": QuestionResult(3.0 if status == "passed" else 0.0, 3.0, status, "why")}
    checked = report(read(kit), GradedNotebook(results)).questions
    assert checked[0].state == state and checked[0].message == "why"
    assert [q.state for q in checked[1:]] == ["missing"] * 3  # the engine said nothing about them


def test_the_list_of_fonts_is_made_once_on_a_student_s_machine(kit, blank, tmp_path, monkeypatch):
    code = "import math\nimport matplotlib.font_manager\n" + load("tiny", ROOT).question("half_time").reference
    kit.write_text(answered(blank, {"half_time": code}))
    for home, kept in ((tmp_path / "home", 1), (tmp_path / "tiny.ipynb", 0)):  # the second is no folder at all
        monkeypatch.setattr(Path, "home", lambda home=home: home)
        assert run(read(kit)).questions[0].state == PASSES
        assert len(list(home.glob(".cache/coursekit/matplotlib/fontlist-*.json"))) == kept


def test_without_the_kits_folder_a_wrong_answer_is_told_so_and_a_stub_is_missing(kit, blank, tmp_path):
    alone = tmp_path / "alone" / "tiny.ipynb"
    alone.parent.mkdir()
    alone.write_text(answered(blank, {"half_time": "def half_time(rate, start):\n    return -1.0"}))
    states = [question.state for question in run(read(alone)).questions]
    assert states[0] == "wrong" and set(states[1:]) <= {"missing", LATER} and "missing" in states
