"""Moodle's worksheet: the right row by what Moodle writes about a person, never by what a student can write."""

import csv
import io
import json
import zipfile

import pytest
from classroom_course import classroom, source_bytes, submission
from click.testing import CliRunner

from coursekit.classroom import records
from coursekit.cli import main
from coursekit.engine.interface import QuestionResult

HEAD = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Grade can be changed",
        "Last modified (submission)", "Online text", "Last modified (grade)", "Feedback comments"]  # fmt: skip
ROSTER = """student,first_name,last_name,email,lms_id
jdoe,Jane,Doe,Jane@example.org,10112
tneil,Tara,O'Neil,,
ann,Ann,Lee,ann@example.org,
ann2,Ann,Lee,ann2@example.org,
bo,Bo,Ki,bo@example.org,
"""


def row(number, name, email="", grade="", text="", most="9.00"):
    return [f"Participant {number}", name, email, "Submitted for grading", grade, most, "Yes", "-", text, "-", ""]


@pytest.fixture
def room(tmp_path):
    made = classroom(tmp_path)
    made.roster.write_text(ROSTER)
    for student in ("jdoe", "tneil", "ann"):
        path = made.submitted("mini", student)
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(submission()))
        found = {
            "double": QuestionResult(2, 2, "passed", ""),
            "norm": QuestionResult(1.5, 3, "partial", "half"),
            "explain": QuestionResult(1, 4, "passed", ""),
        }
        digests = records.hashes(path.read_bytes(), source_bytes(), records.Budget())
        records.write(made, records.build("mini", student, found, "test", digests))
    return made


def export(room, rows, *more, head=HEAD):
    sheet, output = room.root / "worksheet.csv", room.root / "out.csv"
    with sheet.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([head, *rows])
    output.unlink(missing_ok=True)
    where = ["--worksheet", str(sheet), "--output", str(output), "--classroom", str(room.root)]
    result = CliRunner().invoke(main, ["export", "mini", "--format", "moodle", *where, *more])
    found = list(csv.reader(io.StringIO(output.read_text()))) if output.is_file() else []
    return result.exit_code, result.output, found


ALL = [row(45671, "Jane Doe", "jane@example.org"), row(45672, "Tara O'Neil"), row(45673, "Ann Lee", "ann@example.org")]


def test_grades_go_to_the_persons_whatever_moodles_numbers_are_and_every_other_cell_stays(room):
    rows = [*ALL, row(10112, "Somebody Else", "else@example.org", "3.00"), row(45675, "Ann Lee", "ann2@example.org")]
    code, said, found = export(room, rows)
    assert code == 0, said
    assert found[0] == HEAD
    assert [line[4] for line in found[1:]] == ["4.5", "4.5", "4.5", "3.00", ""]
    assert [line[:4] + line[5:] for line in found[1:]] == [line[:4] + line[5:] for line in rows]


def test_grades_are_scaled_to_what_moodle_takes_and_that_is_said(room):
    code, said, found = export(
        room, [row(1, "Jane Doe", most="100.00"), *(r[:5] + ["100.00"] + r[6:] for r in ALL[1:])]
    )
    assert code == 0 and "scaled from 9 points to Moodle's 100" in said
    assert [line[4] for line in found[1:]] == ["50", "50", "50"]


def test_what_a_student_writes_names_nobody(room):
    code, _, found = export(room, [*ALL, row(7, "Eve Smith", "eve@example.org", text="jane@example.org")])
    assert code == 0 and found[4][4] == ""


def test_who_has_no_row_or_shares_a_name_is_named_and_the_exit_code_says_so(room):
    code, said, found = export(room, [row(1, "Ann Lee"), row(2, "Tara O’Neil"), *[row(3, "Jane Doe")] * 2])
    assert code == 1 and "mini: ann, jdoe: not exactly one row of worksheet.csv names them" in said
    assert [line[4] for line in found[1:]][:2] == ["", "4.5"]


def test_feedback_pages_are_zipped_as_moodle_takes_them(room):
    CliRunner().invoke(main, ["feedback", "mini", "--classroom", str(room.root)])
    room.feedback("mini", "ann").unlink()
    code, said, _ = export(room, ALL, "--feedback-zip", str(room.root / "pages.zip"))
    assert code == 1 and "mini: ann: no feedback page; `course feedback mini` writes them" in said
    with zipfile.ZipFile(room.root / "pages.zip") as archive:
        assert archive.namelist() == [
            "student_45671_assignfeedback_file_/mini.html",
            "student_45672_assignfeedback_file_/mini.html",
        ]
        assert archive.read(archive.namelist()[0]) == room.feedback("mini", "jdoe").read_bytes()


@pytest.mark.parametrize(
    "head, words",
    [
        (["Kennung", *HEAD[1:]], "has no column 'Identifier' (it has: Kennung, Full name"),
        ([*HEAD[:4], "Bewertung", *HEAD[5:]], "has no column 'Grade'"),
    ],
)
def test_another_table_is_refused(room, head, words):
    code, said, found = export(room, ALL, head=head)
    assert code == 1 and words in said and "its language set to English" in said and not found


def test_moodle_needs_one_assignment_and_its_worksheet(room):
    where = ["--output", str(room.root / "o.csv"), "--classroom", str(room.root)]
    for arguments in (["mini", "--format", "moodle"], ["--format", "moodle", "--worksheet", str(room.roster)]):
        result = CliRunner().invoke(main, ["export", *arguments, *where])
        assert result.exit_code == 2 and "course export ASSIGNMENT --format moodle --worksheet FILE" in result.output
