"""``course feedback``: one safe page for each student."""

from __future__ import annotations

import click

from coursekit.classroom import records
from coursekit.classroom.layout import Classroom
from coursekit.classroom.options import classroom_option, friendly
from coursekit.classroom.progress import bar
from coursekit.classroom.show import feedback


@click.command("feedback")
@click.argument("assignment")
@click.option(
    "--answers/--no-answers", default=None, help="Show what is right; by default once late work can earn nothing."
)
@classroom_option
@friendly
def command(assignment: str, classroom: Classroom, answers: bool | None) -> None:
    """Write feedback/STUDENT/ASSIGNMENT.html for everyone who has a record of ASSIGNMENT."""
    classroom.source_bytes(assignment)
    students = feedback.with_records(classroom, assignment)
    faults = [
        f"{student}: {classroom.record(assignment, student)} is damaged; `course grade {assignment}` makes it again"
        for student in records.damaged(classroom, assignment)
    ]
    with bar() as progress:
        made = feedback.write(classroom, assignment, students, answers, faults)
        pages = list(progress.track(made, len(students), description="pages"))
    click.echo(f"{len(pages)} pages in {classroom.root / 'feedback'}")
    if faults:
        raise click.ClickException("no new page for\n" + "\n".join(faults))
