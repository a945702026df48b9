"""The scripts of reading, each on the pages that have something for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

STATIC = Path(__file__).with_name("static")
# A script, and what a page must have for it.
SCRIPTS = {
    "kept.js": "<h1",
    "progress.js": 'class="td-',
    "predict.js": 'class="td-predict',
    "preview.js": 'class="reference internal" href="#',
}
ALSO = {"preview.js": 'title="'}


def add(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Load what the page needs."""
    body = context.get("body", "")
    for name, mark in SCRIPTS.items():
        if mark in body or ALSO.get(name, mark) in body:
            app.add_js_file(f"reading/{name}")


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.config.html_static_path.append(str(STATIC))
    app.connect("html-page-context", add, priority=400)
