"""What ``course report`` says of a question beside how often it was answered."""

import json

import pytest
from classroom_course import classroom, source_bytes, submission
from click.testing import CliRunner

from coursekit.classroom import records
from coursekit.classroom.extensions import Extension, give
from coursekit.classroom.show import report
from coursekit.cli import main
from coursekit.engine.interface import QuestionResult


@pytest.fixture
def room(tmp_path):
    return classroom(tmp_path)


def graded(room, student, double, norm, explain=0.0, written="passed"):
    """A submission and the record of these points."""
    path = room.submitted("mini", student)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(submission()))
    found = {
        "double": QuestionResult(double, 2, "passed" if double else "failed", "wrong"),
        "norm": QuestionResult(norm, 3, "passed" if norm else "failed", "wrong"),
        "explain": QuestionResult(explain, 4, written, ""),
    }
    digests = records.hashes(path.read_bytes(), source_bytes(), records.Budget())
    records.write(room, records.build("mini", student, found, "test", digests))


def item_rest(room):
    return {row.question: row.item_rest for row in report.report(room, "mini")}


def test_questions_that_go_together_correlate_and_one_against_the_others_stands_out(room):
    for number in range(12):
        able = number % 3 > 0
        graded(room, f"s{number:02}", 2.0 * able, 3.0 * able, 4.0 * (not able))
    assert item_rest(room) == pytest.approx({"double": -1, "norm": -1, "explain": -1})
    said = CliRunner().invoke(
        main, ["report", "mini", "--classroom", str(room.root), "--html", str(room.root / "r.html")]
    )
    assert "-1.00" in said.output and "correlation with the points of all other questions -1.00" in (
        (room.root / "r.html").read_text()
    )


def test_the_question_itself_is_not_among_the_others(room):
    for number in range(12):  # all four combinations as often: independent
        graded(room, f"s{number:02}", 2.0 * (number % 2), 3.0 * (number // 2 % 2 if number < 8 else number % 4 > 1))
    found = item_rest(room)
    assert abs(found["double"]) < 1e-9 and abs(found["norm"]) < 1e-9
    assert found["explain"] is None, "all have the same points"


def test_few_students_those_who_wait_and_those_excused_give_no_correlation(room):
    for number in range(9):
        graded(room, f"s{number:02}", 2.0 * (number % 2), 3.0 * (number % 2))
    graded(room, "waits", 2.0, 0.0, written="manual")
    graded(room, "excused", 2.0, 0.0)
    give(room, "mini", "excused", Extension(excused=True))
    assert set(item_rest(room).values()) == {None}
    graded(room, "tenth", 0.0, 0.0)
    assert item_rest(room)["double"] == pytest.approx(1)
