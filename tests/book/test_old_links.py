"""A link to a claim from the time when all claims stood on one page leads to the claim."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chromium import DRAWN, NEEDED
from coursekit.course import current

SCRIPT = (current().book / "_static" / "course.js").as_uri()
SETTLED = 500  # milliseconds
LISTED = f"""<!doctype html><script src="{SCRIPT}"></script><table class="td-topics">
<tr><td><a href="claims/adam.html">Adam</a></td></tr><tr><td><a href="claims/adam_in_time.html#top">Adam in time</a></td></tr></table>"""

pytestmark = [pytest.mark.browser, NEEDED]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("claims.html#claim-adam-first-step", "claims/adam.html#claim-adam-first-step"),
        ("claims.html#claim-adam-in-time-late", "claims/adam_in_time.html#claim-adam-in-time-late"),
        ("claims.html#claim-gone-topic", "claims.html#claim-gone-topic"),
        ("claims.html#how-to-read", "claims.html#how-to-read"),
    ],
)
def test_an_old_link_to_a_claim_goes_on_to_the_page_of_its_topic(
    browser: Any, tmp_path: Path, asked: str, shown: str
) -> None:
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims.html").write_text(LISTED)
    for name in ("adam", "adam_in_time"):
        (tmp_path / "claims" / f"{name}.html").write_text("<!doctype html><title>claims</title>")
    page = browser.new_page()
    page.goto(f"{tmp_path.as_uri()}/{asked}", wait_until="commit")
    page.wait_for_url(f"{tmp_path.as_uri()}/{shown}")
    page.wait_for_timeout(SETTLED)  # a second step, or one that should not be made, would come within it
    page.wait_for_load_state()
    page.evaluate(DRAWN)
    assert page.url == f"{tmp_path.as_uri()}/{shown}"
    page.close()
