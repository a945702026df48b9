"""Controls of explorables in a browser: a finger drags a handle, the keyboard goes along a list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chromium import DRAWN, NEEDED
from coursekit.book.explorables import HELPERS
from coursekit.course import current

STATIC = current().book / "_static"
PAGE = """<!doctype html><html data-theme="light"><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="{static}/course.css">{scripts}
<body><td-tried></td-tried><div style="height:4000px">a long page</div><script>
Explorable.define("td-tried", (ui) => {{ {build} }});
</script></body></html>"""
SCRIPTS = "".join(f'<script src="{(STATIC / name).as_uri()}"></script>' for name in HELPERS)
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
BUILT = ".td-explorable"  # an explorable is built once it was seen
TOMORROW = 24 * 60 * 60 * 1000  # milliseconds after the beginning of a page's own time
TASKS = """
    const size = ui.slider({ label: "size", min: 0, max: 10, step: 1, value: 0 });
    const tasks = ui.tasks([{ text: "Find five.", found: (seen) => seen.size === 5, told: "it is half of ten." }]);
    ui.update(() => tasks.check({ size: size.value }));
"""
EVERYTHING = """
    const size = ui.slider({ label: "size", min: 0, max: 10, step: 1, value: 2 });
    const rate = ui.slider({ label: "rate", min: 1e-3, max: 1, value: 0.1, log: true });
    const kind = ui.choice({ label: "kind", options: [1, [2, "two"]], value: 1 });
    const way = ui.select({ label: "way", options: [["a", "A"], ["b", "B"]] });
    const noisy = ui.checkbox({ label: "noise" });
    const seed = ui.another({ label: "Another" });
    const plot = ui.plot({ x: { label: "x", min: 0, max: 1 }, y: { label: "y", min: 0, max: 1 } });
    const point = plot.handle({ label: "point", x: 0.5, y: 0.8, move: "x" });
    globalThis.controls = { size, rate, kind, way, noisy, seed, point };
    ui.update(() => {
      plot.draw([], "nothing");
      globalThis.seen = [size.value, rate.value, kind.value, way.value, noisy.value, seed.value, point.x];
    });
"""
ADDRESS = "location.href"  # as the page has it; the browser hears of it later
AT_FIRST = [2, 0.1, 1, "a", False, 0, 0.5]

pytestmark = [pytest.mark.browser, NEEDED]


def written(folder: Path, build: str) -> str:
    """The address of a page with an explorable that is built by this JavaScript."""
    page = folder / "page.html"
    page.write_text(PAGE.format(static=STATIC.as_uri(), build=build, scripts=SCRIPTS))
    return page.as_uri()


@pytest.mark.parametrize("beside", [0, 15])  # in the middle of the handle, and where a finger that misses it lands
def test_a_finger_drags_a_handle_and_the_page_does_not_scroll(browser: Any, tmp_path: Path, beside: int) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(written(tmp_path, HANDLE))
    page.locator(BUILT).wait_for()
    at = page.locator(".td-handle").bounding_box()
    assert at is not None
    x, y = at["x"] + at["width"] / 2 + beside, at["y"] + at["height"] / 2
    before = page.evaluate("handle.y")
    touch = context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 13):
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y + 8 * step}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function("before => handle.y < before - 0.2", arg=before)
    page.evaluate(DRAWN)
    assert page.evaluate("scrollY") == 0 and page.evaluate("lost") == 0
    context.close()


def test_a_choice_goes_along_its_list_with_the_arrow_keys_and_gives_the_lists_own_items(
    browser: Any, tmp_path: Path
) -> None:
    page = browser.new_page()
    page.goto(written(tmp_path, CHOICE))
    page.locator(BUILT).wait_for()
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
    page.clock.install(time=0)
    page.goto(written(tmp_path, TASKS))
    page.locator(BUILT).wait_for()
    page.clock.pause_at(TOMORROW)  # from here on time goes when it is told to
    size, item = page.get_by_role("slider", name="size"), page.get_by_role("listitem").filter(has_text="Find five.")
    for _ in range(6):
        size.press("ArrowRight")
        page.clock.run_for(100)
    page.clock.run_for(1000)
    assert size.input_value() == "6" and "You found it" not in item.inner_text()
    size.press("ArrowLeft")
    page.clock.run_for(400)
    assert "You found it" not in item.inner_text()
    page.clock.run_for(600)
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
        page.goto(f"{address}?{near}")
        page.locator("td-tried.td-waiting").wait_for()
        page.evaluate(DRAWN)
        assert (
            page.locator("td-tried.td-waiting").inner_text() == "A handle." and page.locator(".td-handle").count() == 0
        )
        page.evaluate(near)
        page.locator(".td-handle").wait_for()
        assert (
            page.locator(".td-waiting").count() == 0 and page.locator("td-tried").get_by_text("A handle.").count() == 0
        )
    page.close()


def test_what_a_reader_sets_stands_in_the_address_and_is_there_again_from_it(browser: Any, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(f"{written(tmp_path, EVERYTHING)}?highlight=descent#here")
    page.locator(BUILT).wait_for()
    assert page.evaluate("seen") == AT_FIRST and "tried" not in page.evaluate(ADDRESS)
    page.evaluate("controls.size.set(7)")
    page.evaluate("controls.rate.set(0.25)")
    page.get_by_role("radio", name="two").check()
    page.get_by_role("combobox", name="way").select_option("b")
    page.get_by_role("checkbox", name="noise").check()
    page.get_by_role("button", name="Another").click()
    page.evaluate("controls.point.set(0.25, 0)")
    set_to = [7, 0.25, 2, "b", True, 1, 0.25]
    page.wait_for_function("location.search.includes('tried.point')")
    address = page.evaluate(ADDRESS)
    assert page.evaluate("seen") == set_to and "highlight=descent" in address and address.endswith("#here")
    page.goto(address.replace("highlight=descent", "highlight=again"))  # by another reader
    page.locator(BUILT).wait_for()
    assert page.evaluate("seen") == set_to and page.get_by_role("radio", name="two").is_checked()
    assert page.get_by_role("slider", name="size").input_value() == "7"
    for name, value in (("size", 2), ("rate", 0.1), ("kind", 1)):
        page.evaluate(f"controls.{name}.set({value})")
    page.wait_for_function("!/tried.(size|rate|kind)/.test(location.search)")
    assert "tried.way=b" in page.evaluate(ADDRESS)
    page.close()


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        (
            "tried.size=many&tried.rate=&tried.kind=3&tried.way=c&tried.noise=2&tried.Another=x&tried.point+x=NaN",
            AT_FIRST,
        ),
        ("tried.size=1e9&tried.rate=-1&tried.Another=2.6&tried.point+x=7", [10, 0.001, 1, "a", False, 3, 1]),
        ("tried.size=2.4&tried.rate=1e400", AT_FIRST),
    ],
)
def test_an_address_that_says_what_cannot_be_set_is_no_harm(
    browser: Any, tmp_path: Path, address: str, seen: list[object]
) -> None:
    page, errors = browser.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{written(tmp_path, EVERYTHING)}?{address}")
    page.locator(BUILT).wait_for()
    assert page.evaluate("seen") == pytest.approx(seen) and not errors
    page.close()
