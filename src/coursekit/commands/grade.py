"""``course grade``: grade what was collected, safely, once, here or on many workers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import click

from coursekit.classroom import handed_in, records
from coursekit.classroom.collect.items import UNUSUAL
from coursekit.classroom.grade import local
from coursekit.classroom.grade.job import Job, Runner, Settings
from coursekit.classroom.grade.run import grade
from coursekit.classroom.grade.worker import DEFAULT_ENGINE
from coursekit.classroom.layout import Classroom
from coursekit.classroom.options import about_file, classroom_option, friendly
from coursekit.classroom.progress import bar
from coursekit.classroom.requests import still_open
from coursekit.console import wide_console
from coursekit.engine.engines import shared_by_workers
from coursekit.engine.messages import LEFT_OUT, LOOK


@click.command("grade")
@click.argument("assignment")
@click.option("--student", "students", multiple=True, help="Only this student; may be given several times.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes on this machine.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="A dask scheduler, for example tcp://10.0.0.1:8786.")
@click.option("--regrade", is_flag=True, help="Grade again, show what would change, ask before writing.")
@click.option("--yes", is_flag=True, help="With --regrade: write without asking.")
@click.option("--unsafe-no-sandbox", is_flag=True, help="Grade even where no sandbox works: only what you trust.")
@click.option(
    "--unproved", is_flag=True, help="Grade a source whose own solution does not pass; every record then says so."
)
@classroom_option
@friendly
def command(
    assignment: str, students: tuple[str, ...], workers: int, scheduler: str, regrade: bool, yes: bool,
    unsafe_no_sandbox: bool, unproved: bool, classroom: Classroom,
) -> None:  # fmt: skip
    """Grade the submissions of ASSIGNMENT that have no record yet, or whose submission, source or grader changed."""
    settings = Settings(workers=workers, scheduler=scheduler, unsafe_no_sandbox=unsafe_no_sandbox, unproved=unproved)
    console = wide_console()
    if regrade:
        # it imports nbgrader, which takes seconds
        from coursekit.classroom.grade.regrade import regrade as again

        again(classroom, assignment, students, settings, console, run=runner(settings), confirmed=yes)
        return
    with bar(console) as progress:
        task = progress.add_task("grading", total=None)

        def advance(student: str, total: int) -> None:
            progress.update(task, total=total, advance=1 if student else 0)

        try:
            summary = grade(classroom, assignment, students, settings, run=runner(settings), advance=advance)
        except KeyboardInterrupt:
            raise click.ClickException("stopped; what was graded is kept: the same command grades the rest") from None
    console.print(f"{len(summary.graded)} graded, {len(summary.kept)} already graded")
    if forged := looked_at(classroom, assignment, summary.graded):
        console.print(
            f"look forged: {', '.join(forged)}; `course inspect {forged[0]} {assignment}` says why", markup=False
        )
    if unseen := looked_at(classroom, assignment, summary.graded, LEFT_OUT):
        console.print(
            f"may be right, in a kind of value that tests cannot look into: {', '.join(unseen)}; `course inspect {unseen[0]} "
            f"{assignment}` says where",
            markup=False,
        )
    for line in ahead(classroom, assignment):
        console.print(line, markup=False, soft_wrap=True)
    for student in summary.crashed:
        console.print(f"[red]{student} was set aside: it took its grading process down twice; see its record")
    for student, names in handed_in.beside(classroom, assignment, students).items():
        console.print(f"not read, of {student}: {listed(names)}", markup=False, soft_wrap=True)
    if summary.unread:
        raise click.ClickException(
            "not graded, since they cannot be read:\n" + "\n".join(map(about_file, summary.unread.values()))
        )
    if wrong := handed_in.misnamed(classroom, assignment, students):
        raise click.ClickException(
            f"no {classroom.notebook(assignment)}.ipynb, but a notebook of another name: "
            + "; ".join(f"{student} ({listed(names)})" for student, names in wrong.items())
            + f". Rename what is to be graded, in submitted/STUDENT/{assignment}, or `course collect` it"
        )


def looked_at(classroom: Classroom, assignment: str, students: list[str], words: str = LOOK) -> list[str]:
    """Those whose records have a flag that asks, in these words, for a look at what they handed in."""
    found = {student: records.read(classroom, assignment, student) for student in sorted(students)}
    return [student for student, record in found.items() if record and any(words in flag for flag in record["flags"])]


def listed(names: list[str]) -> str:
    """The first few names, without what could steer a terminal."""
    shown = ", ".join(UNUSUAL.sub("\ufffd", name)[:60] for name in names[:5])
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def ahead(classroom: Classroom, assignment: str) -> Iterator[str]:
    """What is left to do for an assignment, a line each."""
    from coursekit.classroom.gradebook.scores import standings  # imports nbgrader, which has time until here

    by_status: dict[str, list[str]] = defaultdict(list)
    for standing in standings(classroom, assignment):
        by_status[standing.status].append(standing.person.student)
    if waiting := by_status["waiting"]:
        yield f"{len(waiting)} with written answers that wait for a person: `course lab` opens formgrader"
    if refused := by_status["refused"]:
        yield f"refused: {', '.join(refused)}; `course inspect {refused[0]} {assignment}` says why"
    if stale := by_status["stale"] + by_status["ungraded"]:
        yield f"not graded as they are now: {', '.join(stale)}; `course grade {assignment}` grades them"
    if missing := by_status["missing"] + by_status["not due"]:
        yield f"nothing handed in: {', '.join(missing)}"
    if requests := sum(request.assignment == assignment for request, _ in still_open(classroom)):
        yield f"{requests} ask for another look at a question: `course request` lists them"
    if classroom.removed(assignment).is_file():
        yield f"points and comments that people gave for questions that are gone are in {classroom.removed(assignment)}"


def runner(settings: Settings) -> Runner:
    """How to run: in this process for one worker, through dask otherwise."""
    return local.run if settings.workers == 1 and not settings.scheduler else on_many


def on_many(jobs: list[Job], source: bytes, settings: Settings) -> Iterator[dict[str, Any]]:
    """Grade ``jobs`` through dask.  What the workers of this machine share begins to start before dask is imported."""
    if not jobs:
        return iter(())
    own_engine = settings.engine == DEFAULT_ENGINE and not settings.scheduler
    shared = shared_by_workers(settings.unsafe_no_sandbox, settings.library) if own_engine else nullcontext()
    # it imports dask, which takes a second: the engine starts meanwhile
    from coursekit.classroom.grade import dask

    def results() -> Iterator[dict[str, Any]]:
        with shared:
            yield from dask.run(jobs, source, settings)

    return results()
