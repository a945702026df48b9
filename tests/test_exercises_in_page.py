"""The exercises in the book's page: its own Python says of every answer that comes with them what ``course check`` says."""

import pytest
from in_page import Page, agree

from coursekit.assignments.parse import topics
from coursekit.course import current
from coursekit.engine.engines import SandboxUnavailable, grading_engine


@pytest.fixture(scope="module")
def engine():
    try:
        made = grading_engine(library=current().given)
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    yield made
    made.close()


@pytest.mark.slow
@pytest.mark.parametrize("topic", topics())
def test_of_every_blank_reference_alternative_and_mistake(topic, engine, tmp_path):
    page = Page(topic, current().root, tmp_path)
    try:
        assert agree(page, engine) >= 40
    finally:
        page.close()
