"""Numbers of one's own, through a term: release, hand-ins, the sandbox, feedback, grading again, and what can go wrong."""

import json
import math
import re
import shutil

import nbformat
import pytest
from click.testing import CliRunner
from fixture import answered
from nbgrader.utils import compute_checksum
from varied_course import varied_course

from coursekit.classroom import own, records
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.cli import main
from coursekit.course import working_on
from coursekit.engine.interface import AS_BUILT, Judging

STUDENTS = ("ann", "bo", "cyd")


def course(room, *words, code=0):
    done = CliRunner().invoke(main, [*words, "--classroom", str(room.root)], env={"COLUMNS": "200"})
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    made = Classroom(varied_course(tmp_path_factory.mktemp("own")) / "classroom")
    made.root.mkdir()
    made.roster.write_text("student\n" + "\n".join(STUDENTS) + "\n")
    (made.root / "course.key").write_text("00" * 32)  # so that which of the variants they get is the same in each run
    course(made, "release", "tiny", "--each")
    return made.root.parent


@pytest.fixture
def room(released, tmp_path):
    return Classroom(shutil.copytree(released, tmp_path / "course") / "classroom")


def statement(notebook):
    return next(c.source for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "reached_text")


def shown(path):
    """The strength and the start as the statement of a notebook shows them."""
    found = re.search(r"s = ([\d.]+)\$ starts at \$a_0 = ([\d.]+)\$", statement(nbformat.read(path, as_version=4)))
    return float(found[1]), float(found[2])


def answer(s, a0):
    return f"when = {math.log(s / a0 - 1) / (2 * s)}\nheight = {s / 2}"


def hand_in(room, student, text, notebook=None):
    path = room.submitted("tiny", student)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(answered(notebook or room.each("tiny", student), {"reached": text}))


def result(room, student):
    return records.read(room, "tiny", student)["questions"]["reached"]


def test_everyone_is_asked_and_judged_with_numbers_of_their_own(room):
    numbers = {student: shown(room.each("tiny", student)) for student in STUDENTS}
    numbers["dee"] = shown(room.release("tiny"))  # who was given none has those of everyone's notebook
    assert len(set(numbers.values())) == 4
    assert "These numbers are yours" in statement(nbformat.read(room.each("tiny", "ann"), as_version=4))
    hand_in(room, "ann", answer(*numbers["ann"]))
    hand_in(room, "bo", answer(*numbers["ann"]), room.each("tiny", "ann"))  # another student's notebook
    s, a0 = numbers["cyd"]
    hand_in(room, "cyd", f"when = {math.log(s / a0 - 1) / s}\nheight = {s / 2}")  # a typical mistake
    hand_in(room, "dee", answer(*numbers["dee"]), room.release("tiny"))
    course(room, "grade", "tiny")
    assert {student: result(room, student)["score"] for student in numbers} == {"ann": 4, "bo": 0, "cyd": 0, "dee": 4}
    message = result(room, "cyd")["message"]
    assert "known mistake: The rate at which the mode grows is 2 s, not s." in message
    assert f"Your numbers: s = {s}, a0 = {a0}." in message and "another variant" not in message
    s, a0 = numbers["bo"]
    said = f"With the numbers of another variant this would be right; yours are s = {s}, a0 = {a0}."
    assert said in result(room, "bo")["message"]
    course(room, "feedback", "tiny", "--answers")
    for student, (s, a0) in numbers.items():
        assert shown(room.autograded("tiny", student)) == (s, a0)  # their own, whatever was handed in
        page = room.feedback("tiny", student).read_text()
        assert f"The numbers of this question were, for you: s = {s}, a0 = {a0}." in page
        assert f"given = SimpleNamespace(s={s}, a0={a0})" in page
        if student in ("bo", "cyd"):  # what the check that failed expects
            assert str(math.log(s / a0 - 1) / (2 * s)) in page
    assert f"which is 2 times {numbers['cyd'][0]}." in room.feedback("tiny", "cyd").read_text()
    before = {student: result(room, student) for student in numbers}
    assert "nothing differs" in course(room, "grade", "tiny", "--regrade")
    assert {student: result(room, student) for student in numbers} == before


def test_a_second_release_changes_nothing_and_gives_newcomers_theirs(room):
    before = {student: room.each("tiny", student).read_bytes() for student in STUDENTS}
    (room.root / "course.key").unlink()  # lost: what was given stays
    with room.roster.open("a") as file:
        file.write("dee\n")
    said = course(room, "release", "tiny", "--each")
    assert "4 notebooks" in said and "other numbers" not in said
    assert {student: room.each("tiny", student).read_bytes() for student in STUDENTS} == before
    assert set(own.ledger(room, "tiny")) == {*STUDENTS, "dee"}


