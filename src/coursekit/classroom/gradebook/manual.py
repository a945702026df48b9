"""What people entered in the gradebook: points and extra credit of cells, and comments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbgrader import api
from sqlalchemy import ColumnElement, Connection, Table, select

COLUMNS: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (api.Grade.__table__, ("manual_score", "extra_credit", "needs_manual_grade")),
    (api.Comment.__table__, ("manual_comment",)),
)


def entries(connection: Connection, which: ColumnElement[bool]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """``(student, grade_id, columns)`` of every grade and then of every comment for which ``which`` holds.

    ``which`` may speak of the assignment (``api.Assignment``), the cell (``api.BaseCell``), and what lies between.
    """
    submitted, cell = api.SubmittedAssignment.__table__, api.BaseCell.__table__
    notebook, assignment = api.SubmittedNotebook.__table__, api.Assignment.__table__
    for table, names in COLUMNS:
        joined = (
            table.join(notebook, table.c.notebook_id == notebook.c.id)
            .join(submitted, notebook.c.assignment_id == submitted.c.id)
            .join(assignment, submitted.c.assignment_id == assignment.c.id)
            .join(cell, table.c.cell_id == cell.c.id)
        )
        query = select(submitted.c.student_id, cell.c.name, *(table.c[name] for name in names))
        for student, name, *values in connection.execute(query.select_from(joined).where(which)):
            yield student, name, dict(zip(names, values))
