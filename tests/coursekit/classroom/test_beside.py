"""What lies beside a notebook in ``submitted/`` is not read, and that is said."""

import json

import pytest
from classroom_course import classroom, submission
from click.testing import CliRunner

from coursekit.classroom import handed_in, records
from coursekit.cli import main
from coursekit.commands import grade as command


@pytest.fixture
def room(tmp_path, monkeypatch):
    settings = command.Settings
    monkeypatch.setattr(command, "Settings", lambda **more: settings(**more, engine="classroom_course:text_engine"))
    made = classroom(tmp_path / "room")
    put(made, "alice", "mini.ipynb")
    return made


def put(room, student, name):
    path = room.submitted("mini", student).with_name(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(submission(explain="right")))


def grade(room, *more):
    result = CliRunner().invoke(main, ["grade", "mini", *more, "--classroom", str(room.root)], env={"COLUMNS": "300"})
    assert type(result.exception) in (type(None), SystemExit), result.output
    return result.exit_code, result.output


def test_files_that_are_not_read_are_named(room):
    for name in ("helper.py", "a\x1b]0;b", "timestamp.txt", ".hidden"):
        put(room, "alice", name)
    room.submitted("mini", "alice").with_name("timestamp.txt").write_text("2026-10-01 12:00:00 UTC")
    code, text = grade(room)
    assert code == 0 and "not read, of alice: a\ufffd\ufffd0\ufffdb, helper.py" in text
    assert "timestamp" not in text and "hidden" not in text


def test_a_notebook_of_another_name_alone_is_told_of_and_the_others_are_graded(room):
    put(room, "bob", "other.ipynb")
    put(room, "chi", "notes.txt")
    code, text = grade(room)
    assert code == 1 and "no mini.ipynb, but a notebook of another name: bob (other.ipynb)" in text
    assert "submitted/STUDENT/mini" in text and list(records.read_all(room, "mini")) == ["alice"]
    assert grade(room, "--student", "alice")[0] == 0


def test_nothing_is_looked_for_behind_a_link(room, tmp_path):
    (tmp_path / "elsewhere" / "mini").mkdir(parents=True)
    (tmp_path / "elsewhere" / "mini" / "other.ipynb").touch()
    (room.root / "submitted" / "eve").symlink_to(tmp_path / "elsewhere")
    assert handed_in.beside(room, "mini") == {} and grade(room)[0] == 0
