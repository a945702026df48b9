"""The assignments of a folder with nbgrader's layout, and what keeps one of them from being graded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from coursekit.classroom.adopt.choices import beside
from coursekit.classroom.layout import ASSIGNMENT_RULE, Classroom, ClassroomError, valid_assignment
from coursekit.engine.matching.sourced import read_source


@dataclass(frozen=True)
class FoundAssignment:
    """One assignment: how many questions tests judge and how many a person, their points, the files beside; what is wrong."""

    name: str
    tests: int = 0
    by_hand: int = 0
    points: float = 0.0
    files: int = 0
    fault: str = ""


def assignments(root: Path) -> list[FoundAssignment]:
    """Every assignment below ``root/source``, by name."""
    names = sorted({path.parent.name for path in (root / "source").glob("*/*.ipynb")})
    found: list[FoundAssignment] = []
    for name in names:
        try:
            found += [_found(Classroom(root), part) for part in Classroom(root).parts(name)]
        except ClassroomError as error:
            found.append(FoundAssignment(name, fault=str(error)))
    return found


def _found(classroom: Classroom, name: str) -> FoundAssignment:
    if not valid_assignment(name):
        return FoundAssignment(name, fault=f"this name cannot be an assignment's: {ASSIGNMENT_RULE}")
    try:
        cells = read_source(classroom.source_bytes(name))
        files = beside(classroom, name)
    except ValueError as error:  # ClassroomError is one, too
        return FoundAssignment(name, fault=str(error))
    graded = [cell for cell in cells if cell.kind in ("test", "manual")]
    tests = sum(cell.kind == "test" for cell in graded)
    return FoundAssignment(name, tests, len(graded) - tests, sum(cell.points for cell in graded), len(files))
