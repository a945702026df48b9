"""Inputs with other last digits, as if rounded on another processor: what a mistake's outcome then keeps is its mark."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from coursekit.asked import Lender
from coursekit.assignments.schema import Question
from coursekit.lent import copy_of, digest, take_over
from coursekit.plain import is_tensor

TYPED = 8  # binary digits of a number that somebody typed


class NudgedLender(Lender):
    """Lends arrays and tensors that differ in their last digits from what a check gives, as if rounded on another processor.

    Each ``number`` stands for another processor.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def _copy(self, value: Any) -> Any:
        return nudged(super()._copy(value), self.number)


class NudgedOwner(NudgedLender):
    """The same where an answer may change what it is given: what it has changed comes back."""

    def back(self, value: Any) -> Any:
        """What is ours in place of our copy of it, with the changes made there."""
        for loan in self.loans.values():
            new = nudged(copy_of(loan.ours), self.number)
            if digest(loan.theirs) != digest(new):
                take_over(loan.ours, loan.theirs)
        return next((loan.ours for loan in self.loans.values() if loan.theirs is value), value)


def nudged(value: Any, number: int) -> Any:
    """``value``, an array or a tensor of floating-point numbers with its last digits changed.

    Numbers of few digits in base 2 (0, 1, 0.5, small integers) stay: they are typed, and an edge may lie there.
    """
    if type(value) is np.ndarray and value.dtype.kind == "f":
        value[...] = _nudged(value, number)
    elif is_tensor(value) and value.dtype in ((torch := sys.modules["torch"]).float32, torch.float64):
        value.data.copy_(torch.from_numpy(_nudged(value.detach().cpu().numpy(), number)))
    return value


def _nudged(numbers: np.ndarray, number: int) -> np.ndarray:
    """``numbers`` changed by up to four units of their last digit, in both directions."""
    part = 4 * np.finfo(numbers.dtype).eps * np.cos(number * (1.0 + np.arange(numbers.size))).reshape(numbers.shape)
    typed = np.ldexp(np.frexp(numbers)[0], TYPED) % 1 == 0
    return np.where(typed, numbers, numbers * (1 + part)).astype(numbers.dtype)


def nudging(question: Question, count: int) -> list[Callable[[], Lender]]:
    """What lends an answer to this question nudged inputs, ``count`` times in other ways."""
    kind = NudgedOwner if question.changes else NudgedLender
    return [partial(kind, number) for number in range(1, count + 1)]
