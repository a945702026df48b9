"""What a feedback page adds to a message: the hint and the section at once, what is right once answers are out."""

import json
import math
from datetime import UTC, datetime, timedelta

import pytest
from classroom_course import classroom, submission
from fixture import ROOT

from coursekit.assignments.notebook import build, text_of
from coursekit.assignments.parse import load
from coursekit.classroom.grade import local
from coursekit.classroom.grade.job import Settings
from coursekit.classroom.grade.run import grade
from coursekit.classroom.policy import Policy, answers_are_out
from coursekit.classroom.show import feedback
from coursekit.classroom.show.answers import behind, expected


@pytest.fixture(scope="module")
def questions():
    return behind(text_of(build(load("tiny", ROOT))).encode())


def test_the_hint_that_a_message_names_and_the_chapter_are_found(questions):
    half = questions["half_time"]
    assert half.hint("wrong\nOpen hint 2.") == "Solve a(t) = s/2 for t." and half.hint("wrong") == ""
    assert half.place == "chapter “A tiny chapter”"


def test_the_expected_value_of_the_check_that_failed_first_is_found(questions):
    half, name = questions["half_time"], "half-time for s=0.5, a0=1e-6"
    said = half.right(f"{name}, `half_time(s, 1e-6)`: 3 is not right\nAlso failed: half-time for s=5.0, a0=1e-6.")
    assert float(said) == pytest.approx(math.log(0.5 / 1e-6 - 1))
    assert half.right("half-time of your own variant: 3 is not right") == "" and half.right("not answered") == ""


def test_the_model_answer_has_no_marks_and_a_written_one_is_prose(questions):
    assert "def half_time" in questions["half_time"].model and "SOLUTION" not in questions["half_time"].model
    assert questions["meaning"].prose and not questions["order"].prose
    assert "Rubric" in questions["meaning"].model


@pytest.mark.parametrize("source", ["assert f(1) == 2", "%timeit f()", "check.expect(values)", "check.expect()", ""])
def test_a_check_cell_written_by_hand_holds_no_expected_values(source):
    assert expected(source) == {}


@pytest.mark.parametrize(
    ("days", "given", "out"),
    [
        (None, {}, False),
        (-1, {}, False),
        (1, {}, True),
        (1, {"grace_minutes": 3000}, False),
        (1, {"penalty_per_day": 0.1}, False),
        (20, {"penalty_per_day": 0.1}, True),
        (20, {"penalty_per_day": 0.1, "max_penalty": 0.5}, False),
    ],
)
def test_answers_are_out_when_nobody_can_gain_by_them(days, given, out):
    deadline = None if days is None else datetime.now(UTC) - timedelta(days=days)
    assert answers_are_out(Policy(deadline, **given)) is out


def test_the_page_shows_what_is_right_when_answers_are_out_and_not_before(tmp_path):
    room = classroom(tmp_path)
    path = room.submitted("mini", "alice")
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(submission(explain="wrong")))
    grade(room, "mini", (), Settings(engine="classroom_course:text_engine"), run=local.run)
    (page,) = feedback.write(room, "mini")
    assert "return 2 * x" not in page.read_text() and "Because." not in page.read_text()
    (page,) = feedback.write(room, "mini", answers=True)
    assert (
        "return 2 * x" in page.read_text() and "Because." in page.read_text() and "SECRETCHECK" not in page.read_text()
    )
    room.policy.write_text("[mini]\ndeadline = 2026-01-01T12:00:00Z\n")
    (page,) = feedback.write(room, "mini")
    assert "return 2 * x" in page.read_text()
    (page,) = feedback.write(room, "mini", answers=False)
    assert "return 2 * x" not in page.read_text()
