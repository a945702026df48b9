"""``{chapters}`` and ``{tracks}``: the course as cards drawn from its data, and ways through it."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx.application import Sphinx

from coursekit.book import front, order, uses
from coursekit.book.chapter_directives import chapter_link, has_page, page_link
from coursekit.book.nodes import CourseDirective, box, folded, paragraph, raw

MANY = 12  # pages of a track: more are folded away


class Chapters(CourseDirective):
    """``{chapters}``: a card for each chapter, by the parts of the table of contents."""

    def run(self) -> list[nodes.Node]:
        """The cards under the captions of their parts."""
        uses.note(self.app, self.env.docname, "chapters")
        known = dict(front.chapters(Path(self.app.srcdir)))
        found: list[nodes.Node] = []
        for caption, names in parts(Path(self.app.srcdir)):
            cards = [self.card(name, known[name]) for name in names if name in known and self.here(name)]
            if cards:
                found += [paragraph(nodes.strong("", caption), classes="td-part"), box("td-cards", *cards)]
        return found or [paragraph("No chapter is written yet.")]

    def here(self, name: str) -> bool:
        """Whether the book that is being built has this page."""
        return name in self.app.config.external_site_map

    def card(self, name: str, text: str) -> nodes.Node:
        """Number, title, minutes, what comes before, progress, and what one can do afterwards."""
        course = front.course_metadata(text)
        title = paragraph(
            f"{order.number(self.app, name)}. ", page_link(name, front.title(text) or name, self.env.docname)
        )
        facts: list[nodes.Node | str] = [f"{course.get('minutes', '?')} minutes"]
        before = [page for page in course.get("prerequisites") or [] if has_page(self.app, page)]
        for position, page in enumerate(before):
            facts += [", " if position else ", after ", chapter_link(self.app, page, self.env.docname)]
        sentences = [
            nodes.list_item("", nodes.paragraph("", "", *self.inline(s))) for s in course["objectives"].values()
        ]
        aims = folded("After it you can", nodes.bullet_list("", *sentences), classes="td-aims")
        mark = raw(f'<p class="td-progress" data-page="{html.escape(name)}"></p>')
        return box("td-card", title, paragraph(*facts, classes="td-facts"), mark, *aims)


class Tracks(CourseDirective):
    """``{tracks}``: the ways through the course that ``tracks.yml`` names, with their minutes added up."""

    def run(self) -> list[nodes.Node]:
        """A paragraph for each."""
        uses.note(self.app, self.env.docname, "chapters")
        uses.note(self.app, self.env.docname, "tracks")
        book = Path(self.app.srcdir)
        try:
            known = tracks(book)
        except ValueError as error:
            return self.fail(str(error))
        return [box("td-tracks", *[node for track in known for node in self.track(track)])] if known else []

    def track(self, track: dict[str, Any]) -> list[nodes.Node]:
        """Name, minutes, purpose and pages of a track; many pages are folded away, since the cards show them, too."""
        texts = dict(front.chapters(Path(self.app.srcdir)))
        names = [name for name in track["pages"] if name in self.app.config.external_site_map]
        total = sum(front.course_metadata(texts[name]).get("minutes", 0) for name in names)
        said: list[nodes.Node | str] = [nodes.strong("", track["name"]), f" ({hours(total)}). {track['for']} "]
        way: list[nodes.Node | str] = []
        for position, name in enumerate(names):
            way += [" → " if position else "", page_link(name, front.title(texts[name]) or name, self.env.docname)]
        return followed(said, way, len(names))


def followed(said: list[nodes.Node | str], way: list[nodes.Node | str], pages: int) -> list[nodes.Node]:
    """What is said of a track, and its way: behind a summary where it is of many ``pages``."""
    if pages > MANY:
        return [paragraph(*said), *folded(f"{pages} chapters in order", paragraph(*way))]
    return [paragraph(*said, *way)]


def parts(book: Path) -> list[tuple[str, list[str]]]:
    """The captions of the table of contents with the pages named under each."""
    toc = yaml.safe_load((book / "_toc.yml").read_text(encoding="utf-8"))
    listed = {part["caption"]: [e["file"] for e in part["chapters"] or [] if "file" in e] for part in toc["parts"]}
    everywhere = {name for names in listed.values() for name in names}
    drafts = [name for name, _ in front.chapters(book) if name not in everywhere]
    return [*listed.items(), ("Drafts", drafts)]


def tracks(book: Path) -> list[dict[str, Any]]:
    """The tracks of ``tracks.yml``: ``name``, ``for`` and ``pages``; ``pages: all`` is every chapter of the contents.

    Raises ``ValueError`` naming a page that is no chapter, or one that comes before what it builds on.
    """
    file = book / "tracks.yml"
    if not file.is_file():
        return []
    texts = dict(front.chapters(book))
    listed = [name for _, names in parts(book) for name in names if name in texts]
    found = []
    for track in yaml.safe_load(file.read_text(encoding="utf-8")):
        pages = listed if track["pages"] == "all" else track["pages"]
        for place, page in enumerate(pages):
            if page not in texts:
                raise ValueError(f"tracks.yml: {track['name']!r} lists {page!r}, which is no chapter")
            late = [p for p in front.course_metadata(texts[page]).get("prerequisites") or [] if p in pages[place:]]
            if late:
                raise ValueError(f"tracks.yml: {track['name']!r} has {page!r} before {late[0]!r}, which it builds on")
        found.append({**track, "pages": pages})
    return found


def hours(minutes: int) -> str:
    """``3 hours 20 minutes``, to ten minutes from an hour on."""
    whole, rest = divmod(round(minutes, -1) if minutes >= 60 else minutes, 60)
    said = [f"{whole} hour{'s' if whole > 1 else ''}" if whole else "", f"{rest} minutes" if rest else ""]
    return " ".join(filter(None, said)) or "0 minutes"


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("chapters", Chapters)
    app.add_directive("tracks", Tracks)
