"""The Tab key stops once at each reference and equation of a page; a mouse and a finger reach every link."""

from __future__ import annotations

import re

from coursekit.book.bibliography import one_stop_each

LINK = '<a class="reference internal" href="{}references.html#{}" title="Ada. 1843.">1843</a>'
TEST = (
    '<a class="reference internal" href="claims/a.html#claim-a"><span class="std std-ref">How it is tested</span></a>'
)


def skipped(page: str) -> list[bool]:
    """Of each link whether the Tab key passes it by."""
    return ["tabindex" in tag for tag in re.findall(r"<a [^>]*>", one_stop_each(page))]


def test_the_first_link_to_each_reference_can_be_reached_and_all_can_be_pressed() -> None:
    page = f'{LINK.format("", "id1")} <a class="reference internal" href="adam.html#id1">Adam</a> {LINK.format("../", "id2")} {LINK.format("", "id1")}'
    assert skipped(page) == [False, False, False, True]
    assert one_stop_each(page).endswith('#id1" tabindex="-1" title="Ada. 1843.">1843</a>')


def test_an_equation_that_is_named_again_is_no_other_stop() -> None:
    one = '<a class="reference internal" href="#equation-{}">(1)</a>'
    there = '<a class="reference internal" href="adam.html#equation-a">(1)</a>'
    assert skipped(one.format("a") + one.format("b") + one.format("a") + there) == [False, False, True, False]


def test_what_is_folded_away_does_not_stand_for_what_is_seen() -> None:
    one = LINK.format("", "id1")
    assert skipped(f"<details><summary>Answer</summary>{one}</details>{one}{one}") == [False, False, True]


def test_the_links_of_a_note_are_passed_by_and_those_of_a_card_are_not() -> None:
    one = LINK.format("", "id1")
    note = f'<span class="td-note marginnote" id="n">Shown by {one}. {TEST}</span>'
    assert skipped(f"<p>So {note} and {one}.</p><div>{TEST}</div>") == [True, True, False, False]
