"""The questions of the assignments, as far as the book links to them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from coursekit.assignments.parse import parse_exercises


@cache
def question_titles(folder: Path, topic: str) -> dict[str, str]:
    """``{"topic/question": title}`` of every question in ``<topic>.md`` of the folder.  Raises ``AssignmentError``."""
    path = folder / f"{topic}.md"
    if not path.is_file():
        return {}
    assignment = parse_exercises(path.read_text(encoding="utf-8"), f"exercises/{path.name}")
    return {f"{topic}/{question.id}": question.meta.title for question in assignment.questions}


def question_title(folder: Path, name: str) -> str:
    """The title of ``"topic/question"``, or an empty string where there is no such question."""
    return question_titles(folder, name.partition("/")[0]).get(name, "")


def label(question: str) -> str:
    """The label of ``"topic/question"`` on the assignment's page."""
    return "exercise-" + question.replace("/", "-").lower()
