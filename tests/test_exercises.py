"""Every exercise of the course is proved: right answers pass, blank and typical wrong ones fail with their own message."""

from dataclasses import replace

import pytest

from coursekit.assignments import kills_lock, rules
from coursekit.assignments.domain_lint import lint
from coursekit.assignments.parse import load, topics
from coursekit.assignments.prove import prove
from coursekit.assignments.schema import AssignmentError, Question
from coursekit.course import current
from to_try import topics_to_try


@pytest.fixture(
    scope="module", params=[pytest.param(t, marks=pytest.mark.xdist_group(f"exercises {t}")) for t in topics()]
)
def assignment(request):
    try:
        return load(request.param)
    except AssignmentError as error:  # one line says it; where it was raised does not help
        pytest.fail(str(error), pytrace=False)


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


def test_domains_are_linted_by_the_rules_of_the_other_code(assignment):
    slip = "def inputs(rng):\n    for x in rng.normal(size=3):\n        yield x\n    unused = lambda: 1"
    question = next(question for question in assignment.questions if question.domain)
    items = [item for item in assignment.items if not isinstance(item, Question)]
    found = lint(replace(assignment, items=[*items, replace(question, domain=slip)]), current())
    assert [line.partition(" block: ")[0] for line in found] == [
        f"{question.id}: line {n} of its {{domain}}" for n in (2, 4, 4)
    ]


def test_the_command_asks_for_the_same():
    assert current().full_assignments, "`full_assignments = true` of [tool.coursekit] has `course prove` ask for it"


def test_mutants_are_measured_and_the_checks_reject_what_they_should():
    problems = kills_lock.problems([load(topic) for topic in topics()], kills_lock.load())
    assert not problems, "\n".join(problems)
