"""``course doctor``: what works here."""

from __future__ import annotations

import click
from rich.markup import escape
from rich.table import Table

from coursekit.classroom.health import CHECKS, Finding
from coursekit.classroom.layout import Classroom
from coursekit.classroom.options import classroom_option
from coursekit.classroom.progress import bar
from coursekit.console import wide_console

MARKS = {"ok": "[green]ok", "warning": "[yellow]look", "broken": "[red]broken"}


@click.command("doctor")
@classroom_option
def command(classroom: Classroom) -> None:
    """Look at Python, packages, threads, sandbox layers, nbgrader, browser and disk; exit 1 if something needed is broken."""
    console = wide_console()
    found: list[Finding] = []
    with bar(console) as progress:
        for check in progress.track(CHECKS, description="looking"):
            found += check()
    table = Table("what", "", "found", "way out")
    for finding in found:
        table.add_row(escape(finding.name), MARKS[finding.state], escape(finding.text), escape(finding.way_out))
    console.print(table)
    names = ", ".join(classroom.assignments()) or "no assignment released yet"
    console.print(f"classroom {classroom.root}: {names}", soft_wrap=True, markup=False)
    broken = [finding.name for finding in found if finding.state == "broken"]
    if broken:
        raise click.ClickException(f"broken: {', '.join(broken)}")
