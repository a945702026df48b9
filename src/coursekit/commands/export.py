"""``course export``: grades as CSV or as the file that Canvas imports."""

from __future__ import annotations

from pathlib import Path

import click

from coursekit.classroom import records
from coursekit.classroom.gradebook.scores import Standing, standings
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.options import classroom_option, friendly
from coursekit.classroom.progress import bar
from coursekit.classroom.show.export import FORMATS, left_out, without_grade
from coursekit.paths import write_atomically


@click.command("export")
@click.argument("assignments", nargs=-1)
@click.option("--format", "form", default="csv", show_default=True, type=click.Choice(sorted(FORMATS)))
@click.option("--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@classroom_option
@friendly
def command(assignments: tuple[str, ...], form: str, output: Path, classroom: Classroom) -> None:
    """Write the grades of ASSIGNMENTS with manual scores and late penalties taken into account.

    By default of all that are due and that somebody handed in.  A cell is empty unless the grade stands.
    """
    names = list(assignments) or classroom.assignments()
    if not names:
        raise ClassroomError(f"no assignment in {classroom.root}; `course release` makes them")
    chosen: dict[str, list[Standing]] = {}
    with bar() as progress:
        for name in progress.track(names, description="reading"):
            if lost := records.damaged(classroom, name):  # exported, they would count as nothing handed in
                raise ClassroomError(
                    f"the records of {', '.join(lost)} for {name} cannot be read; `course grade {name}` makes them again, or "
                    f"remove {classroom.record(name, lost[0])}"
                )
            chosen[name] = standings(classroom, name)
    away = {name: reason for name, students in chosen.items() if (reason := left_out(students, bool(assignments)))}
    chosen = {name: students for name, students in chosen.items() if name not in away}
    if chosen:
        write_atomically(output, FORMATS[form](chosen))
        standing = sum(student.stands for students in chosen.values() for student in students)
        click.echo(f"{output}: {standing} grades of {', '.join(chosen)}")
    for name, reason in away.items():
        click.echo(f"left out: {name}: {reason}", err=True)
    lacking = [line for name, students in chosen.items() for line in without_grade(name, students)]
    for line in lacking:
        click.echo(line, err=True)
    if not chosen:
        raise ClassroomError("nothing to export: no file was written")
    if lacking or (assignments and away):
        raise ClassroomError("not everything asked for is in the file: what is above has empty cells, or none")
