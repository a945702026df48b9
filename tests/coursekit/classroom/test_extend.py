"""More days, an excuse, a budget of late days: each reaches record, gradebook and every output at once."""

import csv
import json
from datetime import UTC, datetime, timedelta

import pytest
from classroom_course import classroom, source_bytes, submission
from click.testing import CliRunner
from nbgrader.api import Gradebook

from coursekit.classroom import lateness, records
from coursekit.classroom.gradebook.scores import standings
from coursekit.classroom.layout import time_text
from coursekit.classroom.policy import load
from coursekit.cli import main
from coursekit.engine.interface import QuestionResult

DEADLINE = datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.fixture
def room(tmp_path):
    """Two assignments, ``mini`` due before ``last``, a tenth of the points lost a day."""
    made = classroom(tmp_path)
    for place in (made.source, made.release):
        place("last").parent.mkdir(parents=True)
        place("last").write_bytes(place("mini").read_bytes())
    made.roster.write_text("student\n" + "".join(f"{name}\n" for name in ("ann", "bo", "zoe")))
    policy(made)
    return made


def policy(room, more=""):
    due = {"mini": DEADLINE, "last": DEADLINE + timedelta(days=30)}
    tables = "".join(f"[{name}]\ndeadline = {moment:%Y-%m-%dT%H:%M:%SZ}\n" for name, moment in due.items())
    room.policy.write_text(f"[default]\npenalty_per_day = 0.1\n{more}\n{tables}")


def graded(room, student, hours_late, assignment="mini"):
    """A submission of full points, and the record that grading it leaves."""
    path = room.submitted(assignment, student)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(submission()))
    moment = load(room, assignment).deadline + timedelta(hours=hours_late)
    path.with_name("timestamp.txt").write_text(time_text(moment))
    found = {
        name: QuestionResult(one.max_score, one.max_score, "passed", "")
        for name, one in records.every_question(source_bytes(), "passed", "").items()
    }
    digests = records.hashes(path.read_bytes(), source_bytes(), records.Budget())
    late = lateness.late(room, assignment, student, 9.0)
    records.write(room, records.build(assignment, student, found, "test", digests, late=late))


def course(room, *arguments):
    result = CliRunner().invoke(main, [*arguments, "--classroom", str(room.root)])
    return result.exit_code, result.output


def of(room, student, assignment="mini"):
    return next(one for one in standings(room, assignment) if one.person.student == student)


def test_more_days_take_a_penalty_off_at_once_in_record_and_gradebook_and_can_be_withdrawn(room):
    graded(room, "ann", 30)
    graded(room, "bo", 30)
    assert of(room, "ann").penalty == pytest.approx(0.2 * 9)
    code, said = course(room, "extend", "ann", "mini", "--days", "2", "--reason", "ill")
    assert code == 0 and "by 2026-10-03 12:00 UTC, 2 days after the others (ill)" in said
    assert (of(room, "ann").penalty, of(room, "bo").penalty) == (0, pytest.approx(1.8))
    with Gradebook(room.db_url) as book:
        assert book.find_submission("mini", "ann").late_submission_penalty == 0
        assert book.find_assignment("mini").duedate == DEADLINE.replace(tzinfo=None), "the class's, not ann's"
    assert course(room, "extend", "ann", "mini") == (0, said)
    code, said = course(room, "extend", "ann", "mini", "--withdraw")
    assert code == 0 and "by 2026-10-01 12:00 UTC, as the others" in said and "1.8 of 9 points taken off" in said
    assert of(room, "ann").penalty == pytest.approx(1.8)
    assert not room.extension("mini", "ann").exists()


def test_who_has_more_days_is_not_missing_yet_and_answers_wait_for_the_last_one(room):
    room.policy.write_text(f"[mini]\ndeadline = {datetime.now(UTC) - timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}\n")
    course(room, "extend", "ann", "mini", "--days", "10")
    assert (of(room, "ann").status, of(room, "bo").status) == ("not due", "missing")
    assert lateness.latest(room, "mini").deadline > datetime.now(UTC) + timedelta(days=6)
    course(room, "extend", "ann", "mini", "--excuse")
    assert lateness.latest(room, "mini") == load(room, "mini"), "nobody waits for one who is excused"


