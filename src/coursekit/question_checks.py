"""The checks of one question: what each saw, what failed, what the student is told and what is earned."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from coursekit.asked import as_it_is
from coursekit.called import Log
from coursekit.compare import Tolerance, difference
from coursekit.diagnose import Known, Observed, diagnose
from coursekit.plain import from_json
from coursekit.student_errors import check_text, error_name, error_text
from coursekit.varied import Numbers, numbers_text
from coursekit.watched import Look

STOPPED = "the checks"
SHOWN = 3  # further failed checks that are named; the rest is counted


class CheckFailed(AssertionError):
    """A question's checks failed; ``str()`` is the whole message, its first line short.

    ``mistakes`` holds the names of the known mistakes that the answer looks like, ``hint`` the hint to open (0: none),
    ``failed`` the names of the checks.
    """

    def __init__(
        self, message: str, mistakes: tuple[str, ...] = (), hint: int = 0, failed: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.mistakes = mistakes
        self.hint = hint
        self.failed = failed

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: the message alone."""
        return str(self).splitlines()


@dataclass(frozen=True)
class Failure:
    """One failed check: its name, what is wrong in words, the hint that its author names (0: none), what it evaluates."""

    name: str
    text: str
    hint: int = 0
    of: str = ""

    def __str__(self) -> str:
        of = f", `{self.of}`" if self.of and self.of not in self.name else ""
        return f"{self.name}{of}: {self.text}"


@dataclass
class QuestionChecks:
    """The state of one question's checks while its cell runs."""

    id: str
    points: float = 1.0
    parts: bool = False
    reveal: bool = True
    expected: dict[str, Any] = field(default_factory=dict)
    known: Known = field(default_factory=Known)
    observed: dict[str, Observed] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    judged: int = 0  # checks that asked for more than an answer
    look: Look = as_it_is  # what answers made of what was given to them
    log: Log = field(default_factory=Log)
    space: dict[str, Any] = field(default_factory=dict)  # what the check cell sees
    asks: tuple[str, ...] = ()
    numbers: Numbers = field(default_factory=dict)  # that differ from student to student
    others: list[dict[str, Any]] = field(default_factory=list)  # what is expected with those of others

    def words(self, error: BaseException) -> str:
        """What an error in a check says to the student."""
        values = {n: self.space[n] for n in self.asks if n in self.space and not callable(self.space[n])}
        return check_text(error, self.log, values)

    def alone(self, thing: object) -> Observed:
        """What ``thing`` is or gives, with the calls made before forgotten."""
        self.log.forget()
        observed, watch = observe(thing, self.words), self.log.watch
        observed.changed = watch.changed if watch else ""
        return observed

    def see(self, name: str, observed: Observed) -> Observed:
        """Keep what one check saw, for the diagnosis at the end."""
        if name in self.observed:
            raise RuntimeError(f"question {self.id}: two checks are called {name!r}; names must differ")
        self.observed[name] = observed
        observed.calls = self.log.read()
        return observed

    def fail(self, name: str, text: str, hint: int = 0) -> None:
        """Note that a check failed."""
        self.failures.append(Failure(name, text, hint, self.known.of.get(name, "")))
        self.observed[name].failed = True

    def message(self) -> CheckFailed:
        """The failures, and the known mistake that they look like, as the exception to raise."""
        mistakes = diagnose(self.known, self.observed)
        says = [self.known.mistakes[m]["says"] for m in mistakes]
        hint = self.known.mistakes[mistakes[0]]["hint"] if mistakes else self.failures[0].hint
        lines = [str(self.failures[0]), *self._calls(self.failures[0])]
        lines += [
            f"{'This looks like a known mistake' if i == 0 else 'Or like this one'}: {s}" for i, s in enumerate(says)
        ]
        lines += [self._of_numbers(bool(mistakes))] if self.numbers else []
        lines += [f"Open hint {hint}."] if hint else []
        others = [failure.name for failure in self.failures[1:]]
        more = f", and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
        lines += [f"Also failed: {'; '.join(others[:SHOWN])}{more}."] if others else []
        return CheckFailed("\n".join(lines), tuple(mistakes), hint, tuple(f.name for f in self.failures))

    def _of_numbers(self, recognised: bool) -> str:
        """The student's own numbers; and where an answer is right with those of somebody else, that it is."""
        own, wrong = numbers_text(self.numbers), any(failure.name in self.expected for failure in self.failures)
        if wrong and not recognised and any(map(self._is_right_with, self.others)):
            return f"With the numbers of another variant this would be right; yours are {own}."
        return f"Your numbers: {own}."

    def _is_right_with(self, expected: dict[str, Any]) -> bool:
        """Whether every value is what is ``expected`` with other numbers."""
        if not expected or not expected.keys() <= self.observed.keys():
            return False
        pairs = [(from_json(value), self.observed[name]) for name, value in expected.items()]
        return not any(
            one.detail or difference(value, one.value, one.tolerance or Tolerance(), False) for value, one in pairs
        )

    def _calls(self, failure: Failure) -> tuple[str, ...]:
        """How to make the failure again; nothing where the check's own text says it."""
        calls = self.observed[failure.name].calls
        return () if len(calls) == 1 and says_all(failure.of, self.asks) else calls

    def praise(self) -> str:
        """What to say when nothing failed."""
        if not self.judged:
            return f"{self.id}: answered; what it is worth is decided when it is graded"
        return f"{self.id}: all checks in this cell pass"

    @property
    def earned(self) -> float:
        """The points: all or nothing, or with ``parts`` the share of checks that passed.

        That there is an answer is no part, and what stops the checks ends their counting: those that did not run are unknown.
        """
        if not self.parts or STOPPED in self.observed or not self.judged:
            return round(self.points * float(not self.failures), 2)
        return round(self.points * max(0.0, 1 - len(self.failures) / self.judged), 2)


def says_all(expression: str, asks: tuple[str, ...]) -> bool:
    """Whether a check's expression holds only numbers: it can be pasted as it is."""
    if not expression:
        return False
    names = {node.id for node in ast.walk(ast.parse(expression, mode="eval")) if isinstance(node, ast.Name)}
    return names <= {*asks, "np", "math", "torch"}


def observe(thing: object, words: Callable[[BaseException], str] = error_text) -> Observed:
    """What a value is, or what a function without arguments returns or raises; ``words`` says an error to the student."""
    if type(thing) is not FunctionType:
        return Observed(value=thing)
    try:
        return Observed(value=thing())
    except Exception as error:  # the student's code may raise anything; it becomes the message
        kinds = tuple(kind.__name__ for kind in type(error).__mro__)
        return Observed(error=error_name(error), detail=words(error), kinds=kinds)
