"""What the book asks of all topics together; `course topic` runs these, too, since a new topic can break them."""

from __future__ import annotations

from collections import Counter

import pytest

from coursekit.assignments.parse import load, topics
from coursekit.book import front, map as course_map, toc
from coursekit.book.aims import all_aims, unserved
from coursekit.book.objectives import all_objectives
from coursekit.book.search import concepts
from coursekit.course import current

COURSE = current()
SAYS = 160  # characters of what a concept means, so that it fits a card
HALF_A_DAY = 240

pytestmark = pytest.mark.whole_book


def test_every_objective_has_a_text_and_its_own_id() -> None:
    empty = [f"{id} in {page}.md" for id, (page, text) in all_objectives(COURSE.book).items() if not text.strip()]
    assert not empty, f"objectives without a sentence: {empty}; say in the front matter what a reader can do afterwards"


def test_every_objective_is_taught_asked_for_and_tested() -> None:
    lines = unserved(all_aims(COURSE.book, COURSE.exercises))
    assert not lines, "\n".join(lines)


def test_every_question_is_linked_from_a_page() -> None:
    text = "".join(page for _, page in front.chapters(COURSE.book))
    lost = [
        f"{topic}/{question.id}" for topic in topics() for question in load(topic).questions
        if f"{{exercise}}`{topic}/{question.id}`" not in text
    ]  # fmt: skip
    assert not lost, (
        f"no page links {lost}: add {{exercise}}`...` under the heading Exercises of the page that teaches it"
    )


def test_the_contents_list_each_page_once_and_the_index_first() -> None:
    names = toc.pages(toc.expanded(COURSE.book))
    twice = [name for name, count in Counter(names).items() if count > 1]
    assert not twice, f"book/_toc.yml lists {twice} more than once: leave one of each"
    assert names[0] == "index", f"book/_toc.yml begins with {names[0]!r}: its root is index"


def test_tracks_are_in_order_and_one_is_half_a_day() -> None:
    known = {track["name"]: track["pages"] for track in course_map.tracks(COURSE.book)}
    minutes = {name: front.course_metadata(text)["minutes"] for name, text in front.chapters(COURSE.book)}
    total = sum(minutes[page] for page in known["Half a day"])
    assert total <= HALF_A_DAY, (
        f"the track 'Half a day' of book/tracks.yml takes {total} minutes, at most {HALF_A_DAY}: give it fewer pages"
    )
    strange = set(known["The whole course"]) - set(minutes)
    assert not strange, f"the track 'The whole course' of book/tracks.yml lists {strange}, which are no chapters"


def test_concepts_point_to_places_and_no_name_is_given_twice() -> None:
    known = concepts.load(COURSE.book)  # raises where a place does not exist
    assert len(known) > 50
    twice = concepts.given_twice(known)
    assert not twice, "\n".join(twice)
    lost = [c.name for c in known if c.covered and not c.see]
    assert not lost, f"book/concepts.yml: {lost} say nowhere to look: give `see`, or `covered: false`"
    wrong = [f"{c.name!r} ({len(c.says)} characters)" for c in known if not c.says.endswith(".") or len(c.says) > SAYS]
    assert not wrong, (
        f"book/concepts.yml: `says` is one sentence that ends with a full stop and has at most {SAYS} characters: {wrong}"
    )
