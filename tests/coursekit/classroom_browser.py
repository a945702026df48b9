"""Chromium on a page: every ``pwned`` that runs, every request that tells somebody that the page was looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from classroom_payloads import BEACON

from chromium import CHROMIUM, DRAWN, chromium


@contextmanager
def shut_in() -> Iterator:
    """A browser context that cannot reach the network beyond this machine."""
    if CHROMIUM is None:
        pytest.skip("needs Debian's chromium")
    with chromium() as browser:
        context = browser.new_context()
        context.route(
            lambda url: not url.startswith(("file:", "http://127.0.0.1", "data:")), lambda route: route.abort()
        )
        yield context


def executed(context, address: str) -> list[str]:
    """Open ``address``, move over all of it, click links that are scripts, and list what called ``pwned`` or asked for BEACON."""
    calls: list[str] = []
    page = context.new_page()
    page.expose_function("pwned", lambda name: calls.append(name))
    page.on("request", lambda request: calls.append(request.url) if BEACON in request.url else None)
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.goto(address, wait_until="load")
    page.wait_for_timeout(400)
    page.evaluate(DRAWN)
    page.evaluate(
        """() => {
            for (const tag of document.querySelectorAll('details')) tag.open = true;
            for (const link of document.querySelectorAll('a, button, input, b, img, [onmouseover]')) {
                for (const kind of ['mouseover', 'focus']) link.dispatchEvent(new Event(kind, {bubbles: true}));
                if (/^\\s*(java|vb|data)/i.test(link.getAttribute('href') || link.getAttribute('xlink:href') || '')) link.click();
            }
        }"""
    )
    page.wait_for_timeout(300)
    page.evaluate(DRAWN)  # what had come due by then has run
    page.close()
    return calls
