"""The scripts and the style of answer fields, on the pages that have some."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from coursekit.live.fields import STATIC

SCRIPTS = ("worker.js", "runner.js", "notebook.js", "editor.js", "drafts.js", "field.js", "answers.js")


def add(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Load what answer fields need on this page, where it has any."""
    if 'class="td-answers"' in context.get("body", ""):
        for name in SCRIPTS:
            app.add_js_file(f"live/{name}")
        app.add_css_file("live/live.css")


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.config.html_static_path.append(str(STATIC))
    app.connect("html-page-context", add, priority=400)
