"""Whatever reading a submission raises is that submission's: the others are graded, and it gets its own score and reason."""

import json

import pytest
from classroom_course import GOOD, classroom, source_bytes, submission
from click.testing import CliRunner
from engines import sandboxed

from coursekit.classroom import handed_in, records
from coursekit.classroom.grade import dask, local
from coursekit.classroom.grade.job import Settings
from coursekit.classroom.grade.run import grade
from coursekit.classroom.grade.worker import grade_one
from coursekit.cli import main
from coursekit.engine import grade as split
from coursekit.engine.interface import Budget, Submission
from coursekit.engine.matching.plan import make_plan
from coursekit.engine.protocol.errors import SourceFault
from coursekit.notebooks.names import is_stub, skeleton

HUGE = {
    "hexadecimal": "0x" + "f" * 4_000,
    "binary": "0b" + "1" * 15_000,
    "octal": "0o" + "7" * 6_000,
    "decimal": "9" * 5_000,
    "complex": "9" * 5_000 + "j",
    "negative": "-0x" + "f" * 4_000,
}


@pytest.mark.parametrize("form", HUGE)
def test_a_number_too_long_to_be_written_out_is_an_answer_like_another(form):
    cell = f"def double(x):\n    x = {HUGE[form]}\n"
    assert skeleton(cell) and not is_stub(cell, "def double(x):\n    ...")
    notebook = json.dumps(submission(double_answer=cell)).encode()
    assert make_plan(source_bytes(), notebook).questions[0].blank is False


@pytest.fixture(scope="module")
def engine():
    with sandboxed() as made:
        yield made


def graded(engine, **answers):
    notebook = json.dumps(submission(**answers)).encode()
    return engine.grade(Submission("s", notebook), source_bytes(), Budget())


def test_a_huge_number_costs_no_other_question(engine):
    found = graded(engine, **(GOOD | {"double_answer": f"x = {HUGE['binary']}"})).questions
    assert (found["double"].score, found["norm"].score) == (0.0, 3.0)


@pytest.mark.parametrize("error", [ValueError("a number"), RecursionError(), MemoryError(), KeyError("x"), TypeError()])
def test_whatever_reading_raises_refuses_this_one_with_the_reason(engine, monkeypatch, error):
    def bad(*_):
        raise error

    monkeypatch.setattr(split, "make_plan", bad)
    found = graded(engine, **GOOD)
    assert {(r.score, r.status) for r in found.questions.values()} == {(0.0, "refused")}
    assert type(error).__name__ in found.questions["double"].message


def test_what_cannot_be_shown_keeps_its_score(engine, monkeypatch):
    def bad(*_):
        raise ValueError("a number")

    monkeypatch.setattr(split, "executed_notebook", bad)
    found = graded(engine, **GOOD)
    assert found.questions["norm"].score == 3.0 and found.notebook == "" and "cannot be shown" in found.flags[-1]


def test_what_the_account_may_not_read_is_named_and_the_others_are_graded(tmp_path, monkeypatch):
    room = classroom(tmp_path)
    for name in ("ann", "bo", "chi"):
        path = room.submitted("mini", name)
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(submission(**GOOD)))
    read = handed_in.read

    def refused(room, assignment, student, name):
        if student == "bo" and name.endswith(".ipynb"):
            raise PermissionError(13, "Permission denied", str(room.submitted(assignment, student)))
        return read(room, assignment, student, name)

    monkeypatch.setattr(handed_in, "read", refused)
    result = CliRunner().invoke(main, ["grade", "mini", "--classroom", str(tmp_path)])
    assert result.exit_code == 1 and "2 graded, 0 already graded" in result.output
    assert "not graded as they are now: bo" in result.output
    assert f"{room.submitted('mini', 'bo')}: Permission denied; make sure that you may read" in result.output
    assert {path.stem for path in room.records("mini").glob("*.json")} == {"ann", "chi"}
    monkeypatch.setattr(handed_in, "read", read)
    result = CliRunner().invoke(main, ["grade", "mini", "--classroom", str(tmp_path)])
    assert result.exit_code == 0 and "1 graded, 2 already graded" in result.output


class OddEngine:
    """Comes upon something that no code expected."""

    name = "odd"

    def grade(self, submission, source, budget):
        raise KeyError("odd") if submission.student == "b" else OSError("no room")

    def warm(self):
        return None

    close = warm


def odd_engine(unsafe_no_sandbox, library):
    return OddEngine()


def test_what_data_raises_costs_its_owner_and_what_the_machine_raises_nobody():
    found = grade_one("b", b"", source_bytes(), {}, {}, "test_unreadable:odd_engine")["questions"]
    assert {(q["score"], q["status"]) for q in found.values()} == {(0.0, "crashed")}
    assert "KeyError" in found["double"]["message"]
    with pytest.raises(OSError, match="no room"):
        grade_one("a", b"", source_bytes(), {}, {}, "test_unreadable:odd_engine")


@pytest.mark.parametrize("source", [b"{}", b"[", source_bytes().replace(b"assert double", b"assert (double")])
def test_a_fault_of_the_source_is_the_source_s(engine, source):
    with pytest.raises(SourceFault):
        engine.grade(Submission("s", json.dumps(submission(**GOOD)).encode()), source, Budget())


@pytest.mark.parametrize("run", [local.run, pytest.param(dask.run, marks=pytest.mark.slow)])
def test_the_batch_goes_on(tmp_path, run):
    with sandboxed():
        pass
    room = classroom(tmp_path)
    for student, answer in (
        ("a", GOOD["double_answer"]),
        ("b", f"x = {HUGE['hexadecimal']}"),
        ("c", GOOD["double_answer"]),
    ):
        path = room.submitted("mini", student)
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(submission(double_answer=answer)))
    assert len(grade(room, "mini", (), Settings(workers=1 if run is local.run else 2), run=run).graded) == 3
    scores = {name: record["questions"]["double"]["score"] for name, record in records.read_all(room, "mini").items()}
    assert scores == {"a": 2.0, "b": 0.0, "c": 2.0}
