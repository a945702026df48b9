"""Run a question's checks with the reference and with every mistake, and keep what each check saw."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from coursekit.asked import Lender, as_it_is, asking, untouched
from coursekit.assignments.nudged import nudging
from coursekit.assignments.numbers import COUNT, numbers
from coursekit.assignments.running import TooSlow, complete, execute, limited, quiet, seed_everything
from coursekit.assignments.schema import Assignment, AssignmentError, Question, Wrong
from coursekit.checks import ANY, NOTHING
from coursekit.compare import Tolerance, difference, matches
from coursekit.diagnose import Observed, alike, equal
from coursekit.plain import NotPlain, from_json, pack, plain, to_json, truth
from coursekit.question_checks import STOPPED, observe
from coursekit.shown import missing
from coursekit.student_errors import error_name, error_text
from coursekit.varied import numbers_text
from coursekit.watched import Look

MAX_TABLE = 24_000
NUDGES = 3  # that a mistake's outcome must outlast
NEAR = 8  # one near to what is right: a difference of nearly equal numbers takes few values


@dataclass
class Recorder:
    """Stands in for ``check`` while recording: sees every check, judges nothing.  ``seed`` is that of the student's own copy."""

    seen: dict[str, Observed] = field(default_factory=dict)
    of: dict[str, str] = field(default_factory=dict)
    requires: set[str] = field(default_factory=set)
    code: str = ""
    seed: int = 0
    look: Look = as_it_is

    def _see(self, name: str, thing: object) -> Observed:
        if not isinstance(name, str):
            raise AssignmentError(f"a check needs a name first, got {name!r}")
        if name in self.seen:
            raise AssignmentError(f"two checks are called {name!r}; names must differ within a question")
        self.of[name] = expression(thing, self.code)
        self.seen[name] = observe(thing)
        return self.seen[name]

    def case(
        self, name: str, value: object, rtol: float = 1e-4, atol: float = 0.0, *, expected: object = NOTHING
    ) -> None:
        """As ``Check.case``; with ``expected`` given, the outcome is only right or wrong."""
        seen = self._see(name, value)
        seen.tolerance = Tolerance(rtol, atol)
        if expected is not NOTHING:
            self.requires.add(name)
            seen.expected = expected() if type(expected) is FunctionType else expected
            seen.failed = bool(seen.detail or difference(plain(seen.expected), seen.value, seen.tolerance))

    def require(self, condition: object, message: str, hint: int | None = None) -> None:
        """As ``Check.require``."""
        seen = self._see(message, condition)
        self.requires.add(message)
        seen.failed = bool(seen.error) or truth(seen.value) is not True

    def leaves(self, answer: Callable[..., object], given: list[Any], message: str, hint: int | None = None) -> None:
        """As ``Check.leaves``."""
        self.require(lambda: untouched(answer, given, self.look), message, hint)

    def figure(self, name: str, value: object, hint: int | None = None, **wanted: Any) -> None:
        """As ``Check.figure``; what is missing, in words, is the outcome."""
        seen = self._see(name, lambda: missing(value, **wanted))
        self.requires.add(name)
        seen.failed = bool(seen.error or seen.value)

    def given(self, name: str, value: object, *, like: object = NOTHING) -> None:
        """As ``Check.given``."""
        seen = self._see(name, value)
        self.requires.add(name)
        if like is not NOTHING and not seen.detail and seen.value is not ...:
            seen.failed = bool(difference(plain(like), seen.value, ANY))


def expression(thing: object, code: str) -> str:
    """The expression that a lambda of ``code`` evaluates, as text; empty for anything else or when it is long."""
    if type(thing) is not FunctionType or thing.__name__ != "<lambda>":
        return ""
    first = thing.__code__.co_firstlineno
    found = [n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Lambda) and n.lineno == first]
    text = ast.unparse(found[0].body) if len(found) == 1 else ""
    return text if len(text) <= 80 else ""


