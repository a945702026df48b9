"""Notebook, ``course check``, ``course prove`` and ``course grade`` say the same of the answers that come with the exercises."""

import pytest
from engines import sandboxed
from four_ways import answers_of_its_own, of_topic

from coursekit.assignments.parse import load
from coursekit.course import current
from to_try import topics_to_try


@pytest.fixture(scope="module")
def engine():
    with sandboxed(current()) as made:
        yield made


def test_of_a_sample_of_a_topic(engine):
    assert of_topic("mode_connectivity", current().root, engine, every=7) >= 20


@pytest.mark.slow
@pytest.mark.parametrize("topic", topics_to_try())
def test_of_every_reference_alternative_and_mistake(topic, engine):
    assert of_topic(topic, current().root, engine) == answers_of_its_own(load(topic)) > 0
