"""What an instructor gets wrong is said in words: the value, the rule, the way out, and never a traceback."""

import json
import os
import sqlite3
from contextlib import contextmanager

import pytest
from classroom_course import classroom, source_bytes, submission
from click.testing import CliRunner
from rich.console import Console

from coursekit.classroom import records
from coursekit.classroom.grade.job import Settings
from coursekit.classroom.grade.regrade import table as changes_table
from coursekit.classroom.grade.writer import Writer
from coursekit.classroom.gradebook import cells
from coursekit.classroom.gradebook.tables import prepare, write as tables_write
from coursekit.classroom.options import about_file
from coursekit.classroom.policy import load
from coursekit.classroom.source import questions
from coursekit.classroom.variants import course_key
from coursekit.cli import main
from coursekit.engine.interface import Budget, QuestionResult


@pytest.fixture
def room(tmp_path):
    """A classroom in which alice has been graded."""
    made = classroom(tmp_path / "classroom")
    path = made.submitted("mini", "alice")
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(submission()))
    source = made.source_bytes("mini")
    results = {q.id: QuestionResult(0.0, q.points, "failed", "not right") for q in questions(source)}
    digests = records.hashes(path.read_bytes(), source, Budget())
    records.write(made, records.build("mini", "alice", results, "test", digests))
    made.roster.write_text("student,first_name\nalice,Alice\nbob,Bob\n")
    return made


def course(room, *line):
    return CliRunner().invoke(main, [*line, "--classroom", str(room.root)], env={"COLUMNS": "200"})


