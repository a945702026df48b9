"""The calls that checks make of a student's functions, as text that can be pasted, and what came of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from coursekit.compare import short
from coursekit.lent import copy_of
from coursekit.plain import described, is_tensor
from coursekit.watched import CallWatch

KEPT = 3  # calls of one check that are shown one by one
ENTRIES = (64, 16, 0)  # of an array that is written out; fewer where the text becomes longer than LONGEST
LONGEST = 1_500  # characters of one call
USUAL = ("float64", "int64", "bool", "complex128", "torch.float32", "torch.int64", "torch.bool")
NOTHING = object()


@dataclass
class Call:
    """One call of an answer: its name, what it was given, and what it gave (``NOTHING`` where it raised)."""

    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    result: Any = NOTHING

    def __str__(self) -> str:
        text = ""
        for most in ENTRIES:
            given = [pasted(value, most) for value in self.args]
            given += [f"{key}={pasted(value, most)}" for key, value in self.kwargs.items()]
            text = f"{self.name}({', '.join(given)})"
            if len(text) <= LONGEST:
                return text
        return text[:LONGEST] + " …"


class Log:
    """The calls of answers since it was last read: the last few of them, and how many there were."""

    def __init__(self, copies: bool = False) -> None:
        self.copies = copies  # whether answers may change what they are given, so that it is to be kept as it was
        self.calls: list[Call] = []
        self.count = 0
        self.watch: CallWatch | None = None  # where answers must leave their arguments as they were

    def begin(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        """Note a call that is about to be made."""
        call = Call(name, *((copy_of(args), copy_of(kwargs)) if self.copies else (args, kwargs)))
        self.calls = [*self.calls[1 - KEPT :], call]
        self.count += 1
        return call

    def forget(self) -> None:
        """Empty the log."""
        self.calls, self.count = [], 0
        if self.watch:
            self.watch.begin()

    def read(self) -> tuple[str, ...]:
        """The calls as lines for a message; afterwards the log is empty."""
        calls, count = self.calls, self.count
        self.forget()
        if count > KEPT:
            return (f"Called {count} times, the last time: {calls[-1]}",)
        return tuple(f"Called: {call}" for call in calls)


def pasted(value: Any, most: int = ENTRIES[0]) -> str:
    """A value as Python text that gives it back; arrays of more than ``most`` entries by shape, type and range."""
    if value is None or type(value) in (bool, int, str, bytes):
        return (
            repr(value) if type(value) in (bool, int) or value is None or len(value) <= 80 else f"<{described(value)}>"
        )
    if type(value) in (float, complex) or isinstance(value, np.generic):
        return _numbers(value.item() if isinstance(value, np.generic) else value)
    if type(value) is np.ndarray or is_tensor(value):
        return _array(value, most)
    if type(value) in (list, tuple) and len(value) <= max(most, 1):
        inner = ", ".join(pasted(item, most) for item in value)
        return f"[{inner}]" if type(value) is list else f"({inner}{',' * (len(value) == 1)})"
    if type(value) is dict and len(value) <= max(most, 1):
        return "{" + ", ".join(f"{pasted(k)}: {pasted(v, most)}" for k, v in value.items()) + "}"
    return f"<{getattr(value, '__name__', '') or described(value)}>"


def _array(value: Any, most: int) -> str:
    size = int(np.prod(value.shape))
    if size > most or not size or (type(value) is np.ndarray and value.dtype.kind not in "biufc"):
        return f"<{described(value)}{_range(value) if size else ''}>"
    maker = "np.array" if type(value) is np.ndarray else "torch.tensor"
    kind = str(value.dtype)
    kind = kind if maker == "torch.tensor" else f"{'' if kind in USUAL else 'np.'}{kind}"
    rest = "" if kind in USUAL else f", dtype={kind}"
    rest += ", requires_grad=True" if getattr(value, "requires_grad", False) else ""
    return f"{maker}({_numbers((value.detach() if maker == 'torch.tensor' else value).tolist())}{rest})"


def _range(value: Any) -> str:
    if str(value.dtype).split(".")[-1] not in ("float64", "float32", "int64", "int32"):
        return ""
    return f", from {short(value.min().item())} to {short(value.max().item())}"


def _numbers(value: Any) -> str:
    return re.sub(r"\b(nan|inf)\b", r"np.\1", repr(value))
