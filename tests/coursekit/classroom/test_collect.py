import bz2
import json
import os
import tracemalloc
import zipfile
from datetime import UTC, datetime

import pytest
from classroom_course import GOOD, classroom, submission
from click.testing import CliRunner

from coursekit.classroom import handed_in, records
from coursekit.classroom.collect import intake
from coursekit.classroom.collect.collect import collect, collect_items
from coursekit.classroom.collect.whose import student_of
from coursekit.cli import main
from coursekit.notebooks.limits import LARGEST

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
        (("Alice Smith_4711_assignsubmission_file_", "whatever.ipynb"), "", "4711"),
        (("Alice Smith_4711_assignsubmission_file_mini.ipynb",), "", "4711"),
        (("Alice Smith_4711_assignsubmission_file", "mini.ipynb"), "", "4711"),
        (("alice", "bob_mini.ipynb"), "inbox", "alice"),
        (("Mal Lory_666_assignsubmission_file_", "alice", "mini.ipynb"), "", "666"),
        (("Mal Lory_666_assignsubmission_file_", "A_4711_assignsubmission_file_", "mini.ipynb"), "", "666"),
        (("Mal Lory_666_assignsubmission_file_A_4711_assignsubmission_file_mini.ipynb",), "", "666"),
        (("Alice Smith_4711_assignsubmission_onlinetext_", "onlinetext.html"), "", "4711"),
    ],
)
def test_whose_a_notebook_is(parts, container, student):
    assert student_of(parts, container, "mini") == student


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


def refused(tmp_path, build):
    """The one refusal that ``build(inbox)`` leads to, next to a good submission that must be taken."""
    room, inbox = classroom(tmp_path / "room"), tmp_path / "inbox"
    put(inbox / "good.ipynb")
    build(inbox)
    report = collect(room, "mini", [inbox])
    assert by_student(report).get("good") == "collected"
    (found,) = [taken for taken in report if taken.status == "refused"]
    return room, found


def bomb(inbox):
    return zipped(inbox / "eve.zip", {"mini.ipynb": b" " * 50_000_000})


def lying_header(inbox):
    path = zipped(inbox / "eve.zip", {"mini.ipynb": os.urandom(LARGEST + 1)})
    data = path.read_bytes()
    size = (LARGEST + 1).to_bytes(4, "little")
    path.write_bytes(data.replace(size, (1000).to_bytes(4, "little")))
    return path


def nameless(inbox):
    path = zipped(inbox / "eve.zip", {"@": "x"})
    path.write_bytes(path.read_bytes().replace(b"@", b"\0"))
    return path


def hard_link(inbox):
    os.link(put(inbox / "eve" / "mini.ipynb"), inbox.parent / "another name")


def unlimited(inbox):
    """A zip of a kilobyte whose member says that it has 1,000 bytes and unpacks, by bzip2, to 100 million."""
    path = zipped(inbox / "eve.zip", {"mini.ipynb": b""})
    packed = bz2.compress(bytes(100_000_000))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mini.ipynb", packed)
    data = bytearray(path.read_bytes())
    for start, method, size in ((0, 8, 22), (data.rindex(b"PK\x01\x02"), 10, 24)):
        data[start + method : start + method + 2] = (12).to_bytes(2, "little")
        data[start + size : start + size + 4] = (1000).to_bytes(4, "little")
    path.write_bytes(data)


