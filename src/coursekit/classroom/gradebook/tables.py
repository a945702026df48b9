"""Derive nbgrader's gradebook from the records: one bulk, idempotent transaction that keeps what people entered.

Rows are those that nbgrader's own autograde makes, so formgrader, ``nbgrader feedback`` and ``nbgrader export`` work on them.
Manual scores, extra credit, comments and flags are never written here.  SQLAlchemy core on nbgrader's tables; sqlite and
PostgreSQL.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import nbgrader
from alembic.script import ScriptDirectory
from nbgrader import api
from sqlalchemy import Connection, Engine, Table, bindparam, create_engine, inspect, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError

from coursekit.classroom import handed_in, policy
from coursekit.classroom.gradebook import cells
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.roster import Person, people
from coursekit.course import current

INDEXES = {
    "course_ix_grade_notebook": "grade (notebook_id)",
    "course_ix_grade_cell": "grade (cell_id)",
    "course_ix_comment_notebook": "comment (notebook_id)",
    "course_ix_comment_cell": "comment (cell_id)",
    "course_ix_submitted_notebook_assignment": "submitted_notebook (assignment_id)",
    "course_ix_submitted_notebook_notebook": "submitted_notebook (notebook_id)",
    "course_ix_submitted_assignment_assignment": "submitted_assignment (assignment_id)",
    "course_ix_submitted_assignment_student": "submitted_assignment (student_id)",
    "course_ix_base_cell_notebook": "base_cell (notebook_id)",
    "course_ix_source_cell_notebook": "source_cell (notebook_id)",
}
STUDENT: Table = api.Student.__table__
SUBMISSION: Table = api.SubmittedAssignment.__table__
NOTEBOOK: Table = api.SubmittedNotebook.__table__
GRADE: Table = api.Grade.__table__
COMMENT: Table = api.Comment.__table__
Row = dict[str, Any]
WAITS = (0.3, 1.0, 3.0)  # seconds between tries while another program writes


def row_id(*names: str) -> str:
    """An id for a new row: the same names give the same id, so that two writers cannot make two rows."""
    return uuid5(NAMESPACE_URL, "\0".join(names)).hex


def connect(url: str) -> Engine:
    """An engine for ``url``; inserts and updates to PostgreSQL go in batches.  Raises ClassroomError for no such URL."""
    try:
        if url.startswith("postgresql"):
            return create_engine(url, executemany_mode="values_plus_batch")
        return create_engine(url)
    except (ArgumentError, ImportError) as error:
        raise ClassroomError(
            f"{url!r} cannot be a gradebook ({error}): write sqlite:////path/gradebook.db, or "
            "postgresql+psycopg2://user@host/name with psycopg2 installed"
        ) from None


@cache
def schema_version() -> str:
    """The version of nbgrader's tables, from the migrations it comes with; nbgrader itself starts a process to ask."""
    return str(ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic")).get_current_head())


def prepare(classroom: Classroom) -> None:
    """Make nbgrader's tables when they are not there, and the indexes that it lacks."""
    if classroom.db_url.startswith("sqlite:///"):
        Path(classroom.db_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = connect(classroom.db_url)
    try:
        fresh = is_new(engine)
        with engine.begin() as connection:
            if fresh:  # the version goes first: tables without one are those of an old nbgrader
                connection.execute(
                    text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)")
                )
                first = "INSERT INTO alembic_version SELECT :head WHERE NOT EXISTS (SELECT 1 FROM alembic_version)"
                connection.execute(text(first), {"head": schema_version()})
            api.Base.metadata.create_all(connection)
            cells.one_id(connection, api.Course.__table__, {}, id=current().id)
            for name, columns in INDEXES.items():
                connection.execute(text(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}"))
    finally:
        engine.dispose()


def is_new(engine: Engine) -> bool:
    """Whether nbgrader's tables have yet to be made; raises ClassroomError for those of another version of nbgrader."""
    tables_there = inspect(engine)
    if not tables_there.has_table("alembic_version"):
        known = "none" if tables_there.has_table("grade") else ""
    else:
        with engine.connect() as connection:
            known = connection.scalar(text("SELECT version_num FROM alembic_version")) or ""
    if known not in ("", schema_version()):
        raise ClassroomError(
            f"the gradebook was made by another nbgrader: its tables have version {known}, nbgrader {nbgrader.__version__} needs "
            f"{schema_version()}. Make a copy, then run `nbgrader db upgrade` in the classroom's folder"
        )
    return not known


def write(classroom: Classroom, assignment: str, source: bytes, records: Mapping[str, Mapping[str, Any]]) -> None:
    """Write ``records`` (by student) of one assignment, and the assignment's own rows; a second time changes nothing.

    Several may write at once: what one of them meets half way it tries again, and finds done.
    """
    for wait in (*WAITS, None):
        try:
            return once(classroom, assignment, source, records)
        except DBAPIError as error:
            if wait is None or not (
                isinstance(error, IntegrityError) or re.search("locked|already exists", str(error))
            ):
                raise
            time.sleep(wait)


def once(classroom: Classroom, assignment: str, source: bytes, records: Mapping[str, Mapping[str, Any]]) -> None:
    """One try of ``write``, in one transaction."""
    prepare(classroom)
    engine = connect(classroom.db_url)
    try:
        with engine.begin() as connection:
            due, name = naive(policy.load(classroom, assignment).deadline), classroom.notebook(assignment)
            structure = cells.write(connection, assignment, name, source, due)
            cells.write_down(structure.lost, classroom.removed(assignment))
            Bulk(connection, structure, people(classroom)).write(classroom, records)
    finally:
        engine.dispose()


def naive(moment: datetime | None) -> datetime | None:
    """A time as nbgrader's tables keep it: in UTC, without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None


def insert(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Insert rows in one statement, if there are any."""
    listed = list(rows)
    if listed:
        connection.execute(table.insert(), listed)


def update(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Set columns of the rows whose ids are given as ``key``."""
    listed = list(rows)
    if listed:
        names = [name for name in listed[0] if name != "key"]
        statement = table.update().where(table.c.id == bindparam("key")).values({n: bindparam(n) for n in names})
        connection.execute(statement, listed)


@dataclass(frozen=True)
class Bulk:
    """The rows of many submissions of one assignment, in one transaction."""

    connection: Connection
    structure: cells.Structure
    people: Mapping[str, Person]

    def write(self, classroom: Classroom, records: Mapping[str, Mapping[str, Any]]) -> None:
        """Students, submissions, notebooks, grades, comments, in the order that the foreign keys ask for."""
        self.students(records)
        name = self.structure.assignment
        times = {student: naive(handed_in.submission_time(classroom, name, student)) for student in records}
        submissions, newer = self.submissions(records, times)
        notebooks = self.notebooks(records, submissions)
        self.grades(records, notebooks)
        self.look_again(notebooks[student] for student in newer)
        self.comments(records, notebooks)

    def students(self, records: Iterable[str]) -> None:
        """Add students who are not there; names come from the roster."""
        known = set(self.connection.scalars(select(STUDENT.c.id)))
        rows = [{"id": student, **self.names(student)} for student in records if student not in known]
        insert(self.connection, STUDENT, rows)

    def names(self, student: str) -> Row:
        """A student's name and numbers for nbgrader's table."""
        person = self.people.get(student, Person(student))
        return {
            "first_name": person.first_name or None, "last_name": person.last_name or None,
            "email": person.email or None, "lms_user_id": person.lms_id or None,
        }  # fmt: skip

    def look_again(self, notebooks: Iterable[str]) -> None:
        """Ask for a second look at what people graded, as nbgrader does: these notebooks are others than they saw."""
        for notebook in notebooks:
            seen = (GRADE.c.notebook_id == notebook) & GRADE.c.manual_score.is_not(None)
            self.connection.execute(GRADE.update().where(seen).values(needs_manual_grade=True))

    def submissions(
        self, records: Iterable[str], times: Mapping[str, datetime | None]
    ) -> tuple[dict[str, str], list[str]]:
        """The submission's row id by student, and whose came in anew; adds rows and brings times up to date."""
        where = SUBMISSION.c.assignment_id == self.structure.assignment_id
        query = select(SUBMISSION.c.student_id, SUBMISSION.c.id, SUBMISSION.c.timestamp).where(where)
        known = {student: (row, moment) for student, row, moment in self.connection.execute(query)}
        new = [
            {"id": row_id(self.structure.assignment_id, student), "assignment_id": self.structure.assignment_id,
             "student_id": student, "timestamp": times[student]}
            for student in records if student not in known
        ]  # fmt: skip
        insert(self.connection, SUBMISSION, new)
        changed = [(s, times[s]) for s in records if s in known and times[s] and times[s] != known[s][1]]
        update(self.connection, SUBMISSION, ({"key": known[s][0], "timestamp": moment} for s, moment in changed))
        rows = {student: row for student, (row, _) in known.items()} | {row["student_id"]: row["id"] for row in new}
        return rows, [student for student, _ in changed]

    def notebooks(self, records: Mapping[str, Mapping[str, Any]], submissions: Mapping[str, str]) -> dict[str, str]:
        """The submitted notebook's row id by student; adds rows and brings late penalties up to date."""
        columns = (NOTEBOOK.c.assignment_id, NOTEBOOK.c.id, NOTEBOOK.c.late_submission_penalty)
        query = select(*columns).where(NOTEBOOK.c.notebook_id == self.structure.notebook_id)
        known = {submission: (row, penalty) for submission, row, penalty in self.connection.execute(query)}
        new, changed, row_of = [], [], {}
        for student, record in records.items():
            submission, penalty = submissions[student], (record.get("late") or {}).get("penalty") or None
            if submission in known:
                row_of[student], before = known[submission]
                if before != penalty:
                    changed.append({"key": row_of[student], "late_submission_penalty": penalty})
                continue
            row_of[student] = row_id(self.structure.notebook_id, submission)
            new.append({"id": row_of[student], "assignment_id": submission, "notebook_id": self.structure.notebook_id,
                        "flagged": False, "late_submission_penalty": penalty})  # fmt: skip
        insert(self.connection, NOTEBOOK, new)
        update(self.connection, NOTEBOOK, changed)
        return row_of

    def grades(self, records: Mapping[str, Mapping[str, Any]], notebooks: Mapping[str, str]) -> None:
        """A grade for each graded cell; a person's score stays, and asks for a second look when the machine's changed."""
        columns = (GRADE.c.notebook_id, GRADE.c.cell_id, GRADE.c.id, GRADE.c.auto_score, GRADE.c.manual_score)
        known = self.known(GRADE, columns)
        new, changed = [], []
        for student, record in records.items():
            for name, cell in self.structure.graded.items():
                auto = auto_score(record["questions"].get(name))
                existing = known.get((notebooks[student], cell))
                if existing is None:
                    new.append({"id": row_id(notebooks[student], cell), "notebook_id": notebooks[student], "cell_id": cell,
                                "auto_score": auto, "needs_manual_grade": auto is None})  # fmt: skip
                elif existing[1] != auto or (existing[2] is None and auto is not None):
                    needed = auto is None or existing[2] is not None
                    changed.append({"key": existing[0], "auto_score": auto, "needs_manual_grade": needed})
        insert(self.connection, GRADE, new)
        update(self.connection, GRADE, changed)

    def comments(self, records: Mapping[str, Mapping[str, Any]], notebooks: Mapping[str, str]) -> None:
        """A comment row for each answer cell, "No response." for a blank one, as nbgrader writes it."""
        known = self.known(COMMENT, (COMMENT.c.notebook_id, COMMENT.c.cell_id, COMMENT.c.id, COMMENT.c.auto_comment))
        new, changed = [], []
        for student, record in records.items():
            for cell, question in self.structure.answers.items():
                status = record["questions"].get(question, {}).get("status")
                words = "No response." if status == "blank" else None
                existing = known.get((notebooks[student], cell))
                if existing is None:
                    new.append({"id": row_id(notebooks[student], cell, "comment"), "notebook_id": notebooks[student],
                                "cell_id": cell, "auto_comment": words})  # fmt: skip
                elif existing[1] != words:
                    changed.append({"key": existing[0], "auto_comment": words})
        insert(self.connection, COMMENT, new)
        update(self.connection, COMMENT, changed)

    def known(self, table: Table, columns: tuple) -> dict[tuple[str, str], tuple]:
        """The rows of ``table`` that belong to this assignment, by notebook and cell."""
        joined = table.join(NOTEBOOK, table.c.notebook_id == NOTEBOOK.c.id)
        query = select(*columns).select_from(joined).where(NOTEBOOK.c.notebook_id == self.structure.notebook_id)
        return {(row[0], row[1]): tuple(row[2:]) for row in self.connection.execute(query)}


def auto_score(entry: Mapping[str, Any] | None) -> float | None:
    """The machine's score of a question; None when a person has to give it, 0 for what is not in the record."""
    if entry is None:
        return 0.0
    return None if entry["status"] == "manual" else float(entry["score"])
