"""``course demo``: a whole term in miniature with made-up students."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
from rich.table import Table

from coursekit.assignments.parse import topics
from coursekit.classroom.demo import term
from coursekit.classroom.grade.job import Settings
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.options import friendly
from coursekit.classroom.progress import bar
from coursekit.commands.grade import runner
from coursekit.console import wide_console
from coursekit.course import at
from coursekit.engine.interface import Budget

BUDGET = Budget(call_seconds=6.0, submission_seconds=120.0)


def table(lines: list[term.Line]) -> Table:
    """Every student of every assignment: status, score, what it must be, and whether it is."""
    result = Table("assignment", "student", "kind", "status", "final score", "must be", "verdict")
    for row in lines:
        status = row.standing.status if row.standing else ""
        score = f"{row.standing.final:g} of {row.standing.max_score:g}" if row.standing else ""
        expected = "" if row.expected is None else f"{row.expected:g}"
        verdict, style = ("DIFFERS", "red") if row.faults else ("as it must be", "")
        result.add_row(row.assignment, row.student, row.kind, status, score, expected, verdict, style=style)
    return result


@click.command("demo")
@click.option(
    "--students", default=12, show_default=True, type=click.IntRange(1, 2000), help="How many made-up students."
)
@click.option("--assignment", "assignments", multiple=True, help="Only this assignment; by default all there are.")
@click.option(
    "--classroom",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="A new folder; default: a temporary one.",
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Grading processes.")
@click.option(
    "--unsafe-no-sandbox", is_flag=True, help="Grade without a sandbox. The made-up students include hostile ones."
)
@click.option("--root", type=click.Path(file_okay=False, path_type=Path), hidden=True)
@friendly
def command(
    students: int,
    assignments: tuple[str, ...],
    folder: Path | None,
    workers: int,
    unsafe_no_sandbox: bool,
    root: Path | None,
) -> None:
    """Release, hand in, collect, grade, grade by hand, feedback, export: everything, and compare it with what must come out."""
    root = at(root).root
    names = list(assignments) or topics(root)
    if not names:
        raise ClassroomError("there is no assignment in exercises/ to show")
    place = folder or Path(tempfile.mkdtemp(prefix="course-demo-"))
    if place.exists() and any(place.iterdir()):
        raise ClassroomError(f"{place} is not empty; the demo starts from a clean folder: name a new one")
    settings = Settings(budget=BUDGET, workers=workers, unsafe_no_sandbox=unsafe_no_sandbox)
    classroom = Classroom(place.absolute())
    console = wide_console()
    lines: list[term.Line] = []
    with bar(console) as progress:
        task = progress.add_task("releasing", total=None)
        term.prepare(classroom, names, root)
        for name in names:

            def advance(student: str, total: int) -> None:
                progress.update(task, total=total, advance=1 if student else 0)

            def say(words: str) -> None:
                progress.reset(task, description=words, total=None)

            lines += term.one(classroom, name, students, settings, runner(settings), root, say, advance)
    console.print(table(lines))
    for row in lines:
        for fault in row.faults:
            console.print(f"{row.assignment}/{row.student} ({row.kind}): {fault}", style="red", markup=False)
    console.print(
        f"The classroom is in {classroom.root}; `course lab --classroom {classroom.root}` opens it", soft_wrap=True
    )
    wrong = sum(bool(row.faults) for row in lines)
    if wrong:
        raise click.ClickException(f"{wrong} of {len(lines)} results are not what they must be")
    console.print(f"{len(lines)} results, all as they must be")
