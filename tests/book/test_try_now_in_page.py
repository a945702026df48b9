"""A question within a chapter of the built book: loaded when it is opened, checked there, and kept for the assignment."""

from __future__ import annotations

from typing import Any

import pytest
from page_checks import AT_REST, NARROW, as_it_stands, opened, violations
from playwright.sync_api import expect
from test_answers import LONG, Field
from test_browser import HTML

from chromium import NEEDED
from coursekit.assignments.parse import load
from coursekit.assignments.running import complete
from coursekit.book.slides.extension import CHAPTER

CHAPTERS = sorted(p for p in HTML.glob("*.html") if CHAPTER in p.read_text(encoding="utf-8"))
pytestmark = [
    pytest.mark.browser,
    NEEDED,
    pytest.mark.skipif(not CHAPTERS, reason="the book is not built: run `course book` first"),
]


def test_a_question_within_a_chapter_is_checked_there_and_kept_for_the_assignment(browser: Any) -> None:
    chapter = next(p for p in CHAPTERS if "td-try" in p.read_text(encoding="utf-8"))
    page, heard = opened(browser, chapter.as_uri(), NARROW, "dark")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    fold = page.locator("details.td-try").first
    assert fold.locator("textarea").count() == 0 and page.evaluate("typeof TDLive") == "undefined"
    fold.locator(":scope > summary").click()
    expect(fold.locator("textarea")).to_be_visible()
    page.evaluate(LONG)
    assert [url for url in asked if "/live/" in url] and not [url for url in asked if "/live/python" in url]
    topic, id = page.evaluate("[TDLive.page.about.topic, document.querySelector('.td-answer').dataset.question]")
    assignment = load(topic)
    question = assignment.question(id)
    field = Field(page, id)
    assert field.area.input_value() == question.answer
    right = complete(assignment, question, "reference", question.reference)
    assert "Passes the visible checks" in field.check(right)
    field.area.fill(right)
    page.add_style_tag(content=AT_REST)
    assert [*as_it_stands(page, "dark"), *violations(page)] == []
    page.goto((HTML / "assignments" / f"{topic}.html").as_uri())
    expect(Field(page, id).area).to_have_value(right)
    page.context.close()
    assert not heard


def test_every_chapter_has_a_question_to_try() -> None:
    if not any("td-answers" in page.read_text(encoding="utf-8") for page in HTML.glob("assignments/*.html")):
        pytest.skip("no page has answer fields: run `course book` where pip has a network")
    without = [page.stem for page in CHAPTERS if "td-try" not in page.read_text(encoding="utf-8")]
    assert not without, f"{without}: give one of their questions a section of the page and a check that a page can run"
