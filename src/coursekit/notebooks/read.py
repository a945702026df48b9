"""Notebooks as they come: read what can be read, whatever its version or metadata; refuse the rest in words for a student."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

LARGEST = 64 * 2**20
MOST_VALUES = 4_000_000  # a value takes about a hundred bytes of the grader's memory, however short it is in the file
MOST_CELLS = 2_000
MOST_OUTPUTS = 50  # of one cell that are looked at for pictures
PICTURES = ("image/png", "image/jpeg")
LARGEST_PICTURE = 400_000  # characters of base64
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*\Z")
SOLUTION = re.compile(r"^[ \t]*#+\s*BEGIN SOLUTION.*?#+\s*END SOLUTION[^\n]*$", re.DOTALL | re.MULTILINE)
HIDDEN = re.compile(r"^[ \t]*#+\s*BEGIN HIDDEN TESTS.*?#+\s*END HIDDEN TESTS[^\n]*$\n?", re.DOTALL | re.MULTILINE)


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
    attachments: dict[str, Any] = field(default_factory=dict)
    pictures: list[dict[str, str]] = field(default_factory=list)  # among its outputs, as they were handed in

    @property
    def kind(self) -> str:
        """``test``, ``answer``, ``manual`` (graded by hand), or ``other``."""
        if self.task or (self.grade and self.solution):
            return "manual"
        if self.grade:
            return "test"
        return "answer" if self.solution else "other"


def oversize(data: bytes) -> str:
    """Why a file is too large to be read at all, in words for its student; empty when it is not."""
    if len(data) > LARGEST:
        return f"the file has {len(data) // 2**20} MB; at most {LARGEST // 2**20} MB can be graded: clear large outputs"
    values = sum(map(data.count, (b",", b"[", b"{")))
    if values > MOST_VALUES:
        return f"the file holds {values:,} values; at most {MOST_VALUES:,} can be graded: clear large outputs"
    return ""


def read_notebook(data: bytes) -> list[Cell]:
    """The cells of a notebook of any format version.  Raises Refused."""
    if reason := oversize(data):
        raise Refused(reason)
    if not data.strip():
        raise Refused("the file is empty: save the notebook and hand it in again")
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused(
            "the file is not UTF-8 text, so not a notebook as Jupyter saves it: hand in the .ipynb file"
        ) from None
    except RecursionError:
        raise Refused(
            "the file is nested too deep to be a notebook: hand in the .ipynb file that Jupyter saved"
        ) from None
    except ValueError as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise Refused(
            f"the file is not valid JSON{where}: it was cut or edited; save the notebook in Jupyter again"
        ) from None
    return [_cell(raw) for raw in _raw_cells(content)]


def _raw_cells(content: Any) -> list[dict[str, Any]]:
    if not isinstance(content, dict):
        raise Refused("the file is JSON but not a notebook: hand in the .ipynb file that Jupyter saved")
    cells = content.get("cells")
    if cells is None and isinstance(content.get("worksheets"), list):  # nbformat 3
        sheets = [sheet for sheet in content["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet.get("cells"), list) for cell in sheet["cells"]]
    if not isinstance(cells, list):
        raise Refused(
            "the file has no list of cells, so it is not a notebook: hand in the .ipynb file that Jupyter saved"
        )
    if len(cells) > MOST_CELLS:
        raise Refused(f"the notebook has {len(cells)} cells; at most {MOST_CELLS} can be graded")
    return [cell for cell in cells if isinstance(cell, dict)]


def _cell(raw: dict[str, Any]) -> Cell:
    metadata = raw.get("metadata") if isinstance(raw.get("metadata"), dict) else {}
    assert isinstance(metadata, dict)
    told = metadata.get("nbgrader")
    graded: dict[str, Any] = told if isinstance(told, dict) else {}
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
        attachments=raw["attachments"] if isinstance(raw.get("attachments"), dict) else {},
        pictures=[kept for output in _outputs(raw) if (kept := raster(output.get("data")))],
    )


def _outputs(raw: dict[str, Any]) -> list[dict[str, Any]]:
    outputs = raw.get("outputs")
    return (
        [output for output in outputs[:MOST_OUTPUTS] if isinstance(output, dict)] if isinstance(outputs, list) else []
    )


def raster(bundle: Any) -> dict[str, str]:
    """The PNG and JPEG entries of a MIME bundle: base64 of at most LARGEST_PICTURE characters, and nothing else."""
    forms = {mime: _text(bundle.get(mime)) for mime in PICTURES} if isinstance(bundle, dict) else {}
    return {k: v for k, v in forms.items() if v and len(v) <= LARGEST_PICTURE and BASE64.match(v)}


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    return value.replace("\x00", "").replace("\r\n", "\n") if isinstance(value, str) else ""


def _word(value: Any) -> str:
    return value[:200] if isinstance(value, str) else ""


def without_solution(source: str) -> str:
    """A source cell as released: the part between the solution marks replaced by ``...``."""

    def dots(match: re.Match[str]) -> str:
        return match.group()[: len(match.group()) - len(match.group().lstrip())] + "..."

    return SOLUTION.sub(dots, source)


def without_hidden(source: str) -> str:
    """A test cell as released."""
    return HIDDEN.sub("", source).rstrip()
