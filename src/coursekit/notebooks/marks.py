"""nbgrader's marks in a source notebook: what is the instructor's solution, and which tests students never see.

A mark counts wherever it stands in a line, as it does for nbgrader.
"""

from __future__ import annotations

SOLUTION = ("BEGIN SOLUTION", "END SOLUTION")
HIDDEN = ("BEGIN HIDDEN TESTS", "END HIDDEN TESTS")
SCHEME = ("BEGIN MARK SCHEME", "END MARK SCHEME")
MARKS = (*SOLUTION, *HIDDEN)
BEGIN_SOLUTION, END_SOLUTION = (f"### {mark}" for mark in SOLUTION)
BEGIN_HIDDEN, END_HIDDEN = (f"### {mark}" for mark in HIDDEN)
# what releases put in place of a solution
CODE_STUB = "# Replace the dots by your answer."
TEXT_STUB = "*Replace this line by your answer.*"


def marked_lines(source: str, marks: tuple[str, str]) -> list[range]:
    """The regions between ``marks``, marks included, as ranges of line numbers from 0; one without an end goes to the last."""
    regions, begin = [], -1
    lines = source.split("\n")
    for number, line in enumerate(lines):
        if begin < 0 and marks[0] in line:
            begin = number
        elif begin >= 0 and marks[1] in line:
            regions.append(range(begin, number + 1))
            begin = -1
    return [*regions, range(begin, len(lines))] if begin >= 0 else regions


def unpaired(source: str) -> str:
    """The first mark that begins a region inside another of its kind or begins one that never ends, with its line; or nothing."""
    for begin, end in (SOLUTION, HIDDEN, SCHEME):
        opened = 0
        for number, line in enumerate(source.split("\n"), 1):
            if begin in line and opened:
                return f"line {number}: {begin} inside the region that line {opened} begins"
            opened = number if begin in line else 0 if end in line else opened
        if opened:
            return f"line {opened}: {begin} without {end}"
    return ""


def without(source: str, marks: tuple[str, str], stub: str = "") -> str:
    """``source`` with ``stub``, as far indented as the mark, in place of each region; without a stub nothing is left of it."""
    lines = source.split("\n")
    for region in reversed(marked_lines(source, marks)):
        mark = lines[region.start]
        indent = mark[: len(mark) - len(mark.lstrip())]
        lines[region.start : region.stop] = [indent + stub] if stub else []
    return "\n".join(lines)


def without_solution(source: str, stub: str = "...") -> str:
    """A source cell with ``stub`` in place of each solution; with CODE_STUB it is the cell as released."""
    return without(source, SOLUTION, stub)


def as_released(source: str, code: bool) -> str:
    """An answer cell as released: nbgrader puts its stub in place of a whole cell in which no solution is marked."""
    if marked_lines(source, SOLUTION):
        return without_solution(source)
    return "..." if code else ""


def without_hidden(source: str) -> str:
    """A test cell as released."""
    return without(source, HIDDEN).rstrip()


def is_hidden(source: str, line: int) -> bool:
    """Whether students never see this line of a test cell; lines are numbered from 1."""
    return any(line - 1 in region for region in marked_lines(source, HIDDEN))
