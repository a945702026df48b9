"""More kinds of values that cross where a course asks for it: each taken apart into plain data, and built anew from that.

Types are matched exactly and nothing of the sender's is called by the receiver: what is built is the receiver's own type.
"""

from __future__ import annotations

import builtins
import dataclasses
import datetime as dt
import re
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from coursekit.engine.protocol import classes, polynomials, tables
from coursekit.engine.protocol.errors import CannotCross, FrameError
from coursekit.engine.protocol.times import times, times_from
from coursekit.engine.protocol.values import Kinded

MOST_ITEMS = 5_000  # of a set: items can be chosen so that each is compared with all others
LONGEST_DECIMAL = 400  # characters
LARGEST_EXPONENT = 10_000  # a decimal number with more would be slow to compute with
DECIMAL = re.compile(r"-?(?:\d{1,400}(?:\.\d{0,400})?(?:E[+-]?\d{1,5})?|Infinity|NaN)", re.ASCII)
TYPES: dict[str, type] = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type)
    and not name.startswith("_")
    and not issubclass(kind, (type, super, property, classmethod))
} | {kind.__name__: kind for kind in (Fraction, Decimal, Counter, deque, dt.date, dt.datetime, dt.timedelta)}
TYPE_NAMES = {kind: name for name, kind in TYPES.items()}


def parts_of(value: Any) -> Kinded | None:
    """The value as plain data with the name of its kind; None for what does not cross as a value.  Raises CannotCross."""
    kind = type(value)
    if kind in SPLIT:
        name, split = SPLIT[kind]
        return Kinded(name, split(value))
    if isinstance(value, type):
        return (
            Kinded("type", TYPE_NAMES[value])
            if value in TYPE_NAMES
            else _library_type(value) or classes.error_parts(value)
        )
    if isinstance(value, (np.datetime64, np.timedelta64, np.ndarray)) and np.asarray(value).dtype.kind in "mMS":
        return Kinded("times", times(value)) if np.asarray(value).dtype.kind in "mM" else Kinded("bytes", _bytes(value))
    if (table := tables.parts_of(value)) is not None:
        return Kinded("table", table)
    if issubclass(kind, tuple) and kind is not tuple:
        return classes.named_tuple_parts(value)
    return classes.dataclass_parts(value) if dataclasses.is_dataclass(kind) else None


def built(thing: Kinded) -> Any:
    """The value that the parts describe.  Raises FrameError, and nothing else, whatever they are."""
    maker = BUILD.get(thing.kind)
    if maker is None:
        raise FrameError(f"a value is of an unknown kind {thing.kind[:40]!r}")
    try:
        return maker(thing.parts)
    except FrameError:
        raise
    except Exception as error:  # parts of the wrong form
        raise FrameError(f"a {thing.kind} cannot be made of its parts ({type(error).__name__})") from None


def plain_list(parts: Any, most: int) -> list[Any]:
    """``parts`` itself, a list of at most ``most`` items.  Raises FrameError."""
    if type(parts) is not list or len(parts) > most:
        raise FrameError(f"more than {most} items, or none at all")
    return parts


def integers(parts: Any, count: int) -> tuple[int, ...]:
    """``parts`` itself, a tuple of ``count`` integers.  Raises FrameError."""
    if type(parts) is not tuple or len(parts) != count or any(type(part) is not int for part in parts):
        raise FrameError(f"not {count} integers")
    return parts


def _fraction(parts: Any) -> Fraction:
    numerator, denominator = integers(parts, 2)
    if denominator <= 0:
        raise FrameError("a fraction's denominator must be > 0")
    return Fraction(numerator, denominator)


def _decimal_text(value: Decimal) -> str:
    text = str(value)
    if len(text) > LONGEST_DECIMAL or value.is_snan():
        raise CannotCross("a decimal number of so many digits cannot be passed on")
    return text


def _decimal(text: Any) -> Decimal:
    if type(text) is not str or len(text) > LONGEST_DECIMAL or not DECIMAL.fullmatch(text):
        raise FrameError("not a decimal number")
    value = Decimal(text)
    if value.is_finite() and abs(int(value.as_tuple().exponent)) > LARGEST_EXPONENT:
        raise FrameError("a decimal number with such an exponent is not allowed")
    return value


