"""Moodle's grading worksheet, filled: who is who is read from its rows, since Moodle numbers people anew for each assignment."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.classroom import naming
from coursekit.classroom.gradebook.scores import Standing
from coursekit.classroom.layout import ClassroomError
from coursekit.classroom.roster import Person
from coursekit.classroom.show.export import number

GRADE, HIGHEST, WHO, EMAIL = "Grade", "Maximum Grade", "Identifier", "Email address"
PERSONAL = {"Full name", EMAIL, "ID number"}
PARTICIPANT = re.compile(r"\D*(\d+)\Z")  # "Participant 45671", in the words of the site's language


@dataclass(frozen=True)
class Worksheet:
    """A worksheet as Moodle made it: its head, its rows by heading, and whose each row is where that is known."""

    head: list[str]
    rows: list[dict[str, str]]
    whose: list[str]  # a student's id, or nothing

    @classmethod
    def read(cls, path: Path, everyone: Iterable[Person]) -> Worksheet:
        """The worksheet in a file; raises ClassroomError for one that is none, or that is in another language than English."""
        try:
            lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        except (UnicodeDecodeError, csv.Error) as error:
            raise ClassroomError(f"{path} is no CSV file in UTF-8: {error}") from None
        head = lines[0] if lines else []
        if missing := [name for name in (WHO, GRADE) if name not in head]:
            raise ClassroomError(
                f"{path} has no column {missing[0]!r} (it has: {', '.join(head) or 'nothing'}): download the worksheet of "
                "the assignment in Moodle, with its language set to English"
            )
        rows = [dict(zip(head, line, strict=False)) for line in lines[1:] if any(line)]
        people = list(everyone)
        texts = known(people)
        blind = {person.student for person in people if person == Person(person.student)}
        return cls(head, rows, [owner(row, texts, blind) for row in rows])

    def highest(self) -> float | None:
        """The most points that Moodle takes; None where the worksheet does not say."""
        found = {row.get(HIGHEST, "").strip() for row in self.rows} - {""}
        try:
            return float(found.pop()) if len(found) == 1 else None
        except ValueError:
            return None

    def filled(self, standings: Sequence[Standing]) -> str:
        """The worksheet with the grades that stand; every other cell is as it was.

        Moodle leaves out an empty grade, and one that is above its own highest, so grades are scaled to that.
        """
        by_student = {standing.person.student: standing for standing in standings}
        highest = self.highest()
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\r\n")
        writer.writerow(self.head)
        for row, student in zip(self.rows, self.whose, strict=True):
            standing = by_student.get(student)
            grade = scaled(standing, highest) if standing and standing.stands else row.get(GRADE, "")
            writer.writerow([grade if name == GRADE else row.get(name, "") for name in self.head])
        return buffer.getvalue()

    def without_row(self, standings: Iterable[Standing]) -> list[str]:
        """The students with a grade for whom the worksheet has no row, or more than one."""
        return sorted(
            one.person.student for one in standings if one.stands and self.whose.count(one.person.student) != 1
        )

    def pages(self, assignment: str, pages: Mapping[str, Path]) -> bytes:
        """The students' feedback pages in a zip as Moodle takes them back (*Upload multiple feedback files in a zip*)."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for row, student in zip(self.rows, self.whose, strict=True):
                participant = PARTICIPANT.match(row[WHO])
                if participant and student in pages:
                    name = f"student_{participant[1]}_assignfeedback_file_/{assignment}.html"
                    archive.writestr(name, pages[student].read_bytes())
        return buffer.getvalue()


def scaled(standing: Standing, highest: float | None) -> str:
    """A grade on Moodle's scale."""
    share = highest / standing.max_score if highest is not None and standing.max_score else 1.0
    return number(standing.final * share)


def known(everyone: Iterable[Person]) -> dict[str, set[str]]:
    """What may stand in a row for a student, and whose it may be: e-mail, ids, full name in both orders."""
    people = list(everyone)
    ids, names = naming.by_id(people), naming.by_name(people)
    return {text: ids.get(text, set()) | names.get(text, set()) for text in ids.keys() | names.keys()}


def owner(row: Mapping[str, str], known: Mapping[str, set[str]], blind: Container[str] = ()) -> str:
    """The one student whom the cells of a row name; nothing where they name nobody or several.

    Only what stands before the grade is read: further on are texts that students write.  A name that two students share
    names neither, an e-mail or an id beside it does.  With blind marking there is only a number, which is the id of the
    student in ``blind`` that was collected by it.
    """
    participant = PARTICIPANT.match(row[WHO])
    if participant and not PERSONAL & row.keys():
        return participant[1] if participant[1] in blind else ""
    before = list(row)[: list(row).index(GRADE)]
    cells = [naming.plain(row[name]) for name in before]
    sure = [known[cell] for cell in cells if cell in known and len(known[cell]) == 1]
    ids = {name for found in sure for name in found}
    return ids.pop() if len(ids) == 1 else ""


def numbers(path: Path, everyone: Iterable[Person]) -> dict[str, str]:
    """Moodle's numbers in a worksheet, and the student of each; without a roster the student's e-mail."""
    people = list(everyone)
    sheet = Worksheet.read(path, people)
    found: dict[str, str] = {}
    for row, student in zip(sheet.rows, sheet.whose, strict=True):
        participant = PARTICIPANT.match(row[WHO])
        whose = student if people else row.get(EMAIL, "").strip().lower()
        if participant and whose:
            found[participant[1]] = whose
    return found
