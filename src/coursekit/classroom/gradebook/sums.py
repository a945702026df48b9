"""The sum of an assignment's parts: what stands of it once every part stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coursekit.classroom.gradebook.scores import Standing, mark_of
from coursekit.classroom.layout import Classroom
from coursekit.classroom.records import tidy
from coursekit.classroom.roster import Person

ORDER = (
    "ungraded",
    "stale",
    "waiting",
    "not due",
    "missing",
    "refused",
    "graded",
    "excused",
)  # the first of any part's counts
PARTLY = "partly missing"


@dataclass(frozen=True)
class Sum(Standing):
    """Where a student stands in an assignment of several notebooks; a part that is excused counts for nothing."""

    parts: tuple[Standing, ...] = ()

    @property
    def status(self) -> str:
        """As of a standing, or ``partly missing`` where some notebooks were handed in and some not."""
        found = [part.status for part in self.parts]
        status = next(one for one in ORDER if one in found)
        return PARTLY if status == "missing" and set(found) - {"missing", "excused"} else status

    @property
    def penalty(self) -> float:
        """The parts' penalties together."""
        return tidy(sum(part.penalty for part in self.parts))


def summed(classroom: Classroom, chosen: dict[str, list[Standing]]) -> dict[str, list[Standing]]:
    """The standings by assignment, with one for all parts of an assignment whose parts are all there."""
    found: dict[str, list[Standing]] = {}
    for name, standings in chosen.items():
        folder = classroom.folder(name)
        parts = classroom.parts(folder)
        if len(parts) == 1 or not set(parts) <= set(chosen):
            found[name] = standings
        elif folder not in found:
            found[folder] = of_parts([chosen[part] for part in parts])
    return found


def of_parts(parts: Sequence[Sequence[Standing]]) -> list[Standing]:
    """A sum for each student of any part, in the order of their ids; who is in none of a part's lists has nothing there."""
    tables = [{one.person.student: one for one in part} for part in parts]
    people = {name: one.person for table in tables for name, one in table.items()}
    return [
        total([table.get(student) or nothing(person, table) for table in tables if table])
        for student, person in sorted(people.items())
    ]


def nothing(person: Person, others: Mapping[str, Standing]) -> Standing:
    """Where a student stands in a part for which nothing is there, by what is asked of the ``others``."""
    one = next(iter(others.values()))
    return Standing(person, tuple(mark_of(mark.question, None, {}) for mark in one.marks), None, due=one.due)


def total(every: Sequence[Standing]) -> Sum:
    """One student's sum."""
    asked = [one for one in every if one.status != "excused"] or every
    first = asked[0]
    return Sum(
        first.person, tuple(mark for one in asked for mark in one.marks), first.record, 0.0,
        max(one.days_late for one in asked), any(one.handed_in for one in asked), any(one.due for one in asked),
        first.extension, (), tuple(asked),
    )  # fmt: skip
