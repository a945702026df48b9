"""Points and comments of a person's, written where formgrader writes them."""

from __future__ import annotations

from nbgrader import api
from sqlalchemy import Connection, Table, inspect, select

from coursekit.classroom.gradebook.tables import connect
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.source import GradedCell


def give(
    classroom: Classroom, assignment: str, student: str, question: GradedCell, points: float, comment: str | None
) -> None:
    """Enter a person's points for a question, and a comment in place of the earlier one; None leaves that as it is.

    Raises ClassroomError for points that the question does not have, and where nothing of the student's is graded.
    """
    if not 0 <= points <= question.points:
        raise ClassroomError(
            f"{question.id} has 0 to {question.points:g} points, got {points:g}; more is extra credit, which formgrader takes"
        )
    engine = connect(classroom.db_url)
    try:
        if not inspect(engine).has_table("grade"):
            raise ClassroomError(f"nothing is graded yet; `course grade {assignment}` does it")
        with engine.begin() as connection:
            grade, remark = api.Grade.__table__, api.Comment.__table__
            rows = of(connection, grade, assignment, student, question.id)
            if not rows:
                raise ClassroomError(f"{student} has no grade for {assignment}; `course grade {assignment}` makes it")
            values = {"manual_score": points, "needs_manual_grade": False}
            connection.execute(grade.update().where(grade.c.id.in_(rows)).values(values))
            if comment is not None:
                own = remark.c.id.in_(of(connection, remark, assignment, student, question.answer))
                connection.execute(remark.update().where(own).values(manual_comment=comment or None))
    finally:
        engine.dispose()


def so_far(classroom: Classroom, assignment: str, student: str, question: GradedCell) -> tuple[float | None, bool, str]:
    """What the gradebook has of a person's for one answer: points, whether it asks for another look, and the comment."""
    engine = connect(classroom.db_url)
    try:
        with engine.connect() as connection:
            grade, remark = api.Grade.__table__, api.Comment.__table__
            points, looks, words = None, False, ""
            for row in connection.execute(select(grade.c.manual_score, grade.c.needs_manual_grade).where(
                grade.c.id.in_(of(connection, grade, assignment, student, question.id))
            )):  # fmt: skip
                points, looks = row
            for row in connection.execute(select(remark.c.manual_comment).where(
                remark.c.id.in_(of(connection, remark, assignment, student, question.answer))
            )):  # fmt: skip
                words = row[0] or ""
        return points, bool(looks), words
    finally:
        engine.dispose()


def of(connection: Connection, table: Table, assignment: str, student: str, cell: str) -> list[str]:
    """The ids of a student's rows in ``table`` for a cell of an assignment."""
    submitted, base = api.SubmittedAssignment.__table__, api.BaseCell.__table__
    notebook, assigned = api.SubmittedNotebook.__table__, api.Assignment.__table__
    joined = (
        table.join(notebook, table.c.notebook_id == notebook.c.id)
        .join(submitted, notebook.c.assignment_id == submitted.c.id)
        .join(assigned, submitted.c.assignment_id == assigned.c.id)
        .join(base, table.c.cell_id == base.c.id)
    )
    which = (assigned.c.name == assignment) & (submitted.c.student_id == student) & (base.c.name == cell)
    return list(connection.scalars(select(table.c.id).select_from(joined).where(which)))