def test_who_handed_in_before_there_were_numbers_keeps_everyone_s(room):
    shutil.rmtree(room.root / "each")
    room.numbers("tiny").unlink()
    hand_in(room, "bo", answer(*shown(room.release("tiny"))), room.release("tiny"))
    said = course(room, "release", "tiny", "--each")
    assert "handed in already, so judged by everyone's numbers: bo" in said and "2 notebooks" in said
    assert not room.each("tiny", "bo").exists() and set(own.ledger(room, "tiny")) == {"ann", "cyd"}
    room.groups.write_text("assignment,student,group\ntiny,bo,red\ntiny,cyd,red\n")  # and then one has some
    said = course(room, "release", "tiny", "--each")
    assert "handed in already" not in said and "handed out again: bo" in said
    given = own.ledger(room, "tiny")
    assert given["bo"] == given["cyd"] and shown(room.each("tiny", "bo")) == shown(room.each("tiny", "cyd"))
    shutil.rmtree(room.root / "each")
    room.numbers("tiny").unlink()
    assert "everyone's numbers: bo, cyd" in course(room, "release", "tiny", "--each")  # and now neither


def test_a_lost_ledger_costs_nobody_who_handed_in_their_numbers(room):
    kept = room.numbers("tiny").read_text()
    hand_in(room, "ann", answer(*shown(room.each("tiny", "ann"))))
    room.numbers("tiny").unlink()
    assert "reads them off the notebooks in" in course(room, "grade", "tiny", code=1)
    assert not room.record("tiny", "ann").is_file()
    (room.root / "course.key").unlink()  # lost, too
    room.each("tiny", "cyd").write_text("{")
    said = course(room, "release", "tiny", "--each")
    assert "handed in already" not in said and "handed out again" not in said
    given = own.ledger(room, "tiny")
    assert {s: given[s] for s in ("ann", "bo")} == {s: json.loads(kept)[s] for s in ("ann", "bo")}
    course(room, "grade", "tiny")
    assert result(room, "ann")["status"] == "passed"


def test_what_was_judged_by_other_numbers_is_judged_again(room):
    given = json.loads(room.numbers("tiny").read_text())
    hand_in(room, "ann", answer(*shown(room.each("tiny", "ann"))))
    room.numbers("tiny").write_text(json.dumps(given | {"ann": given["bo"]}))  # a wrong copy
    course(room, "grade", "tiny")
    assert result(room, "ann")["score"] == 0
    room.numbers("tiny").write_text(json.dumps(given))
    course(room, "grade", "tiny")
    assert result(room, "ann")["score"] == 4
    before = room.record("tiny", "ann").stat().st_mtime_ns
    course(room, "grade", "tiny")
    assert room.record("tiny", "ann").stat().st_mtime_ns == before


def test_who_has_left_the_class_stops_nobody_s_grading(room):
    room.roster.write_text("student\nann\n")  # bo and cyd have left; bo has handed in
    for student in ("ann", "bo"):
        hand_in(room, student, answer(*shown(room.each("tiny", student))))
    path = room.root.parent / "exercises" / "tiny.md"
    path.write_text(path.read_text().replace("rng.uniform(0.5, 3)", "rng.uniform(5, 6)"))
    assert "handed out again: ann, bo" in course(room, "release", "tiny", "--each")
    assert set(own.ledger(room, "tiny")) == {"ann", "bo"}
    course(room, "grade", "tiny")
    assert result(room, "ann")["status"] == result(room, "bo")["status"] == "failed"


def test_another_classroom_gives_other_numbers(room, tmp_path):
    other = Classroom(room.root.parent / "another")
    other.root.mkdir()
    other.roster.write_text(room.roster.read_text() + "".join(f"s{k}\n" for k in range(9)))
    course(other, "release", "tiny", "--each")
    assert {s: shown(other.each("tiny", s)) for s in STUDENTS} != {s: shown(room.each("tiny", s)) for s in STUDENTS}
    given = [tuple(numbers["reached"].values()) for numbers in own.ledger(other, "tiny").values()]
    assert len(set(given)) > 6 and shown(other.release("tiny")) not in given


def test_who_hands_in_together_has_the_same_numbers(room):
    room.groups.write_text("assignment,student,group\ntiny,ann,red\ntiny,bo,red\n")
    hand_in(room, "ann", answer(*shown(room.each("tiny", "ann"))))
    hand_in(room, "bo", answer(*shown(room.each("tiny", "ann"))), room.each("tiny", "ann"))
    assert "ann, bo hand in together and have different numbers" in course(room, "grade", "tiny", code=1)
    before = shown(room.each("tiny", "ann"))
    assert "handed out again: bo" in course(room, "release", "tiny", "--each")
    assert shown(room.each("tiny", "bo")) == shown(room.each("tiny", "ann")) == before
    course(room, "grade", "tiny")
    assert result(room, "ann")["status"] == result(room, "bo")["status"] == "passed"