@pytest.mark.parametrize("form, cell, empty", [("csv", "final_score", ""), ("canvas", "mini", "EX")])
def test_an_excused_student_has_no_grade_and_lacks_none(room, form, cell, empty):
    graded(room, "ann", 0)
    graded(room, "bo", 0)
    code, said = course(room, "extend", "ann", "mini", "--excuse")
    assert code == 0 and "excused" in said and of(room, "ann").status == "excused"
    course(room, "extend", "zoe", "mini", "--excuse")
    output = room.root / "out.csv"
    code, said = course(room, "export", "mini", "--format", form, "--output", str(output))
    assert code == 0, said
    rows = list(csv.DictReader(output.open(newline="")))
    name = "student" if form == "csv" else "SIS User ID"
    assert {row[name]: row[cell] for row in rows if row[name]} == {"ann": empty, "bo": "9", "zoe": empty}
    assert "excused" in course(room, "inspect", "ann", "mini")[1]
    course(room, "feedback", "mini")
    assert "does not count" in room.feedback("mini", "ann").read_text()
    assert "does not count" not in room.feedback("mini", "bo").read_text()


def test_late_days_are_spent_in_the_order_of_the_deadlines(room):
    policy(room, "late_days = 3")
    graded(room, "ann", 30, "mini")
    graded(room, "ann", 60, "last")
    graded(room, "bo", 60, "last")
    assert (of(room, "ann").penalty, of(room, "ann").days_late) == (0, 2)
    assert of(room, "ann", "last").penalty == pytest.approx(0.2 * 9), "one of three days was left"
    assert of(room, "bo", "last").penalty == 0
    course(room, "extend", "ann", "mini", "--days", "2")
    assert of(room, "ann", "last").penalty == 0, "an extension gives days back to what is due later"
    course(room, "extend", "ann", "mini", "--excuse")
    assert of(room, "ann", "last").penalty == 0, "what is not asked of one spends nothing"


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["yan", "mini", "--days", "2"], "yan is not in roster.csv and has handed in nothing for mini"),
        (["ann", "mimi", "--days", "2"], "no assignment 'mimi'"),
        (["ann", "mini", "--days", "0"], "0 is not in the range 1<=x<=366"),
        (["ann", "mini", "--days", "2", "--excuse"], "say one of --days, --excuse and --withdraw"),
        (["ann", "mini", "--reason", "ill"], "--reason goes with --days or --excuse"),
        (["../ann", "mini", "--excuse"], "'../ann' is not an id"),
    ],
)
def test_what_cannot_be_given_is_refused_in_words(room, arguments, words):
    code, said = course(room, "extend", *arguments)
    assert code and words in said
    assert not (room.root / "extensions").exists()


def test_days_without_a_deadline_are_refused(room):
    room.policy.unlink()
    code, said = course(room, "extend", "ann", "mini", "--days", "2")
    assert code == 1 and "mini has no deadline, so there is none to move" in said
    assert course(room, "extend", "ann", "mini", "--excuse")[0] == 0


@pytest.mark.parametrize("text", ["", "[]", "{", '{"days": -1}', '{"days": true}', '{"week": 1}', '{"excused": 1}'])
def test_a_damaged_extension_is_named_and_given_again(room, text):
    graded(room, "ann", 30)
    course(room, "extend", "ann", "mini", "--days", "1")
    room.extension("mini", "ann").write_text(text)
    code, said = course(room, "export", "mini", "--output", str(room.root / "out.csv"))
    assert code == 1 and "mini/ann.json is damaged; `course extend ann mini --days N`" in said
    assert course(room, "extend", "ann", "mini", "--days", "2")[0] == 0
    assert of(room, "ann").penalty == 0


def test_a_budget_for_one_assignment_is_refused(room):
    policy(room)
    room.policy.write_text(room.policy.read_text() + "late_days = 2\n")
    code, said = course(room, "extend", "ann", "last", "--days", "2")
    assert code == 1 and "late_days is one budget for all assignments: write it below [default], not [last]" in said
