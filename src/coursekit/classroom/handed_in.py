"""What lies in ``submitted/``, read without following a link, whoever put it there: a link to the solution is no submission."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from coursekit.classroom.layout import TIMESTAMP, Classroom, ClassroomError, parse_time, valid_id
from coursekit.notebooks.limits import ENDINGS, LARGEST

PLAIN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
REPARSE_POINT = 0x400  # what Windows marks links and junctions with

LONGEST_TIME = 80  # bytes
NOT_PLAIN = (errno.ELOOP, errno.EMLINK, errno.ENOTDIR, errno.ENXIO, errno.EOPNOTSUPP)  # links, no folder, sockets


class NotRegular(Exception):
    """Something in ``submitted/`` that is no regular file below plain folders, or not what it has to be; said to its student."""


def notebook(classroom: Classroom, assignment: str, student: str) -> tuple[bytes, str]:
    """A submission's bytes, and why it may not be read, which then stand in for its bytes too; one of the two is empty."""
    try:
        moment(classroom, assignment, student)
        return read(classroom, assignment, student, f"{classroom.notebook(assignment)}.ipynb"), ""
    except NotRegular as error:
        return str(error).encode(), str(error)


def submission_time(classroom: Classroom, assignment: str, student: str) -> datetime | None:
    """When the submission came in (UTC); None when unknown, as of one that ``notebook`` gives a reason to refuse."""
    try:
        return moment(classroom, assignment, student)
    except NotRegular:
        return None


def moment(classroom: Classroom, assignment: str, student: str) -> datetime | None:
    """The time in nbgrader's timestamp file, None where there is none.  Raises NotRegular for a file without a time.

    It would be a way around the late penalty to take such a submission as one in time.
    """
    try:
        return parse_time(read(classroom, assignment, student, TIMESTAMP)[:LONGEST_TIME].decode())
    except FileNotFoundError:
        return None
    except (ClassroomError, UnicodeDecodeError) as error:
        raise NotRegular(
            f"when it came in is not known, since {TIMESTAMP} holds no time ({error}); your instructor can put that right"
        ) from None


def beside(classroom: Classroom, assignment: str, students: Collection[str] = ()) -> dict[str, list[str]]:
    """By student (all by default), the names of what lies in ``submitted/`` beside the notebook and its time, unread."""
    expected, others = {*(f"{name}.ipynb" for name in classroom.notebooks(assignment)), TIMESTAMP}, {}
    for folder in sorted((classroom.root / "submitted").glob(f"*/{classroom.folder(assignment)}")):
        if not valid_id(folder.parent.name) or (students and folder.parent.name not in students):
            continue
        if any(is_link(place) for place in (folder, folder.parent)):
            continue  # a link is refused, and nothing is looked for behind it
        names = (
            [entry.name for entry in os.scandir(folder) if not entry.name.startswith(".")] if folder.is_dir() else []
        )
        if rest := sorted(set(names) - expected):
            others[folder.parent.name] = rest
    return others


def misnamed(classroom: Classroom, assignment: str, students: Collection[str] = ()) -> dict[str, list[str]]:
    """By student, the notebooks that wait in ``submitted/`` under other names, where there is none of the right one."""
    there = set(classroom.submitters(assignment))
    rest = beside(classroom, assignment, students).items()
    notebooks = {student: [name for name in names if name.lower().endswith(ENDINGS)] for student, names in rest}
    return {student: names for student, names in notebooks.items() if names and student not in there}


def is_link(path: Path) -> bool:
    """Whether a path is a link, or what Windows has in place of one."""
    status = path.lstat()
    return stat.S_ISLNK(status.st_mode) or bool(getattr(status, "st_file_attributes", 0) & REPARSE_POINT)


def read(classroom: Classroom, assignment: str, student: str, name: str) -> bytes:
    """A file of a submission, at most one byte more than a notebook may have.  Raises NotRegular, FileNotFoundError.

    Each folder is opened within the one above, so that nothing can be exchanged between a look and the reading.
    """
    handle = opened(classroom.root / "submitted", (student, classroom.folder(assignment), name))
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise NotRegular(f"{name} is no regular file; hand in a copy of the notebook")
    with os.fdopen(handle, "rb") as file:
        source = classroom.source(assignment)
        if source.is_file() and os.path.samestat(status, source.stat()):
            raise NotRegular(f"{name} is the instructor's own file under another name; hand in a notebook of your own")
        return file.read(LARGEST + 1)


def opened(folder: Path, parts: tuple[str, ...]) -> int:
    """A descriptor of the last of ``parts`` below ``folder``, the others being folders.

    Raises NotRegular for a link, and OSError with the whole path of what cannot be opened: of a part alone nobody knows whose.
    """
    if os.open not in os.supports_dir_fd:
        return opened_by_path(folder, parts)
    current = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    for depth, part in enumerate(parts, 1):
        kind = 0 if depth == len(parts) else os.O_DIRECTORY
        try:
            below = os.open(part, PLAIN | kind, dir_fd=current)
        except OSError as error:
            if error.errno in NOT_PLAIN:
                raise NotRegular(
                    f"{part} is a link or no plain file or folder; hand in a copy of the notebook"
                ) from None
            error.filename = str(folder.joinpath(*parts[:depth]))
            raise
        finally:
            os.close(current)
        current = below
    return current


def opened_by_path(folder: Path, parts: tuple[str, ...]) -> int:
    """As ``opened`` on systems that open nothing within a folder."""
    path = folder
    for part in parts:
        path = path / part
        if is_link(path):
            raise NotRegular(f"{part} is a link; hand in a copy of the notebook")
    return os.open(path, PLAIN)
