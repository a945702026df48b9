"""Whether a lone zip is one student's own or a class's export.

A zip's folders and files are named by whoever packed it, platforms' forms included, so they never decide for other students
unless the instructor says that the zip is a class's export.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path, PurePosixPath

from coursekit.classroom.collect import canvas, platforms
from coursekit.classroom.collect.intake import DAMAGED, MAX_STUDENT_ARCHIVE, holder, interesting, too_many
from coursekit.classroom.collect.items import UNUSUAL
from coursekit.classroom.collect.parts import reader_of
from coursekit.classroom.collect.unclear import Doubtful, Unclear
from coursekit.classroom.collect.whose import NotHandedIn, Reader
from coursekit.classroom.layout import Classroom


def is_class_export(classroom: Classroom, assignment: str, paths: list[Path]) -> bool:
    """Whether a lone zip is read as a class's export though nobody said so: only where it hands in for nobody.

    It is one student's own when its name is a known student's, or when nothing in it names anyone else.  Known is who is in
    the roster, has a submission, or is named by a platform in the zip's own name.  Raises Doubtful for any other zip.
    """
    if len(paths) != 1 or paths[0].suffix.lower() != ".zip" or paths[0].is_symlink() or not paths[0].is_file():
        return False
    (path,), reader = paths, reader_of(classroom, assignment)
    own = named((path.name,), holder(path), reader)
    if of_platform(path.name, assignment) or own in reader.roster or own in classroom.submitters(assignment):
        return False
    inside = members(path, assignment)
    others = sorted({named(parts, own, reader) for parts in inside} - {own})
    if others:
        shown = ", ".join(UNUSUAL.sub("\ufffd", name)[:40] for name in others[:5])
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        raise Doubtful(f"{path.name} is named after no student that is known, and what it holds names {shown}{more}")
    return not inside


def of_platform(name: str, assignment: str) -> bool:
    """Whether a platform gave a file its name, and so says whose it is."""
    if canvas.PAGE.fullmatch(name) or canvas.NAMED.fullmatch(name):
        return True
    return any(platforms.found(name, form, assignment) for form in ("moodle", "blackboard"))


def named(parts: tuple[str, ...], container: str, reader: Reader) -> str:
    """The student that an item is of; its own name where that is unclear."""
    try:
        return ", ".join(reader.whose(parts, container).students)
    except (Unclear, NotHandedIn):
        return parts[-1] if parts else container


def members(path: Path, assignment: str) -> list[tuple[str, ...]]:
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
    return [
        name.parts
        for name in paths
        if interesting(str(name)) or any(of_platform(part, assignment) for part in name.parts[:3])
    ]
