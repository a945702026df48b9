"""What lies in ``submitted/``, read without following a link, whoever put it there: a link to the solution is no submission."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from coursekit.classroom.layout import TIMESTAMP, Classroom, ClassroomError, parse_time
from coursekit.notebooks.limits import LARGEST

PLAIN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
REPARSE_POINT = 0x400  # what Windows marks links and junctions with

NOT_PLAIN = (errno.ELOOP, errno.EMLINK, errno.ENOTDIR, errno.ENXIO, errno.EOPNOTSUPP)  # links, no folder, sockets


class NotRegular(Exception):
    """Something in ``submitted/`` that is no regular file below plain folders; the message names it for its student."""


def notebook(classroom: Classroom, assignment: str, student: str) -> tuple[bytes, str]:
    """A submission's bytes, and why it may not be read, which then stand in for its bytes too; one of the two is empty."""
    try:
        with suppress(FileNotFoundError):
            read(classroom, assignment, student, TIMESTAMP)
        return read(classroom, assignment, student, f"{assignment}.ipynb"), ""
    except NotRegular as error:
        return str(error).encode(), str(error)


def submission_time(classroom: Classroom, assignment: str, student: str) -> datetime | None:
    """When the submission came in (UTC), from nbgrader's timestamp file; None when unknown."""
    path = classroom.submitted(assignment, student).with_name(TIMESTAMP)
    try:
        return parse_time(read(classroom, assignment, student, TIMESTAMP).decode())
    except (FileNotFoundError, NotRegular):
        return None
    except (ClassroomError, UnicodeDecodeError) as error:
        raise ClassroomError(f"{path}: {error}; or remove the file") from None


def read(classroom: Classroom, assignment: str, student: str, name: str) -> bytes:
    """A file of a submission, at most one byte more than a notebook may have.  Raises NotRegular, FileNotFoundError.

    Each folder is opened within the one above, so that nothing can be exchanged between a look and the reading.
    """
    handle = opened(classroom.root / "submitted", (student, assignment, name))
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
    """A descriptor of the last of ``parts`` below ``folder``, the others being folders.  Raises NotRegular for a link."""
    if os.open not in os.supports_dir_fd:
        return opened_by_path(folder, parts)
    current = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    for part in parts:
        kind = 0 if part is parts[-1] else os.O_DIRECTORY
        try:
            below = os.open(part, PLAIN | kind, dir_fd=current)
        except OSError as error:
            if error.errno in NOT_PLAIN:
                raise NotRegular(
                    f"{part} is a link or no plain file or folder; hand in a copy of the notebook"
                ) from None
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
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode) or getattr(status, "st_file_attributes", 0) & REPARSE_POINT:
            raise NotRegular(f"{part} is a link; hand in a copy of the notebook")
    return os.open(path, PLAIN)
