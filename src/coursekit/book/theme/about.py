"""What a page is about, in its head: a description for search engines, and a title and lead for those who share its address."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import Any

from sphinx.application import Sphinx

LONGEST, SHORTEST = 160, 40
# What is no running text of the page, by element and by class.
APART = {"aside", "button", "details", "figure", "figcaption", "math", "nav", "table", "ul", "ol"}
APART_CLASSES = {
    "td-note",
    "td-claim",
    "td-head",
    "td-facts",
    "td-progress",
    "td-part",
    "td-predict",
    "td-quiz",
    "cell",
    "admonition",
}
VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Paragraphs(HTMLParser):
    """The texts of a page's paragraphs; one with a formula is not told without it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._open: list[bool] = []  # of each element that is open, whether it stands apart
        self._paragraph: list[str] | None = None
        self._whole = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a paragraph, or something that stands apart."""
        if tag in VOID:
            return
        classes = set((dict(attrs).get("class") or "").split())
        if tag == "p" and not any(self._open):
            self._paragraph, self._whole = [], True
        if tag == "math":
            self._whole = False
        self._open.append(tag in APART or bool(classes & APART_CLASSES))

    def handle_endtag(self, tag: str) -> None:
        """End a paragraph."""
        if tag in VOID or not self._open:
            return
        self._open.pop()
        if tag == "p" and self._paragraph is not None:
            text = " ".join("".join(self._paragraph).split())
            if self._whole and len(text) >= SHORTEST:
                self.texts.append(text)
            self._paragraph = None

    def handle_data(self, data: str) -> None:
        """Text of a paragraph."""
        if self._paragraph is not None and not any(self._open):
            self._paragraph.append(data)


def description(body: str) -> str:
    """The first paragraph of a page that can be told without formulas, cut between words; empty where there is none."""
    found = Paragraphs()
    found.feed(body)
    text = next(iter(found.texts), "")
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - 1].rpartition(' ')[0].rstrip(',;:')}…"


def tell(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Put the description and what a shared address shows into the page's head."""
    if app.builder.format != "html" or "body" not in context:
        return
    title = _plain(context.get("title") or pagename)
    text = description(context["body"]) or title
    told = {"og:title": title, "og:type": "article", "og:site_name": app.config.project, "og:description": text}
    tags = [f'<meta name="description" content="{html.escape(text)}" />']
    tags += [f'<meta property="{name}" content="{html.escape(value)}" />' for name, value in told.items()]
    context["metatags"] = "\n".join([context.get("metatags", ""), *tags])


def _plain(title: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", title))


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events, when the text is finished."""
    app.connect("html-page-context", tell, priority=650)
