"""Nothing in ``submitted/`` but regular files below plain folders is read, and what is refused stops nobody else."""

import json
import os
import socket

import pytest
from classroom_course import classroom, submission

from coursekit.classroom import handed_in, records
from coursekit.classroom.collect.collect import collect
from coursekit.classroom.grade import local
from coursekit.classroom.grade.job import Settings
from coursekit.classroom.grade.run import grade
from coursekit.classroom.show.similarity import similarity

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links, pipes and sockets as POSIX has them")


def place(room, student="eve"):
    path = room.submitted("mini", student)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def hand_in(room, student):
    place(room, student).write_text(json.dumps(submission(explain="right")))


def link_to_source(room):
    place(room).symlink_to(room.source("mini"))


def link_to_nowhere(room):
    place(room).symlink_to(room.root / "nowhere")


def hard_link_to_source(room):
    os.link(room.source("mini"), place(room))


def linked_assignment(room):
    path = place(room)
    path.parent.rmdir()
    path.parent.symlink_to(room.submitted("mini", "ann").parent)


def linked_student(room):
    room.submitted("mini", "eve").parent.parent.symlink_to(room.submitted("mini", "ann").parent.parent)


def pipe(room):
    os.mkfifo(place(room))


def folder(room):
    place(room).mkdir()


def a_socket(room):
    here = os.getcwd()
    os.chdir(place(room).parent)  # a socket's whole path may have a hundred letters
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("mini.ipynb")
    finally:
        os.chdir(here)


def linked_time(room):
    hand_in(room, "eve")
    place(room).with_name("timestamp.txt").symlink_to(room.submitted("mini", "ann").with_name("timestamp.txt"))


def time_from_a_pipe(room):
    hand_in(room, "eve")
    os.mkfifo(place(room).with_name("timestamp.txt"))


def no_time(room):
    hand_in(room, "eve")
    place(room).with_name("timestamp.txt").write_text("last Tuesday")


def no_text_for_a_time(room):
    hand_in(room, "eve")
    place(room).with_name("timestamp.txt").write_bytes(b"\xff" * 10**6)


FORMS = (
    link_to_source, link_to_nowhere, hard_link_to_source, linked_assignment, linked_student, pipe, folder, a_socket,
    linked_time, time_from_a_pipe, no_time, no_text_for_a_time,
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_what_is_no_plain_file_is_refused_and_the_others_are_graded(tmp_path, form):
    room = classroom(tmp_path)
    for student in ("ann", "zoe"):
        hand_in(room, student)
        place(room, student).with_name("timestamp.txt").write_text("2026-10-01 12:00:00 UTC\n")
    form(room)
    settings = Settings(engine="classroom_course:text_engine")
    assert sorted(grade(room, "mini", (), settings, run=local.run).graded) == ["ann", "eve", "zoe"]
    found = records.read_all(room, "mini")
    assert {name: record["score"] for name, record in found.items()} == {"ann": 5.0, "eve": 0.0, "zoe": 5.0}
    entry = found["eve"]["questions"]["double"]
    assert entry["status"] == "refused" and ("hand in" in entry["message"] or "holds no time" in entry["message"])
    assert len(entry["message"]) < 400
    assert grade(room, "mini", (), settings, run=local.run).graded == []
    assert handed_in.notebook(room, "mini", "ann")[1] == ""
    similarity(room, "mini")


@pytest.mark.parametrize("form", [link_to_source, linked_assignment, linked_student, linked_time])
def test_nothing_is_collected_through_a_link_and_the_others_are_taken(tmp_path, form):
    room = classroom(tmp_path / "room")
    hand_in(room, "ann")
    before = place(room, "ann").read_bytes(), room.source("mini").read_bytes()
    form(room)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for name in ("eve", "zoe"):
        (inbox / f"{name}.ipynb").write_text(json.dumps(submission(explain="wrong")))
    said = {taken.student: (taken.status, taken.reason) for taken in collect(room, "mini", [inbox])}
    assert said["zoe"] == ("collected", "") and place(room, "zoe").is_file()
    assert said["eve"][0] == "refused" and "is a link" in said["eve"][1] and str(tmp_path) not in said["eve"][1]
    assert (place(room, "ann").read_bytes(), room.source("mini").read_bytes()) == before


@pytest.mark.parametrize("missing", ["mini.ipynb", "mini", "eve"])
def test_what_cannot_be_opened_is_named_by_its_whole_path(tmp_path, missing):
    parts = ("eve", "mini", "mini.ipynb")
    there = parts[: parts.index(missing)]
    (tmp_path / "submitted").joinpath(*there).mkdir(parents=True)
    with pytest.raises(FileNotFoundError) as error:
        handed_in.opened(tmp_path / "submitted", parts)
    assert error.value.filename == str((tmp_path / "submitted").joinpath(*there, missing))
