"""What is said where a file's name does not tell whose it is."""

from __future__ import annotations

from coursekit.classroom.layout import ClassroomError


class Unclear(ClassroomError):
    """A file's name from which no student, or more than one, can be read; the message has the name."""


class Doubtful(ClassroomError):
    """A lone zip that may be a class's export or one student's own."""

    def __str__(self) -> str:
        return (
            f"{super().__str__()}: say --class-export if your platform made it for the whole class, or --one-student if it "
            "is one student's own; then all in it is the student's that it is named after"
        )