def _moment(value: dt.datetime) -> tuple[Any, ...]:
    offset = None if value.tzinfo is None else value.utcoffset()
    seconds = None if offset is None else int(offset.total_seconds())
    return (value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond), seconds


def _moment_from(parts: Any) -> dt.datetime:
    numbers, offset = parts
    zone = None if offset is None else dt.timezone(dt.timedelta(seconds=integers((offset,), 1)[0]))
    year, month, day, hour, minute, second, micro = integers(numbers, 7)
    return dt.datetime(year, month, day, hour, minute, second, micro, zone)


def _library_type(kind: type) -> Kinded | None:
    name = tables.TYPES_BY_NAME.get(kind.__name__, "")
    return Kinded("library type", kind.__name__) if name and tables.library_type(kind.__name__) is kind else None


def _bytes(value: Any) -> Any:
    return [bytes(item) for item in value.ravel()[: MOST_ITEMS + 1]], value.shape, value.dtype.itemsize


def _bytes_from(parts: Any) -> np.ndarray:
    items, shape, size = parts
    if (
        any(type(item) is not bytes for item in plain_list(items, MOST_ITEMS))
        or not 0 < integers((size,), 1)[0] <= 1000
    ):
        raise FrameError("not an array of bytes")
    return np.array(items, f"S{size}").reshape(integers(shape, len(shape)))


def _a_type(name: Any) -> type:
    if type(name) is not str or name not in TYPES:
        raise FrameError("a type that does not cross by name")
    return TYPES[name]


SPLIT: dict[type, tuple[str, Callable[[Any], Any]]] = {
    set: ("set", list),
    frozenset: ("frozenset", list),
    range: ("range", lambda v: (v.start, v.stop, v.step)),
    Fraction: ("fraction", lambda v: (v.numerator, v.denominator)),
    Decimal: ("decimal", _decimal_text),
    dt.date: ("date", lambda v: (v.year, v.month, v.day)),
    dt.datetime: ("datetime", _moment),
    dt.timedelta: ("timedelta", lambda v: (v.days, v.seconds, v.microseconds)),
    Counter: ("counter", lambda v: list(v.items())),
    OrderedDict: ("ordered", lambda v: list(v.items())),
    deque: ("deque", lambda v: (list(v), v.maxlen)),
    **dict.fromkeys(polynomials.KINDS.values(), ("polynomial", polynomials.parts_of)),
    np.poly1d: ("poly1d", lambda v: np.array(v.coeffs)),
    type({}.keys()): ("keys", list),
    type({}.values()): ("values", list),
    type({}.items()): ("items", list),
}
BUILD: dict[str, Callable[[Any], Any]] = {
    "set": lambda parts: set(plain_list(parts, MOST_ITEMS)),
    "frozenset": lambda parts: frozenset(plain_list(parts, MOST_ITEMS)),
    "range": lambda parts: range(*integers(parts, 3)),
    "fraction": _fraction,
    "decimal": _decimal,
    "date": lambda parts: dt.date(*integers(parts, 3)),
    "datetime": _moment_from,
    "timedelta": lambda parts: dt.timedelta(*integers(parts, 3)),
    "counter": lambda parts: Counter(dict(plain_list(parts, MOST_ITEMS))),
    "ordered": lambda parts: OrderedDict(plain_list(parts, MOST_ITEMS)),
    "deque": lambda parts: deque(
        plain_list(parts[0], 200_000), parts[1] if parts[1] is None else integers((parts[1],), 1)[0]
    ),
    "keys": lambda parts: dict.fromkeys(plain_list(parts, MOST_ITEMS)).keys(),
    "values": lambda parts: dict(enumerate(plain_list(parts, MOST_ITEMS))).values(),
    "items": lambda parts: dict(plain_list(parts, MOST_ITEMS)).items(),
    "polynomial": polynomials.polynomial,
    "poly1d": lambda parts: np.poly1d(polynomials.coefficients(parts, polynomials.MOST_COEFFICIENTS)),
    "type": _a_type,
    "library type": tables.library_type,
    "error": classes.error_from,
    "times": times_from,
    "bytes": _bytes_from,
    "namedtuple": classes.named_tuple_from,
    "dataclass": classes.dataclass_from,
    "table": tables.built,
}
