"""The written answers of an assignment as sheets on a desk: question by question, which are marked, which is next."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from coursekit.classroom import bank, records
from coursekit.classroom.adopt.choices import judging
from coursekit.classroom.bank import Remark
from coursekit.classroom.gradebook import marking
from coursekit.classroom.gradebook.scores import Mark, changes, standings
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.show import feedback
from coursekit.classroom.show.answers import Behind, behind

NEWER = {"submission": "the student has handed in again since", "source": "the assignment was released again since"}


@dataclass(frozen=True)
class Sheet:
    """One answer: whose, to what, and what a person made of it so far."""

    student: str
    mark: Mark
    changed: tuple[str, ...] = ()  # of submission and source, what is another one now than was graded

    @property
    def question(self) -> str:
        """The question's id."""
        return self.mark.question.id

    @property
    def newer(self) -> str:
        """Why this is not what is there now, in words; empty where it is."""
        return ", and ".join(NEWER[what] for what in self.changed)


class Desk:
    """The sheets of an assignment as they were when it was laid out, with what has been entered since."""

    def __init__(self, classroom: Classroom, assignment: str) -> None:
        self.classroom, self.assignment = classroom, assignment
        self.sources: Mapping[str, Behind] = {}
        self.sheets: dict[tuple[str, str], Sheet] = {}
        self.lay_out()

    def lay_out(self) -> None:
        """Read anew what there is to mark."""
        source = self.classroom.source_bytes(self.assignment)
        self.sources = behind(source)
        order = {question: number for number, question in enumerate(bank.rubric(source))}
        found = [
            Sheet(one.person.student, mark, one.changed)
            for one in standings(self.classroom, self.assignment)
            if one.record
            for mark in one.marks
            if mark.status == "manual" or mark.waiting
        ]
        found.sort(key=lambda sheet: (order.get(sheet.question, -1), sheet.student))
        self.sheets = {(sheet.question, sheet.student): sheet for sheet in found}

    def questions(self) -> dict[str, tuple[int, int]]:
        """For each question how many answers are marked, and how many there are."""
        counts: dict[str, tuple[int, int]] = {}
        for sheet in self.sheets.values():
            done, every = counts.get(sheet.question, (0, 0))
            counts[sheet.question] = done + (not sheet.mark.waiting), every + 1
        return counts

    def stale(self) -> list[str]:
        """The students of whom something newer is there than the answers that lie here."""
        return sorted({sheet.student for sheet in self.sheets.values() if sheet.changed})

    def sheet(self, question: str, student: str) -> Sheet:
        """One answer.  Raises ClassroomError where there is none."""
        try:
            return self.sheets[question, student]
        except KeyError:
            raise ClassroomError(
                f"{student} has no answer to {question!r} in {self.assignment} that a person marks"
            ) from None

    def next(self, question: str, after: str = "") -> Sheet | None:
        """The first answer to a question that waits, behind that of a student if there is one there; None when all are marked."""
        waiting = [s for s in self.sheets.values() if s.question == question and s.mark.waiting and s.student != after]
        return next((s for s in waiting if s.student > after), waiting[0] if waiting else None)

    def beside(self, sheet: Sheet) -> tuple[str, str]:
        """The students whose answers to the same question lie before and behind, marked or not; empty at the ends."""
        students = [other.student for other in self.sheets.values() if other.question == sheet.question]
        at = students.index(sheet.student)
        return (students[at - 1] if at else ""), (students[at + 1] if at + 1 < len(students) else "")

    def remarks(self, question: str) -> dict[str, Remark]:
        """The bank of a question, by keys that tell equal remarks apart."""
        found: dict[str, Remark] = {}
        for remark in bank.bank(self.classroom, self.assignment).get(question, []):
            twins = sum(other == remark for other in found.values())
            found[hashlib.sha256(repr((twins, remark.text, remark.points)).encode()).hexdigest()[:12]] = remark
        return found

    def looked_at(self, sheet: Sheet) -> tuple[Sheet, str]:
        """The sheet as it is now, and a digest of the answer and of what a person gave, which another one would change."""
        given = marking.so_far(self.classroom, self.assignment, sheet.student, sheet.mark.question)
        path = self.classroom.autograded(self.assignment, sheet.student)
        answer = path.read_bytes() if path.is_file() else b""
        manual = replace(sheet.mark.manual, score=given[0], again=given[0] is not None and given[1], comment=given[2])
        record = records.read(self.classroom, self.assignment, sheet.student)
        source = self.classroom.source_bytes(self.assignment)
        digest = records.source_digest(source, judging(self.classroom, self.assignment, source))
        newer = changes(self.classroom, self.assignment, sheet.student, record, digest) if record else ()
        now = replace(sheet, mark=replace(sheet.mark, manual=manual), changed=newer)
        self.sheets[sheet.question, sheet.student] = now
        return now, hashlib.sha256(answer + repr(given).encode()).hexdigest()[:20]

    def chosen(self, sheet: Sheet) -> tuple[list[str], str]:
        """Of the comment that was given: the keys of the remarks that it begins with, and the words after them."""
        keys, rest = [], sheet.mark.manual.comment
        for key, remark in self.remarks(sheet.question).items():
            if rest == remark.text or rest.startswith(f"{remark.text}\n\n"):
                keys.append(key)
                rest = rest[len(remark.text) :].lstrip("\n")
        return keys, rest

    def shown(self, sheet: Sheet) -> feedback.Item:
        """The answer as a page may show it, with its model answer."""
        path = self.classroom.autograded(self.assignment, sheet.student)
        cells = feedback.answers(feedback.shown(path, self.assignment))
        return feedback.item(sheet.mark, cells, self.sources.get(sheet.question, Behind()), True)

    def give(self, sheet: Sheet, keys: Sequence[str], points: float | None, comment: str, keep: bool) -> float:
        """Enter points and words: those of the remarks with these keys, unless ``points`` says otherwise; the points.

        The words take the place of all that was said before.  Raises ClassroomError where nothing gives points, for points that
        the question does not have, and for a remark that is not in the bank any more.
        """
        every = self.remarks(sheet.question)
        if gone := [key for key in keys if key not in every]:
            raise ClassroomError(
                f"{len(gone)} of the remarks that you chose are not in the bank any more: choose again"
            )
        remarks = [remark for key, remark in every.items() if key in keys]
        given = bank.total(remarks) if points is None else points
        if given is None:
            raise ClassroomError("choose a remark that gives points, or enter points (0 for none)")
        words = "\n\n".join([*(remark.text for remark in remarks), *([comment] if comment else [])])
        marking.give(self.classroom, self.assignment, sheet.student, sheet.mark.question, given, words)
        if keep and comment and comment not in {remark.text for remark in every.values()}:
            bank.keep(self.classroom, self.assignment, sheet.question, Remark(comment))
        self.looked_at(sheet)
        return given
