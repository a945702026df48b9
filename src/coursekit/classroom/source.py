"""What the instructor's notebook says: its questions, its released form, the cells that nbgrader stores."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode

from coursekit.classroom.layout import ClassroomError
from coursekit.notebooks.marks import CODE_STUB, TEXT_STUB
from coursekit.notebooks.read import Cell, Refused, read_notebook

HEADING = re.compile(r"^#+\s+(.*?)\s*#*$", re.M)


@dataclass(frozen=True)
class GradedCell:
    """One graded cell: nbgrader's ``grade_id``, its title, points, whether a person grades it, the cell that answers it."""

    id: str
    title: str
    points: float
    manual: bool
    answer: str  # grade_id of the answer cell; the question's own when it is a written one


def parse(source: bytes) -> NotebookNode:
    """The notebook in ``source``; raises ClassroomError when it is none."""
    try:
        return nbformat.reads(source.decode(), as_version=4)
    except (ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError) as error:
        raise ClassroomError(f"the source notebook cannot be read ({error}); release the assignment again") from None


def source_cells(source: bytes) -> list[Cell]:
    """The cells of the source notebook as grading reads them; raises ClassroomError when they cannot be read."""
    try:
        return read_notebook(source)
    except Refused as error:
        raise ClassroomError(f"the source notebook cannot be read ({error}); release the assignment again") from None


def course_data(cell: NotebookNode) -> dict:
    """nbgrader's metadata of ``cell``, empty when it has none."""
    return dict(cell.metadata.get("nbgrader", {}))


def is_graded(cell: NotebookNode) -> bool:
    """Whether ``cell`` carries points."""
    data = course_data(cell)
    return bool(data.get("grade") or data.get("task"))


@lru_cache(maxsize=16)
def questions(source: bytes) -> tuple[GradedCell, ...]:
    """The graded cells of the source notebook, in order; a question's title is the last heading above it."""
    graded: list[GradedCell] = []
    title, answer = "", ""
    for cell in parse(source).cells:
        data = course_data(cell)
        manual = bool(data.get("task") or (data.get("grade") and data.get("solution")))
        if data.get("solution") and not data.get("grade"):
            answer = data["grade_id"]
        if is_graded(cell):
            name = data["grade_id"]
            points = float(data.get("points", 0))
            graded.append(GradedCell(name, title or name, points, manual, name if manual else answer))
        elif cell.cell_type == "markdown" and (headings := HEADING.findall(cell.source)):
            title = re.sub(r"[*_`]", "", headings[0])
    return tuple(graded)


def as_stored(source: bytes) -> NotebookNode:
    """The notebook as nbgrader's gradebook stores its cells: solutions replaced by stubs, hidden checks kept, checksums set.

    Made by nbgrader's own preprocessors, in the order of ``nbgrader generate_assignment``.
    """
    from nbgrader.preprocessors import ClearOutput, ClearSolutions, ComputeChecksums, LockCells

    stubs = ClearSolutions(code_stub={"python": CODE_STUB}, text_stub=TEXT_STUB)
    notebook, resources = parse(source), {"language": "python"}
    return _by_nbgrader((LockCells(), stubs, ClearOutput(), ComputeChecksums()), notebook, resources)


def _by_nbgrader(steps: Iterable[Any], notebook: NotebookNode, resources: dict[str, str]) -> NotebookNode:
    """What nbgrader's steps make of a notebook.  Raises ClassroomError for one that it refuses to release."""
    try:
        for step in steps:
            notebook, resources = step.preprocess(notebook, resources)
    except RuntimeError as error:
        raise ClassroomError(f"nbgrader cannot release the source notebook: {error}") from None
    return notebook


@lru_cache(maxsize=16)
def as_released(source: bytes) -> str:
    """The notebook as students get it, as JSON: neither solutions nor hidden checks."""
    from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ComputeChecksums

    steps = ClearHiddenTests(), ClearMarkScheme(), ComputeChecksums()
    return nbformat.writes(_by_nbgrader(steps, as_stored(source), {"language": "python"}))
