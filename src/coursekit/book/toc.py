"""The table of contents that Sphinx gets: ``book/_toc.yml`` with its globs filled in and empty parts left out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from coursekit.book import front
from coursekit.course import Course
from coursekit.digest import imported_names
from coursekit.topics import owner_of, topics


def expanded(book: Path, only: tuple[str, ...] = ()) -> dict[str, Any]:
    """The content of ``book/_toc.yml``; a ``glob`` entry becomes the pages it matches, in the order of the other chapters.

    ``only`` leaves those chapters, their assignments and the pages that are no chapters.  Raises ``ValueError`` naming
    every listed page that does not exist.
    """
    toc = yaml.safe_load((book / "_toc.yml").read_text(encoding="utf-8"))
    order = [entry["file"] for part in toc["parts"] for entry in part["chapters"] or [] if "file" in entry]
    for part in toc["parts"]:
        part["chapters"] = [entry for item in part["chapters"] or [] for entry in _entries(item, book, order)]
    if only:
        _keep(toc, book, only)
    toc["parts"] = [part for part in toc["parts"] if part["chapters"]]
    missing = [name for name in pages(toc) if not (book / f"{name}.md").is_file()]
    if missing:
        raise ValueError(
            f"_toc.yml lists pages that do not exist: {', '.join(missing)}; write them or take the lines out"
        )
    return toc


def _keep(toc: dict[str, Any], book: Path, only: tuple[str, ...]) -> None:
    listed = {entry["file"] for part in toc["parts"] for entry in part["chapters"]}
    unlisted = [{"file": name} for name in only if name not in listed]
    topics = {name for name, _ in front.chapters(book)} - set(only)
    left_out = topics | {f"{folder}/{name}" for folder in ("assignments", "claims") for name in topics}
    for part in toc["parts"]:
        part["chapters"] = [entry for entry in part["chapters"] if entry["file"] not in left_out]
    toc["parts"].insert(0, {"caption": "Draft", "chapters": unlisted})


def _entries(item: dict[str, str], book: Path, order: list[str]) -> list[dict[str, str]]:
    if "glob" not in item:
        return [item]
    pages = [path.relative_to(book).with_suffix("").as_posix() for path in book.glob(f"{item['glob']}.md")]
    rank = {name: number for number, name in enumerate(order)}
    pages.sort(key=lambda name: (rank.get(name.rpartition("/")[2], len(order)), name))
    return [{"file": name} for name in pages]


def pages(toc: dict[str, Any]) -> list[str]:
    """The names of all pages that an expanded table of contents lists, the root first."""
    return [toc["root"]] + [entry["file"] for part in toc["parts"] for entry in part["chapters"]]


def drafted(course: Course, names: Iterable[str]) -> tuple[str, ...]:
    """All pages of the topics that the pages ``names`` belong to: they share claims, and refer to one another's equations."""
    known = topics(course.src, course.package)
    return tuple(dict.fromkeys(page for name in names for page in of_topic(course, owner_of(name, known) or name)))


def of_topic(course: Course, topic: str) -> list[str]:
    """The chapters of a topic: that of its name, its other parts, and those whose cells import its package."""
    package, known = f"{course.package}.{topic}", topics(course.src, course.package)
    found = [topic]
    for name, text in front.chapters(course.book):
        imported = {module for cell in front.code_cells(text) for module in imported_names(cell)}
        if name != topic and (
            owner_of(name, known) == topic or any(f"{module}.".startswith(f"{package}.") for module in imported)
        ):
            found.append(name)
    return found
