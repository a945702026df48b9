"""Where a student stands: the record together with what people entered in the gradebook and the late penalty.

Records hold what the machine found and stay the same; manual scores, extra credit and comments live in the gradebook, where
formgrader puts them.  Pages and exports show the two together.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from nbgrader import api
from sqlalchemy import inspect

from coursekit.classroom import handed_in, policy, records
from coursekit.classroom.adopt.choices import judging
from coursekit.classroom.extensions import NONE, Extension, given
from coursekit.classroom.gradebook.manual import entries
from coursekit.classroom.gradebook.tables import connect
from coursekit.classroom.lateness import extended
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.roster import Person, people
from coursekit.classroom.source import GradedCell, questions


@dataclass(frozen=True)
class Manual:
    """What people entered for one cell."""

    score: float | None = None
    extra: float = 0.0
    comment: str = ""
    again: bool = False  # the submission or the machine's score changed since: a second look is asked for


@dataclass(frozen=True)
class Mark:
    """One question of one student: what the record says and what a person made of it."""

    question: GradedCell
    score: float
    status: str
    message: str
    manual: Manual

    @property
    def waiting(self) -> bool:
        """Whether the question waits for a person, for the first time or again."""
        return (self.status == "manual" and self.manual.score is None) or self.manual.again


@dataclass(frozen=True)
class Standing:
    """One student's marks for an assignment; ``score`` includes manual scores, ``final`` the late penalty too."""

    person: Person
    marks: tuple[Mark, ...]
    record: records.Record | None
    late_share: float = 0.0
    days_late: int = 0
    handed_in: bool = False
    due: bool = True
    extension: Extension = NONE
    changed: tuple[str, ...] = ()  # of submission and source, what is another one now than the record was made from

    @property
    def score(self) -> float:
        """Points before any late penalty."""
        return records.tidy(sum(mark.score for mark in self.marks))

    @property
    def max_score(self) -> float:
        """Points to be had, without extra credit."""
        return records.tidy(sum(mark.question.points for mark in self.marks))

    @property
    def penalty(self) -> float:
        """Points taken off for lateness."""
        return records.tidy(self.late_share * self.score)

    @property
    def final(self) -> float:
        """``score - penalty``: what is exported."""
        return records.tidy(self.score - self.penalty)

    @property
    def status(self) -> str:
        """One word for the whole: excused, graded, refused, waiting (for a person), stale, ungraded, missing, not due."""
        if self.extension.excused:
            return "excused"
        if self.record is None:
            return "ungraded" if self.handed_in else "missing" if self.due else "not due"
        if self.changed:
            return "stale"
        if {mark.status for mark in self.marks} <= {"refused"}:
            return "refused"
        return "waiting" if any(mark.waiting for mark in self.marks) else "graded"

    @property
    def stands(self) -> bool:
        """Whether ``final`` is the student's grade: somebody or something gave it, and it is of what is there now."""
        return self.status in ("graded", "refused")


def entered(classroom: Classroom, assignment: str) -> dict[str, dict[str, Manual]]:
    """What people entered for an assignment: ``{student: {grade_id: Manual}}``; comments under their answer cell's id."""
    by_student: dict[str, dict[str, Manual]] = defaultdict(dict)
    engine = connect(classroom.db_url)
    try:
        if not inspect(engine).has_table("grade"):
            return {}
        with engine.connect() as connection:
            for student, name, columns in entries(connection, api.Assignment.__table__.c.name == assignment):
                before = by_student[student].get(name, Manual())
                by_student[student][name] = merged(before, checked(columns, f"{student}, {assignment}, {name}"))
    finally:
        engine.dispose()
    return dict(by_student)


def checked(row: dict[str, Any], whose: str) -> dict[str, Any]:
    """The row itself; raises ClassroomError for points that are no number, which a column of SQLite can hold."""
    for column in ("manual_score", "extra_credit"):
        value = row.get(column)
        if value is not None and not records.is_number(value):
            raise ClassroomError(
                f"the gradebook has {str(value)[:60]!r} as {column} of {whose}, and that must be a number: type the points "
                "again in formgrader (`course lab`)"
            )
    return row


def merged(before: Manual, values: dict[str, Any]) -> Manual:
    """``before`` with the columns of one more row."""
    if "manual_comment" in values:
        return replace(before, comment=values["manual_comment"] or before.comment)
    score = values["manual_score"]
    again = score is not None and bool(values["needs_manual_grade"])
    return Manual(score, float(values["extra_credit"] or 0), before.comment, again)


def mark_of(question: GradedCell, record: records.Record | None, manual: dict[str, Manual]) -> Mark:
    """One question's mark; a manual score takes the place of the machine's, extra credit is added."""
    nothing = {"score": 0.0, "status": "missing", "message": "Nothing was handed in."}
    entry = (record or {"questions": {}})["questions"].get(question.id, nothing)
    own, answer = manual.get(question.id, Manual()), manual.get(question.answer, Manual())
    score = (entry["score"] if own.score is None else own.score) + own.extra
    comment = "\n\n".join(dict.fromkeys(text for text in (own.comment, answer.comment) if text))
    return Mark(question, float(score), entry["status"], entry["message"], replace(own, comment=comment))


def standings(classroom: Classroom, assignment: str) -> list[Standing]:
    """Where every student of the roster, with a submission or with a record stands, by student id."""
    graded, manual = records.read_all(classroom, assignment), entered(classroom, assignment)
    roster = people(classroom)
    source, there = classroom.source_bytes(assignment), set(classroom.submitters(assignment))
    digest = records.source_digest(source, judging(classroom, assignment, source))
    asked, rule, extensions = questions(source), policy.load(classroom, assignment), given(classroom, assignment)
    result = []
    for student in sorted({*graded, *roster, *there, *extensions}):
        record = graded.get(student)
        marks = tuple(mark_of(question, record, manual.get(student, {})) for question in asked)
        late = (record or {}).get("late") or {}
        person = roster.get(student, Person(student))
        changed = changes(classroom, assignment, student, record, digest) if record and student in there else ()
        share, days = late.get("share", 0.0), late.get("days", 0)
        own = extensions.get(student, NONE)
        due = policy.is_due(extended(rule, own))
        result.append(Standing(person, marks, record, share, days, student in there, due, own, changed))
    return result


def changes(
    classroom: Classroom, assignment: str, student: str, record: records.Record, source: str
) -> tuple[str, ...]:
    """Which of submission and source (its digest) is another one now than ``record`` was made from.

    A submission that this account cannot read may be another one, and counts as such.
    """
    try:
        submission = records.sha256(handed_in.notebook(classroom, assignment, student)[0])
    except OSError:
        submission = ""
    now = {"submission": submission, "source": source}
    return tuple(name for name, digest in now.items() if record["hashes"][name] != digest)
