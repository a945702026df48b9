"""Regrade requests: a code on a student's page says which question is meant, and only that student can know it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from coursekit.classroom import records
from coursekit.classroom.layout import Classroom, ClassroomError, time_text, valid_id
from coursekit.classroom.source import questions
from coursekit.classroom.variants import course_key
from coursekit.paths import write_atomically

LENGTH = 10  # letters of a code, five bits each
MISREAD = str.maketrans("018", "OIB")  # digits that no code has


@dataclass(frozen=True)
class Request:
    """What a student asked to have looked at again, and what came of it; an empty ``closed`` is an open one."""

    assignment: str
    student: str
    question: str
    reason: str = ""
    opened: str = ""
    answer: str = ""
    closed: str = ""


def code(key: bytes, assignment: str, student: str, question: str) -> str:
    """The code of a question on a student's page: ten letters of an HMAC under the classroom's key, in two halves."""
    message = "\0".join(("request", assignment, student, question)).encode()
    letters = base64.b32encode(hmac.new(key, message, hashlib.sha256).digest()).decode()[:LENGTH]
    return f"{letters[: LENGTH // 2]}-{letters[LENGTH // 2 :]}"


def codes(classroom: Classroom, assignment: str, student: str) -> dict[str, str]:
    """The codes of a student's questions."""
    key, source = course_key(classroom), classroom.source_bytes(assignment)
    return {question.id: code(key, assignment, student, question.id) for question in questions(source)}


def found(classroom: Classroom, given: str) -> Request:
    """The question that a code is of, with what was asked already; raises ClassroomError for a code that is on no page."""
    wanted = re.sub(r"[^A-Z2-7]", "", given.upper().translate(MISREAD))
    key = course_key(classroom)
    for assignment in classroom.assignments():
        asked = questions(classroom.source_bytes(assignment))
        for student in sorted(
            path.stem for path in classroom.records(assignment).glob("*.json") if valid_id(path.stem)
        ):
            for question in asked:
                if hmac.compare_digest(code(key, assignment, student, question.id).replace("-", ""), wanted):
                    return read(classroom, Request(assignment, student, question.id))
    raise ClassroomError(
        f"{given[:40]!r} is on no feedback page of this classroom: ask for the code as the page has it, such as K7QFM-3MZDX"
    )


def read(classroom: Classroom, request: Request) -> Request:
    """The request as it was written down; the same one where nobody asked yet."""
    path = classroom.request(request.assignment, request.student, request.question)
    try:
        return Request(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return request
    except (ValueError, TypeError, RecursionError):
        raise ClassroomError(f"{path} is damaged: remove it, and enter the request again") from None


def of_student(classroom: Classroom, assignment: str, student: str) -> dict[str, Request]:
    """What a student asked about an assignment, by question."""
    if not classroom.request(assignment, student, "").parent.is_dir():
        return {}
    asked = (question.id for question in questions(classroom.source_bytes(assignment)))
    every = {name: read(classroom, Request(assignment, student, name)) for name in asked}
    return {name: request for name, request in every.items() if request.opened}


def ask(classroom: Classroom, request: Request, reason: str) -> Request:
    """Write down that a student asks; an answered request is open again."""
    return _kept(classroom, replace(request, reason=reason, opened=time_text(datetime.now(UTC)), answer="", closed=""))


def answer(classroom: Classroom, request: Request, words: str) -> Request:
    """Write down the answer, which the student's next page shows; raises ClassroomError where nobody asked."""
    if not request.opened:
        raise ClassroomError(
            f"{request.student} did not ask about {request.question} of {request.assignment} yet: enter the request first, "
            "with --reason"
        )
    return _kept(classroom, replace(request, answer=words, closed=time_text(datetime.now(UTC))))


def _kept(classroom: Classroom, request: Request) -> Request:
    path = classroom.request(request.assignment, request.student, request.question)
    write_atomically(path, json.dumps(asdict(request), ensure_ascii=False, indent=1) + "\n")
    return request


def still_open(classroom: Classroom) -> Iterator[tuple[Request, records.Record | None]]:
    """The open requests, the oldest first, with the records that they are about."""
    every = []
    for path in (classroom.root / "requests").glob("*/*/*.json"):
        every.append(read(classroom, Request(path.parents[1].name, path.parent.name, path.stem)))
    for request in sorted((one for one in every if not one.closed), key=lambda one: one.opened):
        yield request, records.read(classroom, request.assignment, request.student)
