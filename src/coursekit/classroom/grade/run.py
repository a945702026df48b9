"""``course grade``: find what needs grading, let an engine do it here or on many workers, and write each result once.

One writer, this process, writes everything (``coursekit.classroom.grade.writer``).  A record whose digests still match is not
graded again; that is all there is to resuming.
"""

from __future__ import annotations

from collections.abc import Callable

from coursekit.classroom import handed_in, lateness, own, policy, records
from coursekit.classroom.adopt.proof import proved, with_judging
from coursekit.classroom.grade.job import Job, Runner, Settings, Summary, results
from coursekit.classroom.layout import Classroom, ClassroomError, checked_id
from coursekit.classroom.source import questions
from coursekit.classroom.variants import seeds


def wanted(classroom: Classroom, assignment: str, students: tuple[str, ...]) -> list[str]:
    """The students to grade: those named, else all with a submission; raises ClassroomError for a name without one."""
    every = classroom.submitters(assignment)
    for name in students:
        if checked_id(name) not in every:
            raise ClassroomError(
                f"no submission of {assignment} by {name}; `course collect {assignment} PATH` takes one"
            )
    return sorted(set(students)) if students else every


def holds(record: records.Record | None, digests: dict[str, str]) -> bool:
    """Whether a record is of exactly this submission, source, environment and budget."""
    return record is not None and record["hashes"] == digests


def pending(
    classroom: Classroom, assignment: str, source: bytes, students: list[str], settings: Settings, again: bool
) -> tuple[list[Job], list[str], dict[str, OSError]]:
    """What is to be graded, whose record still holds, and whose submission this account cannot read."""
    jobs, kept, unread = [], [], {}
    variants = own.given(classroom, assignment, source)
    for student in students:
        try:
            data, fault = handed_in.notebook(classroom, assignment, student)
        except OSError as error:
            unread[student] = error
            continue
        record = records.read(classroom, assignment, student)
        theirs = variants.get(student, {})
        same = record is not None and record.get("variants", {}) == own.common_or(theirs, source)
        if not again and same and holds(record, records.hashes(data, source, settings.budget, settings.judging)):
            kept.append(student)
        else:
            drawn = seeds(classroom, assignment, student, questions(source))
            jobs.append(Job(student, data, own.judged_by(drawn, source, theirs, settings.judging), fault))
    return jobs, kept, unread


def grade(
    classroom: Classroom, assignment: str, students: tuple[str, ...], settings: Settings,
    *, run: Runner, advance: Callable[[str, int], None] = lambda student, total: None, again: bool = False,
) -> Summary:  # fmt: skip
    """Grade what is not graded yet and derive the gradebook; ``run`` gives results in any order, one per job."""
    source = classroom.source_bytes(assignment)
    policy.load(classroom, assignment)  # a bad file must stop us before the work, not after
    settings = with_judging(classroom, assignment, source, settings)
    jobs, kept, unread = pending(
        classroom, assignment, source, wanted(classroom, assignment, students), settings, again
    )
    if jobs:
        settings = proved(classroom, assignment, source, settings, run)
    found = results(jobs, source, settings, run)
    # here, since it imports nbgrader, for which the engines that start now need not wait
    from coursekit.classroom.grade.writer import Writer

    writer, summary = Writer(classroom, assignment, source, settings), Summary(kept=kept, unread=unread)
    by_student = {job.student: job for job in jobs}
    advance("", len(jobs))
    for result in found:
        writer.write(by_student[result["student"]], result)
        summary.graded.append(result["student"])
        if result["grader"] == "set aside":
            summary.crashed.append(result["student"])
        advance(result["student"], len(jobs))
    lateness.refresh(classroom, assignment, kept)
    writer.derive()
    if policy.load(classroom, assignment).late_days:  # what is late here leaves fewer days for what is due later
        # here, as above
        from coursekit.classroom.gradebook import penalties

        others = [name for name in classroom.assignments() if name != assignment]
        penalties.refresh(classroom, others, summary.graded)
    return summary
