"""What a check cell calls: ``check.question``, ``check.case``, ``check.require``.  Needs numpy and nothing else."""

from __future__ import annotations

import ast
import contextlib
import io
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np

from coursekit.asked import Look, as_it_is, asking, untouched
from coursekit.called import Log
from coursekit.compare import Tolerance, difference
from coursekit.diagnose import Known, Observed, diagnose
from coursekit.drawn import DRAWN, differing, domain, run
from coursekit.plain import from_json, plain, truth, unpack
from coursekit.shown import missing
from coursekit.student_errors import check_text, error_name, error_text
from coursekit.varied import Numbers, numbers_text

STOPPED = "the checks"
NOTHING = object()
ANY = Tolerance(atol=np.inf)  # any number is right
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
        return observe(thing, self.words)

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
        return Observed(error=error_name(error), detail=words(error))


class Check:
    """The object ``check`` of every check cell; one question at a time."""

    def __init__(self) -> None:
        self._question = QuestionChecks("")

    def question(
        self, id: str, points: float = 1, parts: bool = False, reveal: bool = True,
        asks: tuple[str, ...] = (), changes: bool = False,
    ) -> AbstractContextManager[None]:  # fmt: skip
        """Run the checks of question ``id``: silence warnings, go on after a failure, and raise ``CheckFailed`` at the end.

        With ``parts`` the cell's last expression is ``check.earned``, nbgrader's partial credit; with ``reveal`` false no
        message contains an expected value.  The answers called ``asks`` get copies of what the checks give them, so that
        these go on with what they had; with ``changes`` they get the things themselves.
        """
        space = sys._getframe(1).f_globals
        question = self._question = QuestionChecks(id, points, parts, reveal, log=Log(changes), space=space, asks=asks)
        return self._run(question, asking(space, asks, changes, question.log))

    @contextmanager
    def _run(self, question: QuestionChecks, lent: AbstractContextManager[Look]) -> Iterator[None]:
        with lent as question.look, contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                yield
            except Exception as error:  # a line between the checks failed: the same message as for a failed check
                text = question.words(error)
                question.see(STOPPED, Observed(error=error_name(error)))
                question.fail(STOPPED, text)
        if question.failures and question.earned == 0:
            raise question.message() from None
        print(question.message() if question.failures else question.praise())

    def hidden(self) -> None:
        """From here on no message contains an expected value: a second submission could give just that back."""
        self._question.reveal = False

    def expect(self, expected: dict[str, Any]) -> None:
        """The values that the reference solution gives, by the names of the cases that follow."""
        self._question.expected |= {name: from_json(value) for name, value in expected.items()}

    def known(self, packed: str) -> None:
        """Typical mistakes and what they give, so that a wrong value can be recognised; written by the builder."""
        self._question.known.add(unpack(packed))

    def varied(self, packed: str) -> SimpleNamespace:
        """This student's numbers, of those of all variants; what is expected and recognised from here on is for them."""
        question, variants = self._question, unpack(packed)
        own = variants.pop(self.seed % len(variants))
        question.numbers, question.others = dict(own["given"]), [other["expected"] for other in variants]
        self.expect(own["expected"])
        question.known.add(own["known"])
        return SimpleNamespace(**question.numbers)

    def case(
        self, name: str, value: object, rtol: float = 1e-4, atol: float = 0.0, *, expected: object = NOTHING
    ) -> None:
        """Compare ``value`` (or what the function ``value`` returns) with what the reference solution gives.

        Right where ``|value - expected| <= atol + rtol |expected|``.  ``expected``, a value or a function, is only for
        checks whose inputs depend on ``check.seed``.
        """
        question = self._question
        question.judged += 1
        observed = question.see(name, observe(value, question.words))
        observed.tolerance = Tolerance(rtol, atol)
        if expected is NOTHING and name not in question.expected:
            raise LookupError(f"question {question.id}: no expected value for {name!r}; build the assignment again")
        if expected is NOTHING:
            expected = question.expected[name]
        elif type(expected) is FunctionType:
            expected = expected()
        observed.expected = expected
        text = observed.detail or difference(expected, observed.value, observed.tolerance, question.reveal)
        if text:
            question.fail(name, text)

    def require(self, condition: object, message: str, hint: int | None = None) -> None:
        """Ask for a property: ``condition`` (or what the function returns) must be True; ``message`` says what must hold."""
        self._question.judged += 1
        observed = self._question.see(message, observe(condition, self._question.words))
        if observed.detail:
            self._question.fail(message, f"could not be tested, {observed.detail}", hint or 0)
        elif truth(observed.value) is not True:
            self._question.fail(message, "this does not hold", hint or 0)

    def leaves(self, answer: Callable[..., object], given: list[Any], message: str, hint: int | None = None) -> None:
        """Ask that ``answer(*given)`` leaves its arguments as they were; ``message`` names those that it could change."""
        look = self._question.look
        self.require(lambda: untouched(answer, given, look), message, hint)

    def figure(self, name: str, value: object, hint: int | None = None, **wanted: Any) -> None:
        """Ask for a figure with labelled axes, and for the series, range and scales ``wanted`` (``coursekit.shown.missing``)."""
        question = self._question
        question.judged += 1
        observed = question.see(name, observe(lambda: missing(value, **wanted), question.words))
        if text := observed.detail or observed.value:
            question.fail(name, str(text), hint or 0)

    def given(self, name: str, value: object, *, like: object = NOTHING) -> None:
        """Ask only whether there is an answer, and with the structure of ``like``: keys, lengths, kinds of number."""
        observed = self._question.see(name, observe(value, self._question.words))
        if observed.detail or observed.value is None or observed.value is Ellipsis:
            self._question.fail(name, observed.detail or "not answered yet")
        elif like is not NOTHING and (text := difference(plain(like), observed.value, ANY, reveal=False)):
            self._question.fail(name, text)

    def drawn(self, described: str, reference: str) -> None:
        """Compare the answer with ``reference``, code, on one pass through the domain, with the student's own numbers."""
        question, known = self._question, dict(self._question.space)
        run(reference, "reference", known)
        domains = (domain(described, known, question.asks), domain(described, question.space, question.asks))
        question.judged += 1
        text = differing(domains, self.seed, question.alone)
        question.see(DRAWN, Observed(drawn=True))
        if text:
            question.fail(DRAWN, text)

    @property
    def seed(self) -> int:
        """The seed of this student's variant of this question: ``__variant_seed__`` of the cell, 0 in a student's notebook."""
        told = self._question.space.get("__variant_seed__", 0)
        return int(told.get(self._question.id, 0) if isinstance(told, dict) else told)

    @property
    def praise(self) -> str:
        """What is printed of the question whose checks ran last when nothing went wrong."""
        return self._question.praise()

    @property
    def failure(self) -> CheckFailed | None:
        """What went wrong with the question whose checks ran last; None when nothing did."""
        return self._question.message() if self._question.failures else None

    @property
    def earned(self) -> float:
        """The points earned by the question whose checks ran last."""
        return self._question.earned


check = Check()
