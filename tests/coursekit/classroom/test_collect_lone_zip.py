"""A lone zip is one student's own: whatever it holds, it hands in for nobody else unless a person says so."""

import json

import pytest
from classroom_course import classroom, submission
from click.testing import CliRunner
from test_collect import GOOD_TEXT, put, zipped

from coursekit.classroom.collect.collect import collect
from coursekit.cli import main
from coursekit.commands import collect as collect_command

BLANK = json.dumps(submission())
FORMS = {
    "a folder": "bob/mini.ipynb",
    "a file": "bob.ipynb",
    "an export of folders": "submitted/bob/mini/mini.ipynb",
    "Canvas": "bob_11_204501_mini.ipynb",
    "Canvas, late": "bob_LATE_11_204501_mini-1.ipynb",
    "Moodle, folders": "Bob B_11_assignsubmission_file_/mini.ipynb",
    "Moodle, files": "Bob B_11_assignsubmission_file_mini.ipynb",
    "a browser's ending": "bob.ipynb.txt",
    "backslashes": "bob\\mini.ipynb",
    "a zip": "bob.zip",
}


@pytest.fixture
def room(tmp_path):
    """A classroom in which bob, whom Canvas and Moodle call 11, has handed in."""
    made = classroom(tmp_path / "room")
    put(tmp_path / "in" / "bob.ipynb", when=1_000_000)
    collect(made, "mini", [tmp_path / "in"])
    return made


def run(room, path, *more, answer=None):
    line = ["collect", "mini", str(path), *more, "--classroom", str(room.root)]
    result = CliRunner().invoke(main, line, input=answer, env={"COLUMNS": "300"})
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result.exit_code, " ".join(result.output.split())


def faked(tmp_path, form, name="mallory.zip"):
    inner = zipped(tmp_path / "inner.zip", {"mini.ipynb": BLANK}).read_bytes()
    return zipped(tmp_path / name, {FORMS[form]: inner if FORMS[form].endswith(".zip") else BLANK})


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "roster",
    [
        "",
        "student,first_name,last_name,lms_id\nbob,Bob,B,11\n",
        "student,first_name,last_name,lms_id\nbob,Bob,B,11\nmallory,,,12\n",
    ],
)
def test_a_lone_zip_never_replaces_another_s_work_by_itself(room, tmp_path, form, roster):
    if roster:
        room.roster.write_text(roster)
    code, said = run(room, faked(tmp_path, form))
    assert room.submitted("mini", "bob").read_text() == GOOD_TEXT
    assert "11" not in room.submitters("mini")
    if "mallory" in roster and form == "a zip":
        assert code == 1 and "a zip within a zip" in said
    elif "mallory" in roster:
        assert code == 0 and room.submitted("mini", "mallory").read_text() == BLANK
    else:
        assert code == 1 and "--class-export" in said and "--one-student" in said
        assert room.submitters("mini") == ["bob"], "nothing is taken before a person has said what it is"


def test_a_late_zip_of_one_s_own_needs_no_word(room, tmp_path):
    for name, member in (("dee", "mini.ipynb"), ("eli", "eli/mini.ipynb"), ("fay_mini", "mini/mini.ipynb")):
        assert run(room, zipped(tmp_path / f"{name}.zip", {member: GOOD_TEXT}))[0] == 0
    room.roster.write_text("student,first_name,last_name,lms_id\nbob,,,11\ngil,Gil,G,12\n")
    for name in ("gil", "Gil G_12_assignsubmission_file_work", "gil_12_204501_work"):
        assert run(room, zipped(tmp_path / f"{name}.zip", {"my work/final.ipynb": GOOD_TEXT}))[0] == 0
    assert room.submitters("mini") == ["bob", "dee", "eli", "fay", "gil"]


def test_a_person_says_what_a_zip_is(room, tmp_path):
    path = zipped(tmp_path / "submissions.zip", {"bob/mini.ipynb": BLANK, "cyd/mini.ipynb": BLANK})
    assert run(room, path, "--one-student")[0] == 0
    assert room.submitted("mini", "bob").read_text() == GOOD_TEXT and "submissions" in room.submitters("mini")
    path = path.rename(tmp_path / "export.zip")
    code, said = run(room, path, "--class-export")
    assert code == 0 and room.submitted("mini", "bob").read_text() == BLANK and "cyd" in room.submitters("mini")


@pytest.mark.parametrize(("answer", "taken"), [("y\n", ["bob", "cyd"]), ("n\n", ["bob"])])
def test_in_a_terminal_the_person_is_asked(room, tmp_path, monkeypatch, answer, taken):
    monkeypatch.setattr(collect_command, "asks", lambda: True)
    code, said = run(room, zipped(tmp_path / "all.zip", {"cyd/mini.ipynb": GOOD_TEXT}), answer=answer)
    assert room.submitters("mini") == taken and (code == 0) == ("cyd" in taken)
    assert "names cyd Did your platform make it for the whole class?" in said
    assert ("nothing was taken" in said) == (code == 1)
