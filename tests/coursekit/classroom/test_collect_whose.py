"""Whose a file is, when it came in, and what is said of files that are no notebooks."""

import json
import os
from datetime import UTC, datetime

import pytest
from classroom_course import classroom, source_bytes, submission
from click.testing import CliRunner
from test_collect import GOOD_TEXT, by_student, collect_export, put, zipped

from coursekit.classroom import handed_in, records
from coursekit.classroom.collect.collect import collect
from coursekit.cli import main


def test_a_students_folder_cannot_hand_in_for_another(tmp_path):
    """Moodle and file drops keep the folders that a student made: the outermost that is a student's says whose they are."""
    room, inbox = classroom(tmp_path / "room"), tmp_path / "inbox"
    room.roster.write_text("student,first_name,last_name\nalice,,\nmallory,,\nmoe,Moe,M\n")
    put(inbox / "alice" / "mini.ipynb", when=1_000_000)
    put(inbox / "mallory" / "alice" / "mini.ipynb", json.dumps(submission()), when=2_000_000)
    put(inbox / "Moe M_3_assignsubmission_file_" / "alice" / "mini.ipynb", json.dumps(submission()), when=2_000_000)
    assert by_student(collect(room, "mini", [inbox])) == dict.fromkeys(("alice", "mallory", "moe"), "collected")
    assert room.submitted("mini", "alice").read_text() == GOOD_TEXT


def test_files_of_another_kind_are_refused_only_where_there_is_no_notebook(tmp_path):
    room = classroom(tmp_path / "room")
    room.roster.write_text("student,first_name,last_name\nalice,,\nbob,,\npia,Pia,P\n")
    files = {
        "alice/mini.ipynb": GOOD_TEXT,
        "alice/plot.png": "x",
        "bob/mini.txt": GOOD_TEXT,
        "bob/notes.txt": "x",
        "leo/mini.py": "x",
        ".DS_Store": "x",
        "__MACOSX/alice/._mini.ipynb": "x",
        "Pia P_5_assignsubmission_file_/mini.pdf": "x",
    }
    for name, text in files.items():
        put(tmp_path / "in" / name, text)
    zipped(tmp_path / "export.zip", files)
    for report in (collect(room, "mini", [tmp_path / "in"]), collect_export(room, tmp_path / "export.zip")):
        found = {(taken.student, taken.status) for taken in report if taken.reason}
        assert found == {("bob", "refused"), ("pia", "refused"), (None, "ignored")} and len(report) == 4
        assert {room.record("mini", name).is_file() for name in ("bob", "pia")} == {True}
        assert not room.record("mini", "leo").exists()
    put(tmp_path / "submissions.tar", "x")
    assert [(taken.student, taken.status) for taken in collect(room, "mini", [tmp_path / "submissions.tar"])] == [
        (None, "ignored")
    ]
    message = records.read(room, "mini", "bob")["questions"]["double"]["message"]
    assert "mini.txt is no notebook" in message


def test_a_notebook_with_the_ending_that_a_browser_adds_is_a_notebook(tmp_path):
    room = classroom(tmp_path / "room")
    for name in ("alice.ipynb.txt", "bob/mini.ipynb.json"):
        put(tmp_path / "in" / name)
    assert by_student(collect(room, "mini", [tmp_path / "in"])) == {"alice": "collected", "bob": "collected"}


def test_an_address_or_a_text_that_canvas_took_is_refused_by_its_student_s_number(tmp_path):
    room = classroom(tmp_path / "room")
    room.roster.write_text("student,lms_id\nkibo,10117\n")
    files = {"kibo_LATE_10117_link.html": "x", "leekann_10116_text.html": "x"}
    report = collect_export(room, zipped(tmp_path / "submissions.zip", files))
    assert by_student(report) == {"kibo": "refused", "10116": "refused"}


def test_the_command_says_who_is_late_or_unknown_and_takes_a_time_in_place_of_the_zips(tmp_path):
    """Canvas writes the time of the download into its zips: taken for the time of submission, everybody would be late."""
    room = classroom(tmp_path / "room")
    room.roster.write_text("student,lms_id\nalice,11\n")
    room.policy.write_text("[mini]\ndeadline = 2026-10-01T22:00:00Z\n")
    names = ("alice_11_900_mini.ipynb", "zed_LATE_12_901_mini.ipynb", "chi_13_902_work.zip")
    inner = zipped(tmp_path / "inner.zip", {"mini.ipynb": GOOD_TEXT}).read_bytes()
    path = zipped(tmp_path / "c.zip", dict(zip(names, (GOOD_TEXT, GOOD_TEXT, inner))), when=(2026, 10, 3, 8, 0, 0))

    def run(*more):
        result = CliRunner().invoke(
            main, ["collect", "mini", str(path), "--class-export", "--classroom", str(room.root), *more]
        )
        return result.exit_code, result.output

    code, text = run()
    assert code == 0 and "not in roster.csv: 12, 13;" in text and "after the deadline: 12, 13, alice" in text
    assert "does not call these late: 13, alice;" in text and "--submitted TIME" in text
    code, text = run("--submitted", "2026-10-01 20:00")
    assert (code, "does not call these late" in text) == (0, False)
    assert "Canvas calls these late, the deadline in policy.toml does not: 12;" in text
    assert {handed_in.submission_time(room, "mini", name) for name in ("alice", "12", "13")} == {
        datetime(2026, 10, 1, 20, tzinfo=UTC)
    }
    assert len(list(room.history("mini", "alice").iterdir())) == 1, "another time is no other version"
    code, text = run("--submitted", "2026-10-01")
    assert code == 1 and "give the hour too" in text
    code, text = run("--submitted", "soon:ish")
    assert code == 1 and "cannot read the time 'soon:ish'" in text


