"""``course export``: grades as CSV or as the file that Canvas imports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from coursekit.classroom import records
from coursekit.classroom.gradebook.scores import Standing, standings
from coursekit.classroom.gradebook.sums import summed
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.options import classroom_option, friendly
from coursekit.classroom.progress import bar
from coursekit.classroom.roster import people
from coursekit.classroom.show.canvas_comments import comments, submissions
from coursekit.classroom.show.changes import only_changed
from coursekit.classroom.show.export import FORMATS, left_out, without_grade
from coursekit.classroom.show.moodle import Worksheet
from coursekit.paths import write_atomically

MOODLE, CANVAS = "moodle", "canvas"


def pages_of(classroom: Classroom, name: str, standings: list[Standing]) -> dict[str, Path]:
    """The feedback pages that are there, by student."""
    pages = {s.person.student: classroom.feedback(name, s.person.student) for s in standings}
    return {student: path for student, path in pages.items() if path.is_file()}


def without_page(name: str, standings: list[Standing], pages: Mapping[str, Path]) -> Iterator[str]:
    """Who was graded and has no feedback page."""
    if none := sorted({s.person.student for s in standings if s.record} - set(pages)):
        yield f"{name}: {', '.join(none)}: no feedback page; `course feedback {name}` writes them"


def for_moodle(
    classroom: Classroom, name: str, chosen: dict[str, list[Standing]], worksheet: Path, pages: Path | None
) -> tuple[str, list[str]]:
    """Moodle's worksheet, filled, and the feedback pages zipped; what is lacking, a line each."""
    standings = chosen[name]
    lacking: list[str] = []
    sheet = Worksheet.read(worksheet, {s.person.student: s.person for s in standings}.values())
    highest = sheet.highest()
    most = max(standing.max_score for standing in standings)
    if highest is not None and highest != most:
        click.echo(f"scaled from {most:g} points to Moodle's {highest:g}")
    if pages:
        there = pages_of(classroom, name, standings)
        write_atomically(pages, sheet.pages(name, there))
        lacking += without_page(name, standings, there)
    if without := sheet.without_row(standings):
        lacking.append(
            f"{name}: {', '.join(without)}: not exactly one row of {worksheet.name} names them; write their e-mail or full name "
            f"into {classroom.roster.name} as Moodle has it"
        )
    return sheet.filled(standings), lacking


def for_canvas(
    classroom: Classroom, name: str, standings: list[Standing], download: Path, pages: Path
) -> Iterator[str]:
    """Zip the feedback pages as Canvas takes them back; what is lacking, a line each."""
    known, there = submissions(download, people(classroom)), pages_of(classroom, name, standings)
    write_atomically(pages, comments(name, there, known))
    yield from without_page(name, standings, there)
    if without := sorted(set(there) - set(known)):
        yield f"{name}: {', '.join(without)}: no file of theirs in {download.name}; download the submissions again"


def check_usage(
    form: str, count: int, worksheet: Path | None, feedback_zip: Path | None, download: Path | None
) -> None:
    """Raise UsageError, with a line that works, for options that do not go together."""
    if (form == MOODLE) != (worksheet is not None) or (form == MOODLE and count != 1):
        raise click.UsageError("for Moodle: `course export ASSIGNMENT --format moodle --worksheet FILE --output FILE`")
    canvas = download is not None
    if (
        canvas
        and (form, count, bool(feedback_zip)) != (CANVAS, 1, True)
        or (feedback_zip and not (worksheet or canvas))
    ):
        raise click.UsageError(
            "--feedback-zip goes with --worksheet for Moodle, or for Canvas: `course export ASSIGNMENT --format canvas "
            "--submissions ZIP --feedback-zip ZIP --output FILE`"
        )


def read(classroom: Classroom, names: list[str]) -> dict[str, list[Standing]]:
    """Where everybody stands; raises ClassroomError for records that cannot be read."""
    chosen: dict[str, list[Standing]] = {}
    with bar() as progress:
        for name in progress.track(names, description="reading"):
            if lost := records.damaged(classroom, name):  # exported, they would count as nothing handed in
                raise ClassroomError(
                    f"the records of {', '.join(lost)} for {name} cannot be read; `course grade {name}` makes them again, or "
                    f"remove {classroom.record(name, lost[0])}"
                )
            chosen[name] = standings(classroom, name)
    return chosen


@click.command("export")
@click.argument("assignments", nargs=-1)
@click.option("--format", "form", default="csv", show_default=True, type=click.Choice(sorted([*FORMATS, MOODLE])))
@click.option(
    "--worksheet",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Of one assignment, from Moodle: it is filled.",
)
@click.option(
    "--feedback-zip",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --worksheet or --submissions: the feedback pages, for Moodle or Canvas.",
)
@click.option(
    "--submissions",
    "download",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Of one assignment, from Canvas: the zip of its submissions, for --feedback-zip.",
)
@click.option(
    "--changed-since",
    "earlier",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An earlier export: only what differs from it.",
)
@click.option("--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@classroom_option
@friendly
def command(
    assignments: tuple[str, ...], form: str, worksheet: Path | None, feedback_zip: Path | None, download: Path | None,
    earlier: Path | None, output: Path, classroom: Classroom,
) -> None:  # fmt: skip
    """Write the grades of ASSIGNMENTS with manual scores and late penalties taken into account.

    By default of all that are due and that somebody handed in.  A cell is empty unless the grade stands.  For Moodle, the
    grading worksheet of one assignment is filled.
    """
    whole = len({classroom.folder(name) for name in assignments})
    check_usage(form, whole, worksheet, feedback_zip, download)
    names = list(assignments) or classroom.assignments()
    if not names:
        raise ClassroomError(f"no assignment in {classroom.root}; `course release` makes them")
    chosen = summed(classroom, read(classroom, names))
    lacking: list[str] = []
    away = {name: reason for name, students in chosen.items() if (reason := left_out(students, bool(assignments)))}
    chosen = {name: students for name, students in chosen.items() if name not in away}
    if chosen:
        if worksheet is None:
            text = FORMATS[form](chosen)
        else:
            text, lacking = for_moodle(classroom, next(iter(chosen)), chosen, worksheet, feedback_zip)
        if download and feedback_zip:
            lacking += for_canvas(classroom, *next(iter(chosen.items())), download, feedback_zip)
        standing = sum(student.stands for students in chosen.values() for student in students)
        said = f"{standing} grades of {', '.join(chosen)}"
        if earlier:
            text, count = only_changed(text, earlier, form)
            said = f"{count} students' rows of {', '.join(chosen)} that are new since {earlier.name}"
        write_atomically(output, text)
        click.echo(f"{output}: {said}")
    for name, reason in away.items():
        click.echo(f"left out: {name}: {reason}", err=True)
    lacking += [line for name, students in chosen.items() for line in without_grade(name, students)]
    for line in lacking:
        click.echo(line, err=True)
    if not chosen:
        raise ClassroomError("nothing to export: no file was written")
    if lacking or (assignments and away):
        raise ClassroomError("not everything asked for is in the file: what is above has empty cells, or none")
