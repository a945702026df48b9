"""``course similarity``: pairs of submissions that share more than the task explains."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.options import classroom_option, friendly
from coursekit.classroom.show import detectors
from coursekit.classroom.show.similarity import similarity
from coursekit.console import wide_console


def export(classroom: Classroom, assignment: str, folder: Path) -> None:
    """Write the folder for other programs, and the lines that start them; raises ClassroomError where a notebook is not in it."""
    if classroom.folder(assignment) != assignment:
        folder = folder / assignment  # each part of several in a folder of its own
    count, unread = detectors.write(classroom, assignment, folder)
    click.echo(f"{folder}: the answers of {count}, and in {detectors.GIVEN}/ what everybody was given. In that folder:")
    click.echo(f"  dolos run -f web -l python -i {detectors.GIVEN}/{assignment}.py {detectors.TABLE}")
    click.echo(f"  java -jar jplag.jar -l python3 -bc {detectors.GIVEN} {detectors.SUBMISSIONS}")
    if unread:
        raise ClassroomError(f"not in it, since they cannot be read: {', '.join(unread)}")


@click.command("similarity")
@click.argument("assignment")
@click.option(
    "--at-least", default=0.6, show_default=True, type=click.FloatRange(0, 1), help="The smallest share to list."
)
@click.option(
    "--export",
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the answers into this folder, for Dolos and JPlag.",
)
@classroom_option
@friendly
def command(assignment: str, at_least: float, target: Path | None, classroom: Classroom) -> None:
    """List pairs of students whose answers to ASSIGNMENT share code, the closest first.

    A high share is a reason to look, never a proof: short answers to one task look alike.
    """
    console = wide_console()
    if target:
        export(classroom, assignment, target)
        return
    with console.status("comparing"):
        close = similarity(classroom, assignment, at_least)
    if not close:
        console.print(f"no two submissions share {at_least:.0%} or more of their code")
        return
    table = Table("student", "student", "shared", "fingerprints", title=assignment)
    for pair in close:
        table.add_row(pair.first, pair.second, f"{pair.share:.0%}", str(pair.fingerprints))
    console.print(table)
    console.print("A reason to look, not a proof: short answers to one task look alike.")
