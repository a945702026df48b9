"""What grading works on: jobs and settings, and the record that a worker's result makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any

from coursekit.classroom import lateness, own, records
from coursekit.classroom.grade.worker import DEFAULT_ENGINE
from coursekit.classroom.layout import Classroom
from coursekit.course import current
from coursekit.engine.interface import AS_BUILT, Budget, Judging, QuestionResult
from coursekit.library import Library


@dataclass(frozen=True)
class Settings:
    """How to grade: with what budget, on how many workers or on which scheduler, with which engine, judged in which ways.

    ``unproved`` grades a source whose own solution does not pass; ``notes`` then stand in every record.
    """

    budget: Budget = field(default_factory=Budget)
    workers: int = 1
    scheduler: str = ""
    unsafe_no_sandbox: bool = False
    engine: str = DEFAULT_ENGINE
    library: Library = field(default_factory=lambda: current().given)
    judging: Judging = AS_BUILT
    unproved: bool = False
    notes: tuple[str, ...] = ()


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
    unread: dict[str, OSError] = field(default_factory=dict)  # whose submission this account cannot read, and why


Runner = Callable[[list[Job], bytes, Settings], Iterator[dict[str, Any]]]


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
        records.hashes(job.notebook, source, settings.budget, settings.judging), [*settings.notes, *result["flags"]],
        judging=settings.judging,
    )  # fmt: skip
    if variants := {name: job.seeds[name] % len(table) for name, table in own.tables(source).items()}:
        record["variants"] = variants  # of the numbers that it was judged by
    record["late"] = lateness.late(classroom, assignment, job.student, record["score"])
    return record


def crashed_result(job: Job, source: bytes, reason: str) -> dict[str, Any]:
    """The result for a submission that took its workers down."""
    return ungraded_result(job, source, "crashed", reason, "set aside")


def ungraded_result(job: Job, source: bytes, status: str, reason: str, grader: str) -> dict[str, Any]:
    """The result, no points and the reason, for a submission that no engine graded."""
    entries = {name: asdict(r) for name, r in records.every_question(source, status, reason).items()}
    return {
        "student": job.student,
        "grader": grader,
        "questions": entries,
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
