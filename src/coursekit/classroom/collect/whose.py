"""Whose a notebook is, and whether a lone zip is one student's own or a class's export.

A zip's folders and files are named by whoever packed it, platforms' forms included, so they never decide for other students
unless the instructor says that the zip is a class's export.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Container, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from coursekit.classroom.collect.intake import (
    DAMAGED,
    MAX_STUDENT_ARCHIVE,
    UNUSUAL,
    holder,
    interesting,
    stem,
    too_many,
)
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.roster import Person, people

CANVAS = re.compile(r".+?_(?:LATE_)?\d+_\d+_.+")  # whom, their number, the submission's, and a name that students give
CANVAS_NUMBER = re.compile(r"(?<=_)\d+(?=_\d+_.)")
CANVAS_ANONYMOUS = re.compile(r"(?:LATE_)?(anon_(?=\w*[A-Za-z])[A-Za-z0-9]+)_\d+_.+")
MOODLE = re.compile(
    r".+?_(\d+)_assignsubmission_(?:file|onlinetext)(?:_.*)?"
)  # the first number: students name what comes after it
CANVAS_ON_TIME = re.compile(r"(?:^|[!/\\])(?:(?!_LATE_)[^!/\\])+?_\d+_\d+_")  # in the path of a file that Canvas named
CANVAS_LATE = re.compile(r"(?:^|[!/\\])[^!/\\]+?_LATE_\d+_\d+_")
CANVAS_PAGE = re.compile(r".+?_(?:LATE_)?(\d+)_(?:link|text)\.html")  # an address or a text, handed in in its field


class Doubtful(ClassroomError):
    """A lone zip that may be a class's export or one student's own."""

    def __str__(self) -> str:
        return (
            f"{super().__str__()}: say --class-export if your platform made it for the whole class, or --one-student if it "
            "is one student's own; then all in it is the student's that it is named after"
        )


class Unclear(ClassroomError):
    """A file's name from which more than one student can be read."""


def canvas_number(name: str, roster: Mapping[str, Person]) -> str:
    """The student's number in a name that Canvas gave.  Raises Unclear where only a guess could tell.

    Names of groups hold underscores and numbers, too: ``team_2_10112_204501_adam``.  The first number or the second is the
    student's, whichever the roster has; those further on may be of a name that the student gave.
    """
    numbers = CANVAS_NUMBER.findall(name)
    ids = {person.lms_id for person in roster.values()} | set(roster)
    known = [number for number in numbers[:2] if number in ids]
    if len(known) == 1 or len(numbers) == 1:
        return (known or numbers)[0]
    shown, which = UNUSUAL.sub("\ufffd", name)[:80], " or ".join((known or numbers)[:2])
    rule = "the roster has both" if known else "write the right one as lms_id into roster.csv"
    raise Unclear(f"whose {shown} is cannot be told from its name, where {which} may be the student's number; {rule}")


def from_platform(parts: tuple[str, ...]) -> bool:
    """Whether Moodle or Canvas named a file or one of its folders, and so says whose it is."""
    return any(rule.fullmatch(name) for name in parts for rule in (MOODLE, CANVAS, CANVAS_PAGE))


def owner(folders: list[str], roster: Container[str]) -> str:
    """The folder that says whose an item is: the outermost that Moodle or the roster names, else the innermost.

    Moodle's exports keep the folders that students make, and their names must not make a notebook somebody else's.
    """
    named = (name for name in folders if name in roster or MOODLE.fullmatch(name))
    return next(named, folders[-1])


def student_of(
    parts: tuple[str, ...], container: str, assignment: str, roster: Mapping[str, Person] = MappingProxyType({})
) -> str:
    """Whose an item at ``parts`` is: its folder, else its file name, else what it came in when it is named as the assignment.

    Raises Unclear for a name that could be two students'.
    """
    folders = [part for part in parts[:-1] if part != assignment]
    if folders:
        name = owner(folders, roster)
    else:
        name = stem(parts[-1]) if parts else container
        canvas = CANVAS_ANONYMOUS.fullmatch(name) or CANVAS_PAGE.fullmatch(parts[-1] if parts else "")
        if canvas:
            name = canvas[1]
        elif CANVAS.fullmatch(name) and not MOODLE.fullmatch(name):
            name = canvas_number(name, roster)
        elif name == assignment:
            name = container or name
    moodle = MOODLE.fullmatch(name)
    return moodle[1] if moodle else name.removesuffix(f"_{assignment}")


def by_platform(student: str, roster: Mapping[str, Person]) -> str:
    """The student whose ``lms_id`` the id is, when the roster has it once and no student of that id; else the id itself."""
    owners = [person.student for person in roster.values() if person.lms_id == student]
    return owners[0] if student not in roster and len(owners) == 1 else student


def is_class_export(classroom: Classroom, assignment: str, paths: list[Path]) -> bool:
    """Whether a lone zip is read as a class's export though nobody said so: only where it hands in for nobody.

    It is one student's own when its name is a known student's, or when nothing in it names anyone else.  Known is who is in
    the roster, has a submission, or is named by a platform in the zip's own name.  Raises Doubtful for any other zip.
    """
    if len(paths) != 1 or paths[0].suffix.lower() != ".zip" or paths[0].is_symlink() or not paths[0].is_file():
        return False
    (path,), roster = paths, people(classroom)
    own = named((path.name,), holder(path), assignment, roster)
    platform = any(rule.fullmatch(path.stem) for rule in (CANVAS, MOODLE))
    if platform or own in roster or own in classroom.submitters(assignment):
        return False
    inside = members(path)
    others = sorted({named(parts, own, assignment, roster) for parts in inside} - {own})
    if others:
        shown = ", ".join(UNUSUAL.sub("\ufffd", name)[:40] for name in others[:5])
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        raise Doubtful(f"{path.name} is named after no student that is known, and what it holds names {shown}{more}")
    return not inside


def named(parts: tuple[str, ...], container: str, assignment: str, roster: Mapping[str, Person]) -> str:
    """The student that an item is of; its own name where that is unclear."""
    try:
        return by_platform(student_of(parts, container, assignment, roster), roster)
    except Unclear:
        return parts[-1]


def members(path: Path) -> list[tuple[str, ...]]:
    """The paths of all in a zip that may be a submission; none when it cannot be read.  Raises Doubtful for a huge one."""
    if path.stat().st_size > MAX_STUDENT_ARCHIVE:
        raise Doubtful(f"{path.name} is larger than {MAX_STUDENT_ARCHIVE // 2**20} MB")
    data = path.read_bytes()
    if count := too_many(data):
        raise Doubtful(f"{path.name} holds {count} files")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            paths = [PurePosixPath(info.filename.replace("\\", "/")) for info in archive.infolist() if info.filename]
    except DAMAGED:
        return []
    return [name.parts for name in paths if interesting(str(name)) or from_platform(name.parts)]
