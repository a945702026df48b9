"""The comment bank of an assignment: for each written question the lines of its rubric, and remarks that were kept."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.source import course_data, is_graded, parse
from coursekit.paths import write_atomically

LINE = re.compile(r"\s*[-*]\s+(?P<points>\d+(?:\.\d+)?|\.\d+)\s+points?\b(?:\s+for)?[\s:,]*(?P<text>.*\S)", re.I)


@dataclass(frozen=True)
class Remark:
    """A comment, and the points that it gives; None for one that gives none."""

    text: str
    points: float | None = None


def rubric(source: bytes) -> dict[str, list[Remark]]:
    """The lines ``- 1 point for …`` of each graded cell of the source notebook, in its model answer or its mark scheme."""
    found: dict[str, list[Remark]] = {}
    for cell in parse(source).cells:
        if is_graded(cell):
            matches = filter(None, map(LINE.fullmatch, cell.source.splitlines()))
            found[course_data(cell)["grade_id"]] = [Remark(m["text"], float(m["points"])) for m in matches]
    return found


def kept(classroom: Classroom, assignment: str) -> dict[str, list[Remark]]:
    """The remarks that were kept, by question; raises ClassroomError for a file that cannot be read."""
    path = classroom.bank(assignment)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {
            question: [Remark(str(one["text"]), checked(one["points"])) for one in every]
            for question, every in data.items()
        }
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, LookupError, AttributeError):
        raise ClassroomError(f"{path} is damaged: mend it, or remove it") from None


def checked(points: object) -> float | None:
    """Points of a remark in a file that a person may have edited; raises ValueError for what is none."""
    if points is None:
        return None
    if isinstance(points, bool) or not isinstance(points, int | float) or not 0 <= points < math.inf:
        raise ValueError(points)
    return float(points)


def bank(classroom: Classroom, assignment: str) -> dict[str, list[Remark]]:
    """All remarks by question: those of the rubric, then those that were kept."""
    lines, own = rubric(classroom.source_bytes(assignment)), kept(classroom, assignment)
    return {question: [*remarks, *own.get(question, [])] for question, remarks in lines.items()}


def keep(classroom: Classroom, assignment: str, question: str, remark: Remark) -> None:
    """Put a remark into the bank, once."""
    every = kept(classroom, assignment)
    if remark not in every.setdefault(question, []):
        every[question].append(remark)
    data = {name: [asdict(one) for one in remarks] for name, remarks in every.items()}
    write_atomically(classroom.bank(assignment), json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def total(remarks: Iterable[Remark]) -> float | None:
    """The points that remarks give together; None where none of them gives any."""
    given = [remark.points for remark in remarks if remark.points is not None]
    return sum(given) if given else None
