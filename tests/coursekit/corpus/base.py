"""Submissions to the assignment in ``course`` and to a small one: hostile, broken and honest, each with the exact result that every question must get."""

from __future__ import annotations

import copy
import functools
import json
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from corpus.mini import mini_source
from coursekit.assignments.parse import load
from coursekit.assignments.release import source_text
from coursekit.notebooks.marks import without_hidden, without_solution

COURSE = Path(__file__).parent / "course"  # its assignment is built like any course's
LEAK = "LEAKED"  # what an attack prints when it got hold of something; it must never show


@functools.cache
def source_of(name: str) -> bytes:
    """The source notebook that submissions of this name answer."""
    return mini_source() if name == "mini" else source_text(load("modes", COURSE), COURSE).encode()


def points_of(name: str) -> dict[str, tuple[float, bool]]:
    """Points of each graded cell, and whether it is graded by hand."""
    cells = json.loads(source_of(name))["cells"]
    graded = [c["metadata"]["nbgrader"] for c in cells if c["metadata"].get("nbgrader", {}).get("grade")]
    return {g["grade_id"]: (g["points"], g["solution"]) for g in graded}


class Draft:
    """A notebook being written: the release, solved or not, with ways to spoil it."""

    def __init__(self, source: str, solved: bool) -> None:
        self.notebook = json.loads(source_of(source))
        self.raw: bytes | None = None  # set to hand in something else than the notebook
        for cell in self.cells:
            text = "".join(cell["source"])
            graded = cell["metadata"].get("nbgrader", {})
            if graded.get("solution"):
                plain = "\n".join(line for line in text.split("\n") if "SOLUTION" not in line)
                blank = "*Replace this line by your answer.*" if graded["grade"] else without_solution(text)
                text = plain if solved else blank
            elif graded.get("grade"):
                text = without_hidden(text)
            cell["source"] = text

    @property
    def cells(self) -> list[dict]:
        return self.notebook["cells"]

    def cell(self, grade_id: str) -> dict:
        return next(c for c in self.cells if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)

    def at(self, grade_id: str) -> int:
        return self.cells.index(self.cell(grade_id))

    def answer(self, question: str, code: str) -> None:
        """Replace the answer to a question."""
        self.cell(f"{question}_answer")["source"] = textwrap.dedent(code)

    def add(self, code: str, before: str = "", kind: str = "code", **more: object) -> None:
        """Insert a cell: before the cell of this grade_id, or at the end."""
        cell = {"cell_type": kind, "metadata": {}, "source": textwrap.dedent(code), **more}
        self.cells.insert(self.at(before) if before else len(self.cells), cell)

    def first(self, code: str) -> None:
        """Insert a code cell at the top."""
        self.cells.insert(0, {"cell_type": "code", "metadata": {}, "source": textwrap.dedent(code)})

    def data(self) -> bytes:
        return json.dumps(self.notebook).encode() if self.raw is None else self.raw


@dataclass(frozen=True)
class Case:
    """One submission and what must come out of it."""

    name: str
    group: str
    source: str
    solved: bool
    write: Callable[[Draft], None]
    seconds: float
    differs: dict[str, object] = field(default_factory=dict)

    def data(self) -> bytes:
        draft = Draft(self.source, self.solved)
        self.write(draft)
        return draft.data()

    def expected(self) -> dict[str, tuple[float, str]]:
        """(score, status) of every question."""
        every = self.differs.get("every")
        result = {}
        for question, (points, manual) in points_of(self.source).items():
            status = ("manual" if manual else "passed") if self.solved else "blank"
            status = every or self.differs.get(question, status)
            score, status = status if isinstance(status, tuple) else (points if status == "passed" else 0.0, status)
            result[question] = (score, status)
        return result


CASES: list[Case] = []


def case(group: str, base: str, source: str = "modes", seconds: float = 20.0, **differs: object) -> Callable:
    """Register a submission: ``base`` is good (all right), or bad (nothing answered); ``differs`` says what comes out otherwise."""

    def register(write: Callable[[Draft], None]) -> Callable[[Draft], None]:
        CASES.append(Case(write.__name__, group, source, base == "good", write, seconds, copy.copy(differs)))
        return write

    return register


def cells(group: str, base: str, codes: dict[str, str], source: str = "modes", **differs: object) -> None:
    """Register submissions that differ from the base by one code cell at the top."""
    for name, code in codes.items():
        case(group, base, source, **differs)(_named(name, lambda d, code=code: d.first(code)))


def answers(
    group: str,
    base: str,
    question: str,
    codes: dict[str, str],
    status: str = "failed",
    source: str = "modes",
    **differs: object,
) -> None:
    """Register submissions that differ from the base by the answer to one question."""
    for name, code in codes.items():
        write = _named(name, lambda d, code=code: d.answer(question, code))
        case(group, base, source, **{question: status}, **differs)(write)


def _named(name: str, write: Callable) -> Callable:
    write.__name__ = name
    return write
