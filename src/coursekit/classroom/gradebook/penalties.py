"""Late penalties in records and gradebook, after what decides them has changed."""

from __future__ import annotations

from collections.abc import Iterable

from coursekit.classroom import lateness, records
from coursekit.classroom.gradebook import tables
from coursekit.classroom.layout import Classroom


def refresh(classroom: Classroom, assignments: Iterable[str], students: list[str]) -> dict[str, list[str]]:
    """Bring the students' records and the gradebook in line with policy and extensions; by assignment, whose changed."""
    changed = {name: lateness.refresh(classroom, name, students) for name in assignments}
    for name, whose in changed.items():
        if whose:
            found = {student: records.read(classroom, name, student) for student in whose}
            there = {student: record for student, record in found.items() if record}
            tables.write(classroom, name, classroom.source_bytes(name), there)
    return {name: whose for name, whose in changed.items() if whose}
