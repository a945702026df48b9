"""Bring a submission and its source notebook together: which cell answers which question, what runs, and in which order."""

from __future__ import annotations

import ast
import builtins
import functools
from dataclasses import dataclass, field, replace

from coursekit.engine.matching.unanswered import unanswered
from coursekit.engine.protocol.errors import SourceFault
from coursekit.notebooks.marks import without_hidden, without_solution
from coursekit.notebooks.names import bound_names, defined_names, defines_class, imported_names, is_stub, used_names
from coursekit.notebooks.read import Cell, read_notebook, read_submission

# names that every cell may rely on without binding them, and the star of an import that may bind any of them
EVERYWHERE = frozenset(dir(builtins)) | {"*"}
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

    @property
    def manual(self) -> bool:
        """Whether it waits for a grader."""
        return self.test.kind == "manual"


@dataclass
class Plan:
    """Everything that a grading run needs."""

    source: list[Cell]
    cells: list[Cell]
    roles: list[str]  # for each of the student's cells: run, skip (text, test, duplicate)
    matches: dict[int, int]  # position in the source -> position among the student's cells
    setup: list[tuple[str, str, bool]]  # label, code, whether a failure is a fault of the course
    questions: list[PlannedQuestion]
    flags: list[str]
    in_order: bool = False  # later cells bind names again, so each test must run at its place


def make_plan(source_data: bytes, submission: bytes) -> Plan:
    """Read, repair, match.  Raises Refused for a submission that cannot be read; SourceFault for a bad source notebook."""
    source, questions, setup = _of_source(source_data)
    cells = read_submission(submission, source)
    flags: list[str] = []
    matches = match(source, cells, flags)
    questions = [replace(question, given=[]) for question in questions]  # the rest is the same for every submission
    plan = Plan(source, cells, _roles(source, cells, matches, flags), matches, setup, questions, flags)
    _find_answers(plan)
    _find_order(plan)
    return plan


@functools.lru_cache(maxsize=4)
def _of_source(data: bytes) -> tuple[list[Cell], list[PlannedQuestion], list[tuple[str, str, bool]]]:
    """The source's cells, questions and set-up: read once for all submissions of an assignment, and not changed."""
    try:
        source = read_source(data)
        return source, questions_of(source), setup_cells(source)
    except ValueError as error:
        raise SourceFault(str(error)) from None


def read_source(data: bytes) -> list[Cell]:
    """The instructor's notebook.  Raises ValueError for no graded cell, an id used twice, a test that is not Python."""
    cells = read_notebook(data)
    ids = [cell.grade_id for cell in cells if cell.grade_id]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise ValueError(f"the source notebook uses the grade_id {twice[0]!r} twice; ids must differ")
    if not any(cell.grade or cell.task for cell in cells):
        raise ValueError("the source notebook has no graded cell; build it with `course release`")
    for cell in cells:
        if cell.kind == "test":
            _must_compile(cell)
    return cells


def _must_compile(cell: Cell) -> None:
    """Refuse a test that no answer could pass, because it is not Python itself."""
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
    everything = {name for question in questions for name in question.names}
    for question in questions:
        wanted = everything - (bound_names(question.test.source) - set(question.names))
        question.names = sorted(wanted & used_names(question.test.source))
    return questions


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


def setup_cells(source: list[Cell]) -> list[tuple[str, str, bool]]:
    """The code cells that are neither answer nor test and use nothing that answers define: they run in the checker too."""
    theirs = {name for cell in source if cell.kind == "answer" for name in answer_names(cell)}
    chosen = []
    for number, cell in enumerate(source):
        if cell.type == "code" and cell.kind == "other":
            locked = bool(cell.metadata.get("nbgrader", {}).get("locked"))
            if not locked and used_names(cell.source) & theirs:  # a locked cell is set-up whatever names it shares
                theirs |= bound_names(cell.source)  # a demonstration of the answer, and what hangs on it
            else:
                chosen.append((cell.grade_id or cell.id or str(number), cell.source, locked))
    return chosen


def match(source: list[Cell], cells: list[Cell], flags: list[str]) -> dict[int, int]:
    """Which of the student's cells is which of the source's: by grade_id, by cell id, by text, by the names it defines."""
    found: dict[int, int] = {}
    for key in ("grade_id", "id"):
        for at, cell in enumerate(source):
            name = cell.grade_id or cell.id
            if at in found or not name:
                continue
            same = [i for i, other in enumerate(cells) if getattr(other, key) == name and i not in found.values()]
            if same:
                found[at] = _first(cell, same, cells, flags)
                if key == "id" and cell.grade_id and cell.kind != "other":
                    flags.append(f"{name}: the cell's metadata was lost; found by its cell id")
    for at, cell in enumerate(source):
        if at not in found:
            _match_lost(at, cell, source, cells, found, flags)
    return found


def _first(cell: Cell, same: list[int], cells: list[Cell], flags: list[str]) -> int:
    if len(same) == 1:
        return same[0]
    name, released = cell.grade_id or cell.id, without_solution(cell.source)
    used = "the first that holds an answer was used"
    if cell.kind == "answer":
        used = "those that hold an answer were run in their order, as in Jupyter, so that the last definition counts"
    flags.append(f"{name}: {len(same)} cells have this id; {used}")
    full = [i for i in same if not is_stub(cells[i].source, released)]
    wanted = answer_names(cell) if cell.kind == "answer" else set()
    return next((i for i in full if wanted <= defined_names(cells[i].source)), full[0] if full else same[0])


