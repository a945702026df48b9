"""``course export``: grades as CSV or as the file that Canvas imports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from coursekit.classroom import records
from coursekit.classroom.gradebook.scores import Standing, standings
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.options import classroom_option, friendly
from coursekit.classroom.progress import bar
from coursekit.classroom.show.export import FORMATS, left_out, without_grade
from coursekit.classroom.show.moodle import Worksheet
from coursekit.paths import write_atomically

MOODLE = "moodle"


def for_moodle(
    classroom: Classroom,
    name: str,
    chosen: dict[str, list[Standing]],
    worksheet: Path,
    output: Path,
    pages: Path | None,
) -> Iterator[str]:
    """Fill Moodle's worksheet, and zip the feedback pages; what is lacking, a line each."""
    standings = chosen[name]
    sheet = Worksheet.read(worksheet, {s.person.student: s.person for s in standings}.values())
    write_atomically(output, sheet.filled(standings))
    highest = sheet.highest()
    most = max(standing.max_score for standing in standings)
    if highest is not None and highest != most:
        click.echo(f"scaled from {most:g} points to Moodle's {highest:g}")
    if pages:
        there = {s.person.student: classroom.feedback(name, s.person.student) for s in standings}
        there = {student: path for student, path in there.items() if path.is_file()}
        write_atomically(pages, sheet.pages(name, there))
        if none := sorted({s.person.student for s in standings if s.record} - set(there)):
            yield f"{name}: {', '.join(none)}: no feedback page; `course feedback {name}` writes them"
    if without := sheet.without_row(standings):
        yield (
            f"{name}: {', '.join(without)}: not exactly one row of {worksheet.name} names them; write their e-mail or full name "
            f"into {classroom.roster.name} as Moodle has it"
        )


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
    help="With --worksheet: the feedback pages, for Moodle.",
)
@click.option("--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@classroom_option
@friendly
def command(
    assignments: tuple[str, ...], form: str, worksheet: Path | None, feedback_zip: Path | None, output: Path,
    classroom: Classroom,
) -> None:  # fmt: skip
    """Write the grades of ASSIGNMENTS with manual scores and late penalties taken into account.

    By default of all that are due and that somebody handed in.  A cell is empty unless the grade stands.  For Moodle, the
    grading worksheet of one assignment is filled.
    """
    if (form == MOODLE) != (worksheet is not None) or (form == MOODLE and len(assignments) != 1):
        raise click.UsageError("for Moodle: `course export ASSIGNMENT --format moodle --worksheet FILE --output FILE`")
    if feedback_zip and worksheet is None:
        raise click.UsageError("--feedback-zip goes with --worksheet")
    names = list(assignments) or classroom.assignments()
    if not names:
        raise ClassroomError(f"no assignment in {classroom.root}; `course release` makes them")
    chosen: dict[str, list[Standing]] = {}
    with bar() as progress:
        for name in progress.track(names, description="reading"):
            if lost := records.damaged(classroom, name):  # exported, they would count as nothing handed in
                raise ClassroomError(
                    f"the records of {', '.join(lost)} for {name} cannot be read; `course grade {name}` makes them again, or "
                    f"remove {classroom.record(name, lost[0])}"
                )
            chosen[name] = standings(classroom, name)
    lacking: list[str] = []
    away = {name: reason for name, students in chosen.items() if (reason := left_out(students, bool(assignments)))}
    chosen = {name: students for name, students in chosen.items() if name not in away}
    if chosen:
        if worksheet is None:
            write_atomically(output, FORMATS[form](chosen))
        else:
            lacking = list(for_moodle(classroom, assignments[0], chosen, worksheet, output, feedback_zip))
        standing = sum(student.stands for students in chosen.values() for student in students)
        click.echo(f"{output}: {standing} grades of {', '.join(chosen)}")
    for name, reason in away.items():
        click.echo(f"left out: {name}: {reason}", err=True)
    lacking += [line for name, students in chosen.items() for line in without_grade(name, students)]
    for line in lacking:
        click.echo(line, err=True)
    if not chosen:
        raise ClassroomError("nothing to export: no file was written")
    if lacking or (assignments and away):
        raise ClassroomError("not everything asked for is in the file: what is above has empty cells, or none")
