"""Whole notebooks of right answers, and of none, get what they must when answers live in another process than the checks."""

import pytest
from graded_answers import (
    Grader,
    faults_by_mistake,
    losses_of_right_answers,
    named_mistakes,
)

from coursekit.course import current
from to_try import topics_to_try

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=topics_to_try())
def grader(request):
    made = Grader(current().root, request.param)
    yield made
    made.engine.close()


@pytest.mark.parametrize("seed", [0, 4711])
def test_right_answers_earn_everything(grader, seed):
    assert losses_of_right_answers(grader, seed) == {}


def test_every_mistake_gets_its_own_message(grader):
    assert faults_by_mistake(grader) == dict.fromkeys(named_mistakes(grader), "")


def test_a_blank_notebook_earns_nothing_and_is_called_blank(grader):
    assert {(result.score, result.status) for result in grader.grade({}).values()} == {(0, "blank")}
