"""The source's cells that are neither answers nor tests: which are set-up of the course, and which show what answers do."""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field

from coursekit.notebooks.marks import without_solution
from coursekit.notebooks.names import bound_names, import_lines, imported_names, used_names
from coursekit.notebooks.read import Cell

EVERYWHERE = frozenset(dir(builtins)) | {"*"}  # names that every cell may rely on without binding them
Labelled = tuple[str, str]  # what a cell is called in messages, and its code


@dataclass
class Parted:
    """What runs on both sides, and what needs the answers.

    ``setup`` uses nothing that answers define: each cell with its label, its code, and whether the course is at fault when it
    fails.  Of the cells that do use it, the imports are among them, which a test below may need.  ``shown`` are the names that
    those cells bind and set-up does not: a test that uses one takes it from the student's side, or runs the cells itself.
    """

    setup: list[tuple[str, str, bool]] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    showing: dict[int, Labelled] = field(default_factory=dict)  # by position in the source

    def above(self, place: int, wanted: set[str]) -> list[Labelled]:
        """The cells above ``place`` that bind or use what is ``wanted`` of these names, directly or through others, in order."""
        wanted = wanted & self.shown
        found: list[Labelled] = []
        for at, (label, code) in sorted(self.showing.items(), reverse=True):
            met = bound_names(code) | used_names(code)  # one that only uses it may change it: ``model.fit(x, y)``
            if at < place and wanted & met:
                found.insert(0, (label, code))
                wanted |= met & self.shown
        return found


def answer_names(answer: Cell) -> set[str]:
    """The names that a student's answer must define: those of the released stub, or where that has none, of the solution."""
    released = without_solution(answer.source)
    return bound_names(released) - imported_names(released) or bound_names(answer.source) - imported_names(
        answer.source
    )


def solved_names(answer: Cell) -> set[str]:
    """The names that the solution's own cell binds, also within the marks."""
    return bound_names(answer.source) - imported_names(answer.source) - EVERYWHERE


def is_locked(cell: Cell) -> bool:
    """Whether it is code that students may not change, and no test."""
    graded = cell.metadata.get("nbgrader")
    return cell.type == "code" and cell.kind == "other" and isinstance(graded, dict) and bool(graded.get("locked"))


def parted(source: list[Cell]) -> Parted:
    """Tell the cells apart by the names that they use and bind."""
    anywhere = {name for cell in source if cell.kind == "answer" for name in answer_names(cell)}
    made = Parted()
    above: set[str] = set()  # what answers and tests above bind
    solved: set[str] = set()  # what solutions above bind, and nothing else before them
    own: set[str] = set()
    for number, cell in enumerate(source):
        if cell.kind == "answer":
            above |= answer_names(cell)
            solved |= solved_names(cell) - own
        elif cell.kind == "test":
            above |= bound_names(cell.source) - imported_names(cell.source) - own
        elif cell.type == "code" and cell.kind == "other":
            locked, label = is_locked(cell), cell.grade_id or cell.id or str(number)
            used, bound = used_names(cell.source), bound_names(cell.source)
            met = (used - bound) & (above | made.shown) if locked else used & (anywhere | made.shown)
            met |= (used - bound) & solved
            if met:
                made.showing[number] = label, cell.source
                made.shown |= bound - imported_names(cell.source)
                if lines := import_lines(cell.source):
                    made.setup.append((label, lines, False))
            else:
                made.setup.append((label, cell.source, locked and not used & above))
                own |= bound
    made.shown -= own
    return made
