"""Per-student variants: a seed for each student and question that students can neither guess nor choose."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable

from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.source import Question
from coursekit.paths import write_atomically


def course_key(classroom: Classroom) -> bytes:
    """The classroom's secret key, made on first use and readable by its owner only."""
    path = classroom.root / "course.key"
    if not path.is_file():
        write_atomically(path, secrets.token_hex(32) + "\n")
        path.chmod(0o600)
    try:
        return bytes.fromhex(path.read_text().strip())
    except ValueError:
        raise ClassroomError(
            f"{path} is not the key that was made for this classroom (hexadecimal digits); put your copy back. Without one, "
            "remove it: a new key is made, and students' variants change"
        ) from None


def seed(key: bytes, assignment: str, student: str, question: str) -> int:
    """``HMAC-SHA-256(key, assignment / student / question)``, its first 31 bits."""
    message = "\0".join((assignment, student, question)).encode()
    return int.from_bytes(hmac.new(key, message, hashlib.sha256).digest()[:4]) >> 1


def seeds(classroom: Classroom, assignment: str, student: str, questions: Iterable[Question]) -> dict[str, int]:
    """The seed of every question for one student."""
    key = course_key(classroom)
    return {question.id: seed(key, assignment, student, question.id) for question in questions}
