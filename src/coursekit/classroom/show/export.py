"""Grades for other systems: a plain table, and the file that Canvas imports."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence

from coursekit.classroom.gradebook.scores import Standing, standings
from coursekit.classroom.layout import Classroom
from coursekit.classroom.roster import Person

COLUMNS = (
    "assignment", "student", "last_name", "first_name", "email", "section", "status",
    "score", "late_days", "late_penalty", "final_score", "max_score",
)  # fmt: skip
# at the start, or after what ends a cell where programs read CSV by other signs than ours; wide forms are taken, too
FORMULA = re.compile("(^|[;|\t\r\n])(?=\\s*[=+\\-@\uff0b\uff0d\uff1d\uff20]|[\t\r])")
Term = Mapping[str, Sequence[Standing]]


def term(classroom: Classroom, assignments: Sequence[str]) -> dict[str, list[Standing]]:
    """The standings of each assignment."""
    return {name: standings(classroom, name) for name in assignments}


def number(value: float) -> str:
    """A score without needless zeros."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def safe_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return FORMULA.sub(r"\1'", text)


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
    numbers = [standing.score, standing.days_late, standing.penalty, standing.final]
    cells = map(number, numbers) if standing.stands else [""] * len(numbers)
    return [*map(safe_cell, texts), *cells, number(standing.max_score)]


def plain(found: Term) -> str:
    """One line a student and assignment."""
    rows = [plain_row(name, standing) for name, students in found.items() for standing in students]
    return as_text([list(COLUMNS), *rows])


def canvas(found: Term) -> str:
    """The gradebook that Canvas imports: Student, ID, SIS User ID, SIS Login ID, Section, a column an assignment; then points.

    A cell is empty unless the grade stands: what is not due, missing, not graded, stale or waiting for a person is no 0.
    ``EX`` is what Canvas itself writes and reads of a student who is excused.
    """
    everyone: dict[str, Person] = {}
    finals: dict[str, dict[str, str]] = {}
    for name, students in found.items():
        for standing in students:
            everyone[standing.person.student] = standing.person
            finals.setdefault(standing.person.student, {})[name] = canvas_cell(standing)
    highest = {name: max((s.max_score for s in students), default=0.0) for name, students in found.items()}
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *found]
    points = ["    Points Possible", "", "", "", "", *(number(value) for value in highest.values())]
    lines = [
        [
            safe_cell(p.name),
            safe_cell(p.lms_id),
            safe_cell(p.student),
            safe_cell(p.email or p.student),
            safe_cell(p.section),
            *(finals[student].get(name, "") for name in found),
        ]
        for student, p in sorted(everyone.items())
    ]
    return as_text([head, points, *lines])


def canvas_cell(standing: Standing) -> str:
    """A student's cell in Canvas's gradebook."""
    if standing.status == "excused":
        return "EX"
    return number(standing.final) if standing.stands else ""


def left_out(students: Sequence[Standing], named: bool) -> str:
    """Why an assignment's column is not exported, empty when it is; one that was ``named`` need not be due."""
    if all(standing.status in ("missing", "not due", "excused") for standing in students):
        return "nobody handed it in"
    return (
        ""
        if named or any(standing.due for standing in students)
        else "it is not due yet; name it to export it all the same"
    )


WAYS = {
    "waiting": "wait for a person to grade written answers; `course lab` opens formgrader",
    "stale": "handed in again, or the source was changed, since they were graded; `course grade {}` grades them",
    "partly missing": "handed in some of its notebooks and not all; export the parts by name for what each has",
    "ungraded": "handed in and are not graded; `course grade {}` grades them",
}


def without_grade(assignment: str, students: Sequence[Standing]) -> Iterator[str]:
    """Whose grade does not stand, and what makes it stand, a line for each reason."""
    for status, words in WAYS.items():
        people = [standing.person for standing in students if standing.status == status]
        names = ", ".join(p.student if p.name == p.student else f"{p.student} ({p.name})" for p in people)
        if names:
            yield f"{assignment}: {names}: {words.format(assignment)}"


FORMATS = {"csv": plain, "canvas": canvas}
