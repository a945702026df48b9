"""Records: one JSON file a student and assignment, the truth about a score and the reason for it."""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from typing import Any, TypeGuard, get_args

from coursekit.classroom.layout import Classroom, valid_id
from coursekit.classroom.source import questions
from coursekit.course import CourseError, current
from coursekit.digest import digest, versions
from coursekit.engine.interface import APART, AS_BUILT, Budget, Judging, QuestionResult, Status
from coursekit.library import Library
from coursekit.paths import KIT, write_atomically

Record = dict[str, Any]
GRADER = ("coursekit.checks", "coursekit.engine.engines")


def sha256(data: bytes) -> str:
    """The SHA-256 of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


@cache
def environment(library: Library) -> str:
    """The digest of ``software``."""
    return sha256(json.dumps(sorted(software(library).items())).encode())


def software(library: Library) -> dict[str, str]:
    """What a score may depend on beside notebook and source: Python, the libraries, the course's own, and the code that grades.

    Raises CourseError where the course's own library is missing.
    """
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    source = library.source()
    if library.name and source is None:
        raise CourseError(
            f"{library.name}, the library that [tool.coursekit] names, is neither in {library.src} nor installed: "
            "mend its name, or install it beside the grader"
        )
    return {"Python": python, **versions(), "the course": digest([*GRADER, *library.modules()], source or KIT)}


def source_digest(source: bytes, judging: Judging = AS_BUILT) -> str:
    """The digest of what the course judges by: its notebook, and where it says more than that, how, and with which files."""
    ways: dict[str, str] = {name: way for name, way in judging.ways.items() if way != APART}
    more = {"ways": ways, "files": {name: sha256(data) for name, data in judging.files.items()}}
    said = json.dumps(more, sort_keys=True).encode() if any(more.values()) else b""
    return sha256(sha256(source).encode() + said) if said else sha256(source)


def hashes(submission: bytes, source: bytes, budget: Budget, judging: Judging = AS_BUILT) -> dict[str, str]:
    """The digests that say whether a record still holds."""
    return {
        "submission": sha256(submission),
        "source": source_digest(source, judging),
        "environment": environment(current().given),
        "budget": sha256(json.dumps(asdict(budget), sort_keys=True).encode()),
    }


def tidy(value: float) -> float:
    """A score without the noise of adding floats: 12 decimals."""
    return round(float(value), 12) + 0.0


def build(
    assignment: str, student: str, results: Mapping[str, QuestionResult], grader: str,
    digests: dict[str, str], flags: Iterable[str] = (), late: dict[str, Any] | None = None, judging: Judging = AS_BUILT,
) -> Record:  # fmt: skip
    """The record of one student; ``score`` is the sum over the questions, before any late penalty.

    ``ways`` says of each question how it was judged.
    """
    entries: dict[str, dict[str, Any]] = {
        name: {"score": tidy(r.score), "max_score": tidy(r.max_score), "status": r.status, "message": r.message}
        for name, r in results.items()
    }
    return {
        "assignment": assignment,
        "student": student,
        "score": tidy(sum(entry["score"] for entry in entries.values())),
        "max_score": tidy(sum(entry["max_score"] for entry in entries.values())),
        "questions": entries,
        "hashes": digests,
        "grader": grader,
        "ways": {name: "hand" if r.status == "manual" else judging.way(name) for name, r in results.items()},
        "flags": list(flags),
        "late": late,
    }


def every_question(source: bytes, status: str, message: str) -> dict[str, QuestionResult]:
    """The same result, worth no points, for each question of the assignment."""
    return {q.id: QuestionResult(0.0, q.points, status, message) for q in questions(source)}  # type: ignore[arg-type]


def write(classroom: Classroom, record: Record) -> None:
    """Write a record so that a reader, or a kill at any moment, meets the old one or the new."""
    path = classroom.record(record["assignment"], record["student"])
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    write_atomically(
        path, text.encode(errors="replace")
    )  # half a character, which no text can hold, must not stop a class


def read(classroom: Classroom, assignment: str, student: str) -> Record | None:
    """The record of one student, or None when there is none that can be read and agrees with itself."""
    path = classroom.record(assignment, student)
    if not path.is_file():
        return None
    try:
        record = json.loads(path.read_text())
    except (ValueError, RecursionError):
        return None  # not ours, or damaged by hand: grading writes it again
    named = isinstance(record, dict) and (record.get("assignment"), record.get("student")) == (assignment, student)
    return record if named and whole(record) else None


def whole(record: Record) -> bool:
    """Whether a record has what the others rely on, and its sums are the sums of its questions."""
    questions, digests, late = record.get("questions"), record.get("hashes"), record.get("late")
    if not isinstance(questions, dict) or not all(map(sound, questions.values())):
        return False
    return (
        isinstance(digests, dict)
        and set(digests) == {"submission", "source", "environment", "budget"}
        and all(isinstance(value, str) for value in digests.values())
        and all(
            is_number(record.get(key)) and tidy(sum(entry[key] for entry in questions.values())) == tidy(record[key])
            for key in ("score", "max_score")
        )
        and isinstance(record.get("grader"), str)
        and isinstance(record.get("flags"), list)
        and all(isinstance(flag, str) for flag in record["flags"])
        and (late is None or sound_lateness(late))
    )


def is_number(value: object) -> TypeGuard[float]:
    """Whether ``value`` is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def sound(entry: object) -> bool:
    """Whether ``entry`` is a question's result: a score within its bounds, a known status, a message."""
    if not isinstance(entry, dict):
        return False
    score, highest = entry.get("score"), entry.get("max_score")
    return (
        is_number(score)
        and is_number(highest)
        and 0 <= score <= highest
        and entry.get("status") in get_args(Status)
        and isinstance(entry.get("message"), str)
    )


def sound_lateness(late: object) -> bool:
    """Whether ``late`` is what the policy makes: a deadline, whole days, a share of the points."""
    return (
        isinstance(late, dict)
        and isinstance(late.get("deadline"), str)
        and isinstance(late.get("days"), int)
        and is_number(late.get("share"))
        and 0 <= late["share"] <= 1
        and is_number(late.get("penalty"))
    )


def damaged(classroom: Classroom, assignment: str) -> list[str]:
    """The students whose record is there but cannot be read."""
    names = sorted(path.stem for path in classroom.records(assignment).glob("*.json") if valid_id(path.stem))
    return [name for name in names if read(classroom, assignment, name) is None]


def read_all(classroom: Classroom, assignment: str) -> dict[str, Record]:
    """Every readable record of an assignment by student, sorted."""
    names = sorted(path.stem for path in classroom.records(assignment).glob("*.json") if valid_id(path.stem))
    by_student = {name: read(classroom, assignment, name) for name in names}
    return {name: record for name, record in by_student.items() if record is not None}
