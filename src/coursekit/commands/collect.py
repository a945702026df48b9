"""``course collect``: take zips, folders or notebooks; refuse, with the reason, what is not a submission."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Column, Table

from coursekit.classroom import handed_in
from coursekit.classroom.collect import canvas
from coursekit.classroom.collect.collect import collect_items
from coursekit.classroom.collect.intake import from_paths
from coursekit.classroom.collect.items import Taken
from coursekit.classroom.collect.lone_zip import is_class_export
from coursekit.classroom.collect.parts import reader_of
from coursekit.classroom.collect.platforms import GROUPS, PLATFORMS
from coursekit.classroom.collect.unclear import Doubtful
from coursekit.classroom.collect.whose import Reader
from coursekit.classroom.lateness import rule_of
from coursekit.classroom.layout import Classroom, ClassroomError, parse_time
from coursekit.classroom.options import classroom_option, friendly
from coursekit.classroom.policy import days_late, load
from coursekit.classroom.progress import bar
from coursekit.classroom.roster import people
from coursekit.console import wide_console
from coursekit.engine.messages import UNSEEN

UNPRINTABLE = re.compile(UNSEEN)  # in a file's name


def table(report: list[Taken]) -> Table:
    """What became of each item, refusals in red."""
    result = Table("student", "status", "reason", Column("from", overflow="fold"))  # its end tells it from the others
    for taken in sorted(report, key=lambda t: (t.status != "refused", t.student or "")):
        style = {"refused": "red", "replaced": "yellow", "superseded": "yellow", "ignored": "yellow"}.get(
            taken.status, ""
        )
        texts = (escape(UNPRINTABLE.sub("\ufffd", text)) for text in (taken.reason, taken.origin))
        result.add_row(taken.student or "?", taken.status, *texts, style=style)
    return result


def remarks(classroom: Classroom, assignment: str, report: list[Taken]) -> Iterator[str]:
    """What to look at in what was taken: ids that the roster lacks, and times after the deadline, a line each."""
    taken = {t.student: t for t in report if t.student and t.status in ("collected", "replaced", "unchanged")}
    roster = people(classroom)
    if roster and (strangers := sorted(taken.keys() - roster.keys())):
        yield f"not in roster.csv: {', '.join(strangers)}; is it another student's id or lms_id, written differently?"
    times = {name: handed_in.submission_time(classroom, assignment, name) for name in sorted(taken)}
    if late := [name for name, time in times.items() if days_late(rule_of(classroom, assignment, name), time)]:
        yield f"after the deadline: {', '.join(late)}"
    own_time = f"`course collect {assignment} FILES --submitted TIME` gives them another"
    if doubtful := [name for name in late if canvas.ON_TIME.search(taken[name].origin)]:
        yield (
            f"Canvas does not call these late: {', '.join(doubtful)}; the files in its zips have the time of the download. "
            + own_time
        )
    excused = sorted(name for name in taken.keys() - set(late) if canvas.LATE.search(taken[name].origin))
    if excused and load(classroom, assignment).deadline:
        yield f"Canvas calls these late, the deadline in policy.toml does not: {', '.join(excused)}; {own_time}"


def stated_time(text: str) -> datetime | None:
    """The time that an instructor gave, or None for none; raises ClassroomError for what is no time of day."""
    if text and ":" not in text:
        raise ClassroomError(f"--submitted {text}: give the hour too, as in '2026-10-01 23:59' (UTC)")
    return parse_time(text) if text else None


def asks() -> bool:
    """Whether a person at a terminal can answer."""
    return sys.stdin.isatty()


def ask_if_doubtful(classroom: Classroom, assignment: str, paths: list[Path]) -> bool:
    """Whether the zip is a class's export; where its name leaves that open, a person at a terminal is asked."""
    try:
        return is_class_export(classroom, assignment, paths)
    except Doubtful as error:
        if not asks():
            raise
        click.echo(error.args[0])
        if click.confirm("Did your platform make it for the whole class?"):
            return True
        raise ClassroomError(f"nothing was taken. {error}") from None


def reader(classroom: Classroom, assignment: str, platform: str, pattern: str, worksheet: Path | None) -> Reader:
    """What names are read with; raises ClassroomError for a pattern that is none."""
    roster, numbers, compiled = people(classroom), {}, None
    if platform and pattern:
        raise click.UsageError("--platform and --pattern both say whose a file is: give one of them")
    if pattern:
        try:
            compiled = re.compile(pattern)
        except re.error as error:
            raise ClassroomError(f"--pattern {pattern!r} is no regular expression: {error}") from None
        if not set(compiled.groupindex) & set(GROUPS):
            raise ClassroomError(
                f"--pattern {pattern!r} says nobody: it needs a group, {', '.join(f'(?P<{g}>…)' for g in GROUPS)}"
            )
    if worksheet:
        from coursekit.classroom.show.moodle import numbers as of_worksheet  # imports nbgrader, which takes seconds

        numbers = of_worksheet(worksheet, roster.values())
    return replace(reader_of(classroom, assignment), platform=platform, pattern=compiled, numbers=numbers)


@click.command("collect")
@click.argument("assignment")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--submitted", default="", metavar="TIME", help="Time of submission, in place of the files' own times.")
@click.option(
    "--class-export/--one-student",
    default=None,
    help="What a zip is: a platform's export of a class, or one student's.",
)
@click.option("--platform", type=click.Choice(PLATFORMS), help="Whose export it is; its zips are a class's.")
@click.option("--pattern", default="", metavar="REGEX", help="Says whose each path is: (?P<student>…), or (?P<name>…).")
@click.option(
    "--worksheet",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Moodle's grading worksheet, in which its numbers have names.",
)
@classroom_option
@friendly
def command(
    assignment: str, paths: tuple[Path, ...], submitted: str, class_export: bool | None, platform: str | None, pattern: str,
    worksheet: Path | None, classroom: Classroom,
) -> None:  # fmt: skip
    """Take the submissions of ASSIGNMENT in PATHS: notebooks, zips or folders of them.

    The student's id is the folder that a notebook lies in, else its file name (`<student>.ipynb` or
    `<student>_<assignment>.ipynb`), or whom the roster knows by the names that the platform gives.  A zip is one student's and
    is named after that student, unless it is said to be a class's export.
    """
    moment = stated_time(submitted)
    load(classroom, assignment)  # a bad policy stops us before the work
    console = wide_console()
    read = reader(classroom, assignment, platform or "", pattern, worksheet)
    if class_export is None:
        class_export = bool(platform or pattern or worksheet) or ask_if_doubtful(classroom, assignment, list(paths))
    with bar(console) as progress:
        items = progress.track(from_paths(list(paths), class_export), description="reading")
        report = collect_items(classroom, assignment, items, moment, read)
    counts = {
        status: sum(t.status == status for t in report)
        for status in ("collected", "replaced", "unchanged", "superseded", "refused", "ignored")
    }
    notable = [taken for taken in report if taken.status in ("replaced", "superseded", "refused", "ignored")]
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
