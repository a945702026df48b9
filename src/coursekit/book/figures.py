"""Figures of finished pages: their numbers, and where a panel stands on a phone."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

from coursekit.book import order

FIGURE = re.compile(r'<figure class="(dynfig[^"]*)"([^>]*)>(.*?)</figure>', re.S)
CAPTION = re.compile(r"(<figcaption>)(.*?)(</figcaption>)", re.S)
SIDE = re.compile(r"\b([Ll]eft|[Rr]ight|[Mm]iddle)\b(?= panels?\b|:| and |,)")
PANEL = re.compile(r"\b(left|right)(?= panel\b)")
BELOW = {"left": "top", "right": "bottom", "middle": "middle"}


def numbered(body: str, chapter: int | None) -> str:
    """``body`` with each figure's caption led by its number."""
    count = 0

    def lead(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        name = f"Figure {chapter}.{count}" if chapter else f"Figure {count}"
        classes, attributes, inside = match.groups()
        if ' id="' not in attributes:
            attributes += f' id="figure-{count}"'
        words = f'<span class="td-figure-number">{name}.</span> '
        if CAPTION.search(inside):
            inside = CAPTION.sub(
                lambda m: m[1] + words + (sided(m[2]) if "stacked" in classes else m[2]) + m[3], inside
            )
        else:
            inside += f"<figcaption>{words}</figcaption>"
        return f'<figure class="{classes}"{attributes}>{inside}</figure>'

    return FIGURE.sub(lead, body)


def sided(text: str, pattern: re.Pattern[str] = SIDE) -> str:
    """``text`` in which "left" and "right" are "top" and "bottom" where panels stand below each other."""

    def both(match: re.Match[str]) -> str:
        word = BELOW[match[1].lower()]
        word = word.capitalize() if match[1][0].isupper() else word
        return f'<span class="td-wide">{match[1]}</span><span class="td-narrow">{word}</span>'

    return pattern.sub(both, text)


def finish(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Mend the figures of a page that is about to be written."""
    body = context.get("body")
    if body and app.builder.format == "html":
        body = numbered(body, order.number(app, pagename))
        context["body"] = sided(body, PANEL) if "dynfig-stacked" in body else body


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.connect("html-page-context", finish, priority=955)
