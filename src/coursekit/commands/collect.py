"""``course collect``: take zips, folders or notebooks; refuse, with the reason, what is not a submission."""

from __future__ import annotations

import re
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coursekit.classroom.collect import Taken, collect_items
from coursekit.classroom.intake import from_paths
from coursekit.classroom.layout import Classroom
from coursekit.classroom.options import classroom_option, friendly
from coursekit.classroom.progress import bar

# a file's name could steer the terminal
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def table(report: list[Taken]) -> Table:
    """What became of each item, refusals in red."""
    result = Table("student", "status", "reason", "from")
    for taken in sorted(report, key=lambda t: (t.status != "refused", t.student or "")):
        style = {"refused": "red", "superseded": "yellow"}.get(taken.status, "")
        texts = (escape(UNPRINTABLE.sub("\ufffd", text)) for text in (taken.reason, taken.origin))
        result.add_row(taken.student or "?", taken.status, *texts, style=style)
    return result


@click.command("collect")
@click.argument("assignment")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@classroom_option
@friendly
def command(assignment: str, paths: tuple[Path, ...], classroom: Classroom) -> None:
    """Take the submissions of ASSIGNMENT in PATHS: notebooks, zips or folders of them.

    The student's id is the folder that a notebook lies in, else its file name (`<student>.ipynb` or
    `<student>_<assignment>.ipynb`; Canvas and Moodle names work).  A single zip is a class's export; of several zips, and of
    zips in a folder, each is one student's and is named after that student.
    """
    console = Console(width=None if Console().is_terminal else 160)
    with bar(console) as progress:
        items = progress.track(from_paths(list(paths)), description="reading")
        report = collect_items(classroom, assignment, items)
    counts = {
        status: sum(t.status == status for t in report)
        for status in ("collected", "unchanged", "superseded", "refused")
    }
    notable = [taken for taken in report if taken.status in ("superseded", "refused")]
    if notable:
        console.print(table(notable))
    console.print(", ".join(f"{count} {status}" for status, count in counts.items() if count) or "nothing was found")
    if not report:
        raise click.ClickException("no notebook (.ipynb) and no zip of notebooks in what you named")
    if counts["refused"]:
        raise click.ClickException(
            f"{counts['refused']} refused: the reasons are above, and in the records of the students they belong to. "
            "Collect again what has been put right"
        )
