"""What is damaged keeps its own student from a page, is named, and stops nobody else."""

import json

import pytest
from classroom_course import classroom, submission
from click.testing import CliRunner

from coursekit.classroom.grade import local
from coursekit.classroom.grade.job import Settings
from coursekit.classroom.grade.run import grade
from coursekit.cli import main


@pytest.fixture
def room(tmp_path):
    """A classroom in which three have been graded."""
    made = classroom(tmp_path / "room")
    for student in ("alice", "bob", "chi"):
        path = made.submitted("mini", student)
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(submission(explain="right")))
    grade(made, "mini", (), Settings(engine="classroom_course:text_engine"), run=local.run)
    return made


def feedback(room):
    result = CliRunner().invoke(main, ["feedback", "mini", "--classroom", str(room.root)])
    assert type(result.exception) in (type(None), SystemExit), result.output
    return result.exit_code, result.output, sorted(path.parent.name for path in room.root.glob("feedback/*/mini.html"))


def test_all_is_well(room):
    code, text, pages = feedback(room)
    assert (code, pages) == (0, ["alice", "bob", "chi"]) and "3 pages" in text


@pytest.mark.parametrize("place", ["record", "autograded"])
@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 5}', "\u00e9"])
def test_one_that_is_damaged_is_named_and_the_others_get_their_pages(room, place, content):
    getattr(room, place)("mini", "bob").write_text(content, encoding="latin-1")
    code, text, pages = feedback(room)
    assert (code, pages) == (1, ["alice", "chi"]) and "2 pages" in text
    assert (
        "bob: " in text
        and "is damaged" in text
        and "course grade mini" in text
        and "alice" not in text.partition("Error")[2]
    )


def test_where_every_record_is_damaged_each_is_named(room):
    for student in ("alice", "bob", "chi"):
        room.record("mini", student).write_text("{")
    code, text, pages = feedback(room)
    assert (code, pages) == (1, []) and all(f"{student}: " in text for student in ("alice", "bob", "chi"))
