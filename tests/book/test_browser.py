"""The built book in a browser: no outside request, no error, no sideways scroll, and nothing that axe-core finds ours."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coursekit.course import current

ROOT = current().root

HTML = Path(os.environ.get("COURSE_HTML", ROOT / "_build" / "html")).resolve()  # COURSE_HTML: look at a draft
CHROMIUM = shutil.which("chromium")
PAGES = sorted(p.relative_to(HTML).as_posix() for p in HTML.rglob("*.html") if "_static" not in p.parts)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# Colours are judged at rest.
AT_REST = "*, ::before, ::after { transition: none !important; animation: none !important }"
# What the theme's own markup is found guilty of, by selector; everything else is ours to mend.
THEMES_OWN = {"region": (".sidebar-primary-item", ".skip-link", "#pst-skip-link")}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium"),
    pytest.mark.skipif(not PAGES, reason="the book is not built: run `course book` first"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def findings(page: Any) -> list[str]:
    """What axe-core says, with everything unfolded, less the theme's own."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    found = []
    # what passes is not told of element by element, which on a long page takes longer than the looking
    asked = {"preload": False, "resultTypes": ["violations"]}
    for violation in Axe().run(page, options=asked).response["violations"]:
        for node in violation["nodes"]:
            target = str(node["target"])
            if not any(selector in target for selector in THEMES_OWN.get(violation["id"], ())):
                found.append(f"{violation['id']}: {target} {node['html'][:120]}")
    return found


def visit(browser: Any, name: str, width: int, scheme: str) -> list[str]:
    """Everything wrong with one page at one width in one colour scheme."""
    wrong: list[str] = []
    context = browser.new_context(
        viewport={"width": width, "height": 1000}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.set_default_timeout(180_000)  # a busy machine is slow, not wrong
    page = context.new_page()
    page.on("console", lambda m: wrong.append(f"console: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(f"script error: {error}"))
    page.on(
        "request", lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else wrong.append(f"asks {r.url}")
    )
    page.goto((HTML / name).as_uri())
    page.wait_for_load_state("networkidle")
    page.wait_for_function("!document.querySelector('script[src*=mathjax]') || globalThis.MathJax?.startup?.promise")
    page.evaluate("globalThis.MathJax?.startup?.promise.then(() => null)")
    page.add_style_tag(content=AT_REST)
    if page.evaluate("document.documentElement.dataset.theme") != scheme:
        wrong.append(f"does not follow the reader's {scheme} setting")
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append("scrolls sideways")
    if page.locator("img:not([alt]), img[alt='']").count():
        wrong.append("has images without alt text")
    if page.locator("mjx-merror, [data-mjx-error]").count():
        wrong.append("has mathematics that MathJax cannot read")
    for tag in page.locator("[class*='td-explorable-frame'] > *").evaluate_all(
        "nodes => nodes.map((n) => n.localName)"
    ):
        if tag.startswith("td-") and not page.locator(f"{tag} svg, {tag} canvas").count():
            wrong.append(f"<{tag}> draws nothing")
    wrong = [*wrong, *findings(page)]  # a new list: what axe itself asks of the page is not the page's doing
    context.close()
    return [f"{name} at {width} px, {scheme}: {problem}" for problem in wrong]


@pytest.mark.parametrize("name", PAGES)
def test_page(browser: Any, name: str) -> None:
    problems = [p for width in (1400, 390) for scheme in ("light", "dark") for p in visit(browser, name, width, scheme)]
    assert not problems, "\n".join(problems)


def test_every_slider_of_every_explorable_moves_with_the_keyboard(browser: Any) -> None:
    context = browser.new_context()
    page = context.new_page()
    for name in PAGES:
        if "td-explorable-frame" not in (HTML / name).read_text(encoding="utf-8"):
            continue
        page.goto((HTML / name).as_uri())
        for slider in page.locator(".td-explorable input[type=range]").all():
            before = slider.input_value()
            slider.press("ArrowLeft" if before == slider.get_attribute("max") else "ArrowRight")
            assert slider.input_value() != before, f"{name}: {slider.get_attribute('id')}"
    context.close()


def test_the_figure_that_fits_the_theme_is_the_one_that_is_seen(browser: Any) -> None:
    page_with_figure = next((n for n in PAGES if "dynfig-dark" in (HTML / n).read_text(encoding="utf-8")), None)
    if page_with_figure is None:
        pytest.skip("no page has a figure yet")
    for scheme, other in (("light", "dark"), ("dark", "light")):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.goto(Path(HTML / page_with_figure).as_uri())
        assert page.locator(f"img.dynfig-{scheme}").first.is_visible()
        assert not page.locator(f"img.dynfig-{other}").first.is_visible()
        context.close()