def run_blocks(
    assignment: Assignment, question: Question, cell: str, lends: Callable[[], Lender] = Lender
) -> tuple[Recorder, list[str]]:
    """Run ``cell`` as the answer, then the question's visible and hidden blocks; the recorder, and the visible checks' names.

    ``lends`` makes the answer's copies of what the checks give it.
    """
    recorder = Recorder()
    space: dict[str, Any] = {"__name__": "__main__", "check": recorder}
    visible: list[str] = []
    seed_everything(0)
    with quiet(), limited():
        for code in assignment.setups:
            execute(code, "setup", space)
        try:
            execute(cell, "answer", space)
            with asking(space, question.asks, question.changes, lends=lends) as recorder.look:
                for block in (question.visible, question.hidden):
                    recorder.code = block
                    execute(block, "check", space)
                    visible = visible or list(recorder.seen)
        except AssignmentError:
            raise
        except Exception as error:
            text = str(error) if isinstance(error, AssertionError) else error_text(error)
            recorder.seen[STOPPED] = Observed(error=error_name(error), detail=text, failed=True)
    return recorder, visible if question.visible else []


@dataclass(frozen=True)
class Tables:
    """What the builder writes into one part of a check cell: expected values, and the known mistakes' table."""

    expected: dict[str, Any]
    known: dict[str, Any]


def varied(assignment: Assignment, question: Question) -> str:
    """The numbers of all variants with the hidden part's tables, packed; empty where all students have the same numbers."""
    if not question.numbers:
        return ""
    variants = []
    for variant in range(COUNT):
        tables = record(assignment, question, variant)[1]
        pairs = list(numbers(question, variant).items())  # packing would sort a dict
        variants.append({"given": pairs, "expected": tables.expected, "known": tables.known})
    packed = pack(variants)
    if len(packed) > MAX_TABLE:
        raise AssignmentError(
            f"{assignment.file}, question {question.id}: the values for {COUNT} variants take {len(packed)} characters, at "
            f"most {MAX_TABLE} may be; compare less"
        )
    return packed


@dataclass
class References:
    """What the checks see of the reference: as it is, then on nudged inputs, run as far as is asked for."""

    seen: list[Recorder]
    again: Iterator[Recorder]

    def __getitem__(self, number: int) -> Recorder:
        while len(self.seen) <= number:
            self.seen.append(next(self.again))
        return self.seen[number]


def record(assignment: Assignment, question: Question, variant: int = 0) -> tuple[Tables, Tables]:
    """The tables of the visible and of the hidden part.  Raises ``AssignmentError`` where the reference fails a check."""
    place = f"{assignment.file}, question {question.id}"
    place += f", with {numbers_text(numbers(question, variant))}" if question.numbers else ""
    cell = complete(assignment, question, "reference", question.reference, variant)
    try:
        recorder, visible = run_blocks(assignment, question, cell)
    except (AssignmentError, TooSlow) as error:
        raise AssignmentError(f"{place}: with the reference solution, the checks stopped: {error}") from None
    for name, seen in recorder.seen.items():
        if seen.failed:
            why = seen.detail or f"gave {seen.value!r}, where True is wanted"
            raise AssignmentError(f"{place}: the reference solution fails: {name}: {why}")
    expected = {name: _expected(recorder, name, place) for name in recorder.seen if name not in recorder.requires}
    outcomes: dict[str, dict[str, Any]] = {name: {} for name in [*recorder.seen, STOPPED]}
    again = (_run(assignment, question, "the reference solution", cell, lends) for lends in nudging(question, NEAR))
    references = References([recorder], again)
    for mistake in question.mistakes:
        for name, outcome in _mistaken(assignment, question, mistake, references, variant).items():
            outcomes.setdefault(name, {})[mistake.name] = outcome
    parts = []
    for names in (visible, [n for n in outcomes if n not in visible]):
        parts.append(_tables(question, recorder, expected, outcomes, names))
    size = sum(len(str(part)) for part in parts)
    if size > MAX_TABLE:
        raise AssignmentError(
            f"{place}: its checks hold {size} characters of values, at most {MAX_TABLE} may be; compare less"
        )
    return parts[0], parts[1]


def _tables(question: Question, recorder: Recorder, expected: dict, outcomes: dict, names: list[str]) -> Tables:
    here = {name: outcomes[name] for name in names if outcomes[name]}
    caught = {mistake for found in here.values() for mistake in found}
    mistakes = {m.name: {"says": m.says, "hint": m.hint} for m in question.mistakes if m.name in caught}
    of = {name: recorder.of[name] for name in names if name in expected and recorder.of[name]}
    return Tables({n: expected[n] for n in names if n in expected}, {"mistakes": mistakes, "outcomes": here, "of": of})


