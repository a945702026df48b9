"""Building blocks of the course's directives: boxes, inline Markdown, folded parts, links, warnings."""

from __future__ import annotations

import html
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)


class CourseDirective(SphinxDirective):
    """A directive with helpers to parse Markdown and to fail the build with a reason."""

    @property
    def app(self) -> Sphinx:
        """The running Sphinx application."""
        return self.env.app

    def markdown(self, text: str) -> list[nodes.Node]:
        """``text`` parsed as the page is."""
        holder = nodes.container()
        self.state.nested_parse(StringList(text.splitlines(), self.get_source_info()[0]), self.content_offset, holder)
        return holder.children

    def inline(self, text: str) -> list[nodes.Node]:
        """One paragraph of Markdown without the paragraph around it."""
        parsed = self.markdown(text)
        return parsed[0].children if len(parsed) == 1 and isinstance(parsed[0], nodes.paragraph) else parsed

    def fail(self, message: str) -> list[nodes.Node]:
        """Report ``message`` as a warning, which fails the build, and show it in the page."""
        logger.warning(message, location=self.get_location(), type="course", subtype=self.name)
        return [box("td-claim td-missed", nodes.paragraph("", message))]


def box(classes: str, *children: nodes.Node) -> nodes.container:
    """A ``<div>`` around ``children``."""
    node = nodes.container(classes=classes.split(), is_div=True)
    node.extend(children)
    return node


def paragraph(*parts: nodes.Node | str, classes: str = "") -> nodes.paragraph:
    """A paragraph of nodes and plain text."""
    node = nodes.paragraph(classes=classes.split())
    node.extend(nodes.Text(part) if isinstance(part, str) else part for part in parts)
    return node


def span(text: str, classes: str) -> nodes.inline:
    """A ``<span>`` of plain text."""
    return nodes.inline("", text, classes=classes.split())


def raw(text: str) -> nodes.raw:
    """HTML as it is."""
    return nodes.raw("", text, format="html")


def folded(summary: str, *children: nodes.Node, classes: str = "", open: bool = False) -> list[nodes.Node]:
    """``children`` behind a ``<summary>``."""
    start = (
        f'<details class="{html.escape(classes)}"{" open" if open else ""}><summary>{html.escape(summary)}</summary>'
    )
    return [raw(start), *children, raw("</details>")]


def link(label: str, text: str, docname: str) -> addnodes.pending_xref:
    """A link to a label anywhere in the book; an unknown one is a warning."""
    attributes: dict[str, Any] = dict(refdomain="std", reftype="ref", reftarget=label, refexplicit=True, refwarn=True)
    return addnodes.pending_xref("", nodes.inline("", text), refdoc=docname, **attributes)


def table(heads: list[str], rows: list[list[list[nodes.Node]]], classes: str) -> nodes.Node:
    """A table whose cells are lists of nodes."""
    group = nodes.tgroup(cols=len(heads))
    group.extend(nodes.colspec(colwidth=1) for _ in heads)
    group += nodes.thead("", _row([[nodes.Text(text)] for text in heads]))
    group += nodes.tbody("", *[_row(row) for row in rows])
    return nodes.table("", group, classes=[*classes.split(), "colwidths-auto"])


def _row(cells: list[list[nodes.Node]]) -> nodes.row:
    return nodes.row("", *[nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells])
