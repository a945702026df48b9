"""What is new in an export beside an earlier one: after a regrade, only differences need to go to the platform."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from coursekit.classroom.layout import ClassroomError
from coursekit.classroom.show.export import as_text

PLAIN, CANVAS, MOODLE = ("assignment", "student"), ("SIS User ID",), ("Identifier",)
KEYS = {"csv": PLAIN, "canvas": CANVAS, "moodle": MOODLE}  # the columns that tell a row from all others
FIXED = 5  # columns of Canvas's, before the first assignment's


def only_changed(text: str, earlier: Path, form: str) -> tuple[str, int]:
    """The rows of an export that are not in an earlier one, or are not the same there, and how many they are.

    For Canvas these are the students with a grade that is another one now, and the columns of the assignments that have such
    a grade: an empty cell takes no grade back.  Raises ClassroomError where the earlier file is no export of this form.
    """
    head, *rows = csv.reader(io.StringIO(text))
    before = of_file(earlier, KEYS[form])
    if form == "canvas":
        return canvas(head, rows, before)
    changed = [row for row in rows if dict(zip(head, row, strict=True)) != before.get(key(head, row, KEYS[form]))]
    return as_text([head, *changed]), len(changed)


def of_file(path: Path, columns: Sequence[str]) -> dict[tuple[str, ...], dict[str, str]]:
    """The rows of an earlier export by what tells them apart."""
    try:
        head, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))) or [[]]
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise ClassroomError(f"{path} is no CSV file in UTF-8 with a head: {error}") from None
    if missing := [name for name in columns if name not in head]:
        raise ClassroomError(
            f"{path} has no column {missing[0]!r}, so it is no earlier export of this format: name a file that `course export` "
            "wrote with the same --format"
        )
    return {key(head, row, columns): dict(zip(head, row, strict=False)) for row in rows if row}


def key(head: Sequence[str], row: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """What tells a row from all others."""
    values = dict(zip(head, row, strict=False))
    return tuple(values.get(name, "") for name in columns)


def canvas(head: list[str], rows: list[list[str]], before: dict[tuple[str, ...], dict[str, str]]) -> tuple[str, int]:
    """The rows and columns of Canvas's gradebook in which a grade is another one than before; its row of points stays."""
    points, *students = rows
    new: dict[int, set[int]] = {}  # by row, the columns
    for number, row in enumerate(students):
        known = before.get(key(head, row, CANVAS), {})
        columns = {c for c in range(FIXED, len(head)) if row[c] and row[c] != known.get(head[c], "")}
        if columns:
            new[number] = columns
    wanted = [c for c in range(len(head)) if c < FIXED or any(c in columns for columns in new.values())]
    kept = [head, points, *(students[number] for number in new)]
    return as_text([[row[c] for c in wanted] for row in kept]), len(new)
