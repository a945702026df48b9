"""The exercises in the book's page: its own Python says of every answer that comes with them what ``course check`` says."""

import pytest
from engines import sandboxed
from four_ways import answers_of_its_own
from in_page import Page, agree

from coursekit.course import current
from to_try import topics_to_try


@pytest.fixture(scope="module")
def engine():
    with sandboxed(current()) as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("topic", topics_to_try())
def test_of_every_blank_reference_alternative_and_mistake(topic, engine, tmp_path):
    page = Page(topic, current().root, tmp_path)
    try:
        blanks = sum(not question.written for question in page.assignment.questions)
        assert agree(page, engine) == blanks + answers_of_its_own(page.assignment) > 0
    finally:
        page.close()
