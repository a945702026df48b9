"""The messages that the proofs promise reach a student whose answers live in another process than the checks."""

import pytest
from fixture import ROOT
from graded_answers import (
    Grader,
    a_blank_notebook_is_called_blank,
    every_mistake_gets_its_own_message,
    right_answers_earn_everything,
)


@pytest.fixture(scope="module")
def grader():
    made = Grader(ROOT, "tiny")
    yield made
    made.engine.close()


@pytest.mark.parametrize("seed", [0, 4711])
def test_right_answers_earn_everything(grader, seed):
    right_answers_earn_everything(grader, seed)


def test_every_mistake_gets_its_own_message(grader):
    every_mistake_gets_its_own_message(grader)


def test_a_blank_notebook_earns_nothing_and_is_called_blank(grader):
    a_blank_notebook_is_called_blank(grader)
