"""Answers beside the reference on many inputs drawn from a question's domain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from coursekit.assignments.record import SECONDS, complete, execute, limited, quiet, seed_everything
from coursekit.assignments.schema import Assignment, AssignmentError, Question
from coursekit.called import Call
from coursekit.checks import observe
from coursekit.diagnose import Observed
from coursekit.drawn import Domain, Inputs, difference_of, domain
from coursekit.lent import digest
from coursekit.plain import plain

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
        self.leaves = "check.leaves" in self.question.visible + self.question.hidden
        self.base: dict[str, Any] = {"__name__": "__main__"}
        with quiet(), limited(5 * SECONDS):
            for code in self.assignment.setups:
                execute(code, "setup", self.base)
            try:
                self._of_reference()
            except Exception as error:
                raise AssignmentError(f"{self._place}: {type(error).__name__}: {error}") from error

    @property
    def _place(self) -> str:
        return f"{self.assignment.file}, question {self.question.id}, {{domain}}"

    def _of_reference(self) -> None:
        code = self.question.reference
        made = self._answered(complete(self.assignment, self.question, "reference", code, self.variant))
        while len(self.reference) < self.least and (self.passes == 0 or self._draws):
            before = len(self.reference)
            for given in made.drawn(self.passes):
                self.reference.append(self._outcome(made, given))
                plain(self.reference[-1].value)  # an input on which the reference gives nothing that can be compared
            if len(self.reference) == before:
                raise AssignmentError("a pass through it yields no input")
            self.passes += 1
        self.domain = made

    @property
    def _draws(self) -> bool:
        return "rng" in self.question.domain

    def _answered(self, cell: str) -> Domain:
        space = dict(self.base)
        seed_everything(0)
        execute(cell, "answer", space)
        return domain(self.question.domain, space, self.question.asks)

    def _inputs(self, made: Domain) -> Inputs:
        for seed in range(self.passes):
            yield from made.drawn(seed)

    def _outcome(self, made: Domain, given: tuple[Any, ...]) -> Observed:
        before = digest(list(given)) if self.leaves else ()
        seen = observe(lambda: made.ask(*given))
        if self.leaves and digest(list(given)) != before:
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
