"""The page of search, its data, and the directive ``{concepts}``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from coursekit.book import uses
from coursekit.book.kept import kept
from coursekit.book.nodes import CourseDirective, paragraph
from coursekit.book.search import concepts, entries, terms
from coursekit.paths import write_atomically

STATIC = Path(__file__).with_name("static")
TEMPLATES = Path(__file__).with_name("templates")
DATA = "search-data.js"


class concept_link(nodes.General, nodes.Inline, nodes.Element):  # noqa: N801
    """Stands for a link to ``place`` until all pages are read."""


class Concepts(CourseDirective):
    """``{concepts}``: the index of concepts, from ``concepts.yml``."""

    def run(self) -> list[nodes.Node]:
        """A list by name."""
        uses.note(self.app, self.env.docname, "concepts")
        try:
            known = concepts.load(Path(self.app.srcdir))
        except ValueError as error:
            return self.fail(str(error))
        items = [nodes.list_item("", self.line(concept), ids=[concepts.identity(concept)]) for concept in known]
        return [nodes.bullet_list("", *items, classes=["td-concepts"])] if items else [paragraph("No concepts yet.")]

    def line(self, concept: concepts.Concept) -> nodes.paragraph:
        """One concept."""
        also = f" ({', '.join(concept.also)})" if concept.also else ""
        lead = "see " if concept.covered else "not covered" + ("; see " if concept.see else ".")
        says = f" {concept.says}" if concept.says else ""
        parts: list[nodes.Node | str] = [nodes.strong("", concept.name), f"{also}:{says}"]
        parts.append(f" {lead[0].upper()}{lead[1:]}" if concept.says else f" {lead}")
        for number, place in enumerate(concept.see):
            parts += [", " if number else "", concept_link("", place=place)]
        return paragraph(*parts)


def link_up(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Make links of the places of concepts; words only where a draft has left the page out."""
    for node in list(doctree.findall(concept_link)):
        place = node["place"]
        text = concepts.heading_of(Path(app.srcdir), place)
        found = address(app, place)
        if found:
            path, _, anchor = found.partition("#")
            target = app.builder.get_relative_uri(docname, path.removesuffix(".html"))
            link = nodes.reference("", text, internal=True, refuri=f"{target}#{anchor}" if anchor else target)
            node.replace_self(link)
        else:
            node.replace_self(nodes.Text(text))


def address(app: Sphinx, place: str) -> str:
    """``page.html#id`` of a concept's place; empty where the page is not in this book."""
    page, heading = concepts.split(place)
    if page not in app.env.found_docs:
        return ""
    if not heading:
        return f"{page}.html"
    wanted = heading.strip().replace("*", "").replace("`", "")
    ids = [id for id, title in headings(app, page) if title in (heading, wanted)]
    return f"{page}.html#{ids[0]}" if ids else f"{page}.html"


def headings(app: Sphinx, page: str) -> list[tuple[str, str]]:
    """Id and title of each section of a page."""
    found: list[tuple[str, str]] = kept(app.env, "headings").get(page, [])
    return found


def remember(app: Sphinx, doctree: nodes.document) -> None:
    """Keep what can be found on a page, and its headings."""
    name, env = app.env.docname, app.env
    sections = doctree.findall(nodes.section)
    kept(env, "headings")[name] = [(s["ids"][0], s.next_node(nodes.title).astext()) for s in sections]  # type: ignore[union-attr]
    kept(env, "entries")[name] = list(entries.of_page(doctree, name, env.titles[name].astext()))


def everything(app: Sphinx, env: BuildEnvironment) -> Iterator[entries.Entry]:
    """All that can be found, in the order of the book."""
    listed = [name for name in app.config.external_site_map if name in env.found_docs]
    home = terms.home(app)
    for concept in terms.known(app):
        places = [(address(app, place), concepts.heading_of(Path(app.srcdir), place)) for place in concept.see]
        target = next((found for found, _ in places if found), "")
        parts = [concept.says, "" if concept.covered else "Not covered in this book."]
        parts.append(f"See {', '.join(text for _, text in places)}." if places else "")
        says = " ".join(filter(None, parts))
        where = (
            target if concept.covered and target else f"{home}.html#{concepts.identity(concept)}" if home else target
        )
        if where:
            yield entries.Entry("concept", concept.name, "Index of concepts", where, says, " · ".join(concept.also))
    for name in listed:
        if name == home:
            continue
        yield from kept(env, "entries")[name]


def write(app: Sphinx, problem: Exception | None) -> None:
    """Write the data as a script, since a page opened from a folder may not fetch files."""
    if problem is None and app.builder.format == "html":
        found = [entry.data() for entry in everything(app, app.env)]
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        write_atomically(Path(app.outdir) / "_static" / "search" / DATA, f"globalThis.TDSearchData = {text};\n")


def choose(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Load the scripts of search on its page alone."""
    if pagename == "search":
        app.add_js_file(f"search/{DATA}")
        app.add_js_file("search/find.js")
        app.add_js_file("search/page.js")


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.config.html_static_path.append(str(STATIC))
    app.config.templates_path.append(str(TEMPLATES))
    app.add_node(concept_link)
    app.add_directive("concepts", Concepts)
    app.connect("doctree-read", remember, priority=900)  # when Sphinx has the title
    app.connect("doctree-resolved", link_up)
    terms.setup(app)
    app.connect("html-page-context", choose, priority=400)
    app.connect("build-finished", write)
