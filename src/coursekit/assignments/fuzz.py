"""Answers beside the reference on many inputs drawn from a question's domain."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from coursekit.assignments.merge import bound_names
from coursekit.assignments.running import SECONDS, complete, execute, limited, quiet, seed_everything
from coursekit.assignments.schema import Assignment, AssignmentError, Question
from coursekit.called import Call
from coursekit.compare import short
from coursekit.diagnose import Observed
from coursekit.drawn import MOST, Domain, Inputs, difference_of, domain
from coursekit.lent import digest
from coursekit.plain import plain
from coursekit.question_checks import observe

INPUTS = 200
CHANGED = "changed what it was given"


@dataclass(frozen=True)
class Compared:
    """Where an answer differs from the reference: on how many of the inputs tried; the first of them, and how."""

    tried: int
    off: int = 0
    first: str = ""
    how: str = ""
    broken: bool = False  # it raised on every input on which the reference does not

    @property
    def same(self) -> bool:
        """Whether it differs nowhere."""
        return self.off == 0


@dataclass
class Fuzz:
    """The reference of ``question`` on at least ``least`` inputs, in whole passes through its domain."""

    assignment: Assignment
    question: Question
    least: int = INPUTS
    variant: int = 0  # with whose numbers, where they differ from student to student
    reference: list[Observed] = field(default_factory=list)
    passes: int = 0

    def __post_init__(self) -> None:
        self.base: dict[str, Any] = {"__name__": "__main__"}
        with quiet(), limited(5 * SECONDS):
            for code in self.assignment.setups:
                execute(code, "setup", self.base)
            try:
                self._of_reference()
            except AssignmentError as error:
                raise AssignmentError(f"{self._place}: {error}") from None
            except Exception as error:
                raise AssignmentError(f"{self._place}: {type(error).__name__}: {error}") from error

    @property
    def _place(self) -> str:
        return f"{self.assignment.file}, question {self.question.id}, {{domain}}"

    def _of_reference(self) -> None:
        code = self.question.reference
        space = self._space(complete(self.assignment, self.question, "reference", code, self.variant))
        made = self._domain(space)
        called = self._called(made, space)
        while len(self.reference) < self.least and (self.passes == 0 or self._draws):
            before = len(self.reference)
            for number, given in enumerate(made.drawn(self.passes), 1):
                _fits(called, given, number)
                self.reference.append(self._outcome(made, given))
                plain(self.reference[-1].value)  # an input on which the reference gives nothing that can be compared
            if len(self.reference) == before:
                raise AssignmentError(
                    "inputs(rng) yields no input in a pass: yield each kind once, as a tuple of arguments"
                )
            if len(self.reference) - before == MOST and (count := made.count(self.passes)) > MOST:
                raise AssignmentError(
                    f"inputs(rng) yields {count if count < 10 * MOST else f'at least {count}'} inputs in a pass, and at most "
                    f"{MOST} are tried, so that the last are never: yield each kind once, or several numbers in one input"
                )
            self.passes += 1
        if all(seen.error for seen in self.reference):
            raise AssignmentError(
                f"the reference raises {self.reference[0].error} on every input ({self.reference[0].detail}), so nothing can be "
                "compared: yield what the statement allows, each input as a tuple of arguments"
            )
        self.domain = made

    def _called(self, made: Domain, space: dict[str, Any]) -> Callable[..., Any]:
        """What gets an input: ``ask`` of the domain, or the function that is asked for; values take none."""
        answer = space[self.question.asks[0]] if self.question.asks else None
        if "ask" in bound_names(self.question.domain):
            return made.ask
        return answer if callable(answer) else _values

    @property
    def _draws(self) -> bool:
        return "rng" in self.question.domain

    def _answered(self, cell: str) -> Domain:
        return self._domain(self._space(cell))

    def _space(self, cell: str) -> dict[str, Any]:
        space = dict(self.base)
        seed_everything(0)
        execute(cell, "answer", space)
        return space

    def _domain(self, space: dict[str, Any]) -> Domain:
        return domain(self.question.domain, space, self.question.asks)

    def _inputs(self, made: Domain) -> Inputs:
        for seed in range(self.passes):
            yield from made.drawn(seed)

    def _outcome(self, made: Domain, given: tuple[Any, ...]) -> Observed:
        before = () if made.may_change else digest(list(given))
        seen = observe(lambda: made.ask(*given))
        if not made.may_change and digest(list(given)) != before:
            return Observed(error=CHANGED, detail=CHANGED)
        return seen

    def compare(self, cell: str, stop: bool = False, seconds: float | None = None) -> Compared:
        """``cell`` as the answer beside the reference, with ``stop`` until they differ and it is known not to raise always.

        Raises ``TooSlow`` after ``seconds``.
        """
        with quiet(), limited(seconds):
            try:
                made = self._answered(cell)
            except Exception:
                return Compared(0, 1, "the cell", "raises", broken=True)
            return self._compare(made, stop)

    def _compare(self, made: Domain, stop: bool) -> Compared:
        off, first, how, raised, number = 0, "", "", 0, 0
        for number, (expected, given) in enumerate(zip(self.reference, self._inputs(made)), 1):
            got = self._outcome(made, given)
            text = difference_of(expected, got, made.tolerance)
            raised += bool(got.error and not expected.error and got.error != CHANGED)
            if text:
                off, how = off + 1, how or text
                first = first or str(Call(self.question.asks[0] if self.question.asks else "ask", given, {}))
            if stop and off and raised < number:
                break
        return Compared(number, off, first, how, broken=0 < raised == number)


def _values() -> None:
    """Stands for answers that are values and take no input."""


def _fits(called: Callable[..., Any], given: tuple[Any, ...], number: int) -> None:
    """Raise ``AssignmentError`` where an input is not the arguments of what is called with it."""
    try:
        wanted = inspect.signature(called)
    except (TypeError, ValueError):  # some built-in functions have none
        return
    try:
        wanted.bind(*given)
    except TypeError as error:
        name = "" if called is _values else called.__name__
        what = f"does not fit {name}{wanted} ({error}): yield the arguments of each call as a tuple, in their order"
        if called is _values:
            what = "has no use, since the answers are values: leave `inputs` out, or write `def ask(...)`"
        raise AssignmentError(f"input number {number} of a pass, {short(given)}, {what}") from None
