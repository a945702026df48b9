"""What the source notebook asks: its questions, the names that each test takes from the answers, what runs on both sides."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field

from coursekit.engine.interface import APART, Way
from coursekit.engine.matching.dialects import refusal
from coursekit.notebooks.marks import as_released, without_solution
from coursekit.notebooks.names import (
    bound_names,
    class_names,
    defines_class,
    global_names,
    import_lines,
    imported_names,
    imported_parts,
    module_aliases,
    parsed,
    used_names,
)
from coursekit.notebooks.read import Cell, cells_of, content

EVERYWHERE = frozenset(dir(builtins)) | {"*"}  # names that every cell may rely on without binding them
OBJECTS = "# answers may be objects"  # a line in a test cell: the answer may give objects though it defines no class


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
    everything = {name for question in questions for name in question.names} | demonstrated(source) | _solved(source)
    modules, classes = _modules(source), {name for c in source if c.kind == "answer" for name in class_names(c.source)}
    reads = _read(source)
    for question in questions:
        used = used_names(question.test.source)
        wanted = everything - (bound_names(question.test.source) - set(question.names))
        question.names = sorted(wanted & used)
        question.classes = sorted(classes.intersection(question.names))
        question.modules = {name: modules[name] for name in sorted(used & modules.keys() - set(question.names))}
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


def setup_cells(source: list[Cell]) -> list[tuple[str, str, bool]]:
    """The code cells that are neither answer nor test and use nothing that answers define: they run in the checker too.

    Of those that do use it, the imports, which a test below may need.
    Each with its label, and whether the course is at fault when it fails.
    """
    return _parted(source)[0]


def demonstrated(source: list[Cell]) -> set[str]:
    """The names that cells bind which show what answers do: a test that uses one of them takes it from the student's side."""
    return _parted(source)[1]


def _parted(source: list[Cell]) -> tuple[list[tuple[str, str, bool]], set[str]]:
    anywhere = {name for cell in source if cell.kind == "answer" for name in answer_names(cell)}
    setup: list[tuple[str, str, bool]] = []
    shown: set[str] = set()
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
            locked = is_locked(cell)
            used, bound = used_names(cell.source), bound_names(cell.source)
            met = (used - bound) & (above | shown) if locked else used & (anywhere | shown)
            met |= (used - bound) & solved
            if met:
                shown |= bound - imported_names(cell.source)
                if lines := import_lines(cell.source):
                    setup.append((cell.grade_id or cell.id or str(number), lines, False))
            else:
                setup.append((cell.grade_id or cell.id or str(number), cell.source, locked and not used & above))
                own |= bound
    return setup, shown - own
