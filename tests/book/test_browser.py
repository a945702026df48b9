"""The built book in a browser: no outside request, no error, no sideways scroll, and nothing that axe-core finds ours."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from page_checks import NARROW, WIDE, as_it_stands, opened, problems, turn

from chromium import NEEDED
from coursekit.course import current
from to_try import pages_to_try

HTML = Path(os.environ.get("COURSE_HTML", current().root / "_build" / "html")).resolve()  # COURSE_HTML: look at a draft
APART = {"_static", "slides"}  # slides are looked at as such
PAGES = sorted(p.relative_to(HTML).as_posix() for p in HTML.rglob("*.html") if not APART & set(p.parts))
LOOKED_AT = pages_to_try(PAGES)
EXPLORABLE = [name for name in LOOKED_AT if "td-explorable-frame" in (HTML / name).read_text(encoding="utf-8")]

pytestmark = [
    pytest.mark.browser,
    NEEDED,
    pytest.mark.skipif(not PAGES, reason="the book is not built: run `course book` first"),
]


@pytest.mark.parametrize("name", LOOKED_AT)
def test_a_page_is_whole_and_accessible_at_both_widths_in_both_schemes(browser: Any, name: str) -> None:
    found = problems(browser, (HTML / name).as_uri())
    assert not found, "\n".join(f"{name}: {problem}" for problem in found)


@pytest.mark.parametrize("name", EXPLORABLE)
def test_a_chapter_that_is_opened_on_a_phone_in_the_dark_is_whole(browser: Any, name: str) -> None:
    page, heard = opened(browser, (HTML / name).as_uri(), NARROW, "dark")
    found = [*heard, *as_it_stands(page, "dark")]
    page.context.close()
    assert not found, "\n".join(f"{name}: {problem}" for problem in found)


# How often the Tab key stops on the page as it stands; a group of radio buttons is one stop.
STOPS = """() => {
    const groups = new Set();
    return [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter((node) => {
        if (node.tabIndex < 0 || node.disabled || !node.checkVisibility({ visibilityProperty: true })) return false;
        const again = node.type === "radio" && groups.has(node.name);
        if (node.type === "radio") groups.add(node.name);
        return !again;
    }).length;
}"""
MOST_STOPS = 150
# Whether the list of contents is seen when the keyboard is in it, where a margin note has folded it away.
UNFOLDED = """() => {
    const side = document.querySelector(".bd-sidebar-secondary");
    side.classList.add("hide");
    side.querySelector("nav.page-toc a").focus();
    return getComputedStyle(side.querySelector("nav.page-toc")).opacity === "1";
}"""


@pytest.mark.parametrize("name", [name for name in LOOKED_AT if "td-head" in (HTML / name).read_text(encoding="utf-8")])
def test_the_keyboard_gets_through_a_chapter(browser: Any, name: str) -> None:
    page, heard = opened(browser, (HTML / name).as_uri(), WIDE, "light")
    wide = page.evaluate(STOPS)
    assert page.evaluate(UNFOLDED)
    turn(page, NARROW, "light")
    stops = {WIDE: wide, NARROW: page.evaluate(STOPS)}
    page.context.close()
    assert not heard and max(stops.values()) <= MOST_STOPS, f"{name}: stops by width: {stops}"
