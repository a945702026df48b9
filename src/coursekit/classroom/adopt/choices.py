"""How a course has its questions judged, kept in ``judging.toml`` beside ``source/``; the files beside a source."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.source import questions
from coursekit.course import current
from coursekit.engine.interface import Judging, Way
from coursekit.paths import write_atomically

NAME = "judging.toml"
EVERY = "*"  # stands for all questions of an assignment that have no line of their own
WAYS: tuple[Way, ...] = get_args(Way)
LARGEST = 32 * 2**20  # bytes of all files beside a source: each process gets a copy
MOST = 500  # files
HEAD = """\
# How the questions of each assignment are judged.  `course adopt` writes this file; commit it with the course.
#   apart     the tests run in a process of their own, and numbers, texts, lists, dicts, arrays and tensors cross
#   more      the same, and more kinds of values cross: tables, sets, dates, dataclasses, printed text, written files
#   objects   the same, and objects of the answer's own are let in: what their methods return is what the student's code says
#   together  the tests run in the student's process, as nbgrader runs them: a student can forge points there
#   hand      by a person
# "*" stands for all questions of an assignment that have no line of their own.
"""


def built_here(assignment: str) -> bool:
    """Whether the course builds the assignment's source itself, and so has proved it."""
    return assignment in current().topics()


def path(classroom: Classroom) -> Path:
    """Where the choices are kept: beside ``source/``."""
    return classroom.root / NAME


def tables(classroom: Classroom) -> dict[str, dict[str, Way]]:
    """The choices by assignment and question.  Raises ClassroomError for a file that says what nobody can do."""
    file = path(classroom)
    if not file.is_file():
        return {}
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ClassroomError(f"{file} is not valid TOML: {error}") from None
    for assignment, table in found.items():
        for question, way in table.items() if isinstance(table, dict) else [("", table)]:
            if not question or way not in WAYS:
                raise ClassroomError(
                    f"{file}: {question or assignment} of [{assignment}] must be one of {', '.join(WAYS)}; got {way!r}"
                )
    return found


def ways(classroom: Classroom, assignment: str, source: bytes) -> dict[str, Way]:
    """How each question of an assignment is judged.  Raises ClassroomError for a choice for a question that is not there."""
    table = tables(classroom).get(assignment, {})
    names = [question.id for question in questions(source)]
    if gone := sorted(set(table) - {EVERY, *names}):
        raise ClassroomError(
            f"{path(classroom)}: [{assignment}] has {gone[0]!r}, which is no question of the source notebook: "
            f"`course adopt {assignment}` writes it anew"
        )
    every = table.get(EVERY, "apart")
    return {name: table.get(name, every) for name in names}


def keep(classroom: Classroom, assignment: str, chosen: Mapping[str, Way]) -> None:
    """Write the choices for one assignment, and leave those for others as they are."""
    found: dict[str, Any] = tables(classroom) | {assignment: dict(chosen)}
    lines = [HEAD]
    for name in sorted(found):
        lines += [
            f"\n[{json.dumps(name)}]\n",
            *(f"{json.dumps(key)} = {json.dumps(way)}\n" for key, way in found[name].items()),
        ]
    write_atomically(path(classroom), "".join(lines))


def beside(classroom: Classroom, assignment: str) -> dict[str, bytes]:
    """What lies beside the source notebook, by its path from there: data and helpers, which students were given, too.

    Raises ClassroomError for more than both processes can be given.
    """
    folder = classroom.source(assignment).parent
    found = {name: file for name, file in _files(folder)}
    size = sum(file.stat().st_size for file in found.values())
    if size > LARGEST or len(found) > MOST:
        largest = max(found, key=lambda name: found[name].stat().st_size)
        raise ClassroomError(
            f"{len(found)} files of {size / 2**20:.0f} MB lie beside the notebook in {folder}, the largest {largest}; at "
            f"most {MOST} of {LARGEST // 2**20} MB can be given to answers: move away what they do not need, or make "
            "the data smaller"
        )
    return {name: file.read_bytes() for name, file in found.items()}


def _files(folder: Path) -> Iterable[tuple[str, Path]]:
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if file.is_file() and not hidden and file.suffix != ".ipynb":
            yield "/".join(parts), file


def judging(classroom: Classroom, assignment: str, source: bytes) -> Judging:
    """How the assignment is judged, and with which files beside its notebook."""
    return Judging(ways(classroom, assignment, source), beside(classroom, assignment))
