import json
import os
import zipfile
from datetime import UTC, datetime

import pytest
from classroom_course import GOOD, classroom, submission
from click.testing import CliRunner

from coursekit.classroom import handed_in, records
from coursekit.classroom.collect import intake
from coursekit.classroom.collect.collect import collect, collect_items
from coursekit.classroom.collect.whose import Reader
from coursekit.cli import main
from coursekit.engine.interface import Budget, QuestionResult

GOOD_TEXT = json.dumps(submission(**GOOD))


def put(path, text=GOOD_TEXT, when=None, encoding="utf-8"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding=encoding)
    if when:
        os.utime(path, (when, when))
    return path


def zipped(path, members, when=(2026, 9, 30, 10, 0, 0)):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, when), data, zipfile.ZIP_DEFLATED)
    return path


def collect_export(room, path):
    """What becomes of a zip that is said to be a class's export."""
    return collect_items(room, "mini", intake.from_paths([path], class_export=True))


def by_student(report):
    return {taken.student: taken.status for taken in report}


@pytest.mark.parametrize(
    ("parts", "container", "student"),
    [
        (("alice", "mini.ipynb"), "inbox", "alice"),
        (("submitted", "alice", "mini", "mini.ipynb"), "inbox", "alice"),
        (("alice.ipynb",), "inbox", "alice"),
        (("alice_mini.ipynb",), "", "alice"),
        (("alice.ipynb.txt",), "inbox", "alice"),
        (("mini.ipynb.json",), "alice", "alice"),
        (("kibo_LATE_10117_link.html",), "", "10117"),
        (("leekann_10116_text.html",), "", "10116"),
        (("mini.ipynb",), "alice", "alice"),
        (("alice_mini.zip",), "inbox", "alice"),
        (("smithalice_LATE_12345_678_mini.ipynb",), "", "12345"),
        (("alice", "bob_mini.ipynb"), "inbox", "alice"),
    ],
)
def test_whose_a_notebook_is(parts, container, student):
    assert Reader("mini").whose(parts, container).students == (student,)


def test_folders_files_and_zips_are_taken_with_their_times(tmp_path):
    room, inbox = classroom(tmp_path / "room"), tmp_path / "inbox"
    moment = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)
    put(inbox / "alice" / "mini.ipynb", when=moment.timestamp())
    put(inbox / "bob.ipynb")
    zipped(inbox / "chi.zip", {"whatever/mini.ipynb": GOOD_TEXT})
    report = collect(room, "mini", [inbox])
    assert by_student(report) == {"alice": "collected", "bob": "collected", "chi": "collected"}
    assert room.submitters("mini") == ["alice", "bob", "chi"]
    assert handed_in.submission_time(room, "mini", "alice") == moment
    assert room.submitted("mini", "chi").read_text() == GOOD_TEXT
    assert all(taken.status == "unchanged" for taken in collect(room, "mini", [inbox]))


def test_a_class_export_gives_each_student_their_own(tmp_path):
    room = classroom(tmp_path / "room")
    inner = zipped(tmp_path / "inner.zip", {"somebody_else/mini.ipynb": GOOD_TEXT}).read_bytes()
    path = zipped(
        tmp_path / "export.zip", {"alice/mini.ipynb": GOOD_TEXT, "bob_mini.ipynb": GOOD_TEXT, "mallory/work.zip": inner}
    )
    assert by_student(collect_export(room, path)) == {
        "alice": "collected",
        "bob": "collected",
        "mallory": "collected",
    }
    assert handed_in.submission_time(room, "mini", "alice") == datetime(2026, 9, 30, 10, tzinfo=UTC)


def test_a_students_zip_cannot_hand_in_for_another(tmp_path):
    room, inbox = classroom(tmp_path / "room"), tmp_path / "inbox"
    put(inbox / "alice.ipynb")
    zipped(inbox / "mallory.zip", {"alice/mini.ipynb": json.dumps(submission())})
    collect(room, "mini", [inbox])
    assert room.submitters("mini") == ["alice", "mallory"]
    assert room.submitted("mini", "alice").read_text() == GOOD_TEXT


def test_the_platforms_number_is_the_student_whose_number_the_roster_says_it_is(tmp_path):
    room = classroom(tmp_path / "room")
    room.roster.write_text("student,lms_id\nalice,12345\n777,\nbob,777\ncyd,5\n")
    put(tmp_path / "in" / "smithalice_12345_678_mini.ipynb")
    put(tmp_path / "in" / "somebody_777_678_mini.ipynb")
    put(tmp_path / "in" / "other_99_678_mini.ipynb")
    collect(room, "mini", [tmp_path / "in"])
    report = collect(room, "mini", [tmp_path / "in"])
    assert room.submitters("mini") == ["99", "alice"]
    assert [
        t.reason for t in report if t.student is None and "777 is in roster.csv as lms_id or id of 777, bob" in t.reason
    ]


def test_an_id_that_differs_in_capitals_only_is_nobodys(tmp_path):
    """Some file systems take both for one folder: the second student's work would replace the first one's."""
    room = classroom(tmp_path / "room")
    room.roster.write_text("student\nalice\n")
    for name in ("Alice", "bob", "BOB"):
        put(tmp_path / "in" / name / "mini.ipynb")
    report = collect(room, "mini", [tmp_path / "in"])
    assert [(taken.student, "capitals only" in taken.reason) for taken in report if taken.status == "refused"] == [
        (None, True),
        (None, True),
    ]
    assert len(room.submitters("mini")) == 1 and not list(room.records("mini").glob("*"))


