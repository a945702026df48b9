"""What a reader can find: sections, questions, claims, figures' words, and concepts with where they are, or are not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from docutils import nodes
from sphinx import addnodes

from coursekit.book.search.formula import letters

HIDDEN = (nodes.literal_block, nodes.raw, nodes.comment, nodes.title, nodes.target, nodes.image)


@dataclass(frozen=True)
class Entry:
    """One thing to find: ``kind`` is section, question, claim or concept; ``id`` is a claim's name."""

    kind: str
    title: str
    page: str
    address: str
    text: str = ""
    id: str = ""

    def data(self) -> dict[str, str]:
        """As the script reads it; what is empty is left out."""
        return {key: value for key, value in asdict(self).items() if value}


def of_page(doctree: nodes.document, docname: str, title: str) -> Iterator[Entry]:
    """The sections of a page, each with its own text only.  The table of all claims of a chapter repeats and is left out."""
    kind = {"claims": "claim", "assignments": "question"}.get(docname.partition("/")[0], "section")
    for section in doctree.findall(nodes.section):
        heading = section.next_node(nodes.title)
        whole = section.parent is doctree
        names = [name for name in section.get("names", []) if "." in name and " " not in name]
        yield Entry(
            "section" if whole else kind,
            heading.astext() if heading is not None else title,
            title,
            f"{docname}.html" + ("" if whole else f"#{section['ids'][0]}"),
            tidy(" ".join(spoken(section, top=True))),
            names[0] if kind == "claim" and names else "",
        )


def spoken(node: nodes.Node, top: bool = False) -> Iterator[str]:
    """What a node says, without code, and without the sections in it."""
    for child in node.children:
        if isinstance(child, HIDDEN) or (isinstance(child, nodes.section) and top) or _repeats(child):
            continue
        if isinstance(child, (nodes.math, nodes.math_block)):
            yield f" {letters(child.astext())} "
        elif isinstance(child, nodes.Text):
            yield child.astext()
        else:
            yield from spoken(child, isinstance(child, nodes.section))
            if isinstance(child, (nodes.paragraph, nodes.list_item, nodes.entry)):
                yield " "


def tidy(text: str) -> str:
    """``text`` with single spaces, none before a full stop."""
    return re.sub(r" (?=[.,;:])", "", re.sub(r"\s+", " ", text)).strip()


def _repeats(node: nodes.Node) -> bool:
    cites = isinstance(node, addnodes.pending_xref) and node.get("refdomain") == "cite"  # names only when resolved
    return cites or (isinstance(node, nodes.table) and "td-claims" in node.get("classes", []))
