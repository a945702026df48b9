"""What a check cell calls: ``check.question``, ``check.case``, ``check.require``.  Needs numpy and nothing else."""

from __future__ import annotations

import contextlib
import io
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np

from coursekit.asked import asking, untouched
from coursekit.called import Log
from coursekit.compare import Tolerance, difference
from coursekit.diagnose import Observed
from coursekit.drawn import DRAWN, differing, domain, run
from coursekit.plain import from_json, plain, truth, unpack
from coursekit.question_checks import STOPPED, CheckFailed, QuestionChecks, observe
from coursekit.shown import missing
from coursekit.student_errors import error_name
from coursekit.watched import Look, watch_of

__all__ = ["ANY", "NOTHING", "Check", "CheckFailed", "check"]

NOTHING = object()
ANY = Tolerance(atol=np.inf)  # any number is right


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
        question.log.watch = None if domains[0].may_change else watch_of(known, question.asks)
        text = differing(domains, self.seed, question.alone)
        question.log.watch = None
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
