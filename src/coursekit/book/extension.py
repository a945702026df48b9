"""The Sphinx extension of the book: cache keys, claims, the parts of a chapter, mathematics, scripts."""

from __future__ import annotations

import hashlib
from pathlib import Path

import sphinx
from sphinx.application import Sphinx

from coursekit.book import (
    ahead,
    answers,
    bibliography,
    chapter_directives,
    claim_directives,
    claim_roles,
    computed,
    elsewhere,
    figures,
    kept,
    map as course_map,
    order,
    places,
    printed,
    quiz,
    scripts,
    try_now,
    uses,
)
from coursekit.book.mathematics import extension as mathematics
from coursekit.book.reading import extension as reading
from coursekit.book.search import extension as search
from coursekit.book.slides import extension as slides
from coursekit.book.theme import about, lean, sidebar
from coursekit.course import current
from coursekit.digest import digest
from coursekit.live.fields import STATIC
from coursekit.paths import KIT


def installed() -> str:
    """The names and versions of all packages beside Sphinx."""
    return " ".join(sorted(path.name for path in Path(sphinx.__file__).parents[1].glob("*.dist-info")))


def own_version() -> int:
    """A number that changes with the code that makes pages and with what is installed: all pages are then made again."""
    parts = [digest(["coursekit.book.extension"], KIT)]
    parts.append(installed())
    for folder in (Path(__file__).parent, STATIC):
        parts += [
            hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*.*"))
            if path.is_file() and path.suffix not in (".py", ".pyc")
        ]
    return int(hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12], 16)


def setup(app: Sphinx) -> dict[str, object]:
    """Register everything with Sphinx."""
    course = current()
    app.add_config_value("course_src", str(course.src), "env", [str])
    app.add_config_value("course_claims_file", str(course.cache / "book" / "claims.json"), "", [str])
    app.add_config_value("course_draft", [], "env", [list])
    app.add_config_value("course_lock_file", str(course.root / "claims.lock"), "", [str])
    for part in (
        kept,
        uses,
        places,
        elsewhere,
        ahead,
        bibliography,
        claim_directives,
        claim_roles,
        chapter_directives,
        quiz,
        course_map,
        order,
        figures,
        printed,
        computed,
        scripts,
        answers,
        mathematics,
        reading,
        search,
        about,
        lean,
        sidebar,
        try_now,
        slides,
    ):
        part.setup(app)
    return {"version": "1", "env_version": own_version(), "parallel_read_safe": False, "parallel_write_safe": True}
