"""What stands in the checker for the student's functions, classes, objects and generators.

Calls, iteration and, where the question asks for a class, attributes and items go to the student's process and come back
as plain data or as another stand-in.  Comparisons, truth and conversion are refused always: an object that answers them itself
could answer anything.  So are operators, except of objects that the check itself has made by calling a class which the source's
solution defines, and of what such operators give: ``Vector(1, 2) + Vector(3, 4)`` is no other than a method's call.  What an
answer's method returns is no such object, so that ``f(x) - expected`` stays the checker's own arithmetic or an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from coursekit.engine.protocol.frames import Handle

Ask = Callable[..., Any]
LONGEST = 1_000_000  # items taken from one iterator of the student
_OWN = ("_handle", "_ask", "_open", "_taken", "_operand", "_makes")
_OPERATORS = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
_EXPLICIT = """name doc call len getitem setitem iter next enter exit add radd sub rsub mul rmul truediv rtruediv pow rpow
neg pos abs matmul rmatmul floordiv mod eq ne lt le gt ge repr str contains bool"""
EXPLICIT = frozenset(f"__{name}__" for name in _EXPLICIT.split())
ALWAYS = frozenset({"__name__", "__doc__", "__call__", "__next__", "send", "close"})
_REFUSED = """eq ne lt le gt ge bool contains and rand or ror xor rxor neg pos abs invert float int index complex round format
bytes"""


class NoOperand(Exception):
    """An operator of an answer's class whose result cannot be judged; no ``TypeError``, which a check may ask for."""


class Remote:
    """An object in the student's process.  ``_handle`` is its number there, ``_ask`` sends an operation.

    ``_open`` says whether attributes and items may be used.  Without it a made-up object could answer ``.sum()`` or
    ``.shape`` as the check would like, where the question wants plain data.  ``_operand`` says whether operators may.
    """

    __slots__ = ("_handle", "_ask", "_open", "_operand", "__weakref__")

    def __init__(self, handle: Handle, ask: Ask, open: bool = True) -> None:
        for name, value in (("_handle", handle), ("_ask", ask), ("_open", open), ("_operand", False)):
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        if name in _OWN or name.startswith("__") and name not in EXPLICIT:
            raise AttributeError(f"a check may not use the attribute {name!r} of an answer")
        if name not in ALWAYS:
            self._demand_open()
        return self._ask("getattr", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._demand_open()
        self._ask("setattr", self, name, value)

    def __getitem__(self, key: Any) -> Any:
        self._demand_open()
        return self._ask("getitem", self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._demand_open()
        self._ask("setitem", self, key, value)

    def __len__(self) -> int:
        self._demand_open()
        length = self._ask("len", self)
        if type(length) is not int or length < 0:
            raise TypeError("len() of your object is not a number")
        return length

    def __iter__(self) -> Iterator[Any]:
        self._demand_open()
        return RemoteIterator.over(self)

    def __enter__(self) -> Any:
        return self._ask("call", self.__getattr__("__enter__"), (), {})

    def __exit__(self, *error: object) -> None:
        self._ask("call", self.__getattr__("__exit__"), (None, None, None), {})

    def __instancecheck__(self, value: object) -> bool:
        return isinstance(value, Remote) and self._ask("isinstance", value, self) is True

    def _operate(self, name: str, left: Any, right: Any) -> Any:
        """What an operator gives; with plain data on one side only another object, so that no difference can be made up."""
        if not (self._open and self._operand):
            raise not_plain(self._handle)
        result = self._ask("operate", name, left, right)
        if type(result) is Remote:
            object.__setattr__(result, "_operand", True)
        elif not all(isinstance(side, Remote) and side._operand for side in (left, right)):
            raise NoOperand("an operator of your class gives plain data where the check needs an object of the class")
        return result

    def __repr__(self) -> str:
        return f"<the student's {self._handle.kind}>"  # their word for it could be what a check looks for

    def _demand_open(self) -> None:
        if not self._open:
            raise not_plain(self._handle)

    __hash__ = object.__hash__


class RemoteCallable(Remote):
    """A function, method or class in the student's process."""

    __slots__ = ("_makes",)

    def __init__(self, handle: Handle, ask: Ask, open: bool = True) -> None:
        super().__init__(handle, ask, open)
        object.__setattr__(self, "_makes", False)

    def now_makes_operands(self) -> None:
        """It stands for a class that the source's solution defines, too: operators of what it makes are the answer's own."""
        object.__setattr__(self, "_makes", True)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it there with plain data, arrays, tensors, stand-ins or callbacks."""
        result = self._ask("call", self, args, kwargs)
        if self._makes and type(result) is Remote:
            object.__setattr__(result, "_operand", True)
        return result

    def __given__(self, values: Any) -> Any:
        """What was given to it, as it is now in the student's process; ours may be another copy."""
        return self._ask("given", values)


class RemoteIterator(Remote):
    """A generator or iterator in the student's process, with a limit on what is taken from it."""

    __slots__ = ("_taken",)

    def __init__(self, handle: Handle, ask: Ask, open: bool = True) -> None:
        super().__init__(handle, ask, open)
        object.__setattr__(self, "_taken", 0)

    @classmethod
    def over(cls, remote: Remote) -> Iterator[Any]:
        """What iterating over the student's object gives."""
        iterator = remote._ask("iter", remote)
        if not isinstance(iterator, Remote):
            raise TypeError("iter() of your object is not an iterator")
        return cls(iterator._handle, iterator._ask, iterator._open)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        object.__setattr__(self, "_taken", self._taken + 1)
        if self._taken > LONGEST:
            raise ValueError(f"your iterator gave more than {LONGEST} items")
        return self._ask("next", self)


def not_plain(handle: Handle) -> TypeError:
    """The error of using an answer's object where plain data is needed."""
    kind = handle.type_name
    article = "an" if kind[:1] in "aeiouAEIOU" else "a"
    return TypeError(
        f"your answer gave {article} {kind} object where plain data (a number, list, array, tensor …) is needed"
    )


def _refuse(self: Remote, *_: object) -> Any:
    raise not_plain(self._handle)


def _forward(name: str) -> None:
    def left(self: Remote, other: Any) -> Any:
        return self._operate(name, self, other)

    def right(self: Remote, other: Any) -> Any:
        return self._operate(name, other, self)

    setattr(Remote, f"__{name}__", left)
    setattr(Remote, f"__r{name}__", right)


for _name in _REFUSED.split():
    setattr(Remote, f"__{_name}__", _refuse)
for _name in _OPERATORS:
    _forward(_name)


def stand_in(handle: Handle, ask: Ask, open: bool) -> Remote:
    """The stand-in for a handle of the student's side.  Raises TypeError for an object where only plain data may come."""
    if handle.kind in ("callable", "class"):
        return RemoteCallable(handle, ask, open)
    if handle.kind == "iterator":
        return RemoteIterator(handle, ask, open)
    return Remote(handle, ask, open)
