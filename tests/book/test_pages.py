"""What the book's machinery reads of the course's own pages."""

from coursekit.book import toc
from coursekit.book.objectives import all_objectives
from coursekit.course import current

BOOK = current().book


def test_every_objective_of_the_course_has_a_text_and_its_own_id() -> None:
    assert all(text.strip() and topic for topic, text in all_objectives(BOOK).values())


def test_the_course_lists_only_pages_that_exist() -> None:
    names = toc.pages(toc.expanded(BOOK))
    assert names[0] == "index" and len(set(names)) == len(names)
