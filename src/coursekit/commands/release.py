"""``course release``: build source and release notebooks, and a kit for students."""

from __future__ import annotations

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from coursekit.assignments.release import release
from coursekit.classroom import own
from coursekit.classroom.layout import Classroom
from coursekit.classroom.options import classroom_option, friendly
from coursekit.console import wide_console
from coursekit.course import current


@click.command("release")
@click.argument("assignments", nargs=-1)
@click.option("--each", is_flag=True, help="Also a notebook for each student, where a question's numbers vary.")
@classroom_option
@friendly
def command(assignments: tuple[str, ...], each: bool, classroom: Classroom) -> None:
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
            _say(console, f"{what}: {path}")
    if each:
        _each(console, classroom, names)


def _each(console: Console, classroom: Classroom, names: tuple[str, ...]) -> None:
    """Write every student's own notebook, and say who has to get it again.  Raises ClickException where none is wanted."""
    some = False
    for name in names:
        handed = own.hand_out(classroom, name)
        some = some or bool(handed.notebooks or handed.early)
        if handed.notebooks:
            place = classroom.each(name, "<student>")
            _say(console, f"{len(handed.notebooks)} notebooks with numbers of their own, one for each student: {place}")
        if handed.early:
            _say(console, f"handed in already, so judged by everyone's numbers: {', '.join(handed.early)}")
        if handed.changed:
            _say(console, f"other numbers than before, to be handed out again: {', '.join(handed.changed)}")
    if not some:
        raise click.ClickException("no question's numbers vary: everyone has the same notebook")


def _say(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
