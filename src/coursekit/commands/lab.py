"""``course lab``: JupyterLab on the classroom, with formgrader."""

from __future__ import annotations

import subprocess

import click

from coursekit.assignments.release import release
from coursekit.classroom.lab import command_line, configure, environment
from coursekit.classroom.layout import Classroom
from coursekit.classroom.options import classroom_option, friendly


@click.command("lab")
@click.option("--port", default=8888, show_default=True, type=click.IntRange(1024, 65535))
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@classroom_option
@friendly
def command(port: int, no_browser: bool, classroom: Classroom) -> None:
    """Open JupyterLab on the classroom; formgrader is in its Nbgrader menu, and at /formgrader."""
    if not classroom.assignments():
        click.echo("This classroom is empty: releasing every assignment into it first.")
        release((), classroom.root, db_url=classroom.db_url)
    folder = configure(classroom)
    click.echo(f"Once JupyterLab is open, formgrader is at http://127.0.0.1:{port}/formgrader")
    line = command_line(classroom, port=port, browser=not no_browser)
    raise SystemExit(subprocess.call(line, cwd=classroom.root, env=environment(folder)))
