"""``course release``: build source and release notebooks, and a kit for students."""

from __future__ import annotations

import click
from rich.progress import Progress
from rich.table import Table

from coursekit.assignments.release import release
from coursekit.classroom.layout import Classroom
from coursekit.classroom.options import classroom_option, friendly
from coursekit.console import wide_console
from coursekit.course import current


@click.command("release")
@click.argument("assignments", nargs=-1)
@classroom_option
@friendly
def command(assignments: tuple[str, ...], classroom: Classroom) -> None:
    """Build source notebook, students' notebook and kit of the ASSIGNMENTS (all by default).

    Of an assignment for which the classroom has a source notebook alone, only the students' notebook is made.
    """
    names = assignments or tuple(current().topics() or classroom.assignments())
    if not names:
        raise click.ClickException(
            "there is no assignment yet: write exercises/<topic>.md, or put a notebook of your own into "
            f"{classroom.source('<assignment>')}"
        )
    console = wide_console()
    kits, table = False, Table("assignment", "questions", "points")
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("release", total=len(names))
        for name in names:
            bar.update(task, description=name)
            done = release([name], classroom.root, db_url=classroom.database)[0]
            table.add_row(name, str(done.questions), f"{done.points:g}")
            bar.update(task, advance=1)
            kits = kits or done.kit is not None
    console.print(table)
    name = names[0] if len(names) == 1 else "<assignment>"
    for what, path in (
        ("kits, for students", classroom.kit(name) if kits else None),
        ("students' notebooks", classroom.release(name)),
        ("with solutions, for you alone", classroom.source(name)),
    ):
        if path:
            console.print(f"{what}: {path}", markup=False, highlight=False, soft_wrap=True)
