"""A state is not a number: what is not due, missing, ungraded, stale or waiting for a person goes out as an empty cell."""

import csv
import json
import shutil

import pytest
from classroom_course import GOOD, classroom, source_bytes, submission
from click.testing import CliRunner

from coursekit.classroom import records
from coursekit.classroom.gradebook.scores import standings
from coursekit.classroom.source import as_released
from coursekit.cli import main

PAST, FUTURE = "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"


def hand_in(room, student, **answers):
    path = room.submitted("mini", student)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(submission(**answers)))


def record(room, student, status="passed", data=None):
    """A record as grading what lies there, or ``data``, would leave it."""
    if data is None:
        data = room.submitted("mini", student).read_bytes()
    found = records.every_question(source_bytes(), status, "words")
    digests = records.hashes(data, source_bytes(), records.Budget())
    records.write(room, records.build("mini", student, found, "test", digests))


@pytest.fixture
def room(tmp_path):
    made = classroom(tmp_path)
    made.roster.write_text(
        "student,first_name,last_name\n" + "".join(f"{n},{n.title()},Doe\n" for n in ("ann", "bo", "zoe"))
    )
    return made


def export(room, *arguments, form="csv"):
    output = room.root / "out.csv"
    output.unlink(missing_ok=True)
    where = ["--format", form, "--output", str(output), "--classroom", str(room.root)]
    result = CliRunner().invoke(main, ["export", *arguments, *where])
    rows = list(csv.DictReader(output.open(newline=""))) if output.is_file() else []
    return result.exit_code, result.stderr, rows


def of(rows, column):
    return {row["student"]: row[column] for row in rows}


def test_every_state_is_told_from_the_others_and_only_a_grade_is_a_number(room):
    for student in ("ann", "bo", "chi", "dan", "eva"):
        hand_in(room, student, **GOOD)
    record(room, "ann")
    record(room, "chi", data=b"an earlier version")
    record(room, "dan", "manual")
    record(room, "fay", "refused", b"")
    code, said, rows = export(room)
    assert of(rows, "status") == {
        "ann": "graded",
        "bo": "ungraded",
        "chi": "stale",
        "dan": "waiting",
        "eva": "ungraded",
        "fay": "refused",
        "zoe": "missing",
    }
    assert of(rows, "final_score") == dict.fromkeys(["ann", "bo", "chi", "dan", "eva", "fay", "zoe"], "") | {
        "ann": "0",
        "fay": "0",
    }
    assert code == 1
    assert [line for line in said.splitlines() if line.startswith("mini: ")] == [
        "mini: dan: wait for a person to grade written answers; `course lab` opens formgrader",
        "mini: chi: handed in again, or the source was changed, since they were graded; `course grade mini` grades them",
        "mini: bo (Doe, Bo), eva: handed in and are not graded; `course grade mini` grades them",
    ]
    _, _, rows = export(room, form="canvas")
    assert {row["SIS User ID"]: row["mini"] for row in rows[1:]} == of(export(room)[2], "final_score")


def test_what_stands_goes_out_without_a_word(room):
    hand_in(room, "ann")
    record(room, "ann")
    code, said, rows = export(room)
    assert (code, said) == (0, "") and of(rows, "status") == {"ann": "graded", "bo": "missing", "zoe": "missing"}


def test_a_changed_source_makes_a_grade_stale_and_a_removed_submission_does_not(room):
    hand_in(room, "ann")
    record(room, "ann")
    shutil.rmtree(room.submitted("mini", "ann").parent)
    assert export(room)[0] == 0
    hand_in(room, "ann")
    room.source("mini").write_bytes(source_bytes().replace(b"double(2) == 4", b"double(3) == 6"))
    assert standings(room, "mini")[0].status == "stale" and export(room)[0] == 1


def test_what_nobody_handed_in_is_left_out_and_a_fault_where_it_was_asked_for_by_name(room):
    other = room.source("other")
    other.parent.mkdir()
    other.write_text(source_bytes().decode())
    assert as_released(other.read_bytes())
    assert export(room)[0] == 1 and not (room.root / "out.csv").exists()
    hand_in(room, "ann")
    record(room, "ann")
    code, said, rows = export(room, form="canvas")
    assert code == 0 and "other" not in rows[0] and "left out: other: nobody handed it in" in said
    code, said, rows = export(room, "mini", "other", form="canvas")
    assert code == 1 and "other" not in rows[0] and "left out: other: nobody handed it in" in said


@pytest.mark.parametrize(("deadline", "status"), [(PAST, "missing"), (FUTURE, "not due")])
def test_missing_is_what_is_due_and_what_is_not_goes_out_when_it_is_named(room, deadline, status):
    hand_in(room, "ann")
    record(room, "ann")
    room.policy.write_text(f"[mini]\ndeadline = {deadline}\n")
    assert {s.person.student: s.status for s in standings(room, "mini")} == {
        "ann": "graded",
        "bo": status,
        "zoe": status,
    }
    code, said, rows = export(room)
    assert (code, bool(rows), "not due yet" in said) == ((0, True, False) if status == "missing" else (1, False, True))
    code, said, rows = export(room, "mini")
    assert code == 0 and of(rows, "final_score") == {"ann": "0", "bo": "", "zoe": ""}
