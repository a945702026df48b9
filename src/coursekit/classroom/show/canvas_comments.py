"""Feedback pages as Canvas takes them back as comments (*Upload Submissions* in the menu of the assignment in its gradebook).

Canvas finds student and submission by the numbers in the names of the files that it gave out itself, so they are read from the
zip that was downloaded there.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from coursekit.classroom.collect import canvas
from coursekit.classroom.collect.intake import DAMAGED
from coursekit.classroom.collect.items import stem
from coursekit.classroom.collect.unclear import Unclear
from coursekit.classroom.layout import ClassroomError
from coursekit.classroom.roster import Person


def submissions(path: Path, roster: Mapping[str, Person]) -> dict[str, str]:
    """By student, the numbers ``<student's>_<attachment's>`` in Canvas's download.  Raises ClassroomError for no zip."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [PurePosixPath(name).name for name in archive.namelist()]
    except DAMAGED as error:
        raise ClassroomError(f"{path} is no readable zip: {error}") from None
    found: dict[str, str] = {}
    for name in sorted(names):
        if canvas.ANONYMOUS.fullmatch(name) or not canvas.NAMED.fullmatch(stem(name)):
            continue
        with suppress(Unclear):  # its student is named as one without a file
            number = canvas.number(stem(name), roster)
            numbers = re.search(rf"_({number}_\d+)_", name)
            if numbers:
                found.setdefault(canvas.of_number(number, name, roster), numbers[1])
    return found


def comments(assignment: str, pages: Mapping[str, Path], known: Mapping[str, str]) -> bytes:
    """The students' pages in a zip, under names in which Canvas finds its own two numbers first."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for student, numbers in sorted(known.items()):
            if student in pages:
                archive.writestr(f"feedback_{numbers}_{assignment}.html", pages[student].read_bytes())
    return buffer.getvalue()
