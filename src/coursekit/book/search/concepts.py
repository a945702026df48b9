"""The index of concepts: under which names readers look for a thing, where the book treats it, or that it does not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import yaml
from docutils import nodes

from coursekit.book.front import title

HEADING = re.compile(r"^#+ +(.+?)[ \t]*$", re.M)


@dataclass(frozen=True)
class Concept:
    """A concept: other names for it, the pages and headings to see, whether the book covers it, what it means in a line."""

    name: str
    also: tuple[str, ...]
    see: tuple[str, ...]
    covered: bool = True
    says: str = ""


def load(book: Path) -> list[Concept]:
    """The concepts of ``concepts.yml``, by name; none without that file.

    An entry is ``name: page``, ``name: page > heading``, or a mapping with ``says``, ``see`` (one or a list), ``also`` and
    ``covered``.  Raises ``ValueError`` naming each entry that points to a page or heading that
    does not exist, and the nearest that do, and a name that YAML takes for something else than text, as ``null``.
    """
    file = book / "concepts.yml"
    if not file.is_file():
        return []
    data = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    concepts = [_concept(name, entry) for name, entry in data.items()]
    wrong = [f"{c.name!r} sees {place!r}: {why}" for c in concepts for place in c.see if (why := missing(book, place))]
    if wrong:
        raise ValueError("\n".join(f"concepts.yml: {each}" for each in wrong))
    return sorted(concepts, key=lambda concept: concept.name.casefold())


def out_of_order(book: Path) -> list[str]:
    """A line for each name of ``concepts.yml`` that stands before one it should follow, capitals ignored."""
    file = book / "concepts.yml"
    names = list(map(str, yaml.safe_load(file.read_text(encoding="utf-8")) or {})) if file.is_file() else []
    return [
        f"concepts.yml: {after!r} stands below {before!r}: names are in alphabetical order, capitals ignored"
        for before, after in zip(names, names[1:])
        if before.casefold() > after.casefold()
    ]


def given_twice(concepts: list[Concept]) -> list[str]:
    """A line for each name that more than one entry has, as its own or in ``also``."""
    owners: dict[str, list[str]] = {}
    for concept in concepts:
        for name in (concept.name, *concept.also):
            owners.setdefault(name.casefold(), []).append(concept.name)
    return [
        f"concepts.yml: {' and '.join(map(repr, names))} are both called {name!r}; leave the name to one (`also` counts, too)"
        for name, names in owners.items()
        if len(names) > 1
    ]


def identity(concept: Concept) -> str:
    """The id of a concept on the page of the index."""
    return f"concept-{nodes.make_id(concept.name)}"


def split(place: str) -> tuple[str, str]:
    """Page and heading of ``page > heading``; the heading is empty for a whole page."""
    page, _, heading = place.partition(" > ")
    return page.strip(), heading.strip()


def missing(book: Path, place: str) -> str:
    """What the book lacks of a page and heading, with the nearest that it has; empty for a place that is there."""
    page, heading = split(place)
    file = book / f"{page}.md"
    if not file.is_file():
        pages = [path.relative_to(book).with_suffix("").as_posix() for path in sorted(book.rglob("*.md"))]
        return f"the book has no page {page!r}{_nearest(page, pages)}"
    headings = HEADING.findall(file.read_text(encoding="utf-8"))
    if not heading or heading in headings:
        return ""
    return f"{page}.md has no heading {heading!r}{_nearest(heading, headings)}"


def _nearest(name: str, names: list[str]) -> str:
    near = get_close_matches(name, names, cutoff=0.0)
    return f"; nearest are {', '.join(map(repr, near))}" if near else ""


def heading_of(book: Path, place: str) -> str:
    """What a link to a place says."""
    page, heading = split(place)
    return heading or title((book / f"{page}.md").read_text(encoding="utf-8")) or page


def _concept(name: object, entry: object) -> Concept:
    given = {"see": entry} if isinstance(entry, (str, list)) else entry
    if not isinstance(given, dict) or set(given) - {"says", "see", "also", "covered"}:
        raise ValueError(f"concepts.yml: {name!r} must be a place, or have says, see, also and covered, got {entry!r}")
    see, also = (tuple([v] if isinstance(v, str) else v or ()) for v in (given.get("see"), given.get("also")))
    for word in (name, *also, *see):
        if not isinstance(word, str):
            raise ValueError(f"concepts.yml: a name must be text, and YAML reads one of {name!r} as {word!r}: quote it")
    words = str(given.get("says", "")).strip()
    return Concept(str(name), also, see, bool(given.get("covered", True)), words)
