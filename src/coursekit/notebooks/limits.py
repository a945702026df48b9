"""How large a notebook and its parts may be, in one place, and how one that is larger is made to fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coursekit.notebooks.pictures import without_lost_pictures

ENDINGS = (".ipynb", ".ipynb.txt", ".ipynb.json")  # browsers add the second ending to what they save
LARGEST = 20 * 2**20  # bytes of a notebook that is handed in
TOO_LARGE = (
    f"the file is larger than {LARGEST // 2**20} MB: clear its outputs (Edit, Clear Outputs of All Cells) and save"
)
MOST_VALUES = 4_000_000  # a value takes about a hundred bytes of the grader's memory, however short it is in the file
MOST_CELLS = 2_000
MOST_OUTPUTS = 200  # of one cell that are looked at
LONGEST_CODE = 500_000  # characters in all code cells
LONGEST_SOURCE = 100_000  # characters of one cell
LONGEST_OUTPUT = 20_000  # characters of one output
LARGEST_SHOWN = 2 * 2**20  # bytes of a notebook that is shown in autograded/ and on feedback pages
# characters of an output and of a source at most, step by step, until the notebook fits
STEPS = ((LONGEST_OUTPUT, LONGEST_SOURCE), (2_000, 10_000), (200, 1_000))


def cut(text: str, limit: int) -> str:
    """``text``, cut at ``limit`` characters with a remark."""
    return text if len(text) <= limit else f"{text[:limit]}\n[cut here: {len(text):,} characters in all]"


def oversize(data: bytes) -> str:
    """Why a file is too large to be read at all, in words for its student; empty when it is not."""
    if len(data) > LARGEST:
        return TOO_LARGE
    values = sum(map(data.count, (b",", b"[", b"{")))
    if values > MOST_VALUES:
        return f"the file holds {values:,} values; at most {MOST_VALUES:,} can be graded: clear large outputs"
    return ""


def shrunk(notebook: dict[str, Any], write: Callable[[Any], str], most: int) -> str:
    """``write(notebook)`` in at most ``most`` bytes: pictures go first, then long outputs, then long sources, then own cells.

    ``notebook`` is of format 4, and is changed.  The course's test cells stay as they are.
    """
    text = write(notebook)
    for output, source in STEPS:
        if len(text.encode()) <= most:
            return text
        for cell in notebook["cells"]:
            _shrink(cell, output, source)
        text = write(notebook)
    if len(text.encode()) > most:
        notebook["cells"] = [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader")]
    return write(notebook)


def _shrink(cell: dict[str, Any], output: int, source: int) -> None:
    marks = cell["metadata"].get("nbgrader", {})
    if cell.pop("attachments", None):
        cell["source"] = without_lost_pictures(cell["source"], ())
    if not marks.get("grade") or marks.get("solution"):
        cell["source"] = cut(cell["source"], source)
    for shown in cell.get("outputs", []):
        text = shown.get("text") or shown.get("data", {}).get("text/plain", "[a picture, left out for its size]")
        shown.clear()
        shown.update({"output_type": "stream", "name": "stdout", "text": cut(text, output)})
