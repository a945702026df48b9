"""``course extend``: more days for one student, or an assignment that is not asked of one."""

from __future__ import annotations

from collections.abc import Iterator

import click

from coursekit.classroom import extensions, policy, records
from coursekit.classroom.extensions import MOST_DAYS, NONE, Extension
from coursekit.classroom.lateness import rule_of
from coursekit.classroom.layout import Classroom, ClassroomError, checked_id
from coursekit.classroom.options import classroom_option, friendly
from coursekit.classroom.roster import people


def check(classroom: Classroom, student: str, assignment: str) -> None:
    """Raises ClassroomError for an assignment that is not there, and for a student of whom nothing is known."""
    classroom.source_bytes(assignment)
    known = {*people(classroom), *classroom.submitters(assignment), *extensions.whose(classroom, assignment)}
    if checked_id(student) not in known and people(classroom):
        raise ClassroomError(
            f"{student} is not in roster.csv and has handed in nothing for {assignment}: is it another student's id?"
        )


def wanted(classroom: Classroom, assignment: str, days: int | None, excuse: bool, reason: str) -> Extension:
    """What the options ask for; raises ClassroomError for days without a deadline that they could move."""
    if days is not None and policy.load(classroom, assignment).deadline is None:
        raise ClassroomError(
            f"{assignment} has no deadline, so there is none to move: write one below [{assignment}] in {classroom.policy}"
        )
    return Extension(days or 0, excuse, reason)


def said(classroom: Classroom, student: str, assignment: str) -> Iterator[str]:
    """What holds for a student now, a line each."""
    own, rule = extensions.given_to(classroom, assignment, student), rule_of(classroom, assignment, student)
    why = f" ({own.reason})" if own.reason else ""
    if own.excused:
        yield f"{student} is excused from {assignment}{why}: the exports have no grade for it"
    elif rule.deadline is None:
        yield f"{student} hands in {assignment} without a deadline"
    else:
        more = (
            f", {own.days} {'day' if own.days == 1 else 'days'} after the others{why}"
            if own.days
            else ", as the others"
        )
        yield f"{student} hands in {assignment} by {rule.deadline:%Y-%m-%d %H:%M} UTC{more}"
    record = records.read(classroom, assignment, student)
    if record and record.get("late") and not own.excused:
        late, counted = record["late"], "day" if record["late"]["days"] == 1 else "days"
        yield f"{late['days']} {counted} late, {late['penalty']:g} of {record['score']:g} points taken off"


@click.command("extend")
@click.argument("student")
@click.argument("assignment")
@click.option(
    "--days", type=click.IntRange(1, MOST_DAYS), help="Days after everybody's deadline, not after an earlier extension."
)
@click.option("--excuse", is_flag=True, help="Ask nothing of the student: no grade is exported, and none is missed.")
@click.option("--withdraw", is_flag=True, help="Take back what was given.")
@click.option("--reason", default="", help="For whoever reads it later.")
@classroom_option
@friendly
def command(
    student: str, assignment: str, days: int | None, excuse: bool, withdraw: bool, reason: str, classroom: Classroom
) -> None:
    """Give STUDENT more days for ASSIGNMENT, or an excuse; without an option, say what was given.

    Penalties for lateness follow at once, in records and gradebook, also of other assignments where late days are a budget.
    """
    if sum((days is not None, excuse, withdraw)) > 1:
        raise click.UsageError("say one of --days, --excuse and --withdraw")
    check(classroom, student, assignment)
    if days is not None or excuse or withdraw:
        asked = NONE if withdraw else wanted(classroom, assignment, days, excuse, reason)
        extensions.give(classroom, assignment, student, asked)
        from coursekit.classroom.gradebook import penalties  # imports nbgrader, for which the other ways need not wait

        penalties.refresh(classroom, classroom.assignments(), [student])
    elif reason:
        raise click.UsageError("--reason goes with --days or --excuse")
    for line in said(classroom, student, assignment):
        click.echo(line)
