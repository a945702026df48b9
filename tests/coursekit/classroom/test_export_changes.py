"""What is new since an earlier export, and feedback pages as Canvas takes them back."""

import csv
import io
import zipfile

import pytest
from test_collect import zipped
from test_export_states import export, hand_in, record, room  # noqa: F401 - the fixture

from coursekit.classroom import records
from coursekit.classroom.source import questions


def score(made, student, points):
    """Have a student stand at so many points of the first question."""
    found = records.read(made, "mini", student)
    found["questions"]["double"]["score"] = points
    found["score"] = points
    records.write(made, found)


@pytest.fixture
def graded(room):  # noqa: F811
    for student in ("ann", "bo"):
        hand_in(room, student)
        record(room, student)
    assert {q.id for q in questions(room.source_bytes("mini"))} >= {"double"}
    return room


def since(made, form, *more):
    before = made.root / "before.csv"
    before.write_text((made.root / "out.csv").read_text())
    return before, lambda: export(made, "mini", "--changed-since", str(before), *more, form=form)


@pytest.mark.parametrize("form", ["csv", "canvas"])
def test_only_what_is_another_grade_now_goes_out(graded, form):
    export(graded, "mini", form=form)
    before, again = since(graded, form)
    code, said, rows = again()
    assert code == 0 and len(rows) == (form == "canvas"), "nothing but Canvas's row of points"
    score(graded, "bo", 2.0)
    hand_in(graded, "zoe")
    record(graded, "zoe")
    code, said, rows = again()
    own = "SIS User ID" if form == "canvas" else "student"
    assert code == 0, said
    assert {row[own]: row.get("mini", row.get("final_score")) for row in rows if row[own]} == {"bo": "2", "zoe": "0"}


def test_a_grade_that_no_longer_stands_is_not_taken_back_from_canvas(graded):
    export(graded, "mini", form="canvas")
    _, again = since(graded, "canvas")
    hand_in(graded, "ann", explain="new")
    code, said, rows = again()
    assert code == 1 and "ann" in said and [row["SIS User ID"] for row in rows] == [""]


def test_another_file_is_no_earlier_export(graded):
    export(graded, "mini", form="canvas")
    _, again = since(graded, "csv")
    code, said, rows = again()
    assert code == 1 and "has no column 'assignment'" in said and "course export" in said and not rows


def canvas_zip(made, *names):
    return zipped(made.root.parent / "submissions.zip", dict.fromkeys(names, "x"))


def test_pages_go_to_canvas_under_names_in_which_it_finds_its_own_numbers(graded):
    graded.roster.write_text("student,lms_id\nann,11\nbo,12\nzoe,13\n")
    for student in ("ann", "bo"):
        path = graded.feedback("mini", student)
        path.parent.mkdir(parents=True)
        path.write_text(student)
    download = canvas_zip(
        graded, "leeann_LATE_11_901_mini.ipynb", "team_2_12_902_my 77_88 file.ipynb", "zoe_13_903_x.pdf"
    )
    pages = graded.root / "pages.zip"
    code, said, rows = export(
        graded, "mini", "--submissions", str(download), "--feedback-zip", str(pages), form="canvas"
    )
    assert code == 0, said
    with zipfile.ZipFile(pages) as archive:
        assert archive.namelist() == ["feedback_11_901_mini.html", "feedback_12_902_mini.html"]
        assert archive.read("feedback_12_902_mini.html") == b"bo"
    download = canvas_zip(graded, "leeann_11_901_mini.ipynb")
    code, said, _ = export(graded, "mini", "--submissions", str(download), "--feedback-zip", str(pages), form="canvas")
    assert code == 1 and "bo: no file of theirs in submissions.zip" in said


def test_options_that_do_not_go_together_are_answered_with_a_line_that_works(graded):
    zipped(graded.root / "s.zip", {"x": "x"})
    for more in (["--feedback-zip", "p.zip"], ["--submissions", str(graded.root / "s.zip")]):
        code, said, _ = export(graded, "mini", *more, form="canvas")
        assert code == 2 and "--submissions ZIP" in said


def test_a_worksheet_of_moodle_s_has_only_the_rows_with_new_grades(graded):
    graded.roster.write_text("student,first_name,last_name\nann,Ann,Doe\nbo,Bo,Doe\n")
    sheet = graded.root / "sheet.csv"
    sheet.write_text("Identifier,Full name,Grade\nParticipant 1,Ann Doe,\nParticipant 2,Bo Doe,\n")
    assert export(graded, "mini", "--worksheet", str(sheet), form="moodle")[0] == 0
    _, again = since(graded, "moodle", "--worksheet", str(sheet))
    score(graded, "bo", 2.0)
    assert again()[0] == 0
    rows = list(csv.reader(io.StringIO((graded.root / "out.csv").read_text())))
    assert rows[1:] == [["Participant 2", "Bo Doe", "2"]]
