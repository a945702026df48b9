"""More days for one student, or none asked for: what ``course extend`` writes down, one small file a student and assignment."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from coursekit.classroom.layout import Classroom, ClassroomError, valid_id
from coursekit.paths import write_atomically

MOST_DAYS = 366


@dataclass(frozen=True)
class Extension:
    """Days that are added to a student's deadline, or that the assignment is not asked of the student, and why."""

    days: int = 0
    excused: bool = False
    reason: str = ""


NONE = Extension()


def given_to(classroom: Classroom, assignment: str, student: str) -> Extension:
    """What a student was given, ``NONE`` by default; raises ClassroomError for a file that says something else."""
    path = classroom.extension(assignment, student)
    try:
        said = Extension(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return NONE
    except (ValueError, TypeError, RecursionError):
        said = Extension(days=-1)
    days = not isinstance(said.days, bool) and isinstance(said.days, int) and 0 <= said.days <= MOST_DAYS
    if not (days and isinstance(said.excused, bool) and isinstance(said.reason, str)):
        raise ClassroomError(
            f"{path} is damaged; `course extend {student} {assignment} --days N` (or --excuse, --withdraw) makes it again"
        )
    return said


def given(classroom: Classroom, assignment: str) -> dict[str, Extension]:
    """By student, what was given of an assignment."""
    return {name: given_to(classroom, assignment, name) for name in whose(classroom, assignment)}


def whose(classroom: Classroom, assignment: str) -> list[str]:
    """The students who were given something, sorted."""
    return sorted(path.stem for path in classroom.extensions(assignment).glob("*.json") if valid_id(path.stem))


def give(classroom: Classroom, assignment: str, student: str, extension: Extension) -> None:
    """Write down what a student is given, in place of what was; ``NONE`` takes it back."""
    path = classroom.extension(assignment, student)
    if extension == NONE:
        path.unlink(missing_ok=True)
    else:
        write_atomically(path, json.dumps(asdict(extension), ensure_ascii=False, indent=1) + "\n")
