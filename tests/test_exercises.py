"""Every exercise of the course is proved: right answers pass, blank and typical wrong ones fail with their own message."""

import ast

import pytest

from coursekit.assignments.parse import load, topics
from coursekit.assignments.prove import prove
from coursekit.course import current
from coursekit.digest import module_file

ROOT = current().root


@pytest.fixture(
    scope="module", params=[pytest.param(t, marks=pytest.mark.xdist_group(f"exercises {t}")) for t in topics()]
)
def assignment(request):
    return load(request.param)


@pytest.mark.proves
def test_every_question_is_proved(assignment):
    problems = [f"{proof.question}: {problem}" for proof in prove(assignment) for problem in proof.problems]
    assert not problems, "\n".join(problems)


def test_the_questions_are_many_and_of_every_kind(assignment):
    kinds = [question.meta.kind for question in assignment.questions]
    assert len(kinds) >= 8
    assert {"derive+check", "predict", "written"} <= set(kinds)


def test_every_question_serves_an_objective_and_names_a_section_of_its_chapter(assignment):
    without = [question.id for question in assignment.questions if question.aim is None or not question.aim.section]
    assert not without, f"no objective in a chapter's front matter, or no `section:` of it: {without}"


def test_the_minutes_of_the_questions_add_up_to_those_of_the_assignment(assignment):
    total = sum(question.meta.minutes for question in assignment.questions)
    assert 0.7 <= total / assignment.head.minutes <= 1.3


def test_no_question_asks_for_what_the_toolbox_holds(assignment):
    held = {
        name for module in current().given.modules() for name in defined(module_file(module, current().src).read_text())
    }
    asked = {name for question in assignment.questions for name in defined(question.answer)}
    assert held, "the toolbox defines nothing: this test would not see a clash"
    assert not asked & held


def defined(code: str) -> set[str]:
    return {node.name for node in ast.parse(code).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
