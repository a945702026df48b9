"""The messages that the proofs of the exercises promise reach a student whose answers live in another process than the checks."""

import pytest
from graded_answers import (
    Grader,
    a_blank_notebook_is_called_blank,
    every_mistake_gets_its_own_message,
    right_answers_earn_everything,
)

from coursekit.assignments.parse import topics
from coursekit.course import current

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=topics())
def grader(request):
    made = Grader(current().root, request.param)
    yield made
    made.engine.close()


@pytest.mark.parametrize("seed", [0, 4711])
def test_right_answers_earn_everything(grader, seed):
    right_answers_earn_everything(grader, seed)


def test_every_mistake_gets_its_own_message(grader):
    every_mistake_gets_its_own_message(grader)


def test_a_blank_notebook_earns_nothing_and_is_called_blank(grader):
    a_blank_notebook_is_called_blank(grader)
