"""``course adopt``: how each question of a source that was not made here can be judged."""

from __future__ import annotations

import click
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from coursekit.classroom.adopt import choices, nbgraders
from coursekit.classroom.adopt.proof import with_judging
from coursekit.classroom.adopt.trial import ORDER, Choice, Tried, choose, led
from coursekit.classroom.grade import local
from coursekit.classroom.grade.job import Settings
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.options import classroom_option, friendly
from coursekit.classroom.progress import bar
from coursekit.classroom.source import questions
from coursekit.console import wide_console
from coursekit.engine.interface import Way

FORGED = (
    "{count} judged together: their tests run in the student's process, in which a student can forge points. No other student is "
    "harmed by that, and runs that look forged are flagged; `course inspect` shows it"
)
LED = (
    "{names}: the source's own solution does not pass where the test's data are kept from what answers do, so a student's may "
    "change them until they fit it. To rule that out, let the test make its data itself, and compute what is right before it "
    "calls the answer"
)


@click.command("adopt")
@click.argument("assignments", nargs=-1)
@click.option(
    "--no-together", is_flag=True, help="Never run tests in the student's process; a person judges what needs that."
)
@click.option("--dry-run", is_flag=True, help="Show the table, and write nothing.")
@click.option("--unsafe-no-sandbox", is_flag=True, help="Try even where no sandbox works.")
@classroom_option
@friendly
def command(
    assignments: tuple[str, ...], no_together: bool, dry_run: bool, unsafe_no_sandbox: bool, classroom: Classroom
) -> None:
    """Choose for each question of ASSIGNMENTS (by default all that were not made here) the safest way to judge it.

    The safest way is the first of apart, more, objects and together in which the source's own solution passes and a blank answer
    does not. The choice is kept in judging.toml.
    """
    console = wide_console()
    nbgraders.must_be_known(classroom)
    names = assignments or tuple(name for name in classroom.assignments() if not choices.built_here(name))
    if not names:
        raise ClassroomError(
            f"there is no source/<assignment>/<assignment>.ipynb in {classroom.root} that was not made here"
        )
    weak, faults = 0, []
    settings = Settings(unsafe_no_sandbox=unsafe_no_sandbox)
    for name in names:
        try:
            source, found, open_ = _tried(classroom, name, settings, ORDER[:-1] if no_together else ORDER, bar(console))
        except ClassroomError as error:
            faults.append(f"{name}: {error}")
            continue
        console.print(table(name, source, found))
        if not dry_run:
            choices.keep(classroom, name, {question: choice.way for question, choice in found.items()})
        weak += sum(bool(choice.note) for choice in found.values())
        if count := sum(choice.way == "together" for choice in found.values()):
            console.print(FORGED.format(count=count), soft_wrap=True)
        if open_:
            console.print(LED.format(names=", ".join(open_)), markup=False, soft_wrap=True)
    if faults:
        raise ClassroomError("\n".join(faults))
    if not dry_run:
        console.print(f"written to {choices.path(classroom)}: commit it with the course", markup=False, soft_wrap=True)
    if weak:
        raise SystemExit(1)


def _tried(
    classroom: Classroom, name: str, settings: Settings, order: tuple[Way, ...], progress: Progress
) -> tuple[bytes, dict[str, Choice], list[str]]:
    """The source, the way found for each question, and the questions in which a student's answer may change the test's data."""
    if choices.built_here(name):
        raise ClassroomError(f"{name} is made by this course, which proves its questions and has them judged apart")
    source = classroom.source_bytes(name)
    settings = with_judging(classroom, name, source, settings, chosen=False)
    with progress:
        progress.add_task(f"trying {name}", total=None)
        found = choose(source, settings, local.run, order)
        ways = {question: choice.way for question, choice in found.items()}
        return source, found, led(source, ways, settings, local.run)


def table(assignment: str, source: bytes, found: dict[str, Choice]) -> Table:
    """How each question did in each way, and the way that was chosen."""
    result = Table("question", "points", *ORDER, "chosen", "note", title=escape(assignment))
    for question in questions(source):
        choice = found.get(question.id)
        if choice is None:
            result.add_row(question.id, f"{question.points:g}", *("" for _ in ORDER), "hand", "asks for a person")
            continue
        tries = (_word(choice.tries.get(way)) for way in ORDER)
        result.add_row(question.id, f"{question.points:g}", *tries, choice.way, escape(choice.note or _why(choice)))
    return result


def _word(attempt: Tried | None) -> str:
    if attempt is None:
        return ""
    return "fails" if not attempt.passes else "passes" if attempt.sound else "blank passes"


def _why(choice: Choice) -> str:
    """What kept the question from the safer ways."""
    failed = [attempt.message for attempt in choice.tries.values() if not attempt.passes]
    return f"else: {failed[-1].splitlines()[0][:300]}" if failed and failed[-1] else ""
