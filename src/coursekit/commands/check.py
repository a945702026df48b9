"""``course check``: a student's own run of the visible checks."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from coursekit.checked import LATER, PASSES
from coursekit.console import wide_console
from coursekit.selfcheck import CheckReport, NotCheckable, read, run

MARKS = {PASSES: "green", "wrong": "red", "missing": "yellow", LATER: "cyan"}


def show(report: CheckReport, console: Console) -> None:
    """Print the state of each question, what is wrong, and for how many points the visible checks pass."""
    for flag in report.flags:
        console.print(f"note: {flag}", markup=False, style="yellow")
    for question in report.questions:
        head = f"{question.id}: {question.state}"
        console.print(
            f"{head}  ({question.max_points:g} points)  {question.title}",
            markup=False,
            style=MARKS[question.state],
            highlight=False,
        )
        for line in question.message.splitlines():
            console.print(f"    {line}", markup=False, highlight=False)
    console.print(
        f"\nQuestions for {report.points:g} of {report.max_points:g} points pass the checks that you can see; hidden checks "
        f"decide the points when the work is graded. {report.later:g} more are decided only then.",
        highlight=False,
    )


@click.command("check")
@click.argument("notebook", type=click.Path(path_type=Path))
def command(notebook: Path) -> None:
    """Run NOTEBOOK from top to bottom and tell of each question whether it passes its visible checks, and why not."""
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
