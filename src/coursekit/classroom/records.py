"""Records: one JSON file a student and assignment, the truth about a score and the reason for it."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

from coursekit.classroom.layout import Classroom, valid_id
from coursekit.classroom.source import questions
from coursekit.digest import digest, versions
from coursekit.engine.interface import Budget, QuestionResult
from coursekit.paths import ROOT, write_atomically

Record = dict[str, Any]
LIBRARY = ROOT / "src" / "training_dynamics" / "toolbox"
GRADER = ("coursekit.checks", "coursekit.engine.local")


def sha256(data: bytes) -> str:
    """The SHA-256 of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


@cache
def environment() -> str:
    """What a score may depend on beside notebook and source: Python, the libraries, and the code that grades."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    library = [f"training_dynamics.toolbox.{path.stem}" for path in sorted(LIBRARY.glob("*.py"))]
    return sha256(json.dumps([python, sorted(versions().items()), digest([*GRADER, *library])]).encode())


def hashes(submission: bytes, source: bytes, budget: Budget) -> dict[str, str]:
    """The digests that say whether a record still holds."""
    return {
        "submission": sha256(submission),
        "source": sha256(source),
        "environment": environment(),
        "budget": sha256(json.dumps(asdict(budget), sort_keys=True).encode()),
    }


def tidy(value: float) -> float:
    """A score without the noise of adding floats: 12 decimals."""
    return round(float(value), 12) + 0.0


def build(
    assignment: str, student: str, results: Mapping[str, QuestionResult], grader: str,
    digests: dict[str, str], flags: Iterable[str] = (), late: dict[str, Any] | None = None,
) -> Record:  # fmt: skip
    """The record of one student; ``score`` is the sum over the questions, before any late penalty."""
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
        "flags": list(flags),
        "late": late,
    }


def every_question(source: bytes, status: str, message: str) -> dict[str, QuestionResult]:
    """The same result, worth no points, for each question of the assignment."""
    return {q.id: QuestionResult(0.0, q.points, status, message) for q in questions(source)}  # type: ignore[arg-type]


def write(classroom: Classroom, record: Record) -> None:
    """Write a record so that a reader, or a kill at any moment, meets the old one or the new."""
    path = classroom.record(record["assignment"], record["student"])
    write_atomically(path, json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def read(classroom: Classroom, assignment: str, student: str) -> Record | None:
    """The record of one student, or None when there is none that can be read."""
    path = classroom.record(assignment, student)
    if not path.is_file():
        return None
    try:
        record = json.loads(path.read_text())
    except ValueError:
        return None  # not ours, or damaged by hand: grading writes it again
    return record if isinstance(record, dict) and whole(record) else None


def whole(record: Record) -> bool:
    """Whether a record has what the others rely on."""
    questions = record.get("questions")
    return (
        isinstance(record.get("hashes"), dict)
        and isinstance(record.get("score"), int | float)
        and {"max_score", "grader", "flags"} <= set(record)
        and isinstance(questions, dict)
        and all(
            isinstance(q, dict) and {"score", "max_score", "status", "message"} <= set(q) for q in questions.values()
        )
    )


def read_all(classroom: Classroom, assignment: str) -> dict[str, Record]:
    """Every readable record of an assignment by student, sorted."""
    names = sorted(path.stem for path in classroom.records(assignment).glob("*.json") if valid_id(path.stem))
    found = {name: read(classroom, assignment, name) for name in names}
    return {name: record for name, record in found.items() if record is not None}
