import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from coursekit.assignments.parse import load
from coursekit.assignments.release import source_text
from coursekit.classroom.demo.students import KINDS, Expected, make
from coursekit.classroom.source import as_released
from coursekit.cli import main

COURSE = Path(__file__).parents[1] / "fixture_course"


def test_an_expectation_can_fail():
    entry = {"score": 2.0, "max_score": 2.0, "status": "passed", "message": "fine"}
    assert Expected(2.0, ("passed",)).met(entry)
    assert not Expected(1.0, ("passed",)).met(entry)
    assert not Expected(2.0, ("failed",)).met(entry)
    assert not Expected(0.0, ("passed",), below=True).met(entry)
    assert not Expected(2.0, ("passed",), says="your mistake").met(entry)


def test_the_made_up_students_are_the_same_every_time_and_of_every_kind():
    assignment = load("tiny", COURSE)
    released = json.loads(as_released(source_text(assignment, COURSE).encode()))
    first, second = (make(assignment, released, 2 * len(KINDS)) for _ in range(2))
    assert [(s.student, s.data) for s in first] == [(s.student, s.data) for s in second]
    assert {s.kind for s in first} == set(KINDS)
    assert len({s.student for s in first}) == len(first)
    assert all(set(s.expected) == {q.id for q in assignment.questions} for s in first)


def test_a_folder_in_use_is_not_touched(tmp_path):
    (tmp_path / "kept").write_text("x")
    result = CliRunner().invoke(main, ["demo", "--classroom", str(tmp_path), "--root", str(COURSE)])
    assert result.exit_code == 1
    assert "not empty" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.slow
def test_a_whole_term_comes_out_as_it_must(tmp_path):
    line = ["demo", "--students", str(len(KINDS)), "--root", str(COURSE), "--classroom", str(tmp_path / "term")]
    result = CliRunner().invoke(main, line)
    assert result.exit_code == 0, result.output
    assert f"{len(KINDS)} results, all as they must be" in result.output
