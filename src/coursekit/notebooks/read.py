"""Notebooks as they come: read what can be read, whatever its version or metadata; refuse the rest in words for a student."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from coursekit.notebooks.limits import LONGEST_CODE, MOST_CELLS, MOST_OUTPUTS, oversize
from coursekit.notebooks.pictures import attachments, pictures


class Refused(ValueError):
    """A submission that cannot be graded; the text tells the student what to do."""


@dataclass
class Cell:
    """One cell, reduced to what grading needs.  ``grade_id`` is nbgrader's, empty where there is none."""

    type: str
    source: str
    id: str = ""
    grade_id: str = ""
    grade: bool = False
    solution: bool = False
    task: bool = False
    points: float = 0.0
    metadata: dict[str, Any] = field(default_factory=dict)
    stub: str = ""  # of an answer cell of the source: what the release has in its place
    attachments: dict[str, dict[str, str]] = field(default_factory=dict)  # pictures by name
    pictures: list[dict[str, str]] = field(default_factory=list)  # among its outputs

    @property
    def kind(self) -> str:
        """``test``, ``answer``, ``manual`` (graded by hand), or ``other``."""
        if self.task or (self.grade and self.solution):
            return "manual"
        if self.grade:
            return "test"
        return "answer" if self.solution else "other"


def read_submission(data: bytes, source: list[Cell]) -> list[Cell]:
    """The cells of a submission that is held against the course's ``source``: the verdict of check, collect and grade.

    Raises Refused, also for another assignment's notebook and for more code than can be looked into.
    """
    cells = read_notebook(data)
    if _of_another(source, cells):
        raise Refused(
            "it is the notebook of another assignment: none of its questions belong to this one; hand in the right notebook"
        )
    length = _to_parse(source, cells)
    if length > LONGEST_CODE:
        raise Refused(
            f"the code has {length:,} characters; at most {LONGEST_CODE:,} can be graded: take data out of it"
        )
    return cells


def _of_another(source: list[Cell], cells: list[Cell]) -> bool:
    """Whether a notebook has marked cells that are not of the source, and none of the source's questions.

    Headings, texts and set-up may have the same ids in every assignment, and tell nothing.
    """
    marked = {cell.grade_id for cell in cells if cell.grade_id}
    asked = {name for cell in source if cell.kind != "other" for name in (cell.grade_id, cell.id) if name}
    met = marked | {cell.id for cell in cells if cell.id}
    return bool(marked - {cell.grade_id for cell in source}) and not met & asked


def _to_parse(source: list[Cell], cells: list[Cell]) -> int:
    """Characters in all code cells, and in others that bear the name of one: parsing takes time that no budget counts."""
    named = {name for cell in source if cell.type == "code" for name in (cell.grade_id, cell.id) if name}
    parsed = (cell for cell in cells if cell.type == "code" or cell.grade_id in named or cell.id in named)
    return sum(len(cell.source) for cell in parsed)


def read_notebook(data: bytes) -> list[Cell]:
    """The cells of a notebook of any format version.  Raises Refused."""
    return cells_of(content(data))


def cells_of(notebook: dict[str, Any]) -> list[Cell]:
    """The cells of a notebook's JSON.  Raises Refused."""
    return [_cell(raw) for raw in _raw_cells(notebook)]


def assignment_of(data: bytes) -> str:
    """The assignment that a notebook says it is, where the course wrote that into it; else empty.  Raises Refused."""
    metadata = content(data).get("metadata")
    about = metadata.get("coursekit") if isinstance(metadata, dict) else None
    name = about.get("assignment") if isinstance(about, dict) else None
    return name if isinstance(name, str) else ""


def content(data: bytes) -> dict[str, Any]:
    """The JSON of a notebook.  Raises Refused."""
    if reason := oversize(data):
        raise Refused(reason)
    if not data.strip():
        raise Refused("the file is empty: save the notebook in Jupyter again")
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused(
            "the file is not UTF-8 text, so not JSON and not a notebook: take the .ipynb file that Jupyter saved"
        ) from None
    except RecursionError:
        raise Refused("the file is nested too deep to be a notebook: take the .ipynb file that Jupyter saved") from None
    except ValueError as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise Refused(
            f"the file is not JSON{where}: it was cut or edited; save the notebook in Jupyter again"
        ) from None
    if not isinstance(notebook, dict):
        raise Refused("the file is JSON but not a notebook: take the .ipynb file that Jupyter saved")
    return notebook


def _raw_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    cells = notebook.get("cells")
    if cells is None and isinstance(notebook.get("worksheets"), list):  # nbformat 3
        sheets = [sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet.get("cells"), list) for cell in sheet["cells"]]
    if not isinstance(cells, list):
        raise Refused("the file has no list of cells, so it is not a notebook: take the .ipynb file that Jupyter saved")
    if len(cells) > MOST_CELLS:
        raise Refused(f"the notebook has {len(cells)} cells; at most {MOST_CELLS} can be graded")
    return [cell for cell in cells if isinstance(cell, dict)]


def _cell(raw: dict[str, Any]) -> Cell:
    metadata = raw.get("metadata") if isinstance(raw.get("metadata"), dict) else {}
    assert isinstance(metadata, dict)
    marks = metadata.get("nbgrader")
    graded: dict[str, Any] = marks if isinstance(marks, dict) else {}
    kind = raw.get("cell_type")
    points = graded.get("points", 0)
    return Cell(
        type=kind if kind in ("code", "markdown", "raw") else "markdown",
        source=_text(raw.get("source", raw.get("input"))),
        id=_word(raw.get("id")),
        grade_id=_word(graded.get("grade_id")),
        grade=graded.get("grade") is True,
        solution=graded.get("solution") is True,
        task=graded.get("task") is True,
        points=float(points) if type(points) in (int, float) and 0 <= points < 1e6 else 0.0,
        metadata=metadata,
        attachments=attachments(raw),
        pictures=[kept for output in _outputs(raw) if (kept := pictures(output.get("data")))],
    )


def _outputs(raw: dict[str, Any]) -> list[dict[str, Any]]:
    outputs = raw.get("outputs")
    return (
        [output for output in outputs[:MOST_OUTPUTS] if isinstance(output, dict)] if isinstance(outputs, list) else []
    )


def text_of(value: object) -> str:
    """A notebook's multi-line string as one string; empty for anything else."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _text(value: object) -> str:
    return text_of(value).replace("\x00", "").replace("\r\n", "\n")


def _word(value: Any) -> str:
    return value[:200] if isinstance(value, str) else ""
