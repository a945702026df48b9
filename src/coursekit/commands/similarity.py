"""``course similarity``: pairs of submissions that share more than the task explains."""

from __future__ import annotations

import click
from rich.table import Table

from coursekit.classroom.layout import Classroom
from coursekit.classroom.options import classroom_option, friendly
from coursekit.classroom.show.similarity import similarity
from coursekit.console import wide_console


@click.command("similarity")
@click.argument("assignment")
@click.option(
    "--at-least", default=0.6, show_default=True, type=click.FloatRange(0, 1), help="The smallest share to list."
)
@classroom_option
@friendly
def command(assignment: str, at_least: float, classroom: Classroom) -> None:
    """List pairs of students whose answers to ASSIGNMENT share code, the closest first.

    A high share is a reason to look, never a proof: short answers to one task look alike.
    """
    console = wide_console()
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
