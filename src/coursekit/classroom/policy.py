"""Deadlines and late penalties, from ``policy.toml`` in the classroom."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from coursekit.classroom.layout import Classroom, ClassroomError, parse_time
from coursekit.course import current


@dataclass(frozen=True)
class Policy:
    """When an assignment is due and what lateness costs, as a share of the points earned.

    ``min(max_penalty, penalty_per_day · days)`` where a started day after ``deadline + grace_minutes`` counts as a day, and
    the first ``late_days`` of a student's late days, over all assignments in the order of their deadlines, cost nothing.
    ``groups`` is whether the groups of the roster hand in together.
    """

    deadline: datetime | None = None
    grace_minutes: float = 0.0
    penalty_per_day: float = 0.0
    max_penalty: float = 1.0
    late_days: int = 0
    groups: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.grace_minutes < math.inf:
            raise ClassroomError(f"grace_minutes must be a number of minutes >= 0, got {self.grace_minutes}")
        for name in ("penalty_per_day", "max_penalty"):
            if not 0 <= getattr(self, name) <= 1:
                raise ClassroomError(f"{name} is a share of the points, 0 to 1; got {getattr(self, name)}")
        if not isinstance(self.late_days, int) or self.late_days < 0:
            raise ClassroomError(f"late_days must be a whole number of days >= 0, got {self.late_days}")


def load(classroom: Classroom, assignment: str) -> Policy:
    """The policy of an assignment: the table ``[assignment]`` over ``[default]``; raises ClassroomError for a bad file."""
    if not classroom.policy.is_file():
        return Policy()
    try:
        tables = tomllib.loads(classroom.policy.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ClassroomError(f"{classroom.policy.name} is not valid TOML: {error}") from None
    check_tables(classroom, tables)
    folder = classroom.folder(assignment)
    values = tables.get("default", {}) | tables.get(folder, {}) | tables.get(assignment, {})
    known = {field.name for field in fields(Policy)}
    if unknown := set(values) - known:
        raise ClassroomError(
            f"{classroom.policy.name}: {sorted(unknown)[0]!r} is not one of {', '.join(sorted(known))}"
        )
    if not isinstance(values.get("groups", False), bool):
        raise ClassroomError(f"{classroom.policy.name}: groups must be true or false, got {values['groups']!r}")
    for name in known - {"deadline", "groups"}:
        if name in values and (isinstance(values[name], bool) or not isinstance(values[name], int | float)):
            raise ClassroomError(f"{classroom.policy.name}: {name} must be a number, got {values[name]!r}")
    if "late_days" in tables.get(assignment, {}) and assignment != "default":
        raise ClassroomError(
            f"{classroom.policy.name}: late_days is one budget for all assignments: write it below [default], not [{assignment}]"
        )
    try:
        if "deadline" in values:
            values["deadline"] = as_time(values["deadline"])
        return Policy(**values)
    except ClassroomError as error:
        raise ClassroomError(f"{classroom.policy.name}: {error}") from None


def check_tables(classroom: Classroom, tables: dict[str, Any]) -> None:
    """Raises ClassroomError for anything but tables named ``default`` or after an assignment: a typo would lose a deadline."""
    there = classroom.assignments()
    known = {"default", *there, *map(classroom.folder, there), *current().topics()}
    for name, table in tables.items():
        if name not in known:
            raise ClassroomError(
                f"{classroom.policy.name}: [{name}] is neither [default] nor one of {', '.join(sorted(known))}"
            )
        if not isinstance(table, dict):
            raise ClassroomError(
                f"{classroom.policy.name}: write [{name}] on a line of its own and its values below it"
            )


def as_time(value: object) -> datetime:
    """A TOML date-time or a string as a time in UTC."""
    if isinstance(value, datetime):
        return parse_time(value.isoformat())
    if isinstance(value, str) and (
        ":" in value or not value.strip()[:1].isdigit()
    ):  # of a day alone, the hour is unknown
        return parse_time(value)
    raise ClassroomError(f"deadline must be a date and time such as 2026-10-01T23:59:00Z, got {value}")


def is_due(policy: Policy) -> bool:
    """Whether deadline and grace are over; an assignment without a deadline is always due."""
    if policy.deadline is None:
        return True
    return datetime.now(UTC) - policy.deadline > timedelta(minutes=policy.grace_minutes)


def answers_are_out(policy: Policy) -> bool:
    """Whether nobody can gain by a right answer any more: the deadline is over, and late work earns nothing or is not foreseen.

    Without a deadline answers are never out by themselves.
    """
    if policy.deadline is None or not is_due(policy):
        return False
    counted = max(0, days_late(policy, datetime.now(UTC)) - policy.late_days)
    lost = min(policy.max_penalty, policy.penalty_per_day * counted)
    return policy.penalty_per_day == 0 or lost >= 1


def days_late(policy: Policy, submitted: datetime | None) -> int:
    """Started days after deadline and grace; 0 when there is no deadline or no time of submission."""
    if policy.deadline is None or submitted is None:
        return 0
    seconds = (submitted - policy.deadline).total_seconds() - 60 * policy.grace_minutes
    return max(0, math.ceil(seconds / 86_400))


def late(policy: Policy, submitted: datetime | None, score: float, free: int = 0) -> dict[str, Any] | None:
    """What the record says about lateness, of which ``free`` days cost nothing; None when the assignment has no deadline."""
    if policy.deadline is None:
        return None
    days = days_late(policy, submitted)
    share = min(policy.max_penalty, policy.penalty_per_day * (days - free))
    return {
        "deadline": policy.deadline.isoformat(),
        "submitted": submitted.isoformat() if submitted else None,
        "days": days,
        "free": free,
        "share": share,
        "penalty": round(share * score, 12),
        "final_score": round(score - share * score, 12),
    }
