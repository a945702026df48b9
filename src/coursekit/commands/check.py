"""``course check``: a student's own run of the visible checks."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from coursekit.console import wide_console
from coursekit.selfcheck import CheckReport, NotCheckable, read, run

MARKS = {"right": "green", "wrong": "red", "missing": "yellow", "graded later": "cyan"}


def show(report: CheckReport, console: Console) -> None:
    """Print the state of each question, what is wrong, and the points so far."""
    for flag in report.flags:
        console.print(f"note: {flag}", markup=False, style="yellow")
    for question in report.questions:
        head = f"{question.id}: {question.state}"
        points = f"{question.points:g} of {question.max_points:g} points"
        console.print(
            f"{head}  ({points})  {question.title}", markup=False, style=MARKS[question.state], highlight=False
        )
        for line in question.message.splitlines():
            console.print(f"    {line}", markup=False, highlight=False)
    console.print(
        f"\n{report.points:g} of {report.max_points:g} points so far, by the checks that you can see; "
        f"{report.later:g} more are decided when the work is graded.",
        highlight=False,
    )


@click.command("check")
@click.argument("notebook", type=click.Path(path_type=Path))
def command(notebook: Path) -> None:
    """Run NOTEBOOK from top to bottom and tell, for each question, whether it is right, and what is wrong if not."""
    console = wide_console(120, soft_wrap=True)
    try:
        work = read(notebook)
        with Progress(console=console, transient=True) as bar:
            bar.add_task(f"checking {notebook.name}", total=None)
            report = run(work)
    except NotCheckable as error:
        raise click.ClickException(str(error)) from None
    show(report, console)
    if not report.done:
        raise SystemExit(1)
