"""What is no submission is refused with its reason, which its student can read, and costs nobody else anything."""

import bz2
import json
import os
import tracemalloc
import zipfile
from datetime import UTC, datetime

import pytest
from classroom_course import classroom
from click.testing import CliRunner
from test_collect import GOOD_TEXT, by_student, collect_export, put, zipped

from coursekit.classroom import records
from coursekit.classroom.collect import intake
from coursekit.classroom.collect.collect import collect
from coursekit.cli import main
from coursekit.notebooks.limits import LARGEST


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
        "the notebook of another assignment",
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
    "hundreds of notebooks": (
        lambda inbox: zipped(inbox / "eve.zip", {f"{n}/mini.ipynb": f"{GOOD_TEXT} {n * ' '}" for n in range(101)}),
        "101 notebooks in one zip, more than 100",
    ),
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


def test_what_one_student_packed_small_takes_no_memory_that_others_need(tmp_path):
    room = classroom(tmp_path / "room")
    inner = zipped(tmp_path / "inner.zip", {f"{n}/mini.ipynb": GOOD_TEXT + " " * 15 * 2**20 for n in range(8)})
    inner.write_bytes(less_packed(inner))
    members = {f"eve_1_{n}_a.zip": inner.read_bytes() for n in range(2)} | {"zoe_2_9_mini.ipynb": GOOD_TEXT}
    export = zipped(tmp_path / "export.zip", members)
    del members
    tracemalloc.start()
    report = collect_export(room, export)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert {taken.status for taken in report} <= {"collected", "superseded"}, report
    assert room.submitters("mini") == ["1", "2"] and peak < 120 * 2**20, f"{peak / 2**20:.0f} MB of 240 unpacked"


def less_packed(path):
    """The zip with a remark that makes it as large as its notebooks may be packed small."""
    with zipfile.ZipFile(path) as archive:
        names, texts = archive.namelist(), [archive.read(name) for name in archive.namelist()]
    noise = os.urandom(60_000).hex()
    return zipped(
        path,
        {name: json.dumps({**json.loads(text), "x": noise}) + " " * 15 * 2**20 for name, text in zip(names, texts)},
    ).read_bytes()


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
