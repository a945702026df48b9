"""What arrives in a folder is graded once, in fair turns, through kills, and never as somebody else's."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from classroom_course import GOOD, classroom, submission
from click.testing import CliRunner

from coursekit.classroom import handed_in, records
from coursekit.classroom.grade import local
from coursekit.classroom.grade.job import Settings
from coursekit.classroom.watch import arrivals, rounds
from coursekit.classroom.watch.ledger import Ledger
from coursekit.classroom.watch.rounds import Watch
from coursekit.cli import main

TEXT_ENGINE = "classroom_course:text_engine"
TESTS = Path(__file__).parents[1]


@pytest.fixture
def room(tmp_path):
    made = classroom(tmp_path / "room")
    made.roster.write_text("student\n" + "".join(f"{name}\n" for name in ("ann", "bo", "chi", "root")))
    (tmp_path / "inbox" / "mini").mkdir(parents=True)
    return made


@pytest.fixture
def inbox(tmp_path):
    return tmp_path / "inbox"


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    monkeypatch.setattr(rounds, "SETTLED", 0)


def put(path, text="right", age=100.0):
    """A submission whose file was written ``age`` seconds ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(submission(double_answer=text)))
    os.utime(path, (time.time() - age,) * 2)


def watch(room, inbox, **more):
    said = []
    made = Watch(room, inbox, Settings(engine=TEXT_ENGINE), run=local.run, say=said.append, **more)
    return made, said


def all_rounds(made):
    """By round, whose arrivals were done."""
    turns = []
    while chosen := made.next_round(made.waiting()):
        turns.append(sorted(chosen))
        made.do(chosen)
    return turns


def test_what_arrives_is_graded_and_its_student_gets_a_page(room, inbox):
    put(inbox / "mini" / "ann.ipynb", age=30)
    put(inbox / "mini" / "bo" / "mini.ipynb", "wrong", age=20)
    (inbox / "mini" / "chi.ipynb").write_text("no notebook")
    (inbox / "mini" / "notes.txt").write_text("not for grading")
    (inbox / "other").mkdir()
    made, said = watch(room, inbox)
    assert all_rounds(made) == [["ann", "bo", "chi"]]
    scores = {name: records.read(room, "mini", name)["score"] for name in ("ann", "bo", "chi")}
    assert scores == {"ann": 5, "bo": 0, "chi": 0}
    assert all(room.feedback("mini", name).is_file() for name in scores)
    assert said[0] == "mini, ann.ipynb: ann: 5 of 9 points, waiting" and "chi: refused" in said[2]
    assert made.next_round(made.waiting()) == {}


def test_one_who_hands_in_often_waits_for_the_others(room, inbox):
    for number in range(3):
        put(inbox / "mini" / "ann" / f"{number}" / "mini.ipynb", f"right {number}", age=100 - number)
    put(inbox / "mini" / "bo.ipynb", age=1)
    made, _ = watch(room, inbox)
    assert all_rounds(made) == [["ann", "bo"], ["ann"], ["ann"]]
    assert "right 2" in room.submitted("mini", "ann").read_text(), "the newest counts"


def test_a_limit_an_hour_lets_the_rest_wait_and_forgets_nothing(room, inbox):
    for number in range(3):
        put(inbox / "mini" / "ann" / f"{number}" / "mini.ipynb", f"right {number}", age=100 - number)
    made, _ = watch(room, inbox, per_hour=2)
    assert all_rounds(made) == [["ann"], ["ann"]] and len(made.waiting()) == 1
    restarted, _ = watch(room, inbox, per_hour=2)
    assert restarted.next_round(restarted.waiting()) == {}
    restarted.ledger.times["ann"] = [time.time() - 3601] * 2
    assert all_rounds(restarted) == [["ann"]]


def test_a_file_that_is_still_written_waits(room, inbox, monkeypatch):
    monkeypatch.setattr(rounds, "SETTLED", 1000)
    put(inbox / "mini" / "ann.ipynb")
    made, _ = watch(room, inbox)
    assert made.next_round(made.waiting()) == {} and made.settling(made.waiting())


def test_a_later_content_of_the_same_file_is_graded_too(room, inbox):
    put(inbox / "mini" / "ann.ipynb", "wrong", age=20)
    made, _ = watch(room, inbox)
    all_rounds(made)
    put(inbox / "mini" / "ann.ipynb", "right", age=10)
    assert all_rounds(made) == [["ann"]] and records.read(room, "mini", "ann")["score"] == 5