REFUSED = {
    "half a file": (lambda inbox: put(inbox / "eve.ipynb", GOOD_TEXT[:100]), "not JSON"),
    "deep nesting": (lambda inbox: put(inbox / "eve.ipynb", "[" * 100_000), "nested too deep"),
    "a zip member without a name": (nameless, "holds no notebook"),
    "a list": (lambda inbox: put(inbox / "eve.ipynb", "[1]"), "JSON but not a notebook"),
    "another assignment": (
        lambda inbox: put(inbox / "eve.ipynb", json.dumps({"cells": [{"metadata": {"nbgrader": {"grade_id": "other"}}}]})),
        "not the notebook of mini",
    ),
    "a symbolic link": (lambda inbox: (inbox / "eve.ipynb").symlink_to("/etc/hostname"), "symbolic link"),
    "a hard link": (hard_link, "hard link"),
    "a pipe": (lambda inbox: os.mkfifo(inbox / "eve.ipynb"), "not a regular file"),
    "too large": (lambda inbox: put(inbox / "eve.ipynb", " " * (LARGEST + 1)), "larger than"),
    "millions of values": (lambda inbox: put(inbox / "eve.ipynb", '{"cells": [' + "[]," * 4_000_000), "values; at most"),
    "a zip bomb": (bomb, "zip bomb"),
    "an unlimited method": (unlimited, "another method than deflate"),
    "a million entries": (lambda inbox: put(inbox / "eve.zip", "PK\x01\x02" * 60_000), "60000 files in one zip"),
    "a zip without a notebook": (lambda inbox: zipped(inbox / "eve.zip", {"mini.py": "x"}), "holds no notebook"),
    "UTF-16": (lambda inbox: put(inbox / "eve.ipynb", "\ufeff" + GOOD_TEXT, encoding="utf-16"), "not JSON"),
    "a number of 100,000 digits": (lambda inbox: put(inbox / "eve.ipynb", '{"cells": [], "x": ' + "9" * 10**5 + "}"), "not JSON"),
    "a lying header": (lying_header, "cannot be read"),
    "no zip": (lambda inbox: put(inbox / "eve.zip", "PK nonsense"), "not a readable zip"),
    "a way out of the zip": (lambda inbox: zipped(inbox / "eve.zip", {"../../alice/mini.ipynb": GOOD_TEXT}), "outside the zip"),
    "an absolute member": (lambda inbox: zipped(inbox / "eve.zip", {"/etc/mini.ipynb": GOOD_TEXT}), "outside the zip"),
    "a zip in a zip": (lambda inbox: zipped(inbox / "eve.zip", {"more.zip": b"PK"}), "a zip within a zip"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_submission_is_refused_and_leaves_a_record(tmp_path, case):
    build, reason = REFUSED[case]
    room, found = refused(tmp_path, build)
    assert reason in found.reason
    record = records.read(room, "mini", "eve")
    assert {entry["status"] for entry in record["questions"].values()} == {"refused"}
    assert reason in record["questions"]["double"]["message"]
    assert (record["score"], record["max_score"]) == (0, 9)
    assert not room.submitted("mini", "eve").exists()


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    """The same, watched: what bzip2 would unpack never takes memory."""
    unlimited(tmp_path)
    tracemalloc.start()
    (item,) = intake.from_zip((tmp_path / "eve.zip").read_bytes(), ("eve.zip",), "eve.zip", owner=datetime.now(UTC))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "deflate" in item.reason and peak < 2**20


def test_the_platforms_number_is_the_student_whose_number_the_roster_says_it_is(tmp_path):
    room = classroom(tmp_path / "room")
    room.roster.write_text("student,lms_id\nalice,12345\n777,\nbob,777\n")
    put(tmp_path / "in" / "smithalice_12345_678_mini.ipynb")
    put(tmp_path / "in" / "somebody_777_678_mini.ipynb")
    put(tmp_path / "in" / "other_99_678_mini.ipynb")
    collect(room, "mini", [tmp_path / "in"])
    assert room.submitters("mini") == ["777", "99", "alice"]


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


def test_names_that_are_no_text_are_shown_with_marks_in_their_place(tmp_path):
    room = classroom(tmp_path / "room")
    for name in (b"ev\xff.ipynb", b"e\x1b]0;title\x07.ipynb"):
        put(tmp_path / "in" / os.fsdecode(name))
    result = CliRunner().invoke(
        main, ["collect", "mini", str(tmp_path / "in"), "--classroom", str(room.root)], env={"COLUMNS": "400"}
    )
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert result.output.count("is not a student id") == 2 and "\x1b]0" not in result.output


@pytest.mark.parametrize("name", ["..", "a b", "-rf", "*", "x" * 101, "ä", "a\nb", ".hidden", "alice."])
def test_names_that_are_no_ids_are_refused_without_a_trace(tmp_path, name):
    room = classroom(tmp_path / "room")
    path = zipped(tmp_path / "export.zip", {f"{name}/mini.ipynb": GOOD_TEXT, "good/mini.ipynb": GOOD_TEXT})
    report = collect_export(room, path)
    assert sorted(str(taken.student) for taken in report) == ["None", "good"]
    assert room.submitters("mini") == ["good"]
    assert sorted(p.name for p in (room.root / "submitted").iterdir()) == ["good"]


def test_a_linked_zip_member_is_refused(tmp_path):
    room = classroom(tmp_path / "room")
    info = zipfile.ZipInfo("eve/mini.ipynb")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    (taken,) = collect_export(room, tmp_path / "export.zip")
    assert (taken.status, taken.student) == ("refused", "eve")
    assert "symbolic link" in taken.reason


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
