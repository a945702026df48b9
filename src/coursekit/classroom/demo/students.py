"""Made-up students: deterministic submissions of every kind, each with the score and statuses that it must get.

The right, other right and typical wrong answers are those of ``solutions/``; the hostile ones are written here.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from coursekit.assignments.notebook import answer_cell
from coursekit.assignments.running import complete
from coursekit.assignments.schema import Assignment, Question
from coursekit.notebooks.marks import BEGIN_SOLUTION, END_SOLUTION

ANY_FAILURE = ("failed", "blank", "crashed", "timeout", "memory", "missing", "partial")
FULL, NOTHING, UP_TO = "full", "nothing", "less"
Cells = dict[str, Any]
WORDS = "Small singular values are learned last, because each mode leaves its saddle at a time that grows with 1/s."

FORGERY = """
import builtins, sys, numpy
numpy.testing.assert_allclose = numpy.allclose = numpy.isclose = lambda *a, **k: True
class Yes(float):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    def __gt__(self, other): return True
    def __abs__(self): return self
    def __sub__(self, other): return self
    __rsub__ = __radd__ = __add__ = __rmul__ = __mul__ = __sub__
    __hash__ = float.__hash__
for module in list(sys.modules.values()):
    for name in ("check", "case", "require", "CheckFailed"):
        if getattr(module, "__name__", "").startswith("coursekit") and hasattr(module, name):
            setattr(module, name, lambda *a, **k: True)
get_ipython = lambda: None
builtins.__import__, real = (lambda *a, **k: real(*a, **k)), builtins.__import__
"""
THEFT = """
import glob, os, socket, sqlite3
loot = []
for pattern in ("/**/gradebook.db", "../../../**/*.ipynb", "../../../source/**/*.ipynb", "../../*/*/*.ipynb"):
    try:
        loot += glob.glob(pattern, recursive=pattern.startswith(".."))[:50]
    except OSError:
        continue
for path in loot:
    if path.endswith(".db"):
        try:
            sqlite3.connect(path).execute("UPDATE grade SET manual_score = 99").connection.commit()
        except sqlite3.Error:
            continue
    else:
        try:
            cells = __import__("json").load(open(path))["cells"]
            exec("\\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code"))
        except Exception:
            continue
"""
BOMB = "import os\nfor _ in range(10_000):\n    try:\n        os.fork()\n    except OSError:\n        pass\n"


@dataclass(frozen=True)
class Expected:
    """What a question must come to: points and one of these statuses; ``below`` allows any score below full."""

    score: float
    statuses: tuple[str, ...]
    below: bool = False
    says: str = ""  # what the message must hold

    def met(self, entry: dict[str, Any]) -> bool:
        """Whether a record's entry is as expected."""
        right = entry["score"] < entry["max_score"] if self.below else abs(entry["score"] - self.score) < 1e-9
        return right and entry["status"] in self.statuses and self.says in entry["message"]


@dataclass(frozen=True)
class MadeUp:
    """One made-up student's submission: the bytes handed in and what must come of it."""

    student: str
    kind: str
    data: bytes
    expected: dict[str, Expected]
    hours_late: float = 0.0
    by_hand: float | None = None  # share of the points that a grader gives for written answers


def unmarked(code: str) -> str:
    """An answer cell without the builder's marks around the solution."""
    return "\n".join(line for line in code.splitlines() if line.strip() not in (BEGIN_SOLUTION, END_SOLUTION))


