"""Grades for other systems: a plain table, and the file that Canvas imports."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence

from coursekit.classroom.gradebook.scores import Standing, standings
from coursekit.classroom.layout import Classroom
from coursekit.classroom.roster import Person

COLUMNS = (
    "assignment", "student", "last_name", "first_name", "email", "section", "status",
    "score", "late_days", "late_penalty", "final_score", "max_score",
)  # fmt: skip
FORMULA = re.compile(
    "^[=+\\-@\t\r\uff0b\uff0d\uff1d\uff20]"
)  # the last four are wide forms, which some programs take too
Term = Mapping[str, Sequence[Standing]]


def term(classroom: Classroom, assignments: Sequence[str]) -> dict[str, list[Standing]]:
    """The standings of each assignment."""
    return {name: standings(classroom, name) for name in assignments}


def number(value: float) -> str:
    """A score without needless zeros."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def safe_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def as_text(rows: list[list[str]]) -> str:
    """Rows as CSV."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def plain_row(assignment: str, standing: Standing) -> list[str]:
    """One student's line for one assignment."""
    person = standing.person
    texts = [
        assignment,
        person.student,
        person.last_name,
        person.first_name,
        person.email,
        person.section,
        standing.status,
    ]
    numbers = [standing.score, standing.days_late, standing.penalty, standing.final, standing.max_score]
    return [*map(safe_cell, texts), *map(number, numbers)]


def plain(found: Term) -> str:
    """One line a student and assignment."""
    rows = [plain_row(name, standing) for name, students in found.items() for standing in students]
    return as_text([list(COLUMNS), *rows])


def canvas(found: Term) -> str:
    """The gradebook that Canvas imports: Student, ID, SIS User ID, SIS Login ID, Section, a column an assignment; then points.

    A student without a submission gets 0, and one whose written answers wait for a person the points so far.
    """
    everyone: dict[str, Person] = {}
    finals: dict[str, dict[str, float]] = {}
    for name, students in found.items():
        for standing in students:
            everyone[standing.person.student] = standing.person
            finals.setdefault(standing.person.student, {})[name] = standing.final
    highest = {name: max((s.max_score for s in students), default=0.0) for name, students in found.items()}
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *found]
    points = ["    Points Possible", "", "", "", "", *(number(value) for value in highest.values())]
    lines = [
        [safe_cell(p.name), safe_cell(p.lms_id), safe_cell(p.student), safe_cell(p.email or p.student), safe_cell(p.section),
         *(number(finals[student].get(name, 0.0)) for name in found)]
        for student, p in sorted(everyone.items())
    ]  # fmt: skip
    return as_text([head, points, *lines])


FORMATS = {"csv": plain, "canvas": canvas}