def test_an_exchange_is_read_and_nobody_hands_in_for_another(room, inbox, monkeypatch):
    put(inbox / "ann+mini+2026-10-01 10:00:00.0 UTC+x1" / "mini.ipynb")
    put(inbox / "bo+mini+2026-10-01 10:00:00.0 UTC" / "mini.ipynb")
    put(inbox / "chi+mini+2026-10-01 10:00:00.0 UTC+x2" / "mini.ipynb")
    owners = {"ann": "ann", "bo": "jovyan", "chi": "bo"}
    monkeypatch.setattr(arrivals, "account", lambda folder: owners[folder.name.split("+")[0]])
    made, said = watch(room, inbox)
    all_rounds(made)
    assert room.submitted("mini", "ann").is_file() and room.submitted("mini", "bo").is_file()
    assert not room.submitted("mini", "chi").exists() and records.read(room, "mini", "chi") is None
    assert any("its folder is of the account bo, and named after chi" in line for line in said)


@pytest.mark.parametrize(
    ("owners", "refused"),
    [
        ({"ann": "ann", "bo": "bo"}, set()),
        ({"ann+": "ann", "bo+": "bo", "ann": "bo"}, {("ann", "bo")}),  # who hands in for another, and for oneself, too
        ({"ann+": "ann", "ann": "bo"}, {("ann", "bo")}),  # or for another alone, who has an account
        ({"ann": "bo", "bo": "bo"}, {("ann", "bo")}),  # or for another who has not handed in
        ({"ann": "jovyan", "bo": "jovyan", "jovyan": "jovyan"}, set()),  # whoever takes the name of the account of all
        ({"ann": "a.smith", "a.smith": "mallory"}, set()),  # a name that somebody took is no account
        ({"ann": "a.smith", "a.smith": "mallory", "mallory": "mallory"}, {("a.smith", "mallory")}),
        ({"ann": "jovyan", "bo": "jovyan"}, set()),  # one account for all tells nothing
        ({"ann": "ann", "bo": "jovyan"}, set()),
        ({"ann": "", "bo": ""}, set()),  # no account is known
    ],
)
def test_without_a_roster_an_exchange_shows_who_hands_in_for_another(owners, refused):
    assert arrivals.foreign([(student.rstrip("+"), account) for student, account in owners.items()]) == refused


def test_links_are_not_followed(room, inbox, tmp_path):
    put(tmp_path / "elsewhere" / "mini.ipynb")
    (inbox / "mini" / "ann.ipynb").symlink_to(tmp_path / "elsewhere" / "mini.ipynb")
    (inbox / "mini" / "bo").symlink_to(tmp_path / "elsewhere")
    (inbox / "ann+mini+t+s").symlink_to(tmp_path / "elsewhere")
    made, said = watch(room, inbox)
    assert all_rounds(made) == [["ann"]]
    assert "it is a symbolic link" in said[0] and not room.submitted("mini", "ann").exists()


@pytest.mark.parametrize("place", ["mini/ann", "ann+mini+t+s"])
def test_a_folder_that_becomes_a_link_before_it_is_read_leads_nowhere(room, inbox, tmp_path, monkeypatch, place):
    """Between being seen and being read a file waits for its turn; its folder is its student's to change."""
    monkeypatch.setattr(arrivals, "account", lambda folder: "ann")
    put(tmp_path / "elsewhere" / "mini.ipynb")
    put(inbox / place / "mini.ipynb", "wrong")
    made, said = watch(room, inbox)
    chosen = made.next_round(made.waiting())
    (inbox / place / "mini.ipynb").unlink()
    (inbox / place).rmdir()
    (inbox / place).symlink_to(tmp_path / "elsewhere")
    made.do(chosen)
    assert "cannot be read" in said[0] and not room.submitted("mini", "ann").exists()


def test_in_an_exchange_the_time_of_arrival_counts_which_no_program_can_set(room, inbox, monkeypatch):
    monkeypatch.setattr(arrivals, "account", lambda folder: "ann")
    put(inbox / "ann+mini+2026-10-01 10:00:00.0 UTC+x1" / "mini.ipynb", age=10**6)
    put(inbox / "mini" / "bo.ipynb", age=10**6)
    all_rounds(watch(room, inbox)[0])
    ages = [time.time() - handed_in.submission_time(room, "mini", name).timestamp() for name in ("ann", "bo")]
    assert ages[0] < 10**5 < ages[1]