def _match_lost(
    at: int, cell: Cell, source: list[Cell], cells: list[Cell], found: dict[int, int], flags: list[str]
) -> None:
    free = [i for i in range(len(cells)) if i not in found.values()]
    chosen = next((i for i in free if _same_text(cells[i], cell)), None)
    if chosen is None and cell.kind == "answer":
        wanted = bound_names(without_solution(cell.source))
        code = [i for i in free if wanted and cells[i].type == "code"]
        able = [i for i in code if wanted <= bound_names(cells[i].source)]
        chosen = next(
            (i for i in able if not is_stub(cells[i].source, without_solution(cell.source))), able[0] if able else None
        )
        if chosen is not None:
            flags.append(f"{cell.grade_id}: the cell's metadata was lost; found by the names that it defines")
    if chosen is None and cell.kind == "manual" and at - 1 in found and found[at - 1] + 1 in free:
        chosen = found[at - 1] + 1
        flags.append(f"{cell.grade_id}: the cell's metadata was lost; found below its question")
    if chosen is not None:
        found[at] = chosen


def _same_text(cell: Cell, trusted: Cell) -> bool:
    text = without_hidden(trusted.source) if trusted.kind == "test" else trusted.source
    return trusted.kind in ("test", "other") and bool(text.strip()) and cell.source.strip() == text.strip()


def _roles(source: list[Cell], cells: list[Cell], matches: dict[int, int], flags: list[str]) -> list[str]:
    roles = ["run" if cell.type == "code" and cell.source.strip() else "skip" for cell in cells]
    known = {cell.grade_id for cell in source if cell.grade_id and cell.kind != "other"}
    matched = {there: source[at] for at, there in matches.items()}
    for there, cell in enumerate(cells):
        trusted = matched.get(there)
        if trusted is not None and trusted.kind == "test":
            roles[there] = "skip"
            if cell.source.strip() != without_hidden(trusted.source).strip():
                flags.append(f"{trusted.grade_id}: the test cell is not the one of the course, which was used")
        elif trusted is not None and trusted.kind == "answer":
            roles[there] = "run" if cell.source.strip() else "skip"
            if cell.type != "code":
                flags.append(f"{trusted.grade_id}: the answer cell had become a {cell.type} cell; it was run as code")
        elif trusted is None and cell.grade_id in known and not _runs_too(cell, source):
            roles[there] = "skip"
    return roles


def _runs_too(cell: Cell, source: list[Cell]) -> bool:
    """Whether a second cell with an answer's id is code that answers: another try, or a part (an editor copies the id)."""
    trusted = next(other for other in source if other.grade_id == cell.grade_id)
    return (
        trusted.kind == "answer" and cell.type == "code" and not is_stub(cell.source, without_solution(trusted.source))
    )


def _again(plan: Plan, answer: Cell, place: int | None) -> list[int]:
    """The places of further cells that answer the same: those with this answer's id."""
    cells = enumerate(plan.cells)
    return [
        i
        for i, cell in cells
        if answer.grade_id and cell.grade_id == answer.grade_id and i != place and plan.roles[i] == "run"
        and cell.type == "code" and i not in plan.matches.values()
    ]  # fmt: skip


def _find_answers(plan: Plan) -> None:
    there = {id(cell): plan.matches.get(at) for at, cell in enumerate(plan.source)}
    for question in plan.questions:
        places = [there[id(answer)] for answer in question.answers]
        more = [i for answer, place in zip(question.answers, places) for i in _again(plan, answer, place)]
        question.given = sorted({*more, *(place for place in places if place is not None)})
        if None in places:
            plan.flags.append(f"{question.id}: the answer cell is missing")
        question.blank = all(
            place is not None and unanswered(plan.cells[place], answer)
            for place, answer in zip(places, question.answers)
        )
        if question.manual and question.blank and _own_text_below(plan, question.given[-1]):
            question.blank = False
            plan.flags.append(f"{question.id}: the answer may stand in a cell of its own below the answer cell")
        test = there[id(question.test)]
        if test is None and not question.manual:
            plan.flags.append(f"{question.id}: the test cell is missing; the course's was used")


def _own_text_below(plan: Plan, place: int) -> bool:
    """Whether text or a picture of the student's own stands between this cell and the next one of the course."""
    taken = set(plan.matches.values())
    below = range(place + 1, min((there for there in taken if there > place), default=len(plan.cells)))
    own = (plan.cells[there] for there in below if not plan.cells[there].grade_id)
    return any(cell.type != "code" and cell.source.strip() for cell in own)


def _find_order(plan: Plan) -> None:
    """Where each test runs: after its answer and where it stands; and whether that place matters."""
    there = {id(cell): plan.matches.get(at) for at, cell in enumerate(plan.source)}
    after = 0
    for question in plan.questions:
        test = there[id(question.test)]
        places = [*question.given, *([] if test is None else [test])]
        after = max([place + 1 for place in places], default=after)
        question.after = after
    bound = [bound_names(c.source) if role == "run" else set() for c, role in zip(plan.cells, plan.roles)]
    imports = [imported_names(c.source) if role == "run" else set() for c, role in zip(plan.cells, plan.roles)]
    for question in plan.questions:
        before: set[str] = set().union(*bound[: question.after])
        for names, imported in zip(bound[question.after :], imports[question.after :]):
            if (names - imported) & before or names & EVERYWHERE:
                plan.in_order = True
