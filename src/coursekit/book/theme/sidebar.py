"""The list of pages beside each page: its parts are folded, but for the one that the page is in."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

PART = re.compile(
    r'<p[^>]*class="caption"[^>]*>\s*<span class="caption-text">(?P<name>.*?)</span>\s*</p>\s*'
    r'(?P<pages><ul.*?</ul>)\s*(?=<p[^>]*class="caption"|\Z)',
    re.S,
)


def folded(listed: str) -> str:
    """The list with each part as a fold; the current page's part is open, and on a page of no part all are."""
    nowhere = 'class="toctree-l1 current' not in listed

    def part(match: re.Match[str]) -> str:
        shown = " open" if nowhere or "current" in match["pages"] else ""
        return f'<details class="td-part"{shown}><summary>{match["name"]}</summary>{match["pages"]}</details>'

    return PART.sub(part, listed.strip())


def fold(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Have the theme's own list folded."""
    made = context.get("generate_toctree_html")
    if made is None:
        return

    def parts(*args: Any, **kwargs: Any) -> str:  # noqa: ANN401
        listed = made(*args, **kwargs)
        return folded(str(listed)) if kwargs.get("kind") == "sidebar" else listed

    context["generate_toctree_html"] = parts


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events, after the theme's own."""
    app.connect("html-page-context", fold, priority=970)
