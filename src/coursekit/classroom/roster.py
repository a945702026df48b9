"""The class list: names and numbers by student id, from ``roster.csv``."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from coursekit.classroom.layout import ID_RULE, Classroom, ClassroomError, valid_id
from coursekit.control import CONTROL, DIRECTION

SCIENTIFIC = re.compile(r"\d+[.,]\d+[eE]\+?\d+|\d+[eE]\+\d+")
DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10))}
UNSAFE = re.compile(rf"[<>&\"'`\\{{}}\t\n\r\x1b{CONTROL}{DIRECTION}]")


@dataclass(frozen=True)
class Person:
    """One line of the roster.  ``lms_id`` and ``username`` are the number and the name that platforms know the student by."""

    student: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""
    section: str = ""
    username: str = ""
    group: str = ""

    @property
    def name(self) -> str:
        """``Last, First``, or the id when no name is known."""
        return ", ".join(part for part in (self.last_name, self.first_name) if part) or self.student


def safe_name(text: str) -> str:
    """A name that no page can read as markup: O'Brien keeps a typographic apostrophe, tags lose their brackets."""
    return UNSAFE.sub("", text.replace("'", "\u2019")).strip()[:100]


def people(classroom: Classroom) -> dict[str, Person]:
    """The roster by student id, empty when there is none; raises ClassroomError for a file that cannot be one."""
    if not classroom.roster.is_file():
        return {}
    try:
        return read(classroom)
    except UnicodeDecodeError:
        raise ClassroomError(f"{classroom.roster.name} is not UTF-8 text; save it as CSV UTF-8") from None
    except csv.Error as error:
        raise ClassroomError(
            f"{classroom.roster.name} is not a table ({error}); look for a quotation mark that is never closed"
        ) from None


def numbered(classroom: Classroom, reader: csv.DictReader) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each row with the number of the line that it begins on, which an error names, too."""
    while True:
        first = reader.line_num + 1
        try:
            line = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ClassroomError(
                f"{classroom.roster.name}, line {first}: {error}; look for a quotation mark that is never closed"
            ) from None
        yield first, line


def broken(line: dict[str, Any]) -> str:
    """Why a line of the file is no student's, or nothing."""
    for name, value in line.items():
        if "\n" in str(value) or "\r" in str(value):
            return f"the value of {name!r} goes on over several lines; look for a quotation mark that is never closed"
        if name in ("student", "lms_id", "username") and SCIENTIFIC.fullmatch((value or "").strip()):
            return (
                f"{value!r} is what a spreadsheet makes of a long number; format the column as text, and type it again"
            )
    return ""


def unusable(student: str, other: str | None) -> str:
    """Why an id cannot be a student's beside ``other``, which has the same letters; or nothing."""
    if not valid_id(student):
        return f"{student!r} is not a student id: {ID_RULE}"
    if student == other:
        return f"{student!r} is there twice; keep one line for each student"
    if other is not None:
        return f"{student!r} differs from {other!r} in capitals only, and some systems take both for one folder"
    if student.partition(".")[0].upper() in DEVICES:
        return f"{student!r} cannot be a folder on Windows; give that student another id"
    return ""


def read(classroom: Classroom) -> dict[str, Person]:
    """The roster as it stands in the file."""
    known = {field.name for field in fields(Person)}
    persons: dict[str, Person] = {}
    with classroom.roster.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file, strict=True)
        if "student" not in (reader.fieldnames or ()):
            raise ClassroomError(
                f"{classroom.roster.name} needs a column 'student'; it may have {', '.join(sorted(known))}, separated by "
                f"commas; its first line is {','.join(reader.fieldnames or ())[:80]!r}"
            )
        headers = [name.strip() for name in reader.fieldnames or ()]
        if twice := sorted({name for name in headers if name and headers.count(name) > 1}):
            raise ClassroomError(f"{classroom.roster.name}, line 1: the column {twice[0]!r} is there twice; keep one")
        ids: dict[str, str] = {}
        for number, line in numbered(classroom, reader):
            if not any(line.values()):  # spreadsheets leave lines of commas behind
                continue
            student = (line["student"] or "").strip()
            reason = broken(line) or unusable(student, ids.get(student.lower()))
            if reason:
                raise ClassroomError(f"{classroom.roster.name}, line {number}: {reason}")
            ids[student.lower()] = student
            values = {key: safe_name(value or "") for key, value in line.items() if key in known - {"student"}}
            persons[student] = Person(student, **values)
    return persons
