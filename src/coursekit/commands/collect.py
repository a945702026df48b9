"""``course collect``: take zips, folders or notebooks; refuse, with the reason, what is not a submission."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Column, Table

from coursekit.classroom import handed_in
from coursekit.classroom.collect.collect import CANVAS_LATE, CANVAS_ON_TIME, Taken, collect_items
from coursekit.classroom.collect.intake import from_paths
from coursekit.classroom.layout import Classroom, ClassroomError, parse_time
from coursekit.classroom.options import classroom_option, friendly
from coursekit.classroom.policy import days_late, load
from coursekit.classroom.progress import bar
from coursekit.classroom.roster import people
from coursekit.commands.console import wide_console
from coursekit.engine.messages import CONTROL

UNPRINTABLE = re.compile(CONTROL)  # in a file's name


def table(report: list[Taken]) -> Table:
    """What became of each item, refusals in red."""
    result = Table("student", "status", "reason", Column("from", overflow="fold"))  # its end tells it from the others
    for taken in sorted(report, key=lambda t: (t.status != "refused", t.student or "")):
        style = {"refused": "red", "superseded": "yellow", "ignored": "yellow"}.get(taken.status, "")
        texts = (escape(UNPRINTABLE.sub("\ufffd", text)) for text in (taken.reason, taken.origin))
        result.add_row(taken.student or "?", taken.status, *texts, style=style)
    return result


def remarks(classroom: Classroom, assignment: str, report: list[Taken]) -> Iterator[str]:
    """What to look at in what was taken: ids that the roster lacks, and times after the deadline, a line each."""
    taken = {t.student: t for t in report if t.student and t.status in ("collected", "unchanged")}
    roster, rule = people(classroom), load(classroom, assignment)
    if roster and (strangers := sorted(taken.keys() - roster.keys())):
        yield f"not in roster.csv: {', '.join(strangers)}; is it another student's id or lms_id, written differently?"
    if late := [
        name for name in sorted(taken) if days_late(rule, handed_in.submission_time(classroom, assignment, name))
    ]:
        yield f"after the deadline: {', '.join(late)}"
    own_time = f"`course collect {assignment} FILES --submitted TIME` gives them another"
    if doubtful := [name for name in late if CANVAS_ON_TIME.search(taken[name].origin)]:
        yield (
            f"Canvas does not call these late: {', '.join(doubtful)}; the files in its zips have the time of the download. "
            + own_time
        )
    excused = sorted(name for name in taken.keys() - set(late) if CANVAS_LATE.search(taken[name].origin))
    if excused and rule.deadline:
        yield f"Canvas calls these late, the deadline in policy.toml does not: {', '.join(excused)}; {own_time}"


def stated_time(text: str) -> datetime | None:
    """The time that an instructor gave, or None for none; raises ClassroomError for what is no time of day."""
    if text and ":" not in text:
        raise ClassroomError(f"--submitted {text}: give the hour too, as in '2026-10-01 23:59' (UTC)")
    return parse_time(text) if text else None


@click.command("collect")
@click.argument("assignment")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--submitted", default="", metavar="TIME", help="Time of submission, in place of the files' own times.")
@classroom_option
@friendly
def command(assignment: str, paths: tuple[Path, ...], submitted: str, classroom: Classroom) -> None:
    """Take the submissions of ASSIGNMENT in PATHS: notebooks, zips or folders of them.

    The student's id is the folder that a notebook lies in, else its file name (`<student>.ipynb` or
    `<student>_<assignment>.ipynb`; Canvas and Moodle names work).  A single zip is a class's export; of several zips, and of
    zips in a folder, each is one student's and is named after that student.
    """
    moment = stated_time(submitted)
    load(classroom, assignment)  # a bad policy stops us before the work
    console = wide_console()
    with bar(console) as progress:
        items = progress.track(from_paths(list(paths)), description="reading")
        report = collect_items(classroom, assignment, items, moment)
    counts = {
        status: sum(t.status == status for t in report)
        for status in ("collected", "unchanged", "superseded", "refused", "ignored")
    }
    notable = [taken for taken in report if taken.status in ("superseded", "refused", "ignored")]
    if notable:
        console.print(table(notable))
    console.print(", ".join(f"{count} {status}" for status, count in counts.items() if count) or "nothing was found")
    for line in remarks(classroom, assignment, report):
        console.print(line, markup=False, soft_wrap=True)
    if len(report) == counts["ignored"]:
        raise click.ClickException("no notebook (.ipynb) and no zip of notebooks in what you named")
    if counts["refused"]:
        raise click.ClickException(
            f"{counts['refused']} refused: the reasons are above, and in the records of the students they belong to. "
            "Collect again what has been put right"
        )
