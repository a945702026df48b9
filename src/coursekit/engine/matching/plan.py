"""Bring a submission and its source notebook together: which cell answers which question, what runs, and in which order."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, replace

from coursekit.engine.interface import AS_BUILT, Judging
from coursekit.engine.matching.parted import EVERYWHERE, Labelled, answer_names, is_locked, parted
from coursekit.engine.matching.run_text import call_that_runs
from coursekit.engine.matching.sourced import PlannedQuestion, questions_of, read_source
from coursekit.engine.matching.unanswered import unanswered
from coursekit.engine.protocol.errors import SourceFault
from coursekit.notebooks.marks import without_hidden, without_solution
from coursekit.notebooks.names import bound_names, defined_names, imported_names, is_stub
from coursekit.notebooks.read import Cell, read_submission

# code that unpickles, or runs a text, would do so with what a student wrote
UNPICKLES = re.compile(
    r"pickle|joblib|dill|torch\.load|shelve|marshal|yaml|sympify|runpy|%run|(?<![\w.])(?:eval|exec|compile)[ \t]*\("
)


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
    helpers: tuple[str, ...] = ()  # the text of modules that lie beside the notebook
    in_order: bool = False  # later cells bind names again, so each test must run at its place

    @property
    def takes_files(self) -> bool:
        """Whether files that answers write may come to the tests: not where the course's code unpickles any."""
        apart = (question for question in self.questions if question.way != "together")
        own = [question.test.source for question in apart] + [code for _, code, _ in self.setup]
        return not any(UNPICKLES.search(text) for text in [*own, *self.helpers])

    @property
    def locked(self) -> list[tuple[str, str, bool]]:
        """The set-up that students may not change, and so need not have kept."""
        marked = {cell.grade_id or cell.id for cell in self.source if is_locked(cell)}
        return [entry for entry in self.setup if entry[0] in marked]

    @property
    def together(self) -> list[PlannedQuestion]:
        """The questions whose tests run in the student's process, in the order of their places."""
        chosen = [q for q in self.questions if q.way == "together" and not q.manual]
        return sorted(chosen, key=lambda question: question.after)


def make_plan(source_data: bytes, submission: bytes, judging: Judging = AS_BUILT) -> Plan:
    """Read, repair, match.  Raises Refused for a submission that cannot be read; SourceFault for a bad source notebook."""
    source, questions, setup = _of_source(source_data, judging.released)
    cells = read_submission(submission, source)
    flags: list[str] = []
    matches = match(source, cells, flags)
    questions = [
        replace(question, given=[], way=judging.way(question.id), showing=_safe(question, source, judging))
        for question in questions
    ]  # else the same for all
    helpers = tuple(data.decode(errors="replace") for name, data in judging.files.items() if name.endswith(".py"))
    plan = Plan(source, cells, _roles(source, cells, matches, flags), matches, setup, questions, flags, helpers)
    _find_answers(plan)
    _find_order(plan)
    return plan


@functools.lru_cache(maxsize=4)
def _of_source(data: bytes, released: bool) -> tuple[list[Cell], list[PlannedQuestion], list[tuple[str, str, bool]]]:
    """The source's cells, questions and set-up: read once for all submissions of an assignment, and not changed."""
    try:
        source = read_source(data, released)
        return source, questions_of(source), parted(source).setup
    except ValueError as error:
        raise SourceFault(str(error)) from None


def _safe(question: PlannedQuestion, source: list[Cell], judging: Judging) -> list[Labelled]:
    """The cells that its test may run itself: none where one of them might run text of an answer, or unpickle it."""
    codes = [code for _, code in question.showing]
    runs = any(UNPICKLES.search(code) or call_that_runs(code, source, judging.files) for code in codes)
    return [] if runs else question.showing


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
    name = cell.grade_id or cell.id
    used = "the first that holds an answer was used"
    if cell.kind == "answer":
        used = "those that hold an answer were run in their order, as in Jupyter, so that the last definition counts"
    flags.append(f"{name}: {len(same)} cells have this id; {used}")
    full = [i for i in same if not is_stub(cells[i].source, cell.stub or cell.source)]
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
        chosen = next((i for i in able if not is_stub(cells[i].source, cell.stub)), able[0] if able else None)
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
    return trusted.kind == "answer" and cell.type == "code" and not is_stub(cell.source, trusted.stub)


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
        question.blank = not question.test.task and all(
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
