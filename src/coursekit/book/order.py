"""The order in which a book is read: chapters have numbers, and each is followed by its own assignment."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from coursekit.book import front
from coursekit.topics import owner_of

ASSIGNMENTS = "assignments/"


def chapters(app: Sphinx) -> list[str]:
    """The pages that are chapters, in the order of the table of contents."""
    known = {name for name, _ in front.chapters(Path(app.srcdir))}
    return [name for name in app.config.external_site_map if name in known]


def number(app: Sphinx, docname: str) -> int | None:
    """The number of a chapter, from one; None for any other page."""
    order = chapters(app)
    return order.index(docname) + 1 if docname in order else None


def reading(pages: Iterable[str]) -> list[str]:
    """``pages`` with each assignment behind its topic's chapter; assignments of topics without one stay where they are.

    A topic of several pages, ``<topic>.md`` and ``<topic>_<part>.md``, has its assignment behind the last of them.
    """
    order = list(pages)
    assignments = {page.removeprefix(ASSIGNMENTS): page for page in order if page.startswith(ASSIGNMENTS)}
    for topic, page in assignments.items():
        parts = [name for name in order if owner_of(name, assignments) == topic]
        if topic in parts:
            order.remove(page)
            order.insert(max(map(order.index, parts)) + 1, page)
    return order


def lead_on(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Have "previous" and "next" follow the order of reading."""
    order = reading(app.config.external_site_map)
    if pagename not in order:
        return
    place = order.index(pagename)
    for name, neighbour in (("prev", place - 1), ("next", place + 1)):
        context[name] = _neighbour(app, pagename, order[neighbour]) if 0 <= neighbour < len(order) else None


def _neighbour(app: Sphinx, pagename: str, other: str) -> dict[str, str]:
    title = nodes.Text(app.env.titles[other].astext()) if other in app.env.titles else nodes.Text(other)
    return {"link": app.builder.get_relative_uri(pagename, other), "title": title.astext()}


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.connect("html-page-context", lead_on)
