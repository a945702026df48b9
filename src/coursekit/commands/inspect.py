"""``course inspect``: why a student's score is what it is."""

from __future__ import annotations

from collections.abc import Iterator

import click
from rich.markup import escape
from rich.table import Table

from coursekit.classroom import handed_in, own, records
from coursekit.classroom.adopt.choices import judging
from coursekit.classroom.gradebook.scores import Standing, standings
from coursekit.classroom.layout import Classroom, ClassroomError, checked_id
from coursekit.classroom.options import classroom_option, friendly
from coursekit.classroom.roster import people
from coursekit.console import wide_console
from coursekit.engine.interface import Budget
from coursekit.varied import numbers_text


def table(standing: Standing) -> Table:
    """Question by question: the machine's result, what a person entered, the message."""
    result = Table("question", "points", "status", "by hand", "message and comment", title=escape(standing.person.name))
    for mark in standing.marks:
        hand = "" if mark.manual.score is None else f"{mark.manual.score:g}"
        hand += f" + {mark.manual.extra:g}" if mark.manual.extra else ""
        message = "" if mark.status == "manual" and mark.manual.score is not None else mark.message
        text = "\n".join(filter(None, (message, mark.manual.comment and f"Grader: {mark.manual.comment}")))
        points = f"{mark.score:g} of {mark.question.points:g}"
        result.add_row(mark.question.id, points, mark.status, hand, escape(text))
    return result


def staleness(classroom: Classroom, assignment: str, student: str, record: records.Record) -> list[str]:
    """What has changed since the record was made."""
    there = student in classroom.submitters(assignment)
    data = handed_in.notebook(classroom, assignment, student)[0] if there else b""
    source = classroom.source_bytes(assignment)
    now = records.hashes(data, source, Budget(), judging(classroom, assignment, source))
    changed = [name for name, value in now.items() if record["hashes"].get(name) != value]
    theirs = own.given(classroom, assignment, source).get(student, {})
    return changed + ["numbers"] * (record.get("variants", {}) != own.common_or(theirs, source))


def numbers(classroom: Classroom, assignment: str, student: str) -> Iterator[str]:
    """For each question whose numbers vary, those that the student was given."""
    varied = own.tables(classroom.source_bytes(assignment))
    theirs = own.ledger(classroom, assignment).get(student, {}) if varied else {}
    for question, variants in varied.items():
        known = theirs.get(question)
        words = "numbers of one's own" if known else "everyone's numbers"
        yield f"{question} was asked with {words}: {numbers_text(known or variants[own.COMMON]['given'])}"


def nothing_to_show(student: str, assignment: str, classroom: Classroom) -> str:
    """Why there is no record, and the way out."""
    if student in classroom.submitters(assignment):
        return f"{student} has no record for {assignment}; `course grade {assignment} --student {student}` makes it"
    known = "" if student in people(classroom) else " and is not in roster.csv, so the id may be wrong"
    return (
        f"{student} has handed in nothing for {assignment}{known}; `course collect {assignment} PATH` takes submissions"
    )


@click.command("inspect")
@click.argument("student")
@click.argument("assignment")
@classroom_option
@friendly
def command(student: str, assignment: str, classroom: Classroom) -> None:
    """Show how STUDENT's score in ASSIGNMENT comes about, and whether its record still holds."""
    checked_id(student)
    by_student = {standing.person.student: standing for standing in standings(classroom, assignment)}
    standing = by_student.get(student)
    if standing is None or standing.record is None:
        raise ClassroomError(nothing_to_show(student, assignment, classroom))
    console = wide_console()
    console.print(table(standing))
    console.print(f"{standing.score:g} of {standing.max_score:g} points", end="")
    console.print(
        f"; {standing.penalty:g} taken off for being {standing.days_late} days late, {standing.final:g} remain"
        if standing.penalty
        else ""
    )
    if standing.extension.excused:
        console.print("excused: the exports have no grade for it")
    for line in numbers(classroom, assignment, student):
        console.print(line, markup=False)
    for flag in standing.record["flags"]:
        console.print(f"note: {flag}", markup=False)
    console.print(
        f"graded by {standing.record['grader']}; submission {standing.record['hashes']['submission'][:12]}",
        markup=False,
    )
    changed = staleness(classroom, assignment, student, standing.record)
    if changed:
        console.print(f"changed since: {', '.join(changed)}; `course grade {assignment}` brings it up to date")
    history = sorted(classroom.history(assignment, student).glob("*.ipynb"))
    if len(history) > 1:
        console.print(f"{len(history)} versions were handed in: {', '.join(path.stem for path in history)}")
