"""What cells print: words fill the lines of the page, columns stay below each other and move sideways where they are wide."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from sphinx.application import Sphinx

PRINTED = re.compile(r'(<div class="output stream)( [^"]*"><div class="highlight"><pre>)(.*?)(</pre>)', re.S)
COLUMNS = re.compile(r"\S {2}|\t")


def in_words(body: str) -> str:
    """``body`` with what is printed in words, without columns, marked as such."""

    def mark(match: re.Match[str]) -> str:
        text = unescape(re.sub(r"<[^>]*>", "", match[3]))
        return match[0] if COLUMNS.search(text) else f"{match[1]} td-words{match[2]}{match[3]}{match[4]}"

    return PRINTED.sub(mark, body)


def finish(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Mark what a page that is about to be written has printed in words."""
    if context.get("body") and app.builder.format == "html":
        context["body"] = in_words(context["body"])


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.connect("html-page-context", finish, priority=955)