GRADE = ("grade", "mini")
EXPORT = ("export", "--output", "grades.csv")
SLIP = source_bytes().replace(b"assert double(2) == 4", b"  assert double(2) == 4")
CASES = {
    "policy: no table": ("policy.toml", b"default = 3", GRADE, "write [default] on a line of its own"),
    "policy: misspelt assignment": ("policy.toml", b"[minni]\n", GRADE, "[minni] is neither [default] nor one of"),
    "policy: endless grace": ("policy.toml", b"[mini]\ngrace_minutes = inf", GRADE, "grace_minutes must be a number"),
    "policy: not text": ("policy.toml", b"\xff\xfe", GRADE, "policy.toml is not valid TOML"),
    "policy: a day": ("policy.toml", b"[mini]\ndeadline = 2026-10-01", GRADE, "2026-10-01T23:59:00Z, got 2026-10-01"),
    "policy: a day as text": (
        "policy.toml",
        b"[mini]\ndeadline = '2026-10-01'",
        GRADE,
        "2026-10-01T23:59:00Z, got 2026-10-01",
    ),
    "policy: outside the calendar": (
        "policy.toml",
        b"[mini]\ndeadline = 9999-12-31T23:59:00-12:00",
        GRADE,
        "policy.toml: cannot read the time",
    ),
    "policy: a negative share": (
        "policy.toml",
        b"[mini]\npenalty_per_day = -0.1",
        GRADE,
        "policy.toml: penalty_per_day is a share of the points, 0 to 1; got -0.1",
    ),
    "policy: nothing to reckon with": ("policy.toml", b"[mini]\nmax_penalty = nan", GRADE, "0 to 1; got nan"),
    "roster: a name with a space": (
        "roster.csv",
        b"student\nal ice",
        EXPORT,
        "line 2: 'al ice' is not a student id: use 1 to",
    ),
    "roster: a quotation never closed": (
        "roster.csv",
        b'student,email\nalice,"' + b"x" * 200_000,
        EXPORT,
        "roster.csv, line 2: field larger than",
    ),
    "roster: a quotation that swallows students": (
        "roster.csv",
        b'student,email\nalice,a\nbob,"b\nchi,c\ndan,d\n',
        EXPORT,
        "roster.csv, line 3: unexpected end of data",
    ),
    "roster: a value of two lines": (
        "roster.csv",
        b'student,email\nalice,a\nbob,"b\nchi",c\n',
        EXPORT,
        "line 3: the value of 'email' goes on over several lines",
    ),
    "roster: a column twice": (
        "roster.csv",
        b"student,email,email\n",
        EXPORT,
        "line 1: the column 'email' is there twice",
    ),
    "roster: capitals": ("roster.csv", b"student\nalice\nAlice\n", EXPORT, "line 3: 'Alice' differs from 'alice' in"),
    "roster: a number of a spreadsheet's": (
        "roster.csv",
        b"student,lms_id\nalice,1.0112E+04\n",
        EXPORT,
        "line 2: '1.0112E+04' is what a spreadsheet makes",
    ),
    "roster: an id of a spreadsheet's": ("roster.csv", b"student\n1.0112E04\n", EXPORT, "line 2: '1.0112E04' is what"),
    "roster: a device": (
        "roster.csv",
        b"student\nalice\nCon.1\n",
        EXPORT,
        "line 3: 'Con.1' cannot be a folder on Windows",
    ),
    "roster: UTF-16": ("roster.csv", "student\nalice\n".encode("utf-16"), EXPORT, "save it as CSV UTF-8"),
    "roster: twice": ("roster.csv", b"student\nalice\nalice\n", EXPORT, "line 3: 'alice' is there twice"),
    "roster: not UTF-8": ("roster.csv", b"student\nalic\xe9\n", EXPORT, "save it as CSV UTF-8"),
    "roster: semicolons": ("roster.csv", b"student;email\nalice;a\n", EXPORT, "its first line is 'student;email'"),
    "gradebook": ("gradebook.db", b"x" * 5_000, EXPORT, "the gradebook cannot be used: file is not a database"),
    "key": ("course.key", b"zz", (*GRADE, "--regrade"), "course.key is not the key"),
    "source: not JSON": ("source/mini/mini.ipynb", b"zz", GRADE, "release the assignment again"),
    "source: no notebook": ("source/mini/mini.ipynb", b"{}", ("report", "mini"), "release the assignment again"),
    "source: a test that is not Python": ("source/mini/mini.ipynb", SLIP, GRADE, "test cell double is not Python"),
    "autograded": ("autograded/alice/mini/mini.ipynb", b"[]", ("feedback", "mini"), "--regrade` makes it again"),
    "record": ("records/mini/alice.json", b'{"questions": 3}', ("report", "mini"), "nobody has a record for mini"),
    "a file where a folder belongs": ("timings", b"", (*GRADE, "--student", "bob"), "no submission of mini by bob"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_file_is_named_with_the_way_out(room, case, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    name, content, line, words = CASES[case]
    path = room.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    result = course(room, *line)
    assert (result.exit_code, type(result.exception)) == (1, SystemExit), result.output
    assert words in result.output


LINES = {
    "unknown assignment": (("grade", "minni"), "no assignment 'minni'", "course release minni"),
    "assignment that is a path": (("feedback", "../mini"), "'../mini' cannot be an assignment's name", "letters, digits"),
    "nobody": (("inspect", "zoe", "mini"), "zoe has handed in nothing for mini", "not in roster.csv"),
    "not yet": (("inspect", "bob", "mini"), "bob has handed in nothing for mini;", "course collect mini PATH"),
    "no URL": (("grade", "mini", "--db", "nonsense"), "'nonsense' cannot be a gradebook", "sqlite:///"),
    "no driver": (("export", "--output", "x", "--db", "mysql://a/b"), "'mysql://a/b' cannot be a gradebook", "postgresql"),
    "no server": (
        ("export", "--output", "x", "--db", "postgresql+psycopg2://nobody@/x?host=/nowhere"), "gradebook cannot be used", "--db",
    ),
    "no such release": (("release", "minni"), "no assignment is called 'minni'", "there are: none"),
}  # fmt: skip


@pytest.mark.parametrize("case", LINES)
def test_a_bad_word_is_named_with_the_way_out(room, case, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    line, *words = LINES[case]
    result = course(room, *line)
    assert (result.exit_code, type(result.exception)) == (1, SystemExit), result.output
    assert all(word in result.output for word in words), result.output


def test_a_place_that_cannot_be_written_is_named(room, tmp_path):
    (tmp_path / "file").write_text("x")
    result = course(room, "export", "--output", str(tmp_path / "file" / "grades.csv"))
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert f"{tmp_path / 'file'}" in result.output and "can be written" in result.output


@contextmanager
def no_room():
    """No file can grow: writing fails as it does on a full disk, with an error that names no file."""
    resource = pytest.importorskip("resource", reason="limits of a process are POSIX's")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


WRITERS = {
    "course.key": course_key,
    "mini.jsonl": lambda room: Writer.note_time(
        Writer(room, "mini", room.source_bytes("mini"), Settings()), {"student": "a"}, {"questions": {}, "seconds": 1.0}
    ),
    "mini-removed.jsonl": lambda room: cells.write_down([{"student": "alice"}], room.removed("mini")),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_is_said_of_the_file_that_had_no_room(room, name):
    with no_room(), pytest.raises(OSError) as caught:
        WRITERS[name](room)
    assert f"/{name}: " in about_file(caught.value) and "has room, then run this again" in about_file(caught.value)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_not_called_full_or_damaged(room):
    path = room.submitted("mini", "alice")
    path.chmod(0)
    said = course(room, *GRADE).output
    assert f"{path}: Permission denied; make sure that you may read and write it" in said
    path.chmod(0o644)
    prepare(room)
    (room.root / "gradebook.db").chmod(0)
    said = course(room, *EXPORT).output
    assert (
        "unable to open database file. Make room, or make it and its folder readable" in said
        and "move it away" not in said
    )


def test_a_gradebook_that_cannot_be_opened_is_not_called_damaged(room):
    (room.root / "gradebook.db").mkdir()
    said = course(room, *EXPORT).output
    assert (
        "unable to open database file. Make room, or make it and its folder readable" in said
        and "move it away" not in said
    )


def test_a_class_zip_that_cannot_be_read_makes_no_student(room, tmp_path):
    (tmp_path / "downloads.zip").write_bytes(b"junk")
    result = course(room, "collect", "mini", str(tmp_path / "downloads.zip"))
    assert result.exit_code == 1 and "not a readable zip" in result.output
    assert not room.record("mini", "downloads").exists()


def test_where_a_refused_file_lies_is_said_in_full(room, tmp_path):
    """Its end tells it from the others."""
    name = "a class's export with a long name-" * 6
    folder = tmp_path / "in" / name
    folder.mkdir(parents=True)
    (folder / "dörte.ipynb").write_text("no notebook")
    shown = course(room, "collect", "mini", str(tmp_path / "in")).output
    assert "…" not in shown and "dörte.ipynb" in shown.replace("\n", "").replace("│", "").replace(" ", "")


def test_brackets_in_names_and_messages_are_only_brackets(room, tmp_path):
    """Text in square brackets is markup on the screen, and a closing one that was never opened is an error."""
    folder = tmp_path / "in" / "[/red]"
    folder.mkdir(parents=True)
    (folder / "mini.ipynb").write_text("no notebook")
    result = course(room, "collect", "mini", str(tmp_path / "in"))
    assert (result.exit_code, type(result.exception)) == (1, SystemExit), result.output
    assert "'red]' is not a student id" in result.output
    console = Console(record=True, width=200, quiet=False)
    console.print(changes_table([("alice", "double", "0 failed: [/red]", "2 passed: [bold]")]))
    assert "[/red]" in (text := console.export_text()) and "[bold]" in text


def test_lines_of_commas_and_brackets_in_names_stop_nothing(room, tmp_path):
    room.roster.write_text("\ufeffstudent,first_name,email\r\nalice,[/red] Alice,\uff1dcmd\r\n,,\r\n\r\n")
    assert "[/red] Alice" in course(room, "inspect", "alice", "mini").output
    result = course(room, "export", "--output", str(tmp_path / "grades.csv"))
    assert result.exit_code == 0, result.output
    assert ",'\uff1dcmd," in (tmp_path / "grades.csv").read_text()


def test_grading_says_what_is_left_to_do(room):
    result = course(room, *GRADE)
    assert result.exit_code == 0, result.output
    assert "0 graded, 1 already graded" in result.output
    assert "nothing handed in: bob" in result.output


def test_a_policy_with_a_byte_order_mark_is_a_policy(room):
    room.policy.write_bytes(b"\xef\xbb\xbf[mini]\ndeadline = 2026-10-01T22:00:00Z\n")
    assert load(room, "mini").deadline is not None


@pytest.mark.parametrize("column", ["manual_score", "extra_credit"])
def test_points_in_the_gradebook_that_are_no_number_are_told_of(room, column):
    source = room.source_bytes("mini")
    prepare(room)
    tables_write(room, "mini", source, records.read_all(room, "mini"))
    with sqlite3.connect(room.root / "gradebook.db") as book:
        book.execute(f"UPDATE grade SET {column} = 'three'")
    for line in (EXPORT, ("feedback", "mini"), ("report", "mini")):
        result = course(room, *line)
        assert (result.exit_code, type(result.exception)) == (1, SystemExit), (line, result.exception)
        assert f"has 'three' as {column} of alice, mini, " in result.output and "formgrader" in result.output
