"""Who hands in together: as ``groups.csv`` says, or by the roster's column ``group`` where the policy has ``groups = true``."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping

from coursekit.classroom import policy
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.roster import people

Teams = Mapping[str, tuple[str, ...]]  # by student, all members of the student's group, sorted
COLUMNS = ("assignment", "student", "group")


def teams(classroom: Classroom, assignment: str) -> Teams:
    """The groups of an assignment, without those who work alone.  Raises ClassroomError for files that contradict themselves."""
    lines = of_file(classroom, assignment)
    if not lines and policy.load(classroom, assignment).groups:
        lines = [(person.student, person.group) for person in people(classroom).values()]
        if not any(group for _, group in lines):
            raise ClassroomError(
                f"{classroom.policy.name} says groups = true for {assignment}, and no student has a group: write them into a "
                f"column 'group' of {classroom.roster.name}, or into {classroom.groups.name}"
            )
    members: dict[str, list[str]] = defaultdict(list)
    for student, group in lines:
        if group:
            members[group].append(student)
    return {student: tuple(sorted(team)) for team in members.values() if len(team) > 1 for student in team}


def of_file(classroom: Classroom, assignment: str) -> list[tuple[str, str]]:
    """Student and group of each line of ``groups.csv`` that is for the assignment."""
    if not classroom.groups.is_file():
        return []
    try:
        with classroom.groups.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, strict=True)
            if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
                raise ClassroomError(
                    f"{classroom.groups.name} needs the columns {', '.join(COLUMNS)}; {missing[0]!r} is not there"
                )
            lines = [tuple((line[name] or "").strip() for name in COLUMNS) for line in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ClassroomError(f"{classroom.groups.name} is no CSV file in UTF-8: {error}") from None
    return checked(classroom, assignment, lines)


def checked(classroom: Classroom, assignment: str, lines: Iterable[tuple[str, ...]]) -> list[tuple[str, str]]:
    """The assignment's lines; raises ClassroomError for assignments and students that are unknown, or in two groups."""
    roster, found = people(classroom), {}
    assignments = sorted({*classroom.assignments(), *map(classroom.folder, classroom.assignments())})
    for number, (name, student, group) in enumerate(lines, 2):
        where = f"{classroom.groups.name}, line {number}"
        if name and name not in assignments:
            raise ClassroomError(f"{where}: there is no assignment {name!r}; there are {', '.join(assignments)}")
        if student and roster and student not in roster:
            raise ClassroomError(f"{where}: {student!r} is not in {classroom.roster.name}")
        if student and name in (assignment, classroom.folder(assignment)):
            if student in found:
                raise ClassroomError(f"{where}: {student!r} is in two groups for {assignment}; keep one")
            found[student] = group
    return list(found.items())
