"""Records and gradebooks that are not as grading left them: found out, made again, and never a wrong score."""

import json
import sqlite3
import threading

import pytest
from classroom_course import classroom, source_bytes, submission
from click.testing import CliRunner
from fixture import COURSE
from nbgrader.api import Gradebook

from coursekit.classroom import records
from coursekit.classroom.grade import local
from coursekit.classroom.grade.job import Settings
from coursekit.classroom.grade.run import grade
from coursekit.classroom.gradebook import tables
from coursekit.classroom.gradebook.scores import standings
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.variants import course_key, make_key
from coursekit.cli import main
from coursekit.commands.grade import ahead
from coursekit.engine.interface import Budget, QuestionResult

SETTINGS = Settings(engine="classroom_course:text_engine")


@pytest.fixture
def room(tmp_path):
    """A classroom in which alice has 5 of 9 points and a deadline that she kept."""
    made = classroom(tmp_path / "classroom")
    path = made.submitted("mini", "alice")
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(submission(explain="right")))
    made.policy.write_text("[mini]\ndeadline = 2026-10-01T12:00:00Z\n")
    grade(made, "mini", (), SETTINGS, run=local.run)
    return made


def course(room, *line):
    return CliRunner().invoke(main, [*line, "--classroom", str(room.root)])


def double(**new):
    return lambda record: record["questions"]["double"].update(new)


def top(**new):
    return lambda record: record.update(new)


CHANGES = {
    "a score that is no sum": top(score=9.0),
    "a question's score": double(score=1.0),
    "more than there is": double(score=99.0),
    "less than nothing": double(score=-5.0),
    "not a number": double(score=float("nan")),
    "endless": top(max_score=float("inf")),
    "text": double(score="2"),
    "a truth": double(score=True),
    "nothing": double(score=None),
    "an unknown status": double(status="great"),
    "a status that is a list": double(status=["passed"]),
    "a message that is a number": double(message=7),
    "another student": top(student="bob"),
    "another assignment": top(assignment="maxi"),
    "no digests": top(hashes={}),
    "notes that are no list": top(flags="abc"),
    "a question gone": lambda record: record["questions"].pop("double"),
    "a question more": lambda record: record["questions"].update(more=record["questions"]["double"]),
    "half the points for lateness": lambda record: record["late"].update(share="half"),
    "more than all points for lateness": lambda record: record["late"].update(share=50),
    "lateness that is a list": top(late=[1]),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_record_that_does_not_agree_with_itself_is_made_again(room, case):
    before = room.record("mini", "alice").read_bytes()
    changed = json.loads(before)
    CHANGES[case](changed)
    room.record("mini", "alice").write_text(json.dumps(changed))
    assert records.damaged(room, "mini") == ["alice"]
    assert grade(room, "mini", (), SETTINGS, run=local.run).graded == ["alice"]
    assert room.record("mini", "alice").read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"", b'{"score": 5', b"null", b"\xff", b"[" * 100_000, b'{"a": ' + b"9" * 10_000 + b"}"]
)
def test_what_is_no_record_is_never_exported_as_nothing_handed_in(room, content, tmp_path):
    room.record("mini", "alice").write_bytes(content)
    result = course(room, "export", "--output", str(tmp_path / "grades.csv"))
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert "the records of alice for mini cannot be read" in result.output
    assert not (tmp_path / "grades.csv").exists()
    for line in (
        ("inspect", "alice", "mini"),
        ("report", "mini"),
        ("feedback", "mini"),
        ("grade", "mini", "--student", "bob"),
    ):
        assert type(course(room, *line).exception) in (SystemExit, type(None)), line


def test_writers_at_once_do_not_hinder_each_other(tmp_path):
    room = classroom(tmp_path)
    source = source_bytes()
    found = {}
    for number in range(60):
        results = {"double": QuestionResult(2, 2, "passed", ""), "norm": QuestionResult(0, 3, "failed", "")}
        results["explain"] = QuestionResult(0, 4, "manual", "")
        name = f"s{number}"
        found[name] = records.build("mini", name, results, "test", records.hashes(b"", source, Budget()))
    failures = []

    def write():
        try:
            tables.write(room, "mini", source, found)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Gradebook(room.db_url, COURSE.id) as book:
        assert sorted(row["score"] for row in book.submission_dicts("mini")) == [2.0] * 60


