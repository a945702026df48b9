"""``course report``: how an assignment went, question by question."""

from __future__ import annotations

from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from coursekit.classroom.layout import Classroom
from coursekit.classroom.options import classroom_option, friendly
from coursekit.classroom.show.report import Row, as_html, as_json, report
from coursekit.console import wide_console
from coursekit.paths import write_atomically


def table(assignment: str, rows: list[Row]) -> Table:
    """The report as a table."""
    result = Table(
        "question", "mean", "item-rest", "statuses", "what the checks said", "s (median, max)", title=assignment
    )
    for row in rows:
        counts = ", ".join(f"{count} {status}" for status, count in row.statuses.items())
        said = "\n".join(f"{count} × {escape(text)}" for text, count in list(row.mistakes.items())[:4])
        result.add_row(
            row.question,
            f"{row.mean:.0%}",
            "" if row.item_rest is None else f"{row.item_rest:.2f}",
            counts,
            said,
            f"{row.seconds_median:.2f}, {row.seconds_max:.2f}",
        )
    return result


@click.command("report")
@click.argument("assignment")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write it to FILE as JSON.")
@click.option(
    "--html", "html_file", type=click.Path(dir_okay=False, path_type=Path), help="Write it to FILE as a page."
)
@classroom_option
@friendly
def command(assignment: str, json_file: Path | None, html_file: Path | None, classroom: Classroom) -> None:
    """Show for each question of ASSIGNMENT how many got where, which mistakes were met, and how long grading took."""
    console = wide_console()
    with console.status("reading the records"):
        rows = report(classroom, assignment)
    console.print(table(assignment, rows))
    if json_file:
        write_atomically(json_file, as_json(rows))
    if html_file:
        write_atomically(html_file, as_html(assignment, rows))
