"""Every exercise of the course is proved: right answers pass, blank and typical wrong ones fail with their own message."""

import ast
import subprocess
import sys

import pytest

from coursekit.assignments import kills_lock
from coursekit.assignments.merge import bound_names
from coursekit.assignments.parse import load, topics
from coursekit.assignments.prove import prove
from coursekit.course import current
from coursekit.digest import module_file
from to_try import topics_to_try

ROOT = current().root


@pytest.fixture(
    scope="module", params=[pytest.param(t, marks=pytest.mark.xdist_group(f"exercises {t}")) for t in topics()]
)
def assignment(request):
    return load(request.param)


@pytest.mark.proves
def test_every_question_is_proved_on_one_pass_through_its_domain(assignment):
    problems = [f"{proof.question}: {problem}" for proof in prove(assignment, inputs=1) for problem in proof.problems]
    assert not problems, "\n".join(problems)


@pytest.mark.slow
@pytest.mark.proves
@pytest.mark.parametrize("topic", topics_to_try())
def test_right_answers_are_alike_on_many_inputs_and_wrong_ones_are_not(topic):
    proofs = prove(load(topic))
    problems = [f"{proof.question}: {problem}" for proof in proofs for problem in proof.problems]
    assert not problems, "\n".join(problems)


def test_every_automatic_question_has_a_domain(assignment):
    without = [question.id for question in assignment.questions if not question.written and not question.domain]
    assert not without, f"write a {{domain}} block: {without}"


def test_domains_are_linted_like_the_other_code(assignment, tmp_path):
    for question in assignment.questions:
        answers = f"from answers import {', '.join(question.asks) or 'answer'}"
        text = f"{answers}\n\n{question.domain}\n" if question.domain else ""
        (tmp_path / f"{question.id}.py").write_text(text)
    known = sorted({"np", *(name for setup in assignment.setups for name in bound_names(setup))})
    ruff = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--config",
        str(ROOT / "pyproject.toml"),
        "--config",
        f"builtins = {known}",
    ]
    asked = ["--extend-ignore", "F401,E402,I,D,ANN", "--output-format", "concise", str(tmp_path)]  # stubs are not there
    found = subprocess.run([*ruff, *asked], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_mutants_are_measured_and_the_checks_reject_what_they_should():
    problems = kills_lock.problems([load(topic) for topic in topics()], kills_lock.load())
    assert not problems, "\n".join([*problems, f"`course prove --mutants` measures them; commit {kills_lock.FILE}"])


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
