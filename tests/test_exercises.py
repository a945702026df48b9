"""Every exercise of the course is proved: right answers pass, blank and typical wrong ones fail with their own message."""

import re
import subprocess
import sys

import pytest

from coursekit.assignments import kills_lock, rules
from coursekit.assignments.merge import bound_names
from coursekit.assignments.parse import load, topics
from coursekit.assignments.prove import prove
from coursekit.course import current
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


def test_an_assignment_lacks_nothing(assignment):
    missing = rules.lacks(assignment, current())
    assert not missing, "\n".join(f"{assignment.file}: {line}" for line in missing)


def test_the_command_asks_for_the_same():
    assert current().full_assignments, "`full_assignments = true` of [tool.coursekit] has `course prove` ask for it"


def test_domains_are_linted_like_the_other_code(assignment, tmp_path):
    """What ruff finds is told with the question and the line within its block, since the files it read are gone afterwards."""
    for question in assignment.questions:
        answers = f"from answers import {', '.join(question.asks) or 'answer'}"
        text = f"{answers}\n\n{question.domain}\n" if question.domain else ""  # its first line is line 3
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
    places = re.sub(
        rf"^{re.escape(str(tmp_path))}.(\w+)\.py:(\d+):\d+:",
        lambda place: f"{assignment.file}, question {place[1]}, line {int(place[2]) - 2} of its {{domain}} block:",
        found.stdout,
        flags=re.MULTILINE,
    )
    assert found.returncode == 0, places + found.stderr


def test_mutants_are_measured_and_the_checks_reject_what_they_should():
    problems = kills_lock.problems([load(topic) for topic in topics()], kills_lock.load())
    assert not problems, "\n".join(problems)
