"""The decks in a browser: every slide fits, nothing is asked of a network, and axe-core finds nothing in either scheme."""

from __future__ import annotations

from typing import Any

import pytest
from page_checks import opened, turn, violations
from test_browser import HTML

from chromium import NEEDED
from to_try import pages_to_try

DECKS = pages_to_try(sorted(path.relative_to(HTML).as_posix() for path in HTML.glob("slides/*.html")))
WIDTH, HEIGHT = 1280, 720
# Goes through all slides as one who presses a key; names those with more than fits.  What scrolls inside itself fits.
WALK = """async ([width, height]) => {
    const wrong = [];
    for (let seen = 0; seen < Reveal.getTotalSlides(); seen++) {
        const slide = Reveal.getCurrentSlide();
        const heading = slide.querySelector("h1, h2")?.textContent ?? "";
        if (slide.scrollHeight > height || slide.scrollWidth > width)
            wrong.push(`slide ${seen + 1} (${heading}) is ${slide.scrollWidth} x ${slide.scrollHeight}`);
        if (slide.querySelector("figure.td-shown") && ![...slide.querySelectorAll("img")].every((i) => i.alt)) wrong.push(`slide ${seen + 1}: alt`);
        if (!slide.textContent.trim()) wrong.push(`slide ${seen + 1} is empty`);
        while (Reveal.availableFragments().next) Reveal.nextFragment();
        if (Reveal.isLastSlide()) break;
        Reveal.next();
        await new Promise((done) => requestAnimationFrame(done));
    }
    if (!Reveal.isLastSlide()) wrong.push("the last slide is not reached");
    return wrong;
}"""

pytestmark = [
    pytest.mark.browser,
    NEEDED,
    pytest.mark.skipif(not DECKS, reason="the book is not built: run `course book` first"),
]


@pytest.mark.parametrize("name", DECKS)
def test_every_slide_fits_and_a_deck_is_accessible_in_both_schemes(browser: Any, name: str) -> None:
    page, wrong = opened(browser, (HTML / name).as_uri(), WIDTH, "light")
    page.wait_for_function("globalThis.Reveal?.isReady()")
    for scheme in ("light", "dark"):
        turn(page, WIDTH, scheme, HEIGHT)
        wrong += violations(page)
    wrong += page.evaluate(WALK, [WIDTH, HEIGHT])
    page.evaluate("Reveal.slide(0)")
    slides = page.evaluate("Reveal.getTotalSlides()")
    seen = {0}
    for _ in range(3 * slides):  # an answer that waits takes a press of its own
        page.keyboard.press("ArrowRight")
        seen.add(page.evaluate("Reveal.getSlidePastCount()"))
    if len(seen) != slides:
        wrong.append(f"the right arrow leads to {len(seen)} of {slides} slides")
    page.context.close()
    assert not wrong, "\n".join(f"{name}: {problem}" for problem in wrong)
