"""``course grade``: find what needs grading, let an engine do it here or on many workers, and write each result once.

One writer, this process, writes everything: the notebook for ``autograded/`` first, the record last, so that a record means a
whole result.  A record whose digests still match is not graded again; that is all there is to resuming.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from coursekit.classroom import gradebook, policy, records
from coursekit.classroom.clean import Cleaner
from coursekit.classroom.layout import TIMESTAMP, Classroom, ClassroomError, checked_id
from coursekit.classroom.source import questions
from coursekit.classroom.variants import seeds
from coursekit.classroom.worker import DEFAULT_ENGINE
from coursekit.engine.interface import Budget, QuestionResult
from coursekit.paths import write_atomically

BATCH = 200


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
        data = classroom.submitted(assignment, student).read_bytes()
        record = records.read(classroom, assignment, student)
        if not again and holds(record, records.hashes(data, source, settings.budget)):
            kept.append(student)
        else:
            jobs.append(Job(student, data, seeds(classroom, assignment, student, questions(source))))
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
    found = {name: asdict(r) for name, r in records.every_question(source, "crashed", reason).items()}
    return {
        "student": job.student,
        "grader": "set aside",
        "questions": found,
        "flags": [reason],
        "notebook": "",
        "seconds": 0.0,
    }


class Writer:
    """Writes results one by one and the gradebook in batches."""

    def __init__(self, classroom: Classroom, assignment: str, source: bytes, settings: Settings) -> None:
        self.classroom, self.assignment, self.source, self.settings = classroom, assignment, source, settings
        self.cleaner = Cleaner(source)
        self.waiting: dict[str, records.Record] = {}

    def write(self, job: Job, result: dict[str, Any]) -> records.Record:
        """Write one result: the cleaned notebook, then the record, then its timing."""
        record = record_of(self.classroom, self.assignment, job, result, self.source, self.settings)
        self.write_notebook(job.student, result["notebook"], record)
        records.write(self.classroom, record)
        self.note_time(record, result)
        self.waiting[job.student] = record
        if len(self.waiting) >= BATCH:
            self.flush()
        return record

    def write_notebook(self, student: str, executed: str, record: records.Record) -> None:
        """Write the notebook that formgrader and feedback show."""
        messages = {name: said(entry) for name, entry in record["questions"].items()}
        note = "" if executed else next(iter(messages.values()), "")
        path = self.classroom.autograded(self.assignment, student)
        write_atomically(path, self.cleaner.notebook(executed, messages, note))
        stamp = self.classroom.submitted(self.assignment, student).with_name(TIMESTAMP)
        if stamp.is_file():
            write_atomically(path.with_name(TIMESTAMP), stamp.read_text())

    def note_time(self, record: records.Record, result: dict[str, Any]) -> None:
        """Append the seconds per question, for `course report`."""
        path = self.classroom.timings(self.assignment)
        path.parent.mkdir(parents=True, exist_ok=True)
        seconds = {name: round(entry["seconds"], 4) for name, entry in result["questions"].items()}
        line = {"student": record["student"], "total": round(result["seconds"], 4), "questions": seconds}
        with path.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def flush(self) -> None:
        """Write the waiting records to the gradebook."""
        gradebook.write(self.classroom, self.assignment, self.source, self.waiting)
        self.waiting = {}

    def derive(self) -> None:
        """Bring the whole gradebook of the assignment in line with the records, refused ones included."""
        found = records.read_all(self.classroom, self.assignment)
        for student, record in found.items():
            if not self.classroom.autograded(self.assignment, student).is_file():
                self.write_notebook(student, "", record)
        gradebook.write(self.classroom, self.assignment, self.source, found)
        self.waiting = {}


def said(entry: dict[str, Any]) -> str:
    """A question's score, status and message as text."""
    return f"{entry['score']:g} of {entry['max_score']:g} points: {entry['status']}. {entry['message']}".strip()


def grade(
    classroom: Classroom, assignment: str, students: tuple[str, ...], settings: Settings,
    *, run: Runner, advance: Callable[[str, int], None] = lambda student, total: None, again: bool = False,
) -> Summary:  # fmt: skip
    """Grade what is not graded yet and derive the gradebook; ``run`` yields results in any order, one per job."""
    source = classroom.source_bytes(assignment)
    policy.load(classroom, assignment)  # a bad file must stop us before the work, not after
    jobs, kept = pending(classroom, assignment, source, wanted(classroom, assignment, students), settings, again)
    writer, summary, by_student = (
        Writer(classroom, assignment, source, settings),
        Summary(kept=kept),
        {j.student: j for j in jobs},
    )
    advance("", len(jobs))
    for result in run(jobs, source, settings):
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
