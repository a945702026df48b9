"""Classes of the sender's that are only names and fields (tuples with names, dataclasses, errors), made anew by their names."""

from __future__ import annotations

import builtins
import dataclasses
import functools
import keyword
from collections import namedtuple
from typing import Any

from coursekit.engine.protocol.errors import FrameError
from coursekit.engine.protocol.values import Kinded

MOST_FIELDS = 64  # of a tuple with names, or a dataclass
LONGEST_NAME = 80
_OPERATORS = """call len getitem setitem contains iter next enter exit add radd iadd sub rsub mul rmul matmul rmatmul truediv
rtruediv floordiv mod pow rpow neg pos abs"""
OPERATORS = frozenset(f"__{name}__" for name in _OPERATORS.split())


def _names(parts: Any) -> tuple[str, ...]:
    """Names of fields that a class may have."""
    if type(parts) is not tuple or len(parts) > MOST_FIELDS or any(type(name) is not str for name in parts):
        raise FrameError(f"more than {MOST_FIELDS} fields, or names that are no text")
    for name in parts:
        plain = name.isascii() and name.isidentifier() and not name.startswith("_") and not keyword.iskeyword(name)
        if not plain or len(name) > LONGEST_NAME:
            raise FrameError("a field's name is not allowed")
    if len(set(parts)) != len(parts):
        raise FrameError("two fields have one name")
    return parts


def class_name(name: Any) -> str:
    """``name`` itself, if a class may be called so.  Raises FrameError."""
    plain = type(name) is str and name.isascii() and name.isidentifier() and not keyword.iskeyword(name)
    if not plain or len(name) > LONGEST_NAME:
        raise FrameError("a class's name is not allowed")
    return name


def named_tuple_parts(value: Any) -> Kinded | None:
    """A tuple with names, as names and items; None for one that has methods of its own."""
    fields, items = getattr(type(value), "_fields", None), tuple(tuple.__iter__(value))
    own = type(value).__mro__[1] is tuple and not _has_methods(type(value), ("_make", "_replace", "_asdict"))
    if not own or type(fields) is not tuple or len(fields) != len(items) or len(fields) > MOST_FIELDS:
        return None
    return Kinded("namedtuple", (type(value).__name__, fields, items))


@functools.lru_cache(maxsize=256)
def _tuple_class(name: str, fields: tuple[str, ...]) -> Any:
    return namedtuple(name, fields)  # type: ignore[misc]


def named_tuple_from(parts: Any) -> Any:
    """A tuple of the names and items that were sent.  Raises FrameError."""
    name, fields, items = parts
    if type(items) is not tuple or len(items) != len(fields):
        raise FrameError("a tuple with names has as many items as names")
    return _tuple_class(class_name(name), _names(fields))(*items)


def dataclass_parts(value: Any) -> Kinded | None:
    """A dataclass, as names and values; None for one that is more than data."""
    kind = type(value)
    fields, params = dataclasses.fields(value), getattr(kind, "__dataclass_params__", None)
    if (
        kind.__mro__[1] is not object
        or _has_methods(kind)
        or not getattr(params, "eq", False)
        or len(fields) > MOST_FIELDS
    ):
        return None
    items = tuple(getattr(value, field.name) for field in fields)
    return Kinded(
        "dataclass",
        (kind.__name__, tuple(field.name for field in fields), items, bool(getattr(params, "order", False))),
    )


@functools.lru_cache(maxsize=256)
def _data_class(name: str, fields: tuple[str, ...], order: bool) -> Any:
    return dataclasses.make_dataclass(name, fields, order=order)


def dataclass_from(parts: Any) -> Any:
    """A dataclass of the names and values that were sent.  Raises FrameError."""
    name, fields, items, order = parts
    if type(items) is not tuple or len(items) != len(fields) or type(order) is not bool:
        raise FrameError("a dataclass has as many values as fields")
    return _data_class(class_name(name), _names(fields), order)(*items)


def _has_methods(kind: type, known: tuple[str, ...] = ()) -> bool:
    """Whether a class has functions or properties of its own beside those that were made for it: then it is more than data."""
    own = [item for name, item in vars(kind).items() if name not in known and not name.startswith("__")]
    return any(callable(item) or isinstance(item, (property, classmethod, staticmethod)) for item in own)


def does_more(value: Any) -> bool:
    """Whether a dataclass has operators, attributes or state beside its fields, which its parts would leave behind."""
    kind = type(value)
    if not dataclasses.is_dataclass(kind):
        return False
    fields = {field.name for field in dataclasses.fields(kind)}
    own = {name for name in vars(kind).keys() - fields if not name.startswith("__")} - {"_abc_impl"}
    return bool(own or OPERATORS & vars(kind).keys() or getattr(value, "__dict__", {}).keys() - fields)


def error_parts(kind: type) -> Kinded | None:
    """An exception that the answer defines, by its names from itself up to the first that is Python's own."""
    if not issubclass(kind, Exception):
        return None
    names = []
    for parent in type.__dict__["__mro__"].__get__(kind):
        names.append(parent.__name__)
        if getattr(builtins, parent.__name__, None) is parent:
            break
    return Kinded("error", tuple(names[:8]))


@functools.lru_cache(maxsize=256)
def error_class(names: tuple[str, ...]) -> type:
    """An exception class of these names, made under the last, which is Python's own.  Raises FrameError."""
    last = getattr(builtins, class_name(names[-1]), None)
    odd = (StopIteration, SyntaxError, UnicodeError)
    if not isinstance(last, type) or not issubclass(last, Exception) or issubclass(last, odd):
        raise FrameError("an exception that cannot be made here")
    if len(names) == 1:
        return last
    return type(class_name(names[0]), (error_class(names[1:]),), {})


def error_from(names: Any) -> type:
    """The exception class of these names.  Raises FrameError."""
    if type(names) is not tuple or not 0 < len(names) <= 8:
        raise FrameError("an exception has one to eight names")
    return error_class(names)
