"""The checks of pages find what they look for, on a small page that is whole and has one fault at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from page_checks import problems

from chromium import NEEDED
from coursekit.course import current

pytestmark = [pytest.mark.browser, NEEDED]
STATIC = (current().book / "_static").as_uri()
PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
PAGE = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width">
<script>
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => {{ document.documentElement.dataset.theme = dark.matches ? "dark" : "light"; }};
follow();
dark.onchange = follow;
</script>
<script src="{STATIC}/_explorable.js"></script><script src="{STATIC}/_explorable_address.js"></script><script src="{STATIC}/_explorable_ui.js"></script>
<style>
html {{ background: white; color: black; }}
html[data-theme=dark] {{ background: black; color: white; }}
html[data-theme=light] .dynfig-dark, html[data-theme=dark] .dynfig-light {{ display: none; }}
</style></head><body><main><h1>A page</h1><p>Some text.</p>
<figure class="dynfig"><img class="dynfig-light" alt="a dot" src="{PIXEL}"><img class="dynfig-dark" alt="a dot" src="{PIXEL}"></figure>
<div class="td-explorable-frame"><td-tried></td-tried></div>
<!-- here -->
</main><script>
Explorable.define("td-tried", (ui) => {{
  const rate = ui.slider({{ label: "rate", min: 0, max: 1, value: 1 }});
  ui.choice({{ label: "size", options: [1, 2] }});
  const plot = ui.plot({{ x: {{ label: "x", min: 0, max: 1 }}, y: {{ label: "y" }} }});
  ui.update(() => plot.draw([{{ line: true, x: [0, 1], y: [0, rate.value] }}], "a line"));
}});
</script></body></html>"""
FAULTS = {
    "asks https": "<script>new Image().src = 'https://example.org/a.gif'</script>",
    "script error": "<script>setTimeout(() => nothing_is_called_this())</script>",
    "console": "<script>console.error('something')</script>",
    "without alt text": f"<img src='{PIXEL}'>",
    "formulas without their font": "<math><mi>x</mi></math>",
    "beyond its box": "<article>Of <span class=math style='display: inline-flex; overflow: hidden'><math><mi>x</mi></math></span></article>",
    "draws nothing": "<div class='td-explorable-frame'><td-empty>nothing</td-empty></div>",
    "does not move with the keyboard": "<script>addEventListener('keydown', (e) => e.preventDefault(), true)</script>",
    "does not follow the reader's dark setting": "<script>dark.onchange = null</script>",
    "shows a figure for a light page": "<style>.dynfig-light { display: inline !important }</style>",
    "hides a figure": "<style>html[data-theme=dark] .dynfig-dark { display: none }</style>",
    "scrolls sideways (390 px": "<p style='width: 600px'>wide</p>",
    "scrolls sideways": "<p style='width: 2000px'>wide</p>",
    "a heading larger than one of the level above it (390 px": "<style>@media (max-width: 500px) { h2 { font-size: 9px } }</style>"
    "<article><h2>A part</h2><h3>Of it</h3></article>",
    "image-alt": f"<details><summary>more</summary><input type=image src='{PIXEL}'></details>",
    "label": "<input type=text>",
    "button-name": "<style>@media (min-width: 501px) { button { display: none } }</style><button></button>",
}


def found(browser: Any, folder: Path, fault: str = "") -> list[str]:
    page = folder / "page.html"
    page.write_text(PAGE.replace("<!-- here -->", fault))
    return problems(browser, page.as_uri())


def test_nothing_is_found_on_a_page_that_is_whole(browser: Any, tmp_path: Path) -> None:
    assert found(browser, tmp_path) == []


@pytest.mark.parametrize("problem", FAULTS)
def test_a_fault_is_found_and_named(browser: Any, tmp_path: Path, problem: str) -> None:
    assert any(problem in said for said in found(browser, tmp_path, FAULTS[problem]))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", ["", "@media (max-width: 500px)", "@media (min-width: 501px)"])
def test_pale_text_is_found_in_either_scheme_at_either_width(
    browser: Any, tmp_path: Path, theme: str, width: str
) -> None:
    rule = f"html[data-theme={theme}] p.pale {{ color: #777; background: #888 }}"
    pale = f"<style>{f'{width} {{ {rule} }}' if width else rule}</style><p class=pale>pale</p>"
    assert any("color-contrast" in said and "pale" in said for said in found(browser, tmp_path, pale))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pale_code_is_found_though_other_tokens_are_legible(browser: Any, tmp_path: Path, theme: str) -> None:
    style = f"<style>html[data-theme={theme}] .k {{ color: #777; background: #888 }}</style>"
    code = "<pre><span class=n>a</span> <span class=n>b</span> <span class=k>in</span> <span class=k>if</span></pre>"
    assert any("color-contrast" in said and 'class="k"' in said for said in found(browser, tmp_path, style + code))
