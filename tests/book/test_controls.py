"""Controls of explorables in a browser: a finger drags a handle, the keyboard goes along a list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chromium import NEEDED
from coursekit.course import current

STATIC = current().book / "_static"
PAGE = """<!doctype html><html data-theme="light"><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="{static}/course.css"><script src="{static}/_explorable.js"></script><script src="{static}/_explorable_ui.js"></script>
<body><td-tried></td-tried><div style="height:4000px">a long page</div><script>
Explorable.define("td-tried", (ui) => {{ {build} }});
</script></body></html>"""
HANDLE = """
    const plot = ui.plot({ x: { label: "x", min: 0, max: 1 }, y: { label: "y", min: 0, max: 1 } });
    globalThis.handle = plot.handle({ label: "point", x: 0.5, y: 0.8 });
    globalThis.lost = 0;
    addEventListener("pointercancel", () => { globalThis.lost += 1; }, true);
    ui.update(() => plot.draw([{ line: true, x: [0, 1], y: [0, 1] }], "a line"));
"""
CHOICE = """
    globalThis.size = ui.choice({ label: "points", options: [10, 20, [2560, "very many"]], value: 20 });
    ui.update(() => { globalThis.seen = size.value; });
"""
TASKS = """
    const size = ui.slider({ label: "size", min: 0, max: 10, step: 1, value: 0 });
    const tasks = ui.tasks([{ text: "Find five.", found: (seen) => seen.size === 5, told: "it is half of ten." }]);
    ui.update(() => tasks.check({ size: size.value }));
"""

pytestmark = [pytest.mark.browser, NEEDED]


def written(folder: Path, build: str) -> str:
    """The address of a page with an explorable that is built by this JavaScript."""
    page = folder / "page.html"
    page.write_text(PAGE.format(static=STATIC.as_uri(), build=build))
    return page.as_uri()


@pytest.mark.parametrize("beside", [0, 15])  # in the middle of the handle, and where a finger that misses it lands
def test_a_finger_drags_a_handle_and_the_page_does_not_scroll(browser: Any, tmp_path: Path, beside: int) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(written(tmp_path, HANDLE))
    at = page.locator(".td-handle").bounding_box()
    assert at is not None
    x, y = at["x"] + at["width"] / 2 + beside, at["y"] + at["height"] / 2
    before = page.evaluate("handle.y")
    touch = context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 13):
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y + 8 * step}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert page.evaluate("scrollY") == 0 and page.evaluate("lost") == 0
    assert page.evaluate("handle.y") < before - 0.2
    context.close()


def test_a_choice_goes_along_its_list_with_the_arrow_keys_and_gives_the_lists_own_items(
    browser: Any, tmp_path: Path
) -> None:
    page = browser.new_page()
    page.goto(written(tmp_path, CHOICE))
    assert page.get_by_role("group", name="points").get_by_role("radio").count() == 3
    assert page.get_by_role("radio", name="20", exact=True).is_checked() and page.evaluate("seen") == 20
    page.get_by_role("radio", name="20", exact=True).press("ArrowRight")
    page.wait_for_function("seen === 2560")
    assert page.get_by_role("radio", name="very many").is_checked()
    page.evaluate("size.set(10)")
    page.wait_for_function("seen === 10")
    assert page.get_by_role("radio", name="10", exact=True).is_checked()
    assert "30 is not among 10, 20, 2560" in page.evaluate("try { size.set(30) } catch (error) { error.message }")
    page.close()


def test_what_is_to_be_found_is_found_by_resting_on_it_and_not_by_passing(browser: Any, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(written(tmp_path, TASKS))
    size, item = page.get_by_role("slider", name="size"), page.get_by_role("listitem").filter(has_text="Find five.")
    for _ in range(6):
        size.press("ArrowRight")
    page.wait_for_timeout(1000)
    assert size.input_value() == "6" and "You found it" not in item.inner_text()
    size.press("ArrowLeft")
    page.wait_for_function("document.querySelector('.td-found')")
    assert "You found it: it is half of ten." in item.inner_text()
    page.close()


def test_an_explorable_is_built_when_it_comes_near_or_is_printed(browser: Any, tmp_path: Path) -> None:
    address = written(tmp_path, HANDLE)
    file = tmp_path / "page.html"
    file.write_text(
        file.read_text().replace(
            "<td-tried></td-tried>", '<div style="height:5000px"></div><td-tried>A handle.</td-tried>'
        )
    )
    page = browser.new_page()
    for near in ("scrollTo(0, 3500)", "dispatchEvent(new Event('beforeprint'))"):
        page.goto(address)
        assert (
            page.locator("td-tried.td-waiting").inner_text() == "A handle." and page.locator(".td-handle").count() == 0
        )
        page.evaluate(near)
        page.locator(".td-handle").wait_for()
        assert (
            page.locator(".td-waiting").count() == 0 and page.locator("td-tried").get_by_text("A handle.").count() == 0
        )
    page.close()
