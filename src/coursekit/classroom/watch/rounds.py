"""The rounds of a watch: who is next, and what is done with what they handed in."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from coursekit.classroom.collect.collect import collect_items
from coursekit.classroom.collect.items import Taken
from coursekit.classroom.grade.job import Runner, Settings
from coursekit.classroom.grade.run import grade
from coursekit.classroom.gradebook.scores import Standing, standings
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.roster import people
from coursekit.classroom.show import feedback
from coursekit.classroom.watch.arrivals import Arrival, found
from coursekit.classroom.watch.ledger import Ledger

LARGEST_ROUND = 20  # arrivals, each another student's: who is with one that never ends waits for it
SETTLED = 2.0  # seconds for which a file has to stay as it is before it is read
RETRY = 60.0  # seconds until an assignment that could not be graded is tried again


class Watch:
    """An inbox and the classroom that it serves; ``per_hour``, if it is not 0, limits what is graded of one student."""

    def __init__(
        self, classroom: Classroom, inbox: Path, settings: Settings, *, run: Runner, per_hour: int = 0,
        say: Callable[[str], None] = print,
    ) -> None:  # fmt: skip
        self.classroom, self.inbox, self.settings = classroom, inbox, settings
        self.run, self.per_hour, self.say = run, per_hour, say
        self.ledger = Ledger.of(classroom)
        self.faults: dict[str, Fault] = {}

    def waiting(self) -> list[Arrival]:
        """The arrivals that are not done, the oldest first."""
        names = {name: self.classroom.notebook(name) for name in self.classroom.assignments()}
        return [one for one in found(self.inbox, names) if one.key not in self.ledger.done]

    def next_round(self, waiting: list[Arrival]) -> dict[str, Arrival]:
        """By student, one arrival each, all for the assignment of the oldest that may be done now.

        One a student and round is what makes it fair: who hands in a hundred times waits a hundred rounds, and nobody else.
        """
        chosen: dict[str, Arrival] = {}
        roster, now = people(self.classroom), time.time()
        for one in waiting:
            other = any(first.assignment != one.assignment for first in chosen.values())
            if settles(one, now) or other or self.blocked(one.assignment, now):
                continue
            student = one.whose(roster)
            if student not in chosen and not self.over_limit(student):
                chosen[student] = one
            if len(chosen) == LARGEST_ROUND:
                break
        return chosen

    def settling(self, waiting: list[Arrival]) -> bool:
        """Whether something is there that is perhaps still being written."""
        return any(settles(one, time.time()) for one in waiting)

    def over_limit(self, student: str) -> bool:
        """Whether as many of a student's arrivals as may be were done within the hour."""
        return bool(self.per_hour) and self.ledger.in_the_last_hour(student) >= self.per_hour

    def blocked(self, assignment: str, now: float) -> bool:
        """Whether an assignment could not be graded a short time ago."""
        return assignment in self.faults and now < self.faults[assignment].until

    def do(self, chosen: dict[str, Arrival]) -> int:
        """Collect, grade and give feedback; how many are done.  With a fault of the assignment's own, its arrivals wait."""
        assignment = next(iter(chosen.values())).assignment
        roster = people(self.classroom)
        try:
            # each by itself, so that none decides over another
            taken = {
                student: collect_items(self.classroom, assignment, one.items(roster)) for student, one in chosen.items()
            }
            scores = self.graded(assignment, {one.student for many in taken.values() for one in many if one.student})
        except ClassroomError as error:
            if assignment not in self.faults or self.faults[assignment].said != str(error):
                self.say(f"{assignment} cannot be graded, and what was handed in waits: {error}")
            self.faults[assignment] = Fault(str(error), time.time() + RETRY)
            return 0
        self.faults.pop(assignment, None)
        for student, arrival in chosen.items():
            said = "; ".join(result_line(one, scores) for one in taken[student]) or "no notebook in it"
            self.ledger.note(arrival.key, student, time.time() - arrival.changed, said)
            self.say(f"{assignment}, {arrival.path.name}: {said}")
        return len(chosen)

    def graded(self, assignment: str, students: set[str]) -> dict[str, Standing]:
        """Grade the submissions of these students and write their pages; by student, where they stand then."""
        there = students & set(self.classroom.submitters(assignment))
        if there:
            grade(self.classroom, assignment, tuple(there), self.settings, run=self.run)
        scores = {one.person.student: one for one in standings(self.classroom, assignment)}
        faults: list[str] = []
        pages = [scores[name] for name in sorted(students & scores.keys())]  # nobody's who left the roster meanwhile
        list(feedback.write(self.classroom, assignment, pages, faults=faults))
        for fault in faults:
            self.say(f"no new page: {fault}")
        return scores


def settles(arrival: Arrival, now: float) -> bool:
    """Whether a file changed so lately that it may be half of what it will be."""
    return 0 <= now - arrival.changed < SETTLED


@dataclass(frozen=True)
class Fault:
    """What keeps an assignment from being graded, and until when it is not tried again."""

    said: str
    until: float


def result_line(taken: Taken, scores: dict[str, Standing]) -> str:
    """What became of one notebook, in a line."""
    standing = scores.get(taken.student or "")
    if standing is None or taken.status in ("refused", "ignored", "superseded"):
        return f"{taken.student or 'nobody that is known'}: {taken.status}: {taken.reason}"
    return f"{taken.student}: {standing.final:g} of {standing.max_score:g} points, {standing.status}"