def test_a_gradebook_that_stays_locked_is_named(room, monkeypatch):
    monkeypatch.setattr(tables, "WAITS", ())
    monkeypatch.setattr(tables, "connect", lambda url: tables.create_engine(url, connect_args={"timeout": 0.1}))
    other = sqlite3.connect(room.root / "gradebook.db")
    other.execute("BEGIN EXCLUSIVE")
    result = course(room, "grade", "mini")
    other.close()
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert "Another program writes to it" in result.output


@pytest.mark.parametrize(
    "change", ["UPDATE alembic_version SET version_num = 'b6d005d67074'", "DROP TABLE alembic_version"]
)
def test_a_gradebook_of_another_nbgrader_is_left_alone(room, change):
    with sqlite3.connect(room.root / "gradebook.db") as database:
        database.execute(change)
    with pytest.raises(ClassroomError, match="nbgrader db upgrade"):
        grade(room, "mini", (), SETTINGS, run=local.run, again=True)


def test_what_people_entered_for_a_question_that_is_gone_is_kept(room):
    with Gradebook(room.db_url, COURSE.id) as book:
        book.find_grade("norm", "mini", "mini", "alice").manual_score = 1.5
        book.find_comment("norm_answer", "mini", "mini", "alice").manual_comment = "See me."
        book.find_grade("explain", "mini", "mini", "alice").manual_score = 4.0
        book.db.commit()
    text = room.source("mini").read_text()
    room.source("mini").write_text(text.replace('"norm"', '"length"').replace('"norm_answer"', '"length_answer"'))
    assert not any("are gone" in line for line in ahead(room, "mini"))
    grade(room, "mini", (), SETTINGS, run=local.run)
    assert any("for questions that are gone are in" in line for line in ahead(room, "mini"))
    kept = [json.loads(line) for line in room.removed("mini").read_text().splitlines()]
    assert {"student": "alice", "cell": "norm", "manual_score": 1.5, "extra_credit": None} in kept
    assert {"student": "alice", "cell": "norm_answer", "manual_comment": "See me."} in kept
    with Gradebook(room.db_url, COURSE.id) as book:
        assert book.find_grade("explain", "mini", "mini", "alice").manual_score == 4.0


def test_a_newer_submission_asks_for_a_second_look_at_what_a_person_graded(room):
    """The words that earned the points are no longer there: nobody must keep, or miss, points for them unseen."""
    path = room.submitted("mini", "alice")
    path.with_name("timestamp.txt").write_text("2026-09-30 10:00:00 UTC")
    grade(room, "mini", (), SETTINGS, run=local.run)
    with Gradebook(room.db_url, COURSE.id) as book:
        entry = book.find_grade("explain", "mini", "mini", "alice")
        entry.manual_score, entry.needs_manual_grade = 4.0, False
        book.db.commit()
    grade(room, "mini", (), SETTINGS, run=local.run, again=True)
    assert [standing.status for standing in standings(room, "mini")] == ["graded"]
    path.write_text(json.dumps(submission(explain="right, but nothing of what was there")))
    path.with_name("timestamp.txt").write_text("2026-09-30 11:00:00 UTC")
    grade(room, "mini", (), SETTINGS, run=local.run)
    grade(room, "mini", (), SETTINGS, run=local.run)
    assert [(standing.status, standing.score) for standing in standings(room, "mini")] == [("waiting", 9.0)]
    with Gradebook(room.db_url, COURSE.id) as book:
        assert book.find_grade("explain", "mini", "mini", "alice").needs_manual_grade
        assert not book.find_grade("double", "mini", "mini", "alice").needs_manual_grade


def test_two_classroom_keys_cannot_come_about_and_an_empty_one_is_none(tmp_path):
    path = tmp_path / "course.key"
    make_key(path)
    first = course_key(Classroom(tmp_path))
    make_key(path)  # as a run that saw no key yet, at the same moment
    assert course_key(Classroom(tmp_path)) == first and len(first) == 32
    assert [found.name for found in tmp_path.iterdir()] == ["course.key"]
    assert path.stat().st_mode & 0o077 == 0
    path.write_text("")
    with pytest.raises(ClassroomError, match=r"course\.key is not the key"):
        course_key(Classroom(tmp_path))
