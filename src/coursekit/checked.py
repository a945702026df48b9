"""What a student is told of one question by a check of their own, in a terminal or in the book's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from coursekit.engine.interface import QuestionResult

PASSES, LATER = "passes the visible checks", "graded later"


@dataclass(frozen=True)
class Checked:
    """One question: ``state`` is one of ``PASSES``, ``wrong``, ``missing`` and ``LATER``; hidden checks decide the points."""

    id: str
    title: str
    state: str
    message: str
    points: float
    max_points: float
    later: bool  # whether only grading decides


def checked(id: str, facts: dict[str, Any], result: QuestionResult | None) -> Checked:
    """What a student is told of one question; ``facts`` are its title, points, whether it is written and checked in sight."""
    later = facts["written"] or not facts["visible"]
    if result is None:
        words = "its cells are not in the notebook; copy them from the released one"
        return Checked(id, facts["title"], "missing", words, 0.0, facts["points"], later)
    states = {"passed": PASSES, "manual": LATER, "missing": "missing", "blank": "missing"}
    state, points, message = states.get(result.status, "wrong"), result.score, result.message
    if later and state in (PASSES, LATER):
        state, points = LATER, 0.0
        message = "answered; graded by hand" if facts["written"] else "answered; its worth is decided when it is graded"
    return Checked(id, facts["title"], state, message, points, facts["points"], later)
