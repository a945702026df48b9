"""A finger drags a handle of an explorable, and the page stays where it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from coursekit.course import current

STATIC = current().book / "_static"
CHROMIUM = shutil.which("chromium")
PAGE = """<!doctype html><html data-theme="light"><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="{static}/course.css"><script src="{static}/_explorable.js"></script><script src="{static}/_explorable_ui.js"></script>
<body><td-tried></td-tried><div style="height:4000px">a long page</div><script>
Explorable.define("td-tried", (ui) => {{
  const plot = ui.plot({{ x: {{ label: "x", min: 0, max: 1 }}, y: {{ label: "y", min: 0, max: 1 }} }});
  globalThis.handle = plot.handle({{ label: "point", x: 0.5, y: 0.8 }});
  globalThis.lost = 0;
  addEventListener("pointercancel", () => {{ globalThis.lost += 1; }}, true);
  ui.update(() => plot.draw([{{ line: true, x: [0, 1], y: [0, 1] }}], "a line"));
}});
</script></body></html>"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium"),
]


@pytest.mark.parametrize(
    "beside", [0, 15]
)  # in the middle of the handle, and where a finger that misses it a little lands
def test_a_finger_drags_a_handle_and_the_page_does_not_scroll(tmp_path: Path, beside: int) -> None:
    from playwright.sync_api import sync_playwright

    (tmp_path / "page.html").write_text(PAGE.format(static=STATIC.as_uri()))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True).new_page()
        page.goto((tmp_path / "page.html").as_uri())
        at = page.locator(".td-handle").bounding_box()
        assert at is not None
        x, y = at["x"] + at["width"] / 2 + beside, at["y"] + at["height"] / 2
        before = page.evaluate("handle.y")
        touch = page.context.new_cdp_session(page)
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for step in range(1, 13):
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y + 8 * step}]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        assert page.evaluate("scrollY") == 0 and page.evaluate("lost") == 0
        assert page.evaluate("handle.y") < before - 0.2
        browser.close()
