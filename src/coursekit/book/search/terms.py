"""Terms of other chapters: where a chapter first uses one, the word shows what it means and leads to the index."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from coursekit.book import front, uses
from coursekit.book.kept import kept
from coursekit.book.search import concepts

SHOWN = 4  # terms in a chapter, rarest first: each is a stop of the Tab key
LINKS = (nodes.reference, addnodes.pending_xref)
NOT_INSIDE = (*LINKS, nodes.title, nodes.literal, nodes.math, nodes.caption, nodes.table, nodes.admonition)
BOXES = {"td-claim", "td-predict", "td-quiz", "td-head"}


@cache
def pattern(name: str) -> re.Pattern[str]:
    """How a name appears in a text: at the beginning of a sentence, too, in the plural, and over the end of a line."""
    words = r"\s+".join(re.escape(word) for word in name.split())
    first = (
        f"[{words[0].upper()}{words[0].lower()}]{words[1:]}" if words[0].isalpha() and name[1:2].islower() else words
    )
    return re.compile(rf"(?<![\w-]){first}s?(?![\w-])")


def named(name: str, text: str) -> bool:
    """Whether the text has the name; what no text without it has is looked for first, since that is quick."""
    return all(word in text for word in name[1:].split()) and pattern(name).search(text) is not None


def foreign(known: Iterable[concepts.Concept], page: str) -> list[concepts.Concept]:
    """The concepts with a meaning in words that another page treats."""
    return [concept for concept in known if concept.says and page not in {concepts.split(p)[0] for p in concept.see}]


def rarity(known: Iterable[concepts.Concept], texts: Iterable[str]) -> dict[str, int]:
    """In how many of the texts each concept is named."""
    texts = list(texts)
    return {concept.name: sum(named(concept.name, text) for text in texts) for concept in known}


def plain_texts(doctree: nodes.document) -> Iterator[nodes.Text]:
    """The words of a page's paragraphs, without links, formulas, headings and boxes."""
    for text in doctree.findall(nodes.Text):
        above = list(_ancestors(text))
        apart = any(isinstance(node, NOT_INSIDE) or BOXES & set(node.get("classes", ())) for node in above)
        if isinstance(text.parent, nodes.paragraph) and not apart and not _in_claim(text):
            yield text


def _in_claim(text: nodes.Text) -> bool:
    """Whether a text is part of a sentence that is a claim, or of the note on it: both stand between raw tags."""
    siblings = text.parent.children
    before = [node.astext() for node in siblings[: siblings.index(text)] if isinstance(node, nodes.raw)]
    return bool(before) and ("td-tested" in before[-1] or "td-note" in before[-1])


def mark(doctree: nodes.document, wanted: Mapping[str, concepts.Concept], home: str) -> list[str]:
    """Make a link of the first place of each wanted concept; the names found."""
    found = []
    for name, concept in wanted.items():
        for text in plain_texts(doctree):
            match = pattern(name).search(text.astext())
            if match is None:
                continue
            said = text.astext()
            link = nodes.reference(
                "", match[0], internal=True, refuri=f"{home}#{concepts.identity(concept)}", classes=["td-term"]
            )
            link["reftitle"] = f"{concept.name}: {concept.says}"
            parent = text.parent
            at = parent.index(text)
            before, after = said[: match.start()], said[match.end() :]
            parent[at : at + 1] = [node for node in (nodes.Text(before), link, nodes.Text(after)) if node.astext()]
            found.append(name)
            break
    return found


def rarest(known: Iterable[concepts.Concept], counts: Mapping[str, int], words: str) -> list[str]:
    """The names of the concepts to explain to a reader of ``words``: those that the fewest chapters use."""
    present = [concept.name for concept in known if named(concept.name, words)]
    return sorted(present, key=lambda name: (counts[name], name))[:SHOWN]


def known(app: Sphinx) -> list[concepts.Concept]:
    """The concepts, read once a build."""
    if not hasattr(app, "course_concepts"):
        app.course_concepts = concepts.load(Path(app.srcdir))  # type: ignore[attr-defined]
    return app.course_concepts  # type: ignore[attr-defined,no-any-return]


def home(app: Sphinx) -> str:
    """The page of the index of concepts; empty where there is none."""
    return next((name for name in sorted(app.env.found_docs) if "concepts" in uses.uses(app.env).get(name, {})), "")


def remember(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the words of a chapter, which decide with all other chapters' texts what is explained in it."""
    if any("td-head" in node.get("classes", ()) for node in doctree.findall(nodes.container)):
        kept(app.env, "words")[app.env.docname] = " ".join(text.astext() for text in plain_texts(doctree))


def choose(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Choose what each chapter explains; the chapters where that is no longer what they show."""
    if not home(app):
        return []
    every, texts = known(app), (text for _, text in front.chapters(Path(app.srcdir)))
    counts = rarity([concept for concept in every if concept.says], texts)
    chosen = {page: rarest(foreign(every, page), counts, words) for page, words in kept(env, "words").items()}
    shown = kept(env, "terms")
    other = [page for page, names in chosen.items() if shown.get(page, names) != names]
    shown.update(chosen)
    return other


def explain(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Mark the terms of a chapter."""
    names = kept(app.env, "terms").get(docname, [])
    if names and home(app) and app.builder.format == "html":
        meant = {concept.name: concept for concept in known(app)}
        mark(doctree, {name: meant[name] for name in names}, app.builder.get_relative_uri(docname, home(app)))


def _ancestors(node: nodes.Node) -> Iterator[nodes.Element]:
    while node.parent is not None:
        node = node.parent
        yield node


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.connect("doctree-read", remember)
    app.connect("env-updated", choose)
    app.connect("doctree-resolved", explain)
