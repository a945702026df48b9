"""``course demo``: a whole term in miniature, from a clean folder to exported grades, compared with what must come out."""

from __future__ import annotations

import csv
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nbgrader.api import Gradebook

from coursekit.assignments.parse import load
from coursekit.assignments.release import release
from coursekit.classroom.collect.collect import collect
from coursekit.classroom.collect.items import Taken
from coursekit.classroom.demo.students import MadeUp, make
from coursekit.classroom.grade.job import Runner, Settings
from coursekit.classroom.grade.run import grade
from coursekit.classroom.gradebook.scores import Standing, standings
from coursekit.classroom.layout import Classroom
from coursekit.classroom.records import tidy
from coursekit.classroom.show import export, feedback
from coursekit.classroom.source import questions
from coursekit.course import current
from coursekit.paths import write_atomically

DEADLINE = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
POLICY = (
    f'[default]\ndeadline = "{DEADLINE.isoformat()}"\ngrace_minutes = 15\npenalty_per_day = 0.1\nmax_penalty = 0.5\n'
)
LATE = 0.2  # 30 hours late is two started days


@dataclass(frozen=True)
class Line:
    """One student and assignment: what came out, and every way in which it is not what it must be."""

    assignment: str
    student: str
    kind: str
    standing: Standing | None
    expected: float | None
    faults: tuple[str, ...]


def hand_in(folder: Path, assignment: str, students: list[MadeUp]) -> None:
    """Write the submissions as they might arrive: notebooks in students' folders, every third as the student's zip."""
    for number, student in enumerate(students):
        moment = (DEADLINE + timedelta(hours=student.hours_late or -1)).timestamp()
        if number % 3 == 2:
            path = folder / f"{student.student}.zip"
            path.parent.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(f"{assignment}.ipynb", student.data)
        else:
            path = folder / student.student / f"{assignment}.ipynb"
            write_atomically(path, student.data)
        os.utime(path, (moment, moment))


def grade_by_hand(classroom: Classroom, assignment: str, students: list[MadeUp]) -> None:
    """Enter scores and comments for written answers as formgrader does, for the students that say so."""
    written = [q.id for q in questions(classroom.source_bytes(assignment)) if q.manual]
    with Gradebook(classroom.db_url, current().id) as book:
        for student in students:
            for name in written if student.by_hand is not None else ():
                entry = book.find_grade(name, assignment, assignment, student.student)
                entry.manual_score = student.by_hand * entry.max_score
                entry.needs_manual_grade = False
                comment = book.find_comment(name, assignment, assignment, student.student)
                comment.manual_comment = f"Clear. You gave the *reason*: {student.by_hand:.0%} of the points."
        book.db.commit()


def line(assignment: str, student: MadeUp, standing: Standing | None) -> Line:
    """Compare one student's standing with what must come out."""
    if standing is None or standing.record is None:
        return Line(assignment, student.student, student.kind, None, None, ("no record at all",))
    entries, faults = standing.record["questions"], []
    for name, expected in student.expected.items():
        entry = entries.get(name)
        if entry is None or not expected.met(entry):
            got = f"{entry['score']:g} points, {entry['status']}: {entry['message'][:200]}" if entry else "nothing"
            wanted = "fewer than all points" if expected.below else f"{expected.score:g} points"
            words = f", with the message {expected.says!r}" if expected.says else ""
            faults.append(f"{name}: got {got}; must be {wanted}, {' or '.join(expected.statuses)}{words}")
        elif not entry["message"] and entry["status"] != "passed":
            faults.append(f"{name}: no reason given")
    final = final_score(student, standing)
    if abs(standing.final - final) > 1e-9:
        faults.append(f"final score {standing.final:g}, must be {final:g}")
    return Line(assignment, student.student, student.kind, standing, final, tuple(faults))


def final_score(student: MadeUp, standing: Standing) -> float:
    """The final score that the expectations come to; parts that earn a share count as they were earned."""
    total = 0.0
    for mark in standing.marks:
        expected = student.expected[mark.question.id]
        by_hand = student.by_hand if mark.question.manual else None
        total += mark.score if expected.below else expected.score if by_hand is None else by_hand * mark.question.points
    return tidy(total - (LATE * total if student.hours_late else 0))


def exported(path: Path, column: str) -> dict[str, float | None]:
    """Final scores by student as an exported file has them; None where a grade does not stand."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    key = "student" if "student" in rows[0] else "SIS User ID"
    return {row[key]: float(row[column]) if row[column] else None for row in rows if row[key]}


def differ(first: float | None, second: float | None) -> bool:
    """Whether two grades differ by more than what a file's digits lose."""
    return first != second if first is None or second is None else abs(first - second) > 1e-6


def one(
    classroom: Classroom,
    assignment: str,
    count: int,
    settings: Settings,
    run: Runner,
    root: Path,
    say: Callable[[str], None],
    advance: Callable[[str, int], None],
) -> list[Line]:
    """Hand in, collect, grade, grade by hand, grade again, feedback and export one assignment."""
    released = json.loads(classroom.release(assignment).read_text())
    students = make(load(assignment, root), released, count)
    inbox = classroom.root / "inbox" / assignment
    hand_in(inbox, assignment, students)
    say(f"{assignment}: collecting")
    taken = collect(classroom, assignment, [inbox])
    say(f"{assignment}: grading")
    grade(classroom, assignment, (), settings, run=run, advance=advance)
    grade_by_hand(classroom, assignment, students)
    again = grade(classroom, assignment, (), settings, run=run)
    say(f"{assignment}: feedback and export")
    pages = list(feedback.write(classroom, assignment))
    by_student = {standing.person.student: standing for standing in standings(classroom, assignment)}
    lines = [line(assignment, student, by_student.get(student.student)) for student in students]
    return lines + whole_faults(classroom, assignment, lines, taken, again.graded, len(pages))


def whole_faults(
    classroom: Classroom, assignment: str, lines: list[Line], taken: list[Taken], regraded: list[str], pages: int
) -> list[Line]:
    """What is wrong with the assignment as a whole, as lines of its own."""
    faults = []
    if regraded:
        faults.append(f"graded again without need: {', '.join(regraded)}")
    refused = {t.student for t in taken if t.status == "refused"}
    broken = {row.student for row in lines if row.kind == "not JSON"}
    if refused != broken:
        faults.append(f"refused {sorted(map(str, refused))}, must be {sorted(broken)}")
    if pages != len(lines):
        faults.append(f"{pages} feedback pages for {len(lines)} students")
    for form, column in (("csv", "final_score"), ("canvas", assignment)):
        path = classroom.root / f"{assignment}-{form}.csv"
        write_atomically(path, export.FORMATS[form](export.term(classroom, [assignment])))
        finals = {row.student: row.expected if row.standing.stands else None for row in lines if row.standing}
        scores = exported(path, column)
        if set(scores) != set(finals) or any(differ(scores[name], finals[name]) for name in finals):
            faults.append(f"{path.name} holds other scores than it must")
    return [Line(assignment, "(all)", "the class", None, None, tuple(faults))] if faults else []


def prepare(classroom: Classroom, assignments: list[str], root: Path) -> None:
    """Release the assignments into a clean classroom with a late policy."""
    release(assignments, classroom.root, root=root, db_url=classroom.db_url)
    write_atomically(classroom.policy, POLICY)
