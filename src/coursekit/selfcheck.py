"""A student's own check: the notebook's visible checks, run by the grading engine on the student's machine."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from coursekit.checked import LATER, PASSES, Checked, checked
from coursekit.engine.interface import Budget, Engine, GradedNotebook, Judging, Submission
from coursekit.notebooks.limits import LARGEST
from coursekit.notebooks.read import Cell, Refused, assignment_of, read_notebook, read_submission

Read = TypeVar("Read")


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
class CheckReport:
    """All questions, what was repaired, and the points that the visible checks speak of."""

    questions: tuple[Checked, ...]
    flags: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """The points of what passes the visible checks."""
        return sum(q.points for q in self.questions)

    @property
    def max_points(self) -> float:
        """The points of questions with visible checks of their worth."""
        return sum(q.max_points for q in self.questions if not q.later)

    @property
    def later(self) -> float:
        """The points that only grading decides."""
        return sum(q.max_points for q in self.questions if q.later)

    @property
    def done(self) -> bool:
        """Whether nothing is missing or wrong."""
        return all(q.state in (PASSES, LATER) for q in self.questions)


def read(path: Path) -> Work:
    """The notebook at ``path`` with its released original.  Raises ``NotCheckable`` with what to do."""
    data = _bytes(path)
    named = _of(path, assignment_of, data)
    original = path.parent / "released" / path.name
    if not original.is_file() and named:
        original = path.parent / "released" / f"{named}.ipynb"
    if not original.is_file():
        original = path
    released = data if original == path else _bytes(original)
    assignment = _of(original, assignment_of, released) or path.stem
    if named and named != assignment:
        raise NotCheckable(
            f"{path} belongs to the assignment {named!r}, but {original} is {assignment!r}: use that kit's notebook"
        )
    asked = _of(original, read_notebook, released)
    questions = {cell.grade_id: facts_of(cell) for cell in asked if cell.grade}
    if not questions:
        raise NotCheckable(
            f"{path} has no check cells: it is no notebook of this course, or its cells were copied into another one. "
            "Start from the notebook in the kit."
        )
    _of(path, lambda notebook: read_submission(notebook, asked), data)
    return Work(assignment, data, _as_of_another(data) if original == path else released, questions)


def _as_of_another(data: bytes) -> bytes:
    """A student's notebook in place of the released one that is missing: only what is a stub by itself counts as one."""
    notebook = json.loads(data)
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        answer = cell["cell_type"] == "code" and cell.get("metadata", {}).get("nbgrader", {}).get("solution")
        if answer and not _unwritten(source):
            cell["source"] = f"{source}\nreleased_text = None"
    return json.dumps(notebook).encode()


def _unwritten(source: str) -> bool:
    """Whether an answer still has the ``...`` of its stub, alone in a line or as a value."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    kinds = (ast.Expr, ast.Assign, ast.AnnAssign, ast.Return)
    values = [node.value for node in ast.walk(tree) if isinstance(node, kinds)]
    return not tree.body or any(isinstance(value, ast.Constant) and value.value is Ellipsis for value in values)


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise NotCheckable(f"{path} is not a file: give the path of your notebook, such as adam.ipynb")
    with path.open("rb") as file:
        return file.read(LARGEST + 1)  # one more tells that it is too large


def _of(path: Path, reader: Callable[[bytes], Read], data: bytes) -> Read:
    """What ``reader`` makes of the file.  Raises ``NotCheckable`` for what grading would refuse, with its words."""
    try:
        return reader(data)
    except Refused as error:
        raise NotCheckable(f"{path} cannot be checked: {error}") from None


def facts_of(cell: Cell) -> dict[str, Any]:
    """Title, visibility, points and kind of a graded cell."""
    about = cell.metadata.get("coursekit")
    about = about if isinstance(about, dict) else {}
    return {
        "title": str(about.get("title", "")),
        "visible": bool(about.get("visible")),
        "points": cell.points,
        "written": cell.solution,
    }


def run(work: Work, engine: Engine | None = None, budget: Budget | None = None) -> CheckReport:
    """Check ``work`` with ``engine``, by default the local one, which is closed afterwards.  Raises ``NotCheckable``."""
    own = engine is None
    if engine is None:
        # only where the caller brings no engine
        from coursekit.engine.engines import local_engine

        engine = local_engine()
    try:
        outcome = engine.grade(
            Submission("you", work.notebook, judging=Judging(released=True)),
            work.released,
            budget or Budget(notebook_bytes=LARGEST),
        )
    except ValueError as error:  # the released notebook is at fault, or the student's own where that one is missing
        raise NotCheckable(
            f"{error}. Take the folder `released` from the kit anew, put it beside your notebook, and check again"
        ) from None
    finally:
        if own:
            engine.close()
    return report(work, outcome)


def report(work: Work, outcome: GradedNotebook) -> CheckReport:
    """The engine's outcome as a student reads it."""
    questions = [checked(id, facts, outcome.questions.get(id)) for id, facts in work.questions.items()]
    return CheckReport(tuple(questions), outcome.flags)