def test_numbers_that_the_exercise_does_not_have_any_more_stop_the_grading(room):
    hand_in(room, "ann", answer(*shown(room.each("tiny", "ann"))))
    path = room.root.parent / "exercises" / "tiny.md"
    path.write_text(path.read_text().replace("rng.uniform(0.5, 3)", "rng.uniform(5, 6)"))
    course(room, "release", "tiny")
    said = course(room, "grade", "tiny", code=1)
    assert "ann was given numbers for reached that tiny does not have any more" in said
    assert not room.record("tiny", "ann").is_file()
    assert "handed out again: ann, bo, cyd" in course(room, "release", "tiny", "--each")
    assert 5 <= shown(room.each("tiny", "ann"))[0] <= 6
    course(room, "grade", "tiny")
    assert result(room, "ann")["status"] == "failed"


@pytest.mark.parametrize("text", ["{", "[]", '{"ann": {"reached": 3}}', '{"ann": 3}'])
def test_a_damaged_ledger_is_named_with_the_way_out(room, text):
    kept = room.numbers("tiny").read_text()
    room.numbers("tiny").write_text(text)
    with pytest.raises(ClassroomError, match="numbers/tiny.json is damaged.*course release tiny --each"):
        own.given(room, "tiny", room.source_bytes("tiny"))
    room.numbers("tiny").unlink()
    course(room, "release", "tiny", "--each")
    assert room.numbers("tiny").read_text() == kept


def test_inspect_shows_the_numbers_that_a_student_was_given(room):
    hand_in(room, "ann", answer(*shown(room.each("tiny", "ann"))))
    hand_in(room, "dee", answer(*shown(room.release("tiny"))), room.release("tiny"))
    course(room, "grade", "tiny")
    for student, words, path in (
        ("ann", "numbers of one's own", room.each("tiny", "ann")),
        ("dee", "everyone's numbers", room.release("tiny")),
    ):
        said = course(room, "inspect", student, "tiny")
        strength, start = shown(path)
        assert f"reached was asked with {words}: s = {strength}, a0 = {start}" in said and "changed since" not in said
    given = own.ledger(room, "tiny")
    room.numbers("tiny").write_text(json.dumps({**given, "ann": given["bo"]}))
    said = course(room, "inspect", "ann", "tiny")
    assert f"s = {given['bo']['reached']['s']}" in said and "changed since: numbers" in said


def test_a_seed_means_the_variant_and_is_no_less_secret(room):
    source = room.source_bytes("tiny")
    count = len(own.tables(source)["reached"])
    seeds = {"reached": 123_456_789, "order": 7}
    for variant in (0, 5, count - 1):
        made = own.judged_by(seeds, source, {"reached": variant}, AS_BUILT)
        assert (made["order"], made["reached"] % count, made["reached"] // count) == (7, variant, 123_456_789 // count)
    with pytest.raises(ClassroomError, match="cannot be judged together"):
        own.judged_by(seeds, source, {"reached": 1}, Judging({"reached": "together"}))


def test_a_notebook_of_one_s_own_differs_from_everyone_s_in_the_statement_alone(room):
    mine, all_s = (nbformat.read(p, as_version=4) for p in (room.each("tiny", "ann"), room.release("tiny")))
    differing = [a.id for a, b in zip(mine.cells, all_s.cells, strict=True) if a != b]
    assert differing == ["reached_text"]
    for cell in mine.cells:
        if "checksum" in cell.metadata.get("nbgrader", {}):
            assert cell.metadata["nbgrader"]["checksum"] == compute_checksum(cell)
    assert "check.varied" not in json.dumps(mine) and "given" not in [c.source for c in mine.cells]


def test_each_needs_a_roster_and_a_question_whose_numbers_vary(tmp_path):
    root = varied_course(tmp_path)
    room = Classroom(root / "classroom")
    assert "Write roster.csv" in course(room, "release", "tiny", "--each", code=1)
    exercise = root / "exercises" / "tiny.md"
    text = exercise.read_text()
    exercise.write_text(text[: text.index("```{question}\nid: reached")])
    for file in (root / "solutions" / "tiny").iterdir():
        file.write_text(file.read_text().partition("\n# %% reached")[0] + "\n")
    said = course(room, "release", "tiny", "--each", code=1)
    assert "everyone has the same notebook" in said and not (room.root / "each").exists()
    assert b"varied" not in room.source_bytes("tiny")
    with working_on(room.root):
        assert own.given(room, "tiny", room.source_bytes("tiny")) == {}
