import json
import re

import pandas
import pytest
from classroom_course import classroom, submission
from click.testing import CliRunner
from fixture import COURSE
from nbgrader.api import Gradebook

from coursekit.classroom.grade import local
from coursekit.classroom.grade.job import Settings
from coursekit.classroom.grade.run import grade
from coursekit.classroom.layout import ClassroomError
from coursekit.classroom.policy import load
from coursekit.classroom.show import feedback
from coursekit.classroom.show.export import safe_cell
from coursekit.cli import main

ROSTER = """student,first_name,last_name,email,lms_id,section
alice,Alice,O'Brien,alice@example.org,101,A
bob,Bob,=2+5,bob@example.org,102,A
zoe,Zoe,Absent,zoe@example.org,103,B
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    made = classroom(tmp_path_factory.mktemp("export"))
    for student, word, day in (("alice", "right", "1 12:10"), ("bob", "right", "2 13:00"), ("chi", "wrong", "1 09:00")):
        path = made.submitted("mini", student)
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(submission(explain=word)))
        path.with_name("timestamp.txt").write_text(f"2026-10-0{day}:00 UTC\n")
    made.roster.write_text(ROSTER)
    made.policy.write_text(
        "[mini]\ndeadline = 2026-10-01T12:00:00Z\ngrace_minutes = 15\npenalty_per_day = 0.1\nmax_penalty = 0.15\n"
    )
    grade(made, "mini", (), Settings(engine="classroom_course:text_engine"), run=local.run)
    with Gradebook(made.db_url, COURSE.id) as book:
        entry = book.find_grade("explain", "mini", "mini", "bob")
        entry.manual_score, entry.needs_manual_grade, entry.extra_credit = 4.0, False, 1.0
        book.find_comment("explain", "mini", "mini", "bob").manual_comment = "Well *said*."
        book.db.commit()
    return made


def exported(room, tmp_path, form):
    output = tmp_path / f"{form}.csv"
    result = CliRunner().invoke(
        main, ["export", "--format", form, "--output", str(output), "--classroom", str(room.root)]
    )
    assert result.exit_code == 1 and "mini: alice (O\u2019Brien, Alice), chi: wait for a person" in result.stderr
    assert "zoe" not in result.stderr
    return pandas.read_csv(output)


def test_csv_has_manual_scores_extra_credit_and_late_penalties(room, tmp_path):
    table = exported(room, tmp_path, "csv").set_index("student")
    assert list(table.index) == ["alice", "bob", "chi", "zoe"]
    assert table.final_score.dropna().to_dict() == {
        "bob": 8.5,
    }  # 10 less 15 %, two days late
    assert table.score.dropna().to_dict() == {"bob": 10.0}
    assert table.late_days.dropna().to_dict() == {"bob": 2}
    assert table.status.to_dict() == {"alice": "waiting", "bob": "graded", "chi": "waiting", "zoe": "missing"}
    assert (table.max_score == 9).all()
    assert table.last_name["bob"] == "'=2+5"


def test_canvas_has_its_columns_and_its_points_row(room, tmp_path):
    table = exported(room, tmp_path, "canvas")
    assert list(table.columns) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "mini"]
    assert table.Student[0].strip() == "Points Possible"
    assert table.mini[0] == 9
    students = table[1:].set_index("SIS User ID")
    assert students.mini.dropna().to_dict() == {"bob": 8.5}
    assert students.ID["alice"] == 101
    assert students.Student["alice"] == "O\u2019Brien, Alice"


def test_stock_export_agrees(room):
    with Gradebook(room.db_url, COURSE.id) as book:
        submission = book.find_submission("mini", "alice")
        assert (submission.score, submission.late_submission_penalty) == (5.0, 0.0)


def test_feedback_says_what_a_person_gave_and_never_shows_hidden_checks(room):
    pages = {path.parent.name: path.read_text() for path in feedback.write(room, "mini")}
    assert set(pages) == {"alice", "bob", "chi"}
    assert "Well <em>said</em>." in pages["bob"]
    assert "8.5" in pages["bob"] and "2 days late" in pages["bob"]
    assert "Waits for a grader" in pages["alice"]
    for page in pages.values():
        assert "SECRETCHECK" not in page
        assert "<script" not in page
        assert "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[mini]\npenalty = 1", "'penalty' is not one of"),
        ("[mini]\npenalty_per_day = 10", "share of the points"),
        ("[mini]\npenalty_per_day = '10%'", "must be a number"),
        ("[mini]\ndeadline = 5", "date and time"),
        ("[mini]\ndeadline = 'tomorrow'", "cannot read the time"),
        ("[mini", "not valid TOML"),
    ],
)
def test_a_bad_policy_is_named(tmp_path, text, words):
    room = classroom(tmp_path)
    room.policy.write_text(text)
    with pytest.raises(ClassroomError, match=words):
        load(room, "mini")


@pytest.mark.parametrize("name", ["=1+1", "@cmd", "x;=1+1", "x; \t+1", "x\n=1", " =1", "＝1", "x|-1", "\t=1"])
def test_no_name_is_a_formula_whatever_a_program_takes_for_the_end_of_a_cell(name):
    cells = re.split(r"[;|\t\r\n]", safe_cell(name))
    assert not any(cell.strip()[:1] in [*"=+-@", "＝"] for cell in cells if cell.strip())


@pytest.mark.parametrize("name", ["Anne-Marie", "Ann; Bo", "a@example.org", "O'Neil", "x = 1"])
def test_other_names_stay_as_they_are(name):
    assert safe_cell(name) == name
