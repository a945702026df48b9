"""The assignment's own rows in the gradebook: course, assignment, notebook, cells, as nbgrader's ``SaveCells`` makes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from nbgrader import api, utils
from sqlalchemy import Connection, Table, select

from coursekit.classroom.gradebook import manual
from coursekit.classroom.source import as_stored, questions
from coursekit.course import current
from coursekit.paths import naming

ASSIGNMENT: Table = api.Assignment.__table__
NOTEBOOK: Table = api.Notebook.__table__
BASE: Table = api.BaseCell.__table__
KINDS: dict[str, Table] = {
    "GradeCell": api.GradeCell.__table__,
    "SolutionCell": api.SolutionCell.__table__,
    "TaskCell": api.TaskCell.__table__,
}
SOURCE: Table = api.SourceCell.__table__
Row = dict[str, Any]


@dataclass(frozen=True)
class Structure:
    """The ids of an assignment's rows: graded cells by grade_id, and for each answer cell's row the question it answers."""

    assignment: str
    assignment_id: str
    notebook_id: str
    graded: dict[str, str]
    answers: dict[str, str]
    lost: tuple[Row, ...] = ()  # what people had entered for cells that are gone


def one_id(connection: Connection, table: Table, new: Row, **where: str) -> str:
    """The id of the row that matches ``where``, made from ``new`` when there is none."""
    query = select(table.c.id)
    for name, value in where.items():
        query = query.where(table.c[name] == value)
    row = connection.scalar(query)
    if row is None:
        row = where.get("id") or uuid4().hex
        connection.execute(table.insert().values({**where, **new, "id": row}))
    return row


def wanted_cells(stored: Any) -> dict[tuple[str, str], Row]:
    """What the notebook asks for: ``{(kind, grade_id): columns of the kind's own table}``."""
    wanted: dict[tuple[str, str], Row] = {}
    for cell in stored.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        points = {"max_score": float(cell.metadata.get("nbgrader", {}).get("points", 0)), "cell_type": cell.cell_type}
        if utils.is_grade(cell):
            wanted["GradeCell", name] = points
        if utils.is_solution(cell):
            wanted["SolutionCell", name] = {}
        if utils.is_task(cell):
            wanted["TaskCell", name] = points
    return wanted


def known_cells(connection: Connection, notebook: str) -> dict[tuple[str, str], str]:
    """The rows of a notebook's cells: ``{(kind, grade_id): id}``."""
    query = select(BASE.c.type, BASE.c.name, BASE.c.id).where(BASE.c.notebook_id == notebook)
    return {(kind, name): row for kind, name, row in connection.execute(query)}


def write_cells(
    connection: Connection, notebook: str, wanted: dict[tuple[str, str], Row]
) -> dict[tuple[str, str], str]:
    """Bring the cells of a notebook in line with ``wanted``; a cell that is gone takes its grades and comments with it."""
    known = known_cells(connection, notebook)
    remove(connection, [row for key, row in known.items() if key not in wanted])
    for (kind, name), columns in wanted.items():
        if (kind, name) in known:
            if columns:
                table = KINDS[kind]
                connection.execute(table.update().where(table.c.id == known[kind, name]).values(columns))
            continue
        row = known[kind, name] = uuid4().hex
        connection.execute(BASE.insert().values(id=row, name=name, notebook_id=notebook, type=kind))
        connection.execute(KINDS[kind].insert().values({"id": row, **columns}))
    return {key: row for key, row in known.items() if key in wanted}


def remove(connection: Connection, rows: Iterable[str]) -> None:
    """Delete cells with all that hangs on them."""
    for row in rows:
        for table in (api.Grade.__table__, api.Comment.__table__):
            connection.execute(table.delete().where(table.c.cell_id == row))
        for table in KINDS.values():
            connection.execute(table.delete().where(table.c.id == row))
        connection.execute(BASE.delete().where(BASE.c.id == row))


def entered(connection: Connection, rows: Iterable[str]) -> Iterator[Row]:
    """What people entered for the cells of these rows: points, extra credit, comments."""
    for row in rows:
        for student, cell, values in manual.entries(connection, BASE.c.id == row):
            values.pop("needs_manual_grade", None)
            if any(value not in (None, "") for value in values.values()):
                yield {"student": student, "cell": cell, **values}


def write_down(lost: Iterable[Row], path: Path) -> None:
    """Append what people had entered for cells that are gone to ``path``, a JSON line each."""
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in lost]
    if lines:
        path.parent.mkdir(parents=True, exist_ok=True)
        with naming(path), path.open("a") as file:
            file.writelines(lines)


def write_sources(connection: Connection, notebook: str, stored: Any) -> None:
    """Bring the stored cell sources in line with the notebook."""
    marked = [
        c for c in stored.cells if utils.is_grade(c) or utils.is_solution(c) or utils.is_locked(c) or utils.is_task(c)
    ]
    query = select(SOURCE.c.name, SOURCE.c.id, SOURCE.c.checksum).where(SOURCE.c.notebook_id == notebook)
    known = {name: (row, checksum) for name, row, checksum in connection.execute(query)}
    names = {cell.metadata.nbgrader["grade_id"] for cell in marked}
    for name in set(known) - names:
        connection.execute(SOURCE.delete().where(SOURCE.c.id == known[name][0]))
    for cell in marked:
        name, checksum = cell.metadata.nbgrader["grade_id"], cell.metadata.nbgrader.get("checksum")
        columns = {
            "cell_type": cell.cell_type,
            "locked": utils.is_locked(cell),
            "source": cell.source,
            "checksum": checksum,
        }
        if name not in known:
            connection.execute(
                SOURCE.insert().values({"id": uuid4().hex, "name": name, "notebook_id": notebook, **columns})
            )
        elif known[name][1] != checksum:
            connection.execute(SOURCE.update().where(SOURCE.c.id == known[name][0]).values(columns))


def write(
    connection: Connection, assignment: str, notebook: str, source: bytes, deadline: datetime | None
) -> Structure:
    """Make or bring up to date the rows of an assignment and its notebook; returns their ids."""
    stored = as_stored(source)
    course = one_id(connection, api.Course.__table__, {}, id=current().id)
    assignment_id = one_id(connection, ASSIGNMENT, {"course_id": course}, name=assignment)
    if deadline is not None:
        connection.execute(ASSIGNMENT.update().where(ASSIGNMENT.c.id == assignment_id).values(duedate=deadline))
    kernel = {"kernelspec": json.dumps(stored.metadata.get("kernelspec", {}))}
    notebook_id = one_id(connection, NOTEBOOK, kernel, name=notebook, assignment_id=assignment_id)
    wanted = wanted_cells(stored)
    gone = [row for key, row in known_cells(connection, notebook_id).items() if key not in wanted]
    lost = tuple(entered(connection, gone))
    rows = write_cells(connection, notebook_id, wanted)
    write_sources(connection, notebook_id, stored)
    graded = {name: row for (kind, name), row in rows.items() if kind in ("GradeCell", "TaskCell")}
    question = {q.answer: q.id for q in questions(source)}
    answers = {row: question.get(name, name) for (kind, name), row in rows.items() if kind != "GradeCell"}
    return Structure(assignment, assignment_id, notebook_id, graded, answers, lost)
