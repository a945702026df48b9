"""The questions of the assignments, as far as the book links to them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

QUESTION = re.compile(r"^(`{3,}|:{3,})\{question\}[ \t]*\n(.*?)^\1[ \t]*$", re.S | re.M)


@cache
def question_titles(folder: Path) -> dict[str, str]:
    """``{"topic/question": title}`` of every question in ``exercises/*.md``."""
    return {
        f"{path.stem}/{name}": title
        for path in sorted(folder.glob("*.md"))
        for name, title in _questions(path.read_text(encoding="utf-8"))
    }


def _questions(text: str) -> list[tuple[str, str]]:
    found = []
    for match in QUESTION.finditer(text):
        name, title = (re.search(rf"^{field}:[ \t]*(.+?)[ \t]*$", match[2], re.M) for field in ("id", "title"))
        if name:
            found.append((name[1], title[1].strip("\"'") if title else name[1]))
    return found


def label(question: str) -> str:
    """The label of ``"topic/question"`` on the assignment's page."""
    return "exercise-" + question.replace("/", "-").lower()