@dataclass(frozen=True)
class Maker:
    """Makes the submissions of one assignment from its released notebook."""

    assignment: Assignment
    released: Cells

    def notebook(self, answers: dict[str, str], first: str = "") -> Cells:
        """The released notebook with ``answers`` filled in, and a cell of one's own on top when ``first`` is given."""
        made = copy.deepcopy(self.released)
        for cell in made["cells"]:
            name = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")
            question = name if name in answers else name.removesuffix("_answer")
            graded = cell.get("metadata", {}).get("nbgrader", {}).get("solution")
            if graded and question in answers:
                cell["source"] = answers[question]
        if first:
            made["cells"].insert(0, {"cell_type": "code", "id": "own", "metadata": {}, "source": first, "outputs": [],
                                     "execution_count": None})  # fmt: skip
        return made

    def right(self) -> dict[str, str]:
        """The reference answers, and words for the written questions."""
        return {
            q.id: WORDS if q.written else unmarked(answer_cell(self.assignment, q)) for q in self.assignment.questions
        }

    def alternative(self, turn: int) -> dict[str, str]:
        """For each question another right answer, where there is one."""
        answers = self.right()
        for question in self.assignment.questions:
            codes = list(question.alternatives.values())
            if codes:
                answers[question.id] = self.whole(question, "alternatives", codes[turn % len(codes)])
        return answers

    def wrong(self, turn: int) -> dict[str, str]:
        """For each question a typical mistake, where there is one."""
        return {
            q.id: self.whole(q, "mistakes", q.mistakes[turn % len(q.mistakes)].code)
            for q in self.assignment.questions
            if q.mistakes
        }

    def whole(self, question: Question, kind: str, code: str) -> str:
        """A solution as a student would have it in the cell, imports included."""
        return complete(self.assignment, question, kind, code)

    def expect(self, rule: Callable[[Question], str], failure: tuple[str, ...] = ANY_FAILURE) -> dict[str, Expected]:
        """Expectations from a rule that says FULL, NOTHING or UP_TO for each question; written ones wait or are blank."""
        expected = {}
        for question in self.assignment.questions:
            said = rule(question)
            if question.written:
                expected[question.id] = Expected(0.0, ("manual",) if said == FULL else ("blank",))
            elif said == FULL:
                expected[question.id] = Expected(question.meta.points, ("passed",))
            else:
                expected[question.id] = Expected(0.0, failure, below=said == UP_TO)
        return expected

    def first_code(self, turn: int) -> Question:
        """A question that is answered by code, another one each turn."""
        asked = [q for q in self.assignment.questions if "def " in q.answer]
        return asked[turn % len(asked)]


Submission = tuple[str, dict[str, Expected]]
Kind = Callable[[Maker, int], tuple[Cells | str, dict[str, Expected]]]


def all_of(word: str) -> Callable[[Question], str]:
    """The same expectation for every question."""
    return lambda question: word


def good(maker: Maker, turn: int) -> tuple[Cells | str, dict[str, Expected]]:
    """The reference answers."""
    return maker.notebook(maker.right()), maker.expect(all_of(FULL))


def other(maker: Maker, turn: int) -> tuple[Cells | str, dict[str, Expected]]:
    """Other right answers."""
    return maker.notebook(maker.alternative(turn)), maker.expect(all_of(FULL))


def blank(maker: Maker, turn: int) -> tuple[Cells | str, dict[str, Expected]]:
    """The released notebook as it is."""
    return maker.notebook({}), maker.expect(all_of(NOTHING))


def half(maker: Maker, turn: int) -> tuple[Cells | str, dict[str, Expected]]:
    """Every second question answered."""
    done = {q.id for q in maker.assignment.questions[turn % 2 :: 2]}
    answers = {name: text for name, text in maker.right().items() if name in done}
    return maker.notebook(answers), maker.expect(lambda q: FULL if q.id in done else NOTHING)


def mistaken(maker: Maker, turn: int) -> tuple[Cells | str, dict[str, Expected]]:
    """A typical mistake in every question, to be met with the message about that mistake."""
    expected = maker.expect(all_of(UP_TO), ("failed", "partial"))
    for question in maker.assignment.questions:
        if question.mistakes:
            says = question.mistakes[turn % len(question.mistakes)].says
            expected[question.id] = replace(expected[question.id], says=says)
    return maker.notebook(maker.wrong(turn)), expected


def one_wrong(maker: Maker, turn: int, body: str, statuses: tuple[str, ...]) -> tuple[Cells | str, dict[str, Expected]]:
    """All right, except that one question's functions do ``body`` instead."""
    chosen = maker.first_code(turn)
    lines = [f"def {name}(*args, **kwargs):\n    {body}\n" for name in defined(chosen)]
    answers = maker.right() | {chosen.id: "\n".join(lines)}
    expected = maker.expect(lambda q: UP_TO if q.id == chosen.id else FULL)
    expected[chosen.id] = Expected(0.0, statuses, below=True)
    return maker.notebook(answers), expected


