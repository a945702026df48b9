"""Debian's chromium for tests: where it is, how long it is waited for, and what keeps it from asking the network for itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NEEDED = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium")
PATIENCE = 240_000  # milliseconds for whatever is waited for: a busy machine is slow, not wrong
SLOWED = int(
    os.environ.get("COURSE_SLOWED", "1")
)  # pages get one part in so many of the processor: what races there fails
# Two frames have been drawn: what a change of size or of scheme sets off has run.
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"


@contextmanager
def chromium() -> Iterator[Any]:
    """A running browser whose pages are waited for; it is closed, and Playwright's event loop with it, at the end."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET), timeout=PATIENCE)
        browser.new_page = _patient(browser.new_page)
        browser.new_context = _of_patient_pages(browser.new_context)
        try:
            yield browser
        finally:
            browser.close()


def _of_patient_pages(new_context: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(new_context)
    def made(**options: Any) -> Any:
        context = new_context(**options)
        context.new_page = _patient(context.new_page)
        return context

    return made


def _patient(new_page: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(new_page)
    def made(**options: Any) -> Any:
        page = new_page(**options)
        page.set_default_timeout(PATIENCE)
        if SLOWED > 1:
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        return page

    return made