def test_a_file_s_name_is_told_to_its_student_without_what_could_steer_a_page_or_a_terminal(tmp_path):
    room = classroom(tmp_path / "room")
    room.roster.write_text(
        "student,first_name,last_name\n" + "".join(f"{n},{who},E\n" for n, who in enumerate(("Eve", "Eva", "Evi")))
    )
    for number, name in enumerate((b"e\xff\x1b]0;x\x07.pdf", b"<img src=x onerror=x>.pdf", b"Aufgabe 3 (neu).pdf")):
        put(
            tmp_path
            / "in"
            / f"{('Eve', 'Eva', 'Evi')[number]} E_{70 + number}_assignsubmission_file_"
            / os.fsdecode(name)
        )
    collect(room, "mini", [tmp_path / "in"])
    told = [
        records.read(room, "mini", str(n))["questions"]["double"]["message"].partition(" is no")[0] for n in range(3)
    ]
    assert [text.partition("refused: ")[2] for text in told] == [
        "e\ufffd\ufffd\ufffd0\ufffdx\ufffd.pdf",
        "\ufffdimg src\ufffdx onerror\ufffdx\ufffd.pdf",
        "Aufgabe 3 (neu).pdf",
    ]


def test_a_folder_around_a_class_s_notebooks_becomes_no_student(tmp_path):
    """As file drops and some systems pack it.  With the folder named itself, all are taken."""
    room = classroom(tmp_path / "room")
    room.roster.write_text("student\nalice\nbob\n")
    names = [put(tmp_path / "HW1" / name).name for name in ("alice.ipynb", "bob.ipynb")]
    path = zipped(tmp_path / "all.zip", {f"HW1/{name}": GOOD_TEXT for name in names})
    report = collect_export(room, path)
    assert {(taken.student, taken.status) for taken in report} == {(None, "refused")}
    assert "unpack the zip and name the folder itself" in report[0].reason
    assert not room.records("mini").exists() and not room.submitters("mini")
    assert by_student(collect(room, "mini", [tmp_path / "HW1"])) == {"alice": "collected", "bob": "collected"}


def test_notebooks_named_one_by_one_belong_to_their_folders_when_all_are_called_the_same(tmp_path):
    room = classroom(tmp_path / "room")
    paths = [put(tmp_path / "in" / name) for name in ("alice/mini.ipynb", "bob/mini/mini.ipynb", "other/chi.ipynb")]
    assert by_student(collect(room, "mini", paths)) == dict.fromkeys(("alice", "bob", "chi"), "collected")


def test_source_is_never_touched(tmp_path):
    room, inbox = classroom(tmp_path / "room"), tmp_path / "inbox"
    put(inbox / "source" / "mini.ipynb")
    collect(room, "mini", [inbox])
    assert room.source("mini").read_bytes() == source_bytes()


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        ("doejane_10112_204501_mini.ipynb", "jdoe"),
        ("doejane_LATE_10112_204509_mini-1.ipynb", "jdoe"),
        ("o_neiltara_10115_204504_mini.ipynb", "tneil"),
        ("team_2_10112_204501_mini.ipynb", "jdoe"),
        ("team_2_LATE_10112_204501_mini.ipynb", "jdoe"),
        ("doejane_10112_204501_10115_7_mini.ipynb", None),
        ("doejane_10112_204501_hw_3_1_mini.ipynb", "jdoe"),
        ("stranger_10199_204501_x_10112_204501_mini.ipynb", None),
        ("x_10112_5_10199_204501_mini.ipynb", None),
        ("stranger_10199_204501_10115_7_mini.ipynb", None),
        ("10115_10112_204501_mini.ipynb", "jdoe"),
        ("x_10115_10112_204501_mini.ipynb", None),
        ("team_2_10199_204501_mini.ipynb", None),
        ("somebody_10199_204501_mini.ipynb", "10199"),
        ("team_2_10117_link.html", "refused boki"),
        ("anon_aB3xZ_204505_mini.ipynb", "anon_aB3xZ"),
        ("LATE_anon_aB3xZ_204511_mini-1.ipynb", "anon_aB3xZ"),
    ],
)
def test_an_underscore_in_a_name_of_canvas_s_makes_nobody_else_s(tmp_path, name, whose):
    """The roster tells which number is meant; where it does not, the file is refused by its name."""
    room = classroom(tmp_path / "room")
    room.roster.write_text("student,first_name,last_name,lms_id\njdoe,Jane,Doe,10112\nboki,,,10117\ntneil,,,10115\n")
    (taken,) = collect_export(room, zipped(tmp_path / "submissions.zip", {name: GOOD_TEXT}))
    if whose is None:
        assert (taken.student, taken.status) == (None, "refused") and name.removesuffix(".ipynb") in taken.reason
        assert not room.submitters("mini")
    elif whose.startswith("refused"):
        assert (taken.student, taken.status) == (whose.split()[1], "refused")
    else:
        assert (taken.student, taken.status) == (whose, "collected")


def test_without_a_roster_two_numbers_in_a_name_are_not_guessed_at(tmp_path):
    room = classroom(tmp_path / "room")
    names = ("team_2_10112_204501_mini.ipynb", "doejane_10112_204501_mini.ipynb")
    report = collect_export(room, zipped(tmp_path / "submissions.zip", dict.fromkeys(names, GOOD_TEXT)))
    assert by_student(report) == {"10112": "collected", None: "refused"}
    assert "team_2_10112_204501_mini" in report[-1].reason and "2 or 10112" in report[-1].reason
