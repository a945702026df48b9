"""Per-student variants: a seed for each student and question that students can neither guess nor choose."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.source import GradedCell
from coursekit.paths import naming


def course_key(classroom: Classroom) -> bytes:
    """The classroom's secret key, made on first use and readable by its owner only."""
    path = classroom.root / "course.key"
    if not path.is_file():
        make_key(path)
    try:
        key = bytes.fromhex(path.read_text().strip())
    except ValueError:
        key = b""
    if len(key) < 16:  # an empty key would be one that everybody knows
        raise ClassroomError(
            f"{path} is not the key that was made for this classroom (hexadecimal digits); put your copy back. Without one, "
            "remove it: a new key is made, and students' variants change"
        )
    return key


def make_key(path: Path) -> None:
    """Write a new key that nobody else can read at any moment; of two runs that do so at once, the first one's stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # readable by its owner only
    try:
        with naming(path), os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)


def seed(key: bytes, assignment: str, student: str, question: str) -> int:
    """``HMAC-SHA-256(key, assignment / student / question)``, its first 31 bits."""
    message = "\0".join((assignment, student, question)).encode()
    return int.from_bytes(hmac.new(key, message, hashlib.sha256).digest()[:4]) >> 1


def seeds(classroom: Classroom, assignment: str, student: str, questions: Iterable[GradedCell]) -> dict[str, int]:
    """The seed of every question for one student."""
    key = course_key(classroom)
    return {question.id: seed(key, assignment, student, question.id) for question in questions}
