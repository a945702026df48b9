"""Groups: one hand-in counts for all members, several are told, and who works alone is left alone."""

import json

import pytest
from classroom_course import classroom, submission
from test_collect import GOOD_TEXT, put

from coursekit.classroom import records
from coursekit.classroom.collect.collect import collect
from coursekit.classroom.gradebook.scores import standings
from coursekit.classroom.groups import teams
from coursekit.classroom.layout import ClassroomError
from coursekit.classroom.show.similarity import similarity

OTHER = json.dumps(submission(explain="another"))


@pytest.fixture
def room(tmp_path):
    made = classroom(tmp_path / "room")
    made.roster.write_text("student,group\nann,A\nbo,A\ncyd,B\ndee,\neli,\n")
    made.policy.write_text("[mini]\ngroups = true\n")
    return made


def handed_in(room, *students):
    return {
        name: room.submitted("mini", name).read_text() for name in students if room.submitted("mini", name).is_file()
    }


def test_one_hand_in_is_every_members(room, tmp_path):
    for name in ("bo", "cyd", "dee"):
        put(tmp_path / "in" / f"{name}.ipynb")
    report = collect(room, "mini", [tmp_path / "in"])
    assert room.submitters("mini") == ["ann", "bo", "cyd", "dee"]
    said = {taken.student: taken.reason for taken in report}
    assert said == {"ann": "handed in by bo for the group", "bo": "handed in by bo for the group", "cyd": "", "dee": ""}


def test_a_group_s_one_notebook_is_no_pair(room, tmp_path):
    code = "def double(x):\n    total = 0\n    for _ in range(2):\n        total = total + x * 1 - 0 + (x - x)\n    return total"
    for name in ("bo", "dee"):
        put(tmp_path / "in" / f"{name}.ipynb", json.dumps(submission(double_answer=code)))
    collect(room, "mini", [tmp_path / "in"])
    assert [(pair.first, pair.second) for pair in similarity(room, "mini", 0.5)] == [("ann", "dee")]


def test_the_newest_counts_for_all_and_the_other_is_told_and_kept(room, tmp_path):
    put(tmp_path / "in" / "ann.ipynb", OTHER, when=1_000_000)
    put(tmp_path / "in" / "bo.ipynb", when=2_000_000)
    report = collect(room, "mini", [tmp_path / "in"])
    assert handed_in(room, "ann", "bo") == dict.fromkeys(("ann", "bo"), GOOD_TEXT)
    (told,) = (taken for taken in report if taken.status == "superseded")
    assert told.student == "ann" and "bo of the same group handed in another one later" in told.reason
    assert OTHER in {path.read_text() for path in room.history("mini", "ann").iterdir()}
    put(tmp_path / "later" / "ann.ipynb", OTHER, when=3_000_000)
    report = collect(room, "mini", [tmp_path / "later"])
    assert handed_in(room, "ann", "bo") == dict.fromkeys(("ann", "bo"), OTHER)
    assert all(t.status == "replaced" and t.reason.startswith("handed in by ann for the group") for t in report)


def test_different_notebooks_of_one_time_are_nobodys_and_leave_no_grade(room, tmp_path):
    put(tmp_path / "in" / "ann.ipynb", OTHER, when=1_000_000)
    put(tmp_path / "in" / "bo.ipynb", when=1_000_000)
    put(tmp_path / "in" / "dee.ipynb", when=1_000_000)
    report = collect(room, "mini", [tmp_path / "in"])
    assert room.submitters("mini") == ["dee"] and records.read_all(room, "mini") == {}
    assert [t.reason[:14] for t in report if t.status == "refused"] == ["ann and bo are"] * 2
    put(tmp_path / "same" / "ann.ipynb", when=1_000_000)
    put(tmp_path / "same" / "bo.ipynb", when=1_000_000)
    collect(room, "mini", [tmp_path / "same"])
    assert room.submitters("mini") == ["ann", "bo", "dee"], "the same notebook twice is no conflict"


def test_a_refusal_is_every_members_and_no_refusal_where_another_member_s_counts(room, tmp_path):
    put(tmp_path / "in" / "ann.ipynb", "broken")
    collect(room, "mini", [tmp_path / "in"])
    states = {s.person.student: s.status for s in standings(room, "mini")}
    assert states == {"ann": "refused", "bo": "refused", "cyd": "missing", "dee": "missing", "eli": "missing"}
    put(tmp_path / "in" / "bo.ipynb")
    collect(room, "mini", [tmp_path / "in"])
    assert handed_in(room, "ann", "bo") == dict.fromkeys(("ann", "bo"), GOOD_TEXT)


def test_without_the_policy_a_group_in_the_roster_shares_nothing(room, tmp_path):
    room.policy.unlink()
    put(tmp_path / "in" / "bo.ipynb")
    collect(room, "mini", [tmp_path / "in"])
    assert room.submitters("mini") == ["bo"]


def test_groups_of_one_assignment_are_in_a_file_of_their_own(room):
    room.groups.write_text("assignment,student,group\nmini,ann,x\nmini,dee,x\nmini,bo,y\nmini,cyd,\n")
    assert teams(room, "mini") == {"ann": ("ann", "dee"), "dee": ("ann", "dee")}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mini,zoe,x\n", "line 2: 'zoe' is not in roster.csv"),
        ("mini,ann,x\nmini,ann,y\n", "line 3: 'ann' is in two groups for mini"),
        ("maxi,ann,x\n", "line 2: there is no assignment 'maxi'"),
    ],
)
def test_groups_that_cannot_be_are_named(room, text, words):
    room.groups.write_text("assignment,student,group\n" + text)
    with pytest.raises(ClassroomError, match=words):
        teams(room, "mini")
    room.groups.write_text("student,group\nann,x\n")
    with pytest.raises(ClassroomError, match="'assignment' is not there"):
        teams(room, "mini")


def test_a_policy_of_groups_needs_some(room):
    room.roster.write_text("student\nann\n")
    with pytest.raises(ClassroomError, match="no student has a group"):
        teams(room, "mini")
    room.policy.write_text("[mini]\ngroups = 1\n")
    with pytest.raises(ClassroomError, match="groups must be true or false"):
        teams(room, "mini")