def defined(question: Question) -> list[str]:
    """The names of the functions and classes that the answer cell defines."""
    lines = question.answer.splitlines()
    return [line.split()[1].split("(")[0].rstrip(":") for line in lines if line.startswith(("def ", "class "))]


def exits(maker: Maker, turn: int) -> tuple[Cells | str, dict[str, Expected]]:
    """One function ends its process."""
    return one_wrong(maker, turn, "import os; os._exit(0)", ("crashed",))


def loops(maker: Maker, turn: int) -> tuple[Cells | str, dict[str, Expected]]:
    """One function never returns."""
    return one_wrong(maker, turn, "while True: pass", ("timeout",))


def forges(maker: Maker, turn: int) -> tuple[Cells | str, dict[str, Expected]]:
    """Nothing done, but comparisons, checks and numbers bent."""
    return maker.notebook({}, FORGERY), maker.expect(all_of(NOTHING))


def steals(maker: Maker, turn: int) -> tuple[Cells | str, dict[str, Expected]]:
    """Nothing done, but the gradebook and other people's notebooks looked for."""
    return maker.notebook({}, THEFT), maker.expect(all_of(NOTHING))


def bombs(maker: Maker, turn: int) -> tuple[Cells | str, dict[str, Expected]]:
    """All right, after a fork bomb in a cell of one's own."""
    chosen = maker.first_code(turn)
    answers = maker.right() | {chosen.id: f"{BOMB}\n"}
    expected = maker.expect(lambda q: NOTHING if q.id == chosen.id else FULL)
    return maker.notebook(answers), expected


def not_json(maker: Maker, turn: int) -> tuple[Cells | str, dict[str, Expected]]:
    """Half a file."""
    text = json.dumps(maker.notebook(maker.right()))
    return text[: len(text) // 2], {q.id: Expected(0.0, ("refused",)) for q in maker.assignment.questions}


def doubled(maker: Maker, turn: int) -> tuple[Cells | str, dict[str, Expected]]:
    """All right, with every marked cell there twice: the first counts."""
    made = maker.notebook(maker.right())
    again = maker.notebook({})["cells"]
    made["cells"] += [cell | {"id": f"again{number}"} for number, cell in enumerate(again)]
    return made, maker.expect(all_of(FULL))


def deleted(maker: Maker, turn: int) -> tuple[Cells | str, dict[str, Expected]]:
    """All right, with the check cells deleted."""
    made = maker.notebook(maker.right())
    made["cells"] = [
        cell for cell in made["cells"]
        if not cell["metadata"].get("nbgrader", {}).get("grade") or cell["metadata"]["nbgrader"].get("solution")
    ]  # fmt: skip
    return made, maker.expect(all_of(FULL))


KINDS: dict[str, Kind] = {
    "good": good, "partial": half, "blank": blank, "wrong": mistaken, "forges": forges, "not JSON": not_json,
    "loops": loops, "late": good, "exits": exits, "doubled": doubled, "steals": steals, "other right": other,
    "deleted checks": deleted, "fork bomb": bombs,
}  # fmt: skip
NAMES = ("ada", "ben", "chi", "dov", "eva", "fay", "gus", "hui", "ida", "jon", "kim", "lea", "mia", "nik", "ola", "pia")


def make(assignment: Assignment, released: Cells, count: int) -> list[MadeUp]:
    """``count`` students, one of each kind in turn; each further round takes other questions, mistakes and alternatives."""
    maker, made = Maker(assignment, released), []
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        turn = number // len(KINDS)
        content, expected = KINDS[kind](maker, turn)
        text = content if isinstance(content, str) else json.dumps(content, indent=1)
        name = f"{NAMES[number % len(NAMES)]}{number + 1:03d}"
        by_hand = {"good": 1.0, "late": 0.5}.get(kind)
        made.append(MadeUp(name, kind, text.encode(), expected, 30.0 if kind == "late" else 0.0, by_hand))
    return made
