"""``course grade``: find what needs grading, let an engine do it here or on many workers, and write each result once.

One writer, this process, writes everything (``coursekit.classroom.grade.writer``).  A record whose digests still match is not
graded again; that is all there is to resuming.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any

from coursekit.classroom import handed_in, policy, records
from coursekit.classroom.grade.worker import DEFAULT_ENGINE
from coursekit.classroom.layout import Classroom, ClassroomError, checked_id
from coursekit.classroom.source import questions
from coursekit.classroom.variants import seeds
from coursekit.engine.interface import Budget, QuestionResult


@dataclass(frozen=True)
class Settings:
    """How to grade: with what budget, on how many workers or on which scheduler, with which engine."""

    budget: Budget = field(default_factory=Budget)
    workers: int = 1
    scheduler: str = ""
    unsafe_no_sandbox: bool = False
    engine: str = DEFAULT_ENGINE


@dataclass(frozen=True)
class Job:
    """One submission to grade."""

    student: str
    notebook: bytes
    seeds: dict[str, int]
    fault: str = ""  # why it may not be read at all


@dataclass
class Summary:
    """What a run did."""

    graded: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    crashed: list[str] = field(default_factory=list)


Runner = Callable[[list[Job], bytes, Settings], Iterator[dict[str, Any]]]


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
) -> tuple[list[Job], list[str]]:
    """What is to be graded, and whose record still holds."""
    jobs, kept = [], []
    for student in students:
        classroom.submission_time(assignment, student)  # as a bad policy, a bad time must stop us before the work
        data, fault = handed_in.notebook(classroom, assignment, student)
        record = records.read(classroom, assignment, student)
        if not again and holds(record, records.hashes(data, source, settings.budget)):
            kept.append(student)
        else:
            jobs.append(Job(student, data, seeds(classroom, assignment, student, questions(source)), fault))
    return jobs, kept


def results_of(result: dict[str, Any], source: bytes) -> dict[str, QuestionResult]:
    """The questions of a worker's result; those that it leaves out are ``missing``, since nobody may go without a status."""
    given = {name: QuestionResult(**entry) for name, entry in result["questions"].items()}
    nothing = records.every_question(source, "missing", "The grader returned nothing for this question.")
    return {name: given.get(name, blank) for name, blank in nothing.items()}


def record_of(
    classroom: Classroom, assignment: str, job: Job, result: dict[str, Any], source: bytes, settings: Settings
) -> records.Record:
    """The record that a worker's result makes."""
    record = records.build(
        assignment, job.student, results_of(result, source), result["grader"],
        records.hashes(job.notebook, source, settings.budget), result["flags"],
    )  # fmt: skip
    rule = policy.load(classroom, assignment)
    record["late"] = policy.late(rule, classroom.submission_time(assignment, job.student), record["score"])
    return record


def crashed_result(job: Job, source: bytes, reason: str) -> dict[str, Any]:
    """The result for a submission that took its workers down."""
    return ungraded_result(job, source, "crashed", reason, "set aside")


def ungraded_result(job: Job, source: bytes, status: str, reason: str, grader: str) -> dict[str, Any]:
    """The result, no points and the reason, for a submission that no engine graded."""
    found = {name: asdict(r) for name, r in records.every_question(source, status, reason).items()}
    return {
        "student": job.student,
        "grader": grader,
        "questions": found,
        "flags": [reason],
        "notebook": "",
        "seconds": 0.0,
    }


def results(jobs: list[Job], source: bytes, settings: Settings, run: Runner) -> Iterator[dict[str, Any]]:
    """The results of ``jobs``: of those that may not be read the refusal, of the others what ``run`` gives."""
    refused = [
        ungraded_result(job, source, "refused", f"The submission was refused: {job.fault}.", "grade")
        for job in jobs
        if job.fault
    ]
    return chain(refused, run([job for job in jobs if not job.fault], source, settings))


def grade(
    classroom: Classroom, assignment: str, students: tuple[str, ...], settings: Settings,
    *, run: Runner, advance: Callable[[str, int], None] = lambda student, total: None, again: bool = False,
) -> Summary:  # fmt: skip
    """Grade what is not graded yet and derive the gradebook; ``run`` gives results in any order, one per job."""
    source = classroom.source_bytes(assignment)
    policy.load(classroom, assignment)  # a bad file must stop us before the work, not after
    jobs, kept = pending(classroom, assignment, source, wanted(classroom, assignment, students), settings, again)
    found = results(jobs, source, settings, run)
    from coursekit.classroom.grade.writer import (
        Writer,
    )  # imports nbgrader, for which the engines that start now need not wait

    writer, summary = Writer(classroom, assignment, source, settings), Summary(kept=kept)
    by_student = {job.student: job for job in jobs}
    advance("", len(jobs))
    for result in found:
        writer.write(by_student[result["student"]], result)
        summary.graded.append(result["student"])
        if result["grader"] == "set aside":
            summary.crashed.append(result["student"])
        advance(result["student"], len(jobs))
    refresh_late(classroom, assignment, kept)
    writer.derive()
    return summary


def refresh_late(classroom: Classroom, assignment: str, students: list[str]) -> None:
    """Bring lateness in kept records in line with a policy that has changed since."""
    rule = policy.load(classroom, assignment)
    for student in students:
        record = records.read(classroom, assignment, student)
        if record is None:
            continue
        current = policy.late(rule, classroom.submission_time(assignment, student), record["score"])
        if current != record.get("late"):
            records.write(classroom, record | {"late": current})
