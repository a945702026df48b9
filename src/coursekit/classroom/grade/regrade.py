"""``course grade --regrade``: grade again beside the records, show what would change, and write when told to."""

from __future__ import annotations

import json
import shutil
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coursekit.classroom import records
from coursekit.classroom.adopt.proof import proved, with_judging
from coursekit.classroom.grade.job import Job, Settings, record_of, results
from coursekit.classroom.grade.run import pending, wanted
from coursekit.classroom.grade.writer import Writer
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.progress import bar
from coursekit.paths import write_atomically

Change = tuple[str, str, str, str]  # student, question, before, after


def changes(student: str, before: records.Record | None, after: records.Record) -> list[Change]:
    """The questions whose score, status or message differ, and a line for the sum."""
    old = (before or {"questions": {}})["questions"]
    differing = [
        (student, name, brief(old.get(name)), brief(entry))
        for name, entry in after["questions"].items()
        if old.get(name) != entry
    ]
    differing += [
        (student, name, brief(entry), "none") for name, entry in old.items() if name not in after["questions"]
    ]
    total = (before or {}).get("score")
    if total != after["score"]:
        differing.append((student, "score", "none" if total is None else f"{total:g}", f"{after['score']:g}"))
    return differing


def brief(entry: dict[str, Any] | None) -> str:
    """A question's result in one line."""
    return (
        f"{entry['score']:g} {entry['status']}: {entry['message'].splitlines()[0][:80] if entry['message'] else ''}"
        if entry
        else "none"
    )


def table(found: list[Change]) -> Table:
    """The changes, one line a question."""
    result = Table("student", "question", "before", "after")
    for change in found:
        result.add_row(*map(escape, change), style="bold" if change[1] == "score" else "")
    return result


def regrade(
    classroom: Classroom, assignment: str, students: tuple[str, ...], settings: Settings, console: Console, *, run: Any,
    confirmed: bool = False,
) -> list[Change]:  # fmt: skip
    """Grade again, keep the results in ``records/<assignment>/regrade/`` until they are taken over, and say what differs.

    A regrade that was answered with no, or killed, leaves every record as it was.  Raises ClassroomError for a no, so that a
    script stops there.
    """
    source = classroom.source_bytes(assignment)
    settings = with_judging(classroom, assignment, source, settings)
    settings = proved(classroom, assignment, source, settings, run)
    everyone = wanted(classroom, assignment, students)
    jobs, _, unread = pending(classroom, assignment, source, everyone, settings, again=True)
    for error in unread.values():  # before anything is graded: a regrade is whole or none
        raise error
    by_student: dict[str, Job] = {job.student: job for job in jobs}
    new: dict[str, dict[str, Any]] = {}
    differing: list[Change] = []
    side = classroom.records(assignment) / "regrade"
    with bar(console) as progress:
        for result in progress.track(
            results(jobs, source, settings, run), total=len(jobs), description="grading again"
        ):
            job = by_student[result["student"]]
            record = record_of(classroom, assignment, job, result, source, settings)
            write_atomically(side / f"{job.student}.json", json.dumps(record, indent=1))
            new[job.student] = result
            differing += changes(job.student, records.read(classroom, assignment, job.student), record)
    console.print(table(sorted(differing)) if differing else f"{len(jobs)} graded again: nothing differs")
    if differing and not confirmed:
        confirmed = click.confirm(
            f"Write these results for {len({change[0] for change in differing})} students?", default=False
        )
    if differing and not confirmed:
        raise ClassroomError(f"nothing was written; the new results are in {side}")
    writer = Writer(classroom, assignment, source, settings)
    for student, result in sorted(new.items()):
        writer.write(by_student[student], result)
    writer.derive()
    shutil.rmtree(side, ignore_errors=True)
    if differing:
        console.print(f"Written for {len({change[0] for change in differing})} students; manual scores stay")
    return differing
