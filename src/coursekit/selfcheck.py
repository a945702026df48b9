"""A student's own check: the notebook's visible checks, run by the grading engine on the student's machine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit.engine.interface import Budget, Engine, Outcome, QuestionResult, Submission

LATER = "graded later"
LIMIT = 20 * 2**20


class NotCheckable(Exception):
    """A file that cannot be checked; the text says why, and what to do."""


@dataclass(frozen=True)
class Work:
    """A student's notebook and the released notebook that it is held against."""

    assignment: str
    notebook: bytes
    released: bytes
    questions: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Checked:
    """One question: ``state`` is ``right``, ``wrong``, ``missing`` or ``graded later``."""

    id: str
    title: str
    state: str
    message: str
    points: float
    max_points: float
    later: bool  # whether only grading decides


@dataclass(frozen=True)
class Report:
    """All questions, what was repaired, and the points so far."""

    questions: tuple[Checked, ...]
    flags: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """The points of what is right by the visible checks."""
        return sum(q.points for q in self.questions)

    @property
    def max_points(self) -> float:
        """The points that the visible checks decide."""
        return sum(q.max_points for q in self.questions if not q.later)

    @property
    def later(self) -> float:
        """The points that only grading decides."""
        return sum(q.max_points for q in self.questions if q.later)

    @property
    def done(self) -> bool:
        """Whether nothing is missing or wrong."""
        return all(q.state in ("right", LATER) for q in self.questions)


def read(path: Path) -> Work:
    """The notebook at ``path`` with its released original.  Raises ``NotCheckable`` with what to do."""
    data = _bytes(path)
    notebook = _notebook(data, path)
    named = _assignment(notebook)
    original = path.parent / "released" / path.name
    if not original.is_file() and named:
        original = path.parent / "released" / f"{named}.ipynb"
    released = _bytes(original) if original.is_file() else data
    assignment = _assignment(_notebook(released, original)) or path.stem
    if named and named != assignment:
        raise NotCheckable(
            f"{path} belongs to the assignment {named!r}, but {original} is {assignment!r}: use that kit's notebook"
        )
    questions = _questions(_notebook(released, original))
    if not questions:
        raise NotCheckable(
            f"{path} has no check cells: it is no notebook of this course, or its cells were copied into another one. "
            "Start from the notebook in the kit."
        )
    return Work(assignment, data, released, questions)


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise NotCheckable(f"{path} is not a file: give the path of your notebook, such as adam.ipynb")
    if path.stat().st_size > LIMIT:
        raise NotCheckable(
            f"{path} is larger than {LIMIT // 2**20} MB: clear its outputs (Edit, Clear Outputs of All Cells) and save"
        )
    return path.read_bytes()


def _notebook(data: bytes, path: Path) -> dict[str, Any]:
    if not data.strip():
        raise NotCheckable(f"{path} is empty: save the notebook in JupyterLab, then check it again")
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotCheckable(
            f"{path} is not a notebook (its text is not JSON: {error}): save it again from JupyterLab"
        ) from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise NotCheckable(
            f"{path} is not a notebook of format 4 (it has no list of cells): save it again from JupyterLab"
        )
    return notebook


def _assignment(notebook: dict[str, Any]) -> str:
    about = notebook.get("metadata", {})
    about = about.get("coursekit", {}) if isinstance(about, dict) else {}
    name = about.get("assignment", "") if isinstance(about, dict) else ""
    return name if isinstance(name, str) else ""


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _questions(notebook: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """``{question: {title, visible, points, written}}`` of the graded cells, in order."""
    found: dict[str, dict[str, Any]] = {}
    for cell in notebook["cells"]:
        metadata = _table(_table(cell).get("metadata"))
        graded, about = _table(metadata.get("nbgrader")), _table(metadata.get("coursekit"))
        if not graded.get("grade"):
            continue
        points = graded.get("points", 0)
        found[str(graded.get("grade_id"))] = {
            "title": str(about.get("title", "")),
            "visible": bool(about.get("visible")),
            "points": float(points) if isinstance(points, int | float) else 0.0,
            "written": bool(graded.get("solution")),
        }
    return found


def run(work: Work, engine: Engine | None = None, budget: Budget | None = None) -> Report:
    """Check ``work`` with ``engine``, by default the local one, which is closed afterwards.  Raises ``NotCheckable``."""
    own = engine is None
    if engine is None:
        # only where the caller brings no engine
        from coursekit.engine.engines import local_engine

        engine = local_engine()
    try:
        outcome = engine.grade(Submission("you", work.notebook), work.released, budget or Budget(notebook_bytes=LIMIT))
    except ValueError as error:  # the released notebook is at fault, or the student's own where that one is missing
        raise NotCheckable(
            f"{error}. Take the folder `released` from the kit anew, put it beside your notebook, and check again"
        ) from None
    finally:
        if own:
            engine.close()
    return report(work, outcome)


def report(work: Work, outcome: Outcome) -> Report:
    """The engine's outcome as a student reads it."""
    checked = [_checked(id, facts, outcome.questions.get(id)) for id, facts in work.questions.items()]
    return Report(tuple(checked), outcome.flags)


def _checked(id: str, facts: dict[str, Any], result: QuestionResult | None) -> Checked:
    later = facts["written"] or not facts["visible"]
    if result is None:
        words = "its cells are not in the notebook; copy them from the released one"
        return Checked(id, facts["title"], "missing", words, 0.0, facts["points"], later)
    states = {"passed": "right", "manual": LATER, "missing": "missing", "blank": "missing"}
    state, points, message = states.get(result.status, "wrong"), result.score, result.message
    if later and state in ("right", LATER):
        state, points = LATER, 0.0
        message = "answered; graded by hand" if facts["written"] else "answered; its worth is decided when it is graded"
    return Checked(id, facts["title"], state, message, points, facts["points"], later)
