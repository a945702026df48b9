"""What lateness costs one student: the class's policy, the student's own extension, and days that cost nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from coursekit.classroom import extensions, handed_in, policy, records
from coursekit.classroom.extensions import Extension
from coursekit.classroom.layout import Classroom
from coursekit.classroom.policy import Policy


def extended(rule: Policy, extension: Extension) -> Policy:
    """The policy with the days that a student was given."""
    if rule.deadline is None:
        return rule
    return replace(rule, deadline=rule.deadline + timedelta(days=extension.days))


def rule_of(classroom: Classroom, assignment: str, student: str) -> Policy:
    """The policy of an assignment as it is for one student."""
    return extended(policy.load(classroom, assignment), extensions.given_to(classroom, assignment, student))


def latest(classroom: Classroom, assignment: str) -> Policy:
    """The policy as it is for the student with most days: until it is over, answers would help somebody."""
    rule, given = policy.load(classroom, assignment), extensions.given(classroom, assignment).values()
    return extended(rule, Extension(max((one.days for one in given if not one.excused), default=0)))


def late(classroom: Classroom, assignment: str, student: str, score: float) -> dict[str, Any] | None:
    """What a student's record says about lateness; None when the assignment has no deadline."""
    rule, moment = rule_of(classroom, assignment, student), handed_in.submission_time(classroom, assignment, student)
    days = policy.days_late(rule, moment)
    free = min(days, days_left(classroom, assignment, student, rule.late_days)) if rule.late_days and days else 0
    return policy.late(rule, moment, score, free)


def days_left(classroom: Classroom, assignment: str, student: str, budget: int) -> int:
    """What assignments due before this one left of a student's budget of late days."""
    counted = {classroom.folder(assignment)}  # the parts of one assignment are handed in, and late, together
    for name in due_before(classroom, assignment):
        if classroom.folder(name) in counted:
            continue
        counted.add(classroom.folder(name))
        if not extensions.given_to(classroom, name, student).excused:
            moment = handed_in.submission_time(classroom, name, student)
            budget -= min(budget, policy.days_late(rule_of(classroom, name, student), moment))
    return budget


def due_before(classroom: Classroom, assignment: str) -> list[str]:
    """The assignments that are due before this one, first the earliest; of two at one time by name."""
    due = {name: policy.load(classroom, name).deadline for name in classroom.assignments()}
    order = sorted((deadline, name) for name, deadline in due.items() if deadline is not None)
    return [name for deadline, name in order if (deadline, name) < (due.get(assignment), assignment)]


def refresh(classroom: Classroom, assignment: str, students: list[str]) -> list[str]:
    """Bring lateness in records in line with what holds now; the students whose record changed."""
    changed = []
    for student in students:
        record = records.read(classroom, assignment, student)
        if record is None:
            continue
        current = late(classroom, assignment, student, record["score"])
        if current != record.get("late"):
            records.write(classroom, record | {"late": current})
            changed.append(student)
    return changed