def _expected(recorder: Recorder, name: str, place: str) -> Any:
    seen = recorder.seen[name]
    if name == STOPPED or seen.error:
        raise AssignmentError(f"{place}: the reference solution fails: {name}: {seen.detail}")
    try:
        value = plain(seen.value)
    except NotPlain as error:
        raise AssignmentError(f"{place}: {name}: the reference's value {error}") from None
    if value is Ellipsis:
        raise AssignmentError(f"{place}: {name}: the reference's value is `...`; a check needs a value")
    return to_json(value)


def _run(
    assignment: Assignment, question: Question, what: str, cell: str, lends: Callable[[], Lender] = Lender
) -> Recorder:
    """What the checks see of ``cell``, which is ``what``."""
    try:
        return run_blocks(assignment, question, cell, lends)[0]
    except TooSlow as error:
        place = f"{assignment.file}, question {question.id}, {what}"
        raise AssignmentError(f"{place}: the code {error}; make it end by itself") from None


def _mistaken(
    assignment: Assignment, question: Question, mistake: Wrong, references: References, variant: int
) -> dict[str, dict[str, Any]]:
    """The outcomes of one mistake where they differ from the reference's: as it is, as far as they stay so on nudged inputs.

    ``references`` is what the checks see of the reference, as it is and on the same nudged inputs.
    """
    what, cell = f"mistake {mistake.name}", complete(assignment, question, "mistakes", mistake.code, variant)
    found = _outcomes(_run(assignment, question, what, cell), references[0])
    if not found:
        return found
    near = any(_near(outcome, references[0].seen.get(name)) for name, outcome in found.items())
    for number, lends in enumerate(nudging(question, NEAR if near else NUDGES), start=1):
        nudged = _run(assignment, question, what, cell, lends)
        again = _outcomes(nudged, references[0])
        for name in {**found, **again}:
            if _nudges_tell(name, references[0], references[number]):
                right = references[0].seen.get(name)
                found[name] = _steady(found.get(name), again.get(name), nudged.seen.get(name), right)
    return found


def _near(outcome: dict[str, Any], right: Observed | None) -> bool:
    """Whether a mistake's value is right to a per cent, as a difference of nearly equal numbers may be."""
    if right is None or "value" not in outcome:
        return False
    return matches(plain(right.value), from_json(outcome["value"]), Tolerance(0.01))


def _outcomes(recorder: Recorder, reference: Recorder) -> dict[str, dict[str, Any]]:
    found = {name: _outcome(name, seen, reference, recorder) for name, seen in recorder.seen.items()}
    return {name: outcome for name, outcome in found.items() if outcome is not None}


def _nudges_tell(name: str, reference: Recorder, again: Recorder) -> bool:
    """Whether the reference is the same on nudged inputs: where it is not, the check is about a tie or an edge."""
    right, nudged = reference.seen.get(name), again.seen.get(name)
    if right is None or nudged is None:
        return right is nudged
    if right.failed != nudged.failed or right.error != nudged.error or nudged.detail:
        return False
    return name in reference.requires or not difference(
        plain(right.value), nudged.value, nudged.tolerance or Tolerance()
    )


def _steady(
    one: dict[str, Any] | None, two: dict[str, Any] | None, nudged: Observed | None, right: Observed | None
) -> dict[str, Any]:
    """A mistake's outcome as far as rounding does not decide it; ``two`` came of inputs that were ``nudged``."""
    if one is None or two is None or nudged is None or "either" in one:
        return {"either": True}
    if "value" in one and "value" in two and right is not None:
        nudged.expected = right.value
        if equal(one, nudged):
            return one
        return one | {"rough": True} if alike(one, nudged) else {"unsteady": True}
    return one if one == two else {"unsteady": True}


def _outcome(name: str, seen: Observed, reference: Recorder, recorder: Recorder) -> dict[str, Any] | None:
    if seen.error:
        return {"error": seen.error}
    if name in recorder.requires:
        words = {"value": seen.value} if type(seen.value) is str else {}  # what a figure lacks
        return {"failed": True} | words if seen.failed else None
    right = reference.seen.get(name)
    if right is None or not difference(plain(right.value), seen.value, seen.tolerance or Tolerance()):
        return None
    try:
        return {"value": to_json(plain(seen.value))}
    except (NotPlain, TypeError):
        return {"failed": True}
