"""A link to a claim from the time when all claims stood on one page leads to the claim."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from coursekit.course import current

SCRIPT = (current().book / "_static" / "course.js").as_uri()
SETTLED = 500  # milliseconds
CHROMIUM = shutil.which("chromium")
LISTED = f"""<!doctype html><script src="{SCRIPT}"></script><table class="td-topics">
<tr><td><a href="claims/adam.html">Adam</a></td></tr><tr><td><a href="claims/adam_in_time.html#top">Adam in time</a></td></tr></table>"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium"),
]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("claims.html#claim-adam-first-step", "claims/adam.html#claim-adam-first-step"),
        ("claims.html#claim-adam-in-time-late", "claims/adam_in_time.html#claim-adam-in-time-late"),
        ("claims.html#claim-gone-topic", "claims.html#claim-gone-topic"),
        ("claims.html#how-to-read", "claims.html#how-to-read"),
    ],
)
def test_an_old_link_to_a_claim_goes_on_to_the_page_of_its_topic(tmp_path: Path, asked: str, shown: str) -> None:
    from playwright.sync_api import sync_playwright

    (tmp_path / "claims").mkdir()
    (tmp_path / "claims.html").write_text(LISTED)
    for name in ("adam", "adam_in_time"):
        (tmp_path / "claims" / f"{name}.html").write_text("<!doctype html><title>claims</title>")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(f"{tmp_path.as_uri()}/{asked}")
        if shown != asked:
            page.wait_for_url(f"{tmp_path.as_uri()}/{shown}")
        page.wait_for_timeout(SETTLED)  # a second step, or one that should not be made, would come within it
        assert page.url == f"{tmp_path.as_uri()}/{shown}"
        browser.close()
