"""The learning objectives of all chapters, read from their front matter."""

from __future__ import annotations

from pathlib import Path

from coursekit.book.front import chapters, course_metadata


def all_objectives(book: Path) -> dict[str, tuple[str, str]]:
    """Every objective as ``{id: (topic, text)}``.  Raises ``ValueError`` when two chapters use one id."""
    objectives: dict[str, tuple[str, str]] = {}
    for topic, text in chapters(book):
        for name, sentence in course_metadata(text)["objectives"].items():
            if name in objectives:
                raise ValueError(
                    f"objective {name!r} is in two chapters, {objectives[name][0]} and {topic}: rename one"
                )
            objectives[name] = (topic, str(sentence))
    return objectives
