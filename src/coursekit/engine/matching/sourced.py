"""What the source notebook asks: its questions, the names that each test takes from the answers, what runs on both sides."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from coursekit.engine.interface import APART, Way
from coursekit.engine.matching.dialects import refusal
from coursekit.engine.matching.parted import EVERYWHERE, Labelled, answer_names, parted, solved_names
from coursekit.notebooks.marks import as_released
from coursekit.notebooks.names import (
    bound_names,
    class_names,
    defines_class,
    global_names,
    imported_parts,
    module_aliases,
    parsed,
    used_names,
)
from coursekit.notebooks.read import Cell, cells_of, content

OBJECTS = "# answers may be objects"  # a line in a test cell: the answer may give objects though it defines no class
CHANGES = "# answers may change their arguments"  # that the test looks at what an answer did to its arguments


@dataclass
class PlannedQuestion:
    """A graded cell of the source notebook, the names that its answer defines, and the student's answer cells."""

    id: str
    test: Cell
    answers: list[Cell] = field(default_factory=list)  # of the source
    names: list[str] = field(default_factory=list)
    objects: bool = False
    given: list[int] = field(default_factory=list)  # positions among the student's cells
    after: int = 0  # how many of the student's cells run before the test
    blank: bool = False
    way: Way = APART
    classes: list[str] = field(default_factory=list)  # those of its names that the source's answers define as classes
    modules: dict[str, str] = field(default_factory=dict)  # that the answers import, by the name that the test uses
    reads: list[str] = field(default_factory=list)  # names that tests bind, and that answers take from there
    showing: list[Labelled] = field(default_factory=list)  # cells above that show what answers do and bind what it uses
    shown: list[str] = field(default_factory=list)  # the names that these bind
    called: list[str] = field(default_factory=list)  # what it takes from the answers where it runs these cells itself

    @property
    def manual(self) -> bool:
        """Whether it waits for a grader."""
        return self.test.kind == "manual" or self.way == "hand"


def read_source(data: bytes, released: bool = False) -> list[Cell]:
    """The instructor's notebook; with ``released`` it is what students got.

    Raises ValueError for no graded cell, an id used twice, a test that is not Python, another tool's or language's notebook.
    """
    notebook = content(data)
    cells = cells_of(notebook)
    ids = [cell.grade_id for cell in cells if cell.grade_id]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise ValueError(f"the source notebook uses the grade_id {twice[0]!r} twice; ids must differ")
    if reason := refusal(notebook, cells):
        raise ValueError(reason)
    for cell in cells:
        if cell.kind == "test":
            _must_compile(cell)
        if cell.solution:
            cell.stub = cell.source if released else as_released(cell.source, cell.type == "code")
    return cells


def _must_compile(cell: Cell) -> None:
    """Refuse a test that no answer could pass, because it is neither Python nor a line of magic."""
    if parsed(cell.source) is not None:
        return
    try:
        ast.parse(cell.source)
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"the test cell {cell.grade_id} is not Python: {error}") from None


def questions_of(source: list[Cell]) -> list[PlannedQuestion]:
    """The graded cells in order, each with the answer cells that stand between it and the graded cell before."""
    questions: list[PlannedQuestion] = []
    pending: list[Cell] = []
    for cell in source:
        if cell.kind == "answer":
            pending.append(cell)
        elif cell.kind == "manual":
            questions.append(PlannedQuestion(cell.grade_id, cell, [cell]))
        elif cell.kind == "test":
            answers = pending or next((q.answers for q in reversed(questions) if not q.manual), [])
            questions.append(_question(cell, answers))
            pending = []
    parts, places = parted(source), {cell.grade_id: at for at, cell in enumerate(source)}
    solved = {name for question in questions for name in question.names} | _solved(source)
    everything = solved | parts.shown
    modules, classes = _modules(source), {name for c in source if c.kind == "answer" for name in class_names(c.source)}
    reads = _read(source)
    for question in questions:
        used = used_names(question.test.source)
        wanted = everything - (bound_names(question.test.source) - set(question.names))
        question.names = sorted(wanted & used)
        question.showing = parts.above(places[question.id], set(question.names))
        question.shown = sorted(parts.shown & {name for _, code in question.showing for name in bound_names(code)})
        used_there = {name for _, code in question.showing for name in used_names(code)}
        question.called = sorted(solved & (wanted & used | used_there))
        question.classes = sorted(classes & {*question.names, *question.called})
        there = (used | used_there) & modules.keys() - {*question.names, *question.called}
        question.modules = {name: modules[name] for name in sorted(there)}
        question.reads = sorted(reads - set(question.names))
    return questions


def _solved(source: list[Cell]) -> set[str]:
    """The names that only solutions bind, beside those of a stub: neither tests nor the other cells do."""
    others = {name for cell in source if cell.kind != "answer" for name in bound_names(cell.source)}
    return {name for cell in source if cell.kind == "answer" for name in solved_names(cell)} - others


def _read(source: list[Cell]) -> set[str]:
    """The names that answers read and that no cell gives them but a test."""
    tests = {name for cell in source if cell.kind == "test" for name in bound_names(cell.source)}
    given = {name for cell in source if cell.kind != "test" for name in bound_names(cell.source)}
    read = {name for cell in source if cell.kind == "answer" for name in global_names(cell.source)}
    return read & tests - given - EVERYWHERE


def _modules(source: list[Cell]) -> dict[str, str]:
    """The modules that answer cells of the source import, and parts of them, by the name that they give them."""
    answers = [cell.source for cell in source if cell.kind == "answer"]
    return {name: module for text in answers for name, module in module_aliases(text) + imported_parts(text)}


def _question(test: Cell, answers: list[Cell]) -> PlannedQuestion:
    names = {name for answer in answers for name in answer_names(answer)}
    objects = OBJECTS in test.source or any(defines_class(answer.source) for answer in answers)
    return PlannedQuestion(test.grade_id, test, answers, sorted(names), objects)
