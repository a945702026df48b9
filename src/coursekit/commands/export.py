"""``course export``: grades as CSV or as the file that Canvas imports."""

from __future__ import annotations

from pathlib import Path

import click

from coursekit.classroom import records
from coursekit.classroom.gradebook.scores import Standing, standings
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.options import classroom_option, friendly
from coursekit.classroom.progress import bar
from coursekit.classroom.show.export import FORMATS
from coursekit.paths import write_atomically


@click.command("export")
@click.argument("assignments", nargs=-1)
@click.option("--format", "form", default="csv", show_default=True, type=click.Choice(sorted(FORMATS)))
@click.option("--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@classroom_option
@friendly
def command(assignments: tuple[str, ...], form: str, output: Path, classroom: Classroom) -> None:
    """Write the grades of ASSIGNMENTS (all by default) with manual scores and late penalties taken into account."""
    names = list(assignments) or classroom.assignments()
    if not names:
        raise ClassroomError(f"no assignment in {classroom.root}; `course release` makes them")
    found: dict[str, list[Standing]] = {}
    with bar() as progress:
        for name in progress.track(names, description="reading"):
            if lost := records.damaged(classroom, name):  # exported, they would count as nothing handed in
                raise ClassroomError(
                    f"the records of {', '.join(lost)} for {name} cannot be read; `course grade {name}` makes them again, or "
                    f"remove {classroom.record(name, lost[0])}"
                )
            found[name] = standings(classroom, name)
    write_atomically(output, FORMATS[form](found))
    waiting = sum(standing.status == "waiting" for students in found.values() for standing in students)
    assignments_in_all = "1 assignment" if len(names) == 1 else f"{len(names)} assignments"
    click.echo(f"{output}: {sum(map(len, found.values()))} results of {assignments_in_all}")
    if waiting:
        click.echo(f"{waiting} still wait for a person to grade written answers; their points so far are in the file")
