"""Written answers: points and comments from the rubric and from remarks that were kept."""

import json

import pytest
from classroom_course import GOOD, classroom, submission
from click.testing import CliRunner
from nbgrader.api import Gradebook
from test_collect import put

from coursekit.classroom import bank
from coursekit.classroom.grade import local
from coursekit.classroom.grade.job import Settings
from coursekit.classroom.grade.run import grade
from coursekit.classroom.gradebook.scores import standings
from coursekit.cli import main

RUBRIC = "Because.\\n\\nRubric:\\n\\n- 1 point for naming it\\n- 2.5 points: why\\n- half a point for nothing"
SETTINGS = Settings(engine="classroom_course:text_engine")


@pytest.fixture
def room(tmp_path):
    made = classroom(tmp_path / "room")
    made.source("mini").write_text(made.source("mini").read_text().replace("Because.", RUBRIC))
    for student, words in (("ann", "It is linear.\x1b[2J"), ("bo", "Who knows?")):
        put(made.submitted("mini", student), json.dumps(submission(explain=words, **GOOD)))
    grade(made, "mini", (), SETTINGS, run=local.run)
    return made


def mark(room, *line):
    result = CliRunner().invoke(main, ["mark", "mini", *line, "--classroom", str(room.root)])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result.exit_code, result.output


def stands(room, student="ann"):
    found = {one.person.student: one for one in standings(room, "mini")}[student]
    (explain,) = (mark for mark in found.marks if mark.question.id == "explain")
    return found.status, explain.manual.score, explain.manual.comment


def test_the_rubric_is_the_bank_and_what_is_chosen_becomes_points_and_comment(room):
    code, said = mark(room)
    assert code == 0 and "explain (4 points): ann, bo" in said
    assert "1. [1] naming it" in said and "2. [2.5] why" in said and "3." not in said
    assert stands(room)[:2] == ("waiting", None)
    code, said = mark(room, "ann", "explain")
    assert code == 0 and "It is linear." in said and "\x1b" not in said and stands(room)[0] == "waiting"
    assert mark(room, "ann", "explain", "--remark", "1", "--remark", "2", "--comment", "Well put.") == (
        0,
        "ann, explain: 3.5 of 4\n",
    )
    assert stands(room) == ("graded", 3.5, "naming it\n\nwhy\n\nWell put.")
    assert "ann" not in mark(room)[1].partition("\n")[0]
    with Gradebook(room.db_url) as book:
        (given,) = (g for g in book.find_submission_notebook("mini", "mini", "ann").grades if g.name == "explain")
        assert (given.manual_score, given.needs_manual_grade) == (3.5, False)


def test_what_is_entered_stays_when_the_machine_grades_again(room):
    mark(room, "ann", "explain", "--points", "2")
    grade(room, "mini", (), SETTINGS, run=local.run, again=True)
    assert stands(room)[:2] == ("graded", 2) and stands(room, "bo")[:2] == ("waiting", None)


def test_a_remark_that_is_kept_is_there_for_the_next_answer(room):
    mark(room, "ann", "explain", "--points", "1", "--comment", "Say what varies.", "--keep")
    assert "3. Say what varies." in mark(room)[1]
    code, said = mark(room, "bo", "explain", "--remark", "3")
    assert code == 1 and "say --points" in said and stands(room, "bo")[0] == "waiting"
    assert mark(room, "bo", "explain", "--remark", "3", "--points", "0")[0] == 0
    assert stands(room, "bo") == ("graded", 0, "Say what varies.")
    room.bank("mini").write_text("[]")
    assert "is damaged" in mark(room)[1]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["ann", "explain", "--points", "5"], "has 0 to 4 points, got 5"),
        (["ann", "explain", "--points", "nan"], "has 0 to 4 points"),
        (["ann", "explain", "--remark", "9"], "has the remarks 1 to 2, not 9"),
        (["ann", "nothing", "--points", "1"], "its questions are double, norm, explain"),
        (["zoe", "explain", "--points", "1"], "zoe has no record"),
    ],
)
def test_what_cannot_be_is_named_and_gives_nobody_a_grade(room, line, words):
    code, said = mark(room, *line)
    assert code == 1 and words in said and stands(room)[:2] == ("waiting", None)


def test_lines_that_say_points_are_read_and_others_are_not():
    lines = [
        "- 1 point for a",
        "* 2 points, b",
        "- .5 points for c",
        "- one point for d",
        "1 point for e",
        "- 3 pointers f",
    ]
    found = [match["text"] for match in map(bank.LINE.fullmatch, lines) if match]
    assert found == ["a", "b", "c"]
