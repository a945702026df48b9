"""``course release``: build source and release notebooks, and a kit for students."""

from __future__ import annotations

from pathlib import Path

import click
from rich.progress import Progress
from rich.table import Table

from coursekit.assignments.parse import topics
from coursekit.assignments.release import CLASSROOM, release
from coursekit.classroom.options import friendly
from coursekit.commands.console import wide_console


@click.command("release")
@click.argument("assignments", nargs=-1)
@click.option(
    "--classroom", type=click.Path(file_okay=False, path_type=Path), default=CLASSROOM, show_default="classroom/"
)
@click.option("--db", "db_url", default="", help="URL of the gradebook (default: gradebook.db in the classroom).")
@friendly
def command(assignments: tuple[str, ...], classroom: Path, db_url: str) -> None:
    """Build source notebook, students' notebook and kit of the ASSIGNMENTS (all by default)."""
    names = assignments or tuple(topics())
    if not names:
        raise click.ClickException("there is no assignment yet: write exercises/<topic>.md")
    console = wide_console()
    table = Table("assignment", "questions", "points")
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("release", total=len(names))
        for name in names:
            bar.update(task, description=name)
            done = release([name], classroom, db_url=db_url)[0]
            table.add_row(name, str(done.questions), f"{done.points:g}")
            bar.update(task, advance=1)
    console.print(table)
    for what, path in (
        ("kits, for students", classroom / "kits" / "<assignment>.zip"),
        ("students' notebooks", classroom / "release" / "<assignment>" / "<assignment>.ipynb"),
        ("with solutions, for you alone", classroom / "source" / "<assignment>" / "<assignment>.ipynb"),
    ):
        where = str(path) if len(names) > 1 else str(path).replace("<assignment>", names[0])
        console.print(f"{what}: {where}", markup=False, highlight=False, soft_wrap=True)