def test_a_newer_version_counts_an_older_one_does_not_and_both_are_kept(tmp_path):
    room, inbox = classroom(tmp_path / "room"), tmp_path / "inbox"
    first, second, third = (json.dumps(submission(explain=word)) for word in ("one", "two", "three"))
    put(inbox / "alice.ipynb", first, when=1_000_000)
    collect(room, "mini", [inbox])
    put(inbox / "alice.ipynb", third, when=3_000_000)
    collect(room, "mini", [inbox])
    assert room.submitted("mini", "alice").read_text() == third
    put(inbox / "alice.ipynb", second, when=2_000_000)
    assert by_student(collect(room, "mini", [inbox])) == {"alice": "superseded"}
    assert room.submitted("mini", "alice").read_text() == third
    assert {path.read_text() for path in room.history("mini", "alice").iterdir()} == {first, second, third}


def test_a_bad_resubmission_leaves_the_good_one(tmp_path):
    room, inbox = classroom(tmp_path / "room"), tmp_path / "inbox"
    put(inbox / "alice.ipynb")
    collect(room, "mini", [inbox])
    put(inbox / "alice.ipynb", "broken")
    assert by_student(collect(room, "mini", [inbox])) == {"alice": "refused"}
    assert room.submitted("mini", "alice").read_text() == GOOD_TEXT
    assert records.read(room, "mini", "alice") is None


def test_several_notebooks_in_a_folder_without_a_clear_name_are_refused(tmp_path):
    room, inbox = classroom(tmp_path / "room"), tmp_path / "inbox"
    put(inbox / "alice" / "Untitled.ipynb")
    put(inbox / "alice" / "final.ipynb")
    put(inbox / "bob" / "mini.ipynb", when=1_000_000)
    put(inbox / "bob" / "scratch.ipynb", json.dumps(submission()), when=2_000_000)
    report = collect(room, "mini", [inbox])
    assert room.submitters("mini") == ["bob"]
    assert room.submitted("mini", "bob").read_text() == GOOD_TEXT
    assert sum(taken.student == "alice" and taken.status == "refused" for taken in report) == 2


def test_the_command_says_what_it_did_and_fails_when_something_was_refused(tmp_path):
    room, inbox = classroom(tmp_path / "room"), tmp_path / "inbox"
    put(inbox / "good.ipynb")
    runner = CliRunner()
    fine = runner.invoke(main, ["collect", "mini", str(inbox), "--classroom", str(room.root)])
    assert (fine.exit_code, "1 collected" in fine.output) == (0, True)
    put(inbox / "eve.ipynb", "x")
    bad = runner.invoke(main, ["collect", "mini", str(inbox), "--classroom", str(room.root)])
    assert bad.exit_code == 1
    assert "not JSON" in " ".join(bad.output.split())
    unknown = runner.invoke(main, ["collect", "other", str(inbox), "--classroom", str(room.root)])
    assert unknown.exit_code == 1
    assert "course release other" in unknown.output


def test_what_takes_an_earlier_one_s_place_is_said_with_both_times_and_the_score_that_stood(tmp_path):
    room, inbox = classroom(tmp_path / "room"), tmp_path / "inbox"
    second = json.dumps(submission(explain="two"))

    def handed_in_at(text, when):
        put(inbox / "alice.ipynb", text, when=when)
        put(inbox / "bob.ipynb")
        result = CliRunner().invoke(
            main, ["collect", "mini", str(inbox), "--classroom", str(room.root)], env={"COLUMNS": "300"}
        )
        assert result.exit_code == 0, result.output
        return " ".join(result.output.split())

    assert "replaced" not in handed_in_at(GOOD_TEXT, 1_000_000)
    source = room.source_bytes("mini")
    results = {"double": QuestionResult(2.0, 2.0, "passed", "right"), "norm": QuestionResult(0.0, 3.0, "failed", "no")}
    digests = records.hashes(GOOD_TEXT.encode(), source, Budget())
    records.write(room, records.build("mini", "alice", results, "test", digests))
    put(inbox / "alice.ipynb", second, when=2_000_000)
    report = {taken.student: taken for taken in collect(room, "mini", [inbox])}
    assert (report["alice"].status, report["bob"].status) == ("replaced", "unchanged")
    assert "handed in 1970-01-24 03:33 UTC, in place of the one of 1970-01-12 13:46 UTC" in report["alice"].reason
    assert "graded with 2 of 5 points, and to be graded again" in report["alice"].reason
    assert room.submitted("mini", "alice").read_text() == second
    said = handed_in_at(json.dumps(submission(explain="three")), 3_000_000)
    assert "1 replaced, 1 unchanged" in said and "│ alice" in said and "│ bob" not in said
    assert GOOD_TEXT in {path.read_text() for path in room.history("mini", "alice").iterdir()}


def test_a_submission_whose_time_cannot_be_read_is_not_replaced(tmp_path):
    room, inbox = classroom(tmp_path / "room"), tmp_path / "inbox"
    put(inbox / "alice.ipynb")
    collect(room, "mini", [inbox])
    put(room.submitted("mini", "alice").with_name("timestamp.txt"), "noon")
    put(inbox / "alice.ipynb", json.dumps(submission()))
    put(inbox / "bob.ipynb")
    report = {taken.student: taken for taken in collect(room, "mini", [inbox])}
    assert (report["alice"].status, report["bob"].status) == ("refused", "collected")
    assert "timestamp.txt holds no time" in report["alice"].reason
    assert room.submitted("mini", "alice").read_text() == GOOD_TEXT