def test_a_time_of_writing_that_a_student_set_does_not_put_them_first(room, inbox, monkeypatch):
    monkeypatch.setattr(arrivals, "account", lambda folder: folder.name.split("+")[0])
    for name in ("ann", "bo"):
        put(inbox / f"{name}+mini+2026-10-01 10:00:00.0 UTC+x" / "mini.ipynb", age=10**9 if name == "bo" else 0)
        time.sleep(0.02)  # two times of change that differ
    assert [one.student for one in watch(room, inbox)[0].waiting()] == ["ann", "bo"]


def test_a_source_that_cannot_be_graded_is_said_once_and_its_arrivals_wait(room, inbox, monkeypatch):
    put(inbox / "mini" / "ann.ipynb")
    made, said = watch(room, inbox)
    good = room.source("mini").read_bytes()
    room.source("mini").write_text("{}")
    assert made.do(made.next_round(made.waiting())) == 0
    assert len(said) == 1 and said[0].startswith("mini cannot be graded, and what was handed in waits: ")
    assert made.next_round(made.waiting()) == {}, "not at once again"
    monkeypatch.setattr(rounds, "RETRY", -1)
    made.faults["mini"] = rounds.Fault(made.faults["mini"].said, 0)
    assert made.do(made.next_round(made.waiting())) == 0 and len(said) == 1
    room.source("mini").write_bytes(good)
    assert all_rounds(made) == [["ann"]]


def test_a_ledger_outlives_a_line_that_was_cut(room):
    ledger = Ledger.of(room)
    ledger.note("k1", "ann", 1.0, "said")
    with ledger.path.open("a") as file:
        file.write('{"key": "k2", "stu')
    again = Ledger.of(room)
    assert again.done == {"k1"}
    again.note("k3", "bo", 1.0, "said")
    assert Ledger.of(room).done == {"k1", "k3"}


def command(room, inbox, *more):
    """``course watch`` in a process of its own, with real sandboxes."""
    arguments = ["watch", str(inbox), "--classroom", str(room.root), *more]
    return subprocess.Popen(
        [sys.executable, "-m", "coursekit.cli", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_two_watches_of_one_classroom_do_not_work_at_once(room, inbox):
    import fcntl

    (room.root / "watch").mkdir()
    with (room.root / "watch" / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        result = CliRunner().invoke(main, ["watch", str(inbox), "--once", "--classroom", str(room.root)])
    assert result.exit_code == 1 and "another `course watch` serves" in result.output


def until(condition, what):
    """Wait for ``condition``; a loaded machine is slow, not wrong."""
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(what)


@pytest.mark.slow
def test_killed_again_and_again_every_arrival_is_graded_once_and_sigterm_ends_a_round_first(room, inbox):
    names = [f"s{number}" for number in range(12)]
    room.roster.write_text("student\n" + "\n".join(names) + "\n")
    for name in names:
        put(inbox / "mini" / f"{name}.ipynb", GOOD["double_answer"])
    for count in (1, 4, 8):
        process = command(room, inbox)
        until(lambda count=count: len(list(room.records("mini").glob("*.json"))) >= count, "nothing is graded")
        process.kill()
        process.communicate()
    process = command(room, inbox)
    until(lambda: len(Ledger.of(room).done) == len(names), "not all are done")
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0 and "graded" in said.splitlines()[-1]
    assert {name: records.read(room, "mini", name)["score"] for name in names} == dict.fromkeys(names, 2.0)
    graded = [json.loads(line)["student"] for line in room.timings("mini").read_text().splitlines()]
    assert sorted(set(graded)) == sorted(names) and len(graded) <= len(names) + 3, "at most the one that a kill met"


def test_a_folder_of_an_assignment_of_several_notebooks_is_looked_through_for_each(tmp_path):
    (tmp_path / "hw" / "ann").mkdir(parents=True)
    (tmp_path / "hw" / "ann" / "both.zip").write_bytes(b"x")
    (tmp_path / "bo+hw+2026-10-01 12:00:00 UTC").mkdir()
    (tmp_path / "bo+hw+2026-10-01 12:00:00 UTC" / "two.ipynb").write_bytes(b"x")
    seen = arrivals.found(tmp_path, {"hw.one": "one", "hw.two": "two", "other": "other"})
    assert sorted((one.assignment, one.student) for one in seen) == [
        ("hw.one", "ann"),
        ("hw.two", "ann"),
        ("hw.two", "bo"),
    ]
    assert len({one.key for one in seen}) == 3
