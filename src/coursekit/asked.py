"""A student's functions as a check calls them: lent copies of what they are given, and giving what a check can compute with."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from coursekit.called import Log
from coursekit.lent import Digest, can_change, copy_of as copied, digest, take_over
from coursekit.plain import usable
from coursekit.watched import Look

MANY = 64
ALONE = 2  # references that Python counts for what only a loan holds


@dataclass
class Loan:
    """Something of the check's, the answer's copy of it, and what it was when they were last the same."""

    ours: Any
    theirs: Any
    was: Digest


class Lender:
    """Lends copies, the same copy of the same thing while a question lasts, as a grader in another process does."""

    def __init__(self) -> None:
        self.loans: dict[int, Loan] = {}
        self.most = MANY  # loans at which those that are lost are forgotten
        self.functions: dict[int, Callable[..., Any]] = {}  # by the check's function, which each of them keeps alive
        self.inside = 0  # calls of answers that have not come back: these call each other without us

    def lend(self, value: Any) -> Any:
        """The answer's copy.  What the check has changed in the meantime is changed there, too."""
        if type(value) is tuple:
            return tuple(map(self.lend, value))
        if type(value) is FunctionType:
            return self._function(value)
        if not can_change(value):
            return value
        loan, now = self.loans.get(id(value)), digest(value)
        if loan is not None and loan.was == now:
            return loan.theirs
        new = self._copy(value)
        if loan is None:
            self.loans[id(value)] = Loan(value, new, now)
            return new
        take_over(loan.theirs, new)
        loan.was = now
        return loan.theirs

    def _copy(self, value: Any) -> Any:
        if type(value) is list:
            return [self.lend(item) for item in value]
        if type(value) is dict:
            return {key: self.lend(item) for key, item in value.items()}
        return copied(value)

    def _function(self, ours: Callable[..., Any]) -> Callable[..., Any]:
        """``ours`` for the use of an answer, which gets a copy of what it returns: that may be memory of ours."""
        if hasattr(ours, "__lent__"):
            return ours

        @functools.wraps(ours, assigned=("__name__", "__doc__"), updated=())
        def theirs(*args: Any, **kwargs: Any) -> Any:
            return self._given(ours(*args, **kwargs))

        theirs.__lent__ = ours  # type: ignore[attr-defined]
        return self.functions.setdefault(id(ours), theirs)

    def _given(self, value: Any) -> Any:
        """The answer's copy of what a function of ours returned, but for a tensor through which it may differentiate."""
        if type(value) is tuple:
            return tuple(map(self._given, value))
        if getattr(value, "requires_grad", False):
            return value
        if len(self.loans) >= self.most:
            self._forget_lost()
        return self.lend(value)

    def _forget_lost(self) -> None:
        """Forget what nobody but this table knows: it cannot be lent again, and a function may be called very often."""
        known = {key: loan for key, loan in self.loans.items() if sys.getrefcount(loan.ours) > ALONE}
        self.loans, self.most = known, max(2 * len(known), MANY)

    def back(self, value: Any) -> Any:
        """An answer's value; where it is a copy that we lent, unchanged, it is the thing itself."""
        if type(value) is tuple:
            return tuple(map(self.back, value))
        if type(value) is FunctionType:
            return getattr(value, "__lent__", value)
        for loan in self.loans.values():
            if loan.theirs is value:
                return loan.ours if digest(value) == loan.was else value
        return value


def asked(answer: Any, lender: Lender | None, name: str = "", log: Log | None = None) -> Any:
    """``answer`` for the use of a check; without ``lender`` it gets the arguments themselves.  ``log`` notes its calls."""
    if not callable(answer):
        return usable(answer)
    log = log or Log()
    lends = None if hasattr(answer, "__given__") else lender  # in another process it has copies anyway

    look = getattr(answer, "__given__", as_it_is if lends is None else lends.lend)

    def given(*args: Any, **kwargs: Any) -> Any:
        if lends is None:
            return answer(*args, **kwargs)
        lends.inside += 1
        try:
            result = answer(*lends.lend(args), **{key: lends.lend(value) for key, value in kwargs.items()})
        finally:
            lends.inside -= 1
        return lends.back(result)

    @functools.wraps(answer, assigned=("__name__", "__doc__"), updated=())
    def ask(*args: Any, **kwargs: Any) -> Any:
        if lends is not None and lends.inside:
            return answer(*args, **kwargs)
        call = log.begin(name, args, kwargs)
        with log.watch.over(name, args, kwargs, look) if log.watch else nullcontext():
            call.result = usable(given(*args, **kwargs))
        return call.result

    ask.__lent__ = ask  # type: ignore[attr-defined]  # an answer's own, when a check gives it to another answer
    return ask


@contextmanager
def asking(
    space: dict[str, Any], names: Iterable[str], changes: bool = False, log: Log | None = None,
    lends: Callable[[], Lender] = Lender,
) -> Iterator[Look]:  # fmt: skip
    """Within the body, ``names`` in ``space`` are answers as a check calls them; with ``changes`` nothing is copied.

    Gives the function by which a check sees what an answer has made of what was given to it.  ``log`` notes the calls,
    ``lends`` makes the copies; any but the usual one makes them with ``changes``, too.
    """
    lender = None if changes and lends is Lender else lends()
    before = {name: space[name] for name in names if name in space and space[name] is not ...}
    space |= {name: asked(answer, lender, name, log) for name, answer in before.items()}
    looks = [answer.__given__ for answer in before.values() if hasattr(answer, "__given__")]
    try:
        yield looks[0] if looks else as_it_is if lender is None else lender.lend
    finally:
        space |= before


def as_it_is(value: Any) -> Any:
    """The thing itself."""
    return value


def untouched(answer: Callable[..., object], given: list[Any], look: Look = as_it_is) -> bool:
    """Whether all in ``given``, also what is in lists and dicts, is after ``answer(*given)`` what it was before."""
    look = getattr(answer, "__given__", look)  # in another process, where its copies are
    before = digest(given)
    answer(*given)
    return digest(list(look(tuple(given)))) == before
