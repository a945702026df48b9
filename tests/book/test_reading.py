"""Reading in a browser: a figure waits for the reader's prediction, and a link shows what it points to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from chromium import NEEDED
from coursekit.book.reading.extension import STATIC
from coursekit.course import current

SCRIPTS = "".join(
    f'<script src="{(STATIC / "reading" / f"{n}.js").as_uri()}"></script>' for n in ("kept", "predict", "preview")
)
PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
FIGURE = f'<div class="cell"><figure class="dynfig" id="{{}}"><picture><img alt="It rises." width="90" height="60" src="{PIXEL}"></picture><figcaption>It rises.</figcaption></figure></div>'
PAGE = f"""<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8"><title>A page</title>
<link rel="stylesheet" href="{(current().book / "_static" / "course.css").as_uri()}">{SCRIPTS}
<article class="bd-article">
<div class="td-predict"><p>Does it rise?</p><details><summary>Answer</summary><p>Yes.</p></details></div>
<p>Some words.</p>{FIGURE.format("first")}
<div class="td-predict"><p>And then?</p><details><summary>Answer</summary><p>No.</p></details></div>
<h2>Another section</h2>{FIGURE.format("second")}
<p>By <a id="eq" href="#equation-one">(1)</a> and <a id="cite" title="Ada. On engines. 1843. arXiv:1234.56789." href="references.html#id1">Ada 1843</a>,
<a id="far" href="other.html#place">far</a>.</p><div style="height:1500px"></div>
<div class="math" id="equation-one">a = b</div>
</article></html>"""  # fmt: skip

MARK = '<span class="td-tested">It is so.</span><span class="td-anchor"><button class="td-mark" popovertarget="n{0}" popovertargetaction="show">✓</button></span><span class="td-note marginnote" id="n{0}" popover>Note {0}.</span> '
MARKED = f"""<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8"><title>A page</title>
<link rel="stylesheet" href="{(current().book / "_static" / "course.css").as_uri()}">
<script src="{(current().book / "_static" / "course.js").as_uri()}"></script>
<p>{MARK.format(1)}{MARK.format(2)}{MARK.format(3)}</p><p>{MARK.format(4)}</p>
<nav class="page-toc"><a href="#one">One</a><a href="#two">Two</a></nav></html>"""  # fmt: skip

pytestmark = [pytest.mark.browser, NEEDED]


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Any:
    (tmp_path / "page.html").write_text(PAGE)
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    page = context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    yield page
    context.close()


def seen(page: Any, figure: str) -> bool:
    return bool(page.locator(f"#{figure} img").evaluate("image => getComputedStyle(image).visibility === 'visible'"))


def appears(page: Any, figure: str) -> bool:
    """Whether the figure is seen as soon as the page has heard of what was just done to it."""
    expect(page.locator(f"#{figure} img")).to_have_css("visibility", "visible")
    return seen(page, figure)


def test_the_figure_that_answers_waits_for_the_answer_and_no_other_does(page: Any) -> None:
    assert not seen(page, "first") and seen(page, "second")
    page.get_by_label("I predict").first.fill("it falls")
    page.get_by_text("Answer", exact=True).first.click()
    assert appears(page, "first") and page.get_by_label("I predict").first.input_value() == "it falls"
    page.get_by_role("group", name="Your prediction was").get_by_label("wrong").check()
    page.reload()
    assert appears(page, "first") and page.get_by_label("I predict").first.input_value() == "it falls"
    page.get_by_text("Answer", exact=True).first.click()
    expect(page.get_by_label("wrong")).to_be_checked()


def test_a_reader_who_wants_the_figure_gets_it_with_the_answer(page: Any) -> None:
    page.get_by_role("button", name="Show the figure").click()
    assert appears(page, "first")
    expect(page.get_by_text("Yes.")).to_be_visible()


def test_the_figure_is_printed_in_any_case(page: Any) -> None:
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert appears(page, "first")


def test_a_link_to_an_equation_or_a_reference_shows_it(page: Any) -> None:
    card = page.locator(".td-preview")
    page.locator("#eq").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(card).to_have_text("a = b")
    expect(card).to_be_visible()
    page.keyboard.press("Tab")
    expect(card).to_contain_text("On engines")
    assert card.get_by_role("link", name="arXiv").get_attribute("href") == "https://arxiv.org/abs/1234.56789"
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    assert page.evaluate("document.querySelectorAll('#equation-one').length") == 1


def test_a_link_that_the_keyboard_brings_into_sight_shows_it_too_until_it_is_scrolled_away(
    browser: Any, tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_text(
        PAGE.replace('<p>By <a id="eq"', '<div style="height:3000px"></div><p>By <a id="eq"')
    )
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto((tmp_path / "page.html").as_uri())
    page.evaluate("document.querySelectorAll('a').forEach((link) => { if (link.id !== 'eq') link.tabIndex = -1 })")
    card = page.locator(".td-preview")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "eq":
            break
    expect(page.locator("#eq")).to_be_in_viewport()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(card).to_be_visible()
    link, box = page.locator("#eq").bounding_box(), card.bounding_box()
    assert min(abs(box["y"] - link["y"] - link["height"]), abs(link["y"] - box["y"] - box["height"])) < 10
    page.evaluate("scrollTo(0, 0)")
    expect(card).to_be_hidden()
    page.close()


def test_a_tap_on_a_reference_shows_it_first_and_then_goes_there(page: Any) -> None:
    page.locator("#cite").tap()
    card = page.locator(".td-preview")
    expect(card).to_be_visible()
    assert page.evaluate("location.pathname").endswith("page.html")
    assert card.get_by_role("link", name="Go there").get_attribute("href") == "references.html#id1"
    box = card.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390


def test_a_card_says_how_far_the_reader_has_come(browser: Any, tmp_path: Path) -> None:
    scripts = SCRIPTS.replace("preview.js", "progress.js")
    (tmp_path / "index.html").write_text(
        f'<!doctype html><meta charset="utf-8">{scripts}<p class="td-progress" data-page="alpha"></p>'
    )
    (tmp_path / "alpha.html").write_text(
        f'<!doctype html><meta charset="utf-8">{scripts}<div class="td-head"></div><div style="height:3000px"></div>'
        '<footer class="prev-next-footer">Next</footer>'
    )
    page = browser.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    assert page.locator(".td-progress").is_hidden()
    page.goto((tmp_path / "alpha.html").as_uri())
    assert page.evaluate("TDRead.kept.read('end')") is None
    page.evaluate("scrollTo(0, 5000)")
    page.wait_for_function("TDRead.kept.read('end') === true")
    page.goto((tmp_path / "index.html").as_uri())
    assert page.locator(".td-progress").inner_text() == "✓ read"
    kept = {"questions": 12, "passed-one": True, "passed-two": False, "predict-1": {"open": True}}
    page.evaluate(
        "kept => Object.entries(kept).forEach(([name, value]) => TDRead.kept.write(name, value, 'alpha'))", kept
    )
    page.reload()
    assert page.locator(".td-progress").inner_text() == "✓ read · 1 prediction made · 1 of 12 answers pass"
    page.close()


def test_marks_of_a_paragraph_and_the_contents_are_one_stop_each_and_arrow_keys_lead_along_them(
    browser: Any, tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_text(MARKED)
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto((tmp_path / "page.html").as_uri())
    shown = []
    for key in ("Tab", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "Tab", "Shift+Tab"):
        page.keyboard.press(key)
        shown.append(page.evaluate("[...document.querySelectorAll(':popover-open')].map((note) => note.id).join()"))
    assert shown == ["n1", "n2", "n3", "n3", "n2", "n4", "n2"]
    for key in ("Tab", "Tab", "ArrowDown", "ArrowDown", "Shift+Tab", "Tab"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.textContent") == "Two"
    assert page.locator("#n2 .td-way").text_content() == "2 of 3 here: ← →"
    page.close()


SECTIONS = "".join(
    f'<section id="s{n}"><h2>Part {n}</h2><pre>{"wide " * 60}</pre><div style="height:900px">word{n}</div></section>'
    for n in range(12)
)
LONG = f"""<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="{(current().book / "_static" / "course.css").as_uri()}">
<script defer src="{(current().book / "_static" / "course.js").as_uri()}"></script>
<body><article class="bd-article"><section><h1>A page</h1>{SECTIONS}</section></article></body></html>"""  # fmt: skip
LAID_OUT_WHEN_NEAR = "getComputedStyle(document.querySelector('#s3')).contentVisibility"
FADES = "node => getComputedStyle(node).maskImage"
MARKED_ALL = "() => 'tdMarked' in (document.body?.dataset ?? {})"


def test_a_long_page_is_laid_out_where_it_is_read_and_is_found_reached_and_printed_whole(
    browser: Any, tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_text(LONG)
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{(tmp_path / 'page.html').as_uri()}#s9")
    page.wait_for_function(MARKED_ALL)
    assert page.evaluate(LAID_OUT_WHEN_NEAR) == "auto"
    assert page.evaluate("document.querySelectorAll('pre[tabindex=\"0\"]').length") == 12
    page.wait_for_function("Math.abs(document.querySelector('#s9').getBoundingClientRect().y) < 60")
    height = "document.documentElement.scrollHeight"
    told = page.evaluate(height)
    page.add_style_tag(content="section { content-visibility: visible !important }")
    assert told == pytest.approx(page.evaluate(height), rel=0.01)
    page.evaluate("document.querySelector('style:last-of-type').remove()")
    assert page.evaluate("find('word2') && getSelection().toString()") == "word2"
    page.emulate_media(media="print")
    page.wait_for_function(f"{LAID_OUT_WHEN_NEAR} === 'visible'")
    page.emulate_media(media="screen")
    page.wait_for_function(f"{LAID_OUT_WHEN_NEAR} === 'auto'")
    page.set_viewport_size({"width": 1400, "height": 800})
    page.wait_for_function(f"{LAID_OUT_WHEN_NEAR} === 'visible'")
    context.close()


TABLE = "name   first  second  third  fourth  fifth  sixth  seventh  eighth\nadam   0.100  0.200  0.300  0.400  0.500  0.600  0.700  0.800"
PRINTED = f"""<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="{(current().book / "_static" / "course.css").as_uri()}">
<script defer src="{(current().book / "_static" / "course.js").as_uri()}"></script>
<body><article class="bd-article"><section><h1>A page</h1><section><h2>A part</h2><div class="cell_output"><div class="output stream">
<pre id="wide">{TABLE}</pre><pre id="small">a  b</pre></div></div></section></section></article></body></html>"""  # fmt: skip


def test_a_printed_table_that_is_too_wide_for_a_phone_fades_where_it_goes_on_until_its_end_is_seen(
    browser: Any, tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_text(PRINTED)
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_function(MARKED_ALL)
    wide, small = page.locator("#wide"), page.locator("#small")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert "gradient" in wide.evaluate(FADES) and small.evaluate(FADES) == "none"
    wide.evaluate("node => node.scrollTo(10000, 0)")
    expect(wide).to_have_css("mask-image", "none")
    wide.evaluate("node => node.scrollTo(0, 0)")
    expect(wide).not_to_have_css("mask-image", "none")
    page.set_viewport_size({"width": 1400, "height": 800})
    expect(wide).to_have_css("mask-image", "none")
    page.close()
