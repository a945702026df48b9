"""The answers of an assignment as a folder that Dolos and JPlag read: one program a student, and what everybody was given."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

from coursekit.classroom import handed_in
from coursekit.classroom.groups import teams
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.roster import Person, people
from coursekit.classroom.show.export import as_text, safe_cell
from coursekit.classroom.show.similarity import answers
from coursekit.classroom.source import as_released, questions
from coursekit.notebooks.read import Cell, Refused, read_notebook
from coursekit.paths import write_atomically

SUBMISSIONS, GIVEN, TABLE = "submissions", "given", "info.csv"
OURS = {SUBMISSIONS, GIVEN, TABLE}


def program(cells: list[Cell], others: set[str]) -> str:
    """A submission's own code as one program, without the lines that are IPython's alone."""
    text = "\n\n".join(answers(cells, others)).encode(errors="replace").decode()
    lines = [line for line in io.StringIO(text) if not line.lstrip().startswith(("%", "!"))]
    return "".join(lines).rstrip() + "\n"


def write(classroom: Classroom, assignment: str, folder: Path) -> tuple[int, list[str]]:
    """Write the folder; how many programs are in it, and whose notebook cannot be read.

    ``submissions/<student>/<assignment>.py`` is JPlag's layout, ``info.csv`` Dolos's, and ``given/`` has the released cells.
    Raises ClassroomError for a folder with other things in it.
    """
    if folder.exists() and (not folder.is_dir() or {path.name for path in folder.iterdir()} - OURS):
        raise ClassroomError(f"{folder} holds other things: name a folder that is empty or not there yet")
    if any((folder / SUBMISSIONS).glob("*/*.py")):
        raise ClassroomError(
            f"{folder} has the answers of an earlier run, perhaps of other students: remove it, or name another"
        )
    source = classroom.source_bytes(assignment)
    released = read_notebook(as_released(source).encode())
    others = {cell.grade_id for cell in released if cell.grade_id} - {question.answer for question in questions(source)}
    given = program(released, others)
    write_atomically(folder / GIVEN / f"{assignment}.py", given)
    together, written, unread = teams(classroom, assignment), [], []
    for student in classroom.submitters(assignment):
        if together.get(student, (student,))[0] in written:  # a group's one notebook
            continue
        try:
            cells = read_notebook(handed_in.notebook(classroom, assignment, student)[0])
        except (Refused, OSError):
            unread.append(student)
            continue
        write_atomically(folder / SUBMISSIONS / student / f"{assignment}.py", program(cells, others))
        written.append(student)
    write_atomically(folder / TABLE, table(classroom, assignment, written))
    return len(written), unread


def table(classroom: Classroom, assignment: str, students: Iterable[str]) -> str:
    """Dolos's table: which file is whose."""
    roster = people(classroom)
    rows = [["filename", "full_name", "labels"]]
    for student in students:
        person = roster.get(student, Person(student))
        rows.append([f"{SUBMISSIONS}/{student}/{assignment}.py", safe_cell(person.name), safe_cell(person.section)])
    return as_text(rows)
