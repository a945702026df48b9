"""A page of claims for each topic, written before a build as the assignments' pages are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from coursekit.book import front
from coursekit.paths import write_atomically


def write_pages(book: Path, topics: Iterable[str]) -> None:
    """Write ``claims/<topic>.md`` for each topic, where its text changes, and remove those of topics that are gone."""
    known = set(topics)
    for topic in known:
        file, content = book / "claims" / f"{topic}.md", page(book, topic)
        if not file.is_file() or file.read_text(encoding="utf-8") != content:
            write_atomically(file, content)
    for file in (book / "claims").glob("*.md"):
        if file.stem not in known:
            file.unlink()


def page(book: Path, topic: str) -> str:
    """The page of one topic as MyST Markdown."""
    chapter = book / f"{topic}.md"
    title = front.title(chapter.read_text(encoding="utf-8")) if chapter.is_file() else ""
    where = f"These are the claims of the chapter {{doc}}`../{topic}`. " if title else ""
    return (
        f"# Claims: {title or topic.replace('_', ' ').capitalize()}\n\n"
        f"{where}{{doc}}`How to read an entry <../claims>`.\n\n```{{claim-list}} {topic}\n```\n"
    )
