"""``course init``: make a folder that nbgrader works with a course of this grader's, too."""

from __future__ import annotations

from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from coursekit.classroom.adopt.found import FoundAssignment, assignments
from coursekit.classroom.adopt.nbgraders import unknown
from coursekit.classroom.options import friendly
from coursekit.console import wide_console
from coursekit.course import NBGRADER, CourseError, nbgraders_id, table_in

TABLE = """\
[tool.coursekit]
id = {id}                 # the course's name in the gradebook
classroom = "."         # source/, release/, submitted/ and gradebook.db lie here
"""


@click.command("init")
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@friendly
def command(folder: Path) -> None:
    """Make FOLDER, which has nbgrader's layout (source/…), a course: writes [tool.coursekit] into its pyproject.toml.

    Nothing else is changed: nbgrader goes on working there as before.
    """
    root, console = folder.absolute(), wide_console()
    found = assignments(root)
    if not found:
        raise CourseError(
            f"{root} has no source/<assignment>/<notebook>.ipynb, so it is no nbgrader course: go to the folder that has source/"
        )
    known = table_in(root)
    if known is None:
        file = root / "pyproject.toml"
        before = file.read_text(encoding="utf-8") if file.is_file() else ""
        made = TABLE.format(id='"' + nbgraders_id(root).replace("\\", "\\\\").replace('"', '\\"') + '"')
        file.write_text(f"{before.rstrip()}\n\n{made}" if before.strip() else made, encoding="utf-8")
        console.print(f"wrote [tool.coursekit] into {file}; nothing else was changed", markup=False, soft_wrap=True)
    else:
        console.print(f"this is a course already: {known}; nothing was changed", markup=False, soft_wrap=True)
    console.print(table(found))
    faults = [f"{NBGRADER}: {line}" for line in unknown(root)] + [
        f"{one.name}: {one.fault}" for one in found if one.fault
    ]
    for line in faults:
        console.print(f"[red]not yet:[/] {escape(line)}", soft_wrap=True)
    console.print(
        "next: `course adopt` tries every question and chooses how it is judged; then release, collect and grade"
    )
    if faults:
        raise SystemExit(1)


def table(found: list[FoundAssignment]) -> Table:
    """What each assignment has."""
    result = Table("assignment", "judged by tests", "by a person", "points", "files beside")
    for one in found:
        result.add_row(one.name, str(one.tests), str(one.by_hand), f"{one.points:g}", str(one.files))
    return result
