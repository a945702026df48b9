"""One hand-in of a group counts for all of its members; where several hand in, the newest does, and that is told."""

from __future__ import annotations

from collections.abc import Mapping

from coursekit.classroom.collect.items import Candidate, Taken
from coursekit.classroom.groups import Teams

Shared = dict[str, tuple[str, Candidate]]  # by member, who handed in and what


def by_teams(chosen: Mapping[str, Candidate], teams: Teams) -> tuple[dict[str, Candidate], Shared, list[Taken]]:
    """What is of those who work alone, what is of groups, and what became of the rest.

    Where two members hand in different notebooks of one time, nobody can tell which one the group means, and none is taken.
    """
    alone = {student: one for student, one in chosen.items() if student not in teams}
    shared: Shared = {}
    report: list[Taken] = []
    for team in sorted({teams[student] for student in chosen if student in teams}):
        handed = sorted(
            (student for student in team if student in chosen), key=lambda name: (chosen[name].moment, name)
        )
        giver = handed[-1]
        newest = chosen[giver]
        others = [student for student in handed if chosen[student].data != newest.data]
        if twice := [student for student in others if chosen[student].moment == newest.moment]:
            names = " and ".join(sorted([*twice, giver]))
            report += [Taken(None, "refused", CONFLICT.format(names), chosen[student].origin) for student in handed]
            continue
        for student in others:
            reason = f"{giver} of the same group handed in another one later, which counts for {', '.join(team)}"
            report.append(Taken(student, "superseded", reason, chosen[student].origin))
        shared |= {student: (giver, newest) for student in team}
    return alone, shared, report


CONFLICT = (
    "{} are one group and handed in different notebooks of one time, so which one counts is unclear: collect the one that is "
    "meant by itself"
)
