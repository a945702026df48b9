"""What each explorable asks its reader to find: it is there to be found, by hand, and the page's address leads back to it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from chromium import NEEDED
from coursekit.book.explorables import HELPERS
from coursekit.course import current

STATIC = current().book / "_static"
EXPLORABLES = sorted(
    path.stem for path in STATIC.glob("*.js") if re.search(rf'Explorable\.define\("td-{path.stem}"', path.read_text())
)
PAGE = """<!doctype html><html data-theme="light"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="{static}/course.css"><body><td-{name}></td-{name}>{scripts}</body></html>"""
FOUND = """() => [...document.querySelectorAll(".td-tasks .td-told")].map((node) => node.textContent)"""
RESTED = 800  # milliseconds after which what is rested on counts as found, and stands in the address
# Whether the page's address holds something, and has not changed for twice as long and in as many frames as that takes a page
# that is not busy: what is shown goes in several steps.
SETTLED = f"""() => {{
  const now = location.search;
  if (globalThis.tdSeen !== now) [globalThis.tdSeen, globalThis.tdSince, globalThis.tdFrames] = [now, performance.now(), 0];
  globalThis.tdFrames += 1;
  return now && globalThis.tdFrames > {2 * RESTED * 60 // 1000} && performance.now() - globalThis.tdSince > {2 * RESTED};
}}"""
pytestmark = [pytest.mark.browser, NEEDED]


def page_of(name: str, folder: Path) -> str:
    """The address of a page with this explorable alone."""
    files = [STATIC / script for script in (*HELPERS, f"{name}_data.js", f"{name}.js")]
    scripts = "".join(f'<script src="{file.as_uri()}"></script>' for file in files if file.is_file())
    page = folder / f"{name}.html"
    page.write_text(PAGE.format(static=STATIC.as_uri(), name=name, scripts=scripts), encoding="utf-8")
    return page.as_uri()


@pytest.mark.parametrize("name", EXPLORABLES)
def test_what_an_explorable_asks_for_is_there_to_be_found(browser: Any, tmp_path: Path, name: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 900}, reduced_motion="reduce")
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    address = page_of(name, tmp_path)
    page.goto(address)
    page.locator(".td-explorable").wait_for()
    page.wait_for_timeout(RESTED)
    count = page.locator(".td-tasks li").count()
    assert count >= 1, f"{name} asks nothing of its reader: give it ui.tasks"
    assert page.evaluate(FOUND) == [""] * count, "nothing is found before anything was moved"
    for number in range(count):
        page.goto(address)
        page.locator(".td-tasks li").nth(number).get_by_role("button", name="Show me").click()
        page.wait_for_function(f"() => document.querySelectorAll('.td-told')[{number}]?.textContent")
        assert page.evaluate(FOUND)[number].startswith("One way: ")
        page.wait_for_function(SETTLED)
        page.goto(page.evaluate("location.href"))  # as sent by another reader
        page.wait_for_function(f"() => document.querySelectorAll('.td-told')[{number}]?.textContent")
        assert page.evaluate(FOUND)[number].startswith("You found it: ")
    context.close()
    assert not errors
