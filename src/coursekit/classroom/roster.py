"""The class list: names and numbers by student id, from ``roster.csv``."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, fields

from coursekit.classroom.layout import ID_RULE, Classroom, ClassroomError, valid_id

UNSAFE = re.compile(r"[<>&\"'`\x00-\x1f\x7f\\{}\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Person:
    """One line of the roster.  ``lms_id`` is the number that the LMS knows the student by."""

    student: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""
    section: str = ""

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


def read(classroom: Classroom) -> dict[str, Person]:
    """The roster as it stands in the file."""
    known = {field.name for field in fields(Person)}
    found: dict[str, Person] = {}
    with classroom.roster.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if "student" not in (reader.fieldnames or ()):
            raise ClassroomError(
                f"{classroom.roster.name} needs a column 'student'; it may have {', '.join(sorted(known))}, separated by "
                f"commas; its first line is {','.join(reader.fieldnames or ())[:80]!r}"
            )
        for line in reader:
            if not any(line.values()):  # spreadsheets leave lines of commas behind
                continue
            student = (line["student"] or "").strip()
            if not valid_id(student):
                raise ClassroomError(
                    f"{classroom.roster.name}, line {reader.line_num}: {student!r} is not a student id: {ID_RULE}"
                )
            if student in found:
                raise ClassroomError(
                    f"{classroom.roster.name}, line {reader.line_num}: {student!r} is there twice; keep one line for each student"
                )
            values = {key: safe_name(value or "") for key, value in line.items() if key in known - {"student"}}
            found[student] = Person(student, **values)
    return found
