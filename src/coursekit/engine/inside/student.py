"""The student's side: runs the cells of the notebook and does what the checker asks with what they define.

This process holds the student's notebook and the libraries, no test and no solution.  Nothing that it says is believed:
the checker takes plain data from it, and judges that.
"""

from __future__ import annotations

import builtins
import operator
import threading
import types
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from coursekit import figures
from coursekit.engine.inside import beside, shell, wider
from coursekit.engine.inside.fork_guard import ForkGuard
from coursekit.engine.protocol.classes import does_more
from coursekit.engine.protocol.errors import CannotCross, ChannelClosed, FrameError
from coursekit.engine.protocol.frames import Handle, Kinded
from coursekit.engine.protocol.peer import Peer
from coursekit.engine.protocol.wire import ANSWER, CALLBACK, REPLY, REQUEST, Wire
from coursekit.lent import is_array, take_over
from coursekit.plain import EXACT, float_of

OWN_INPUT = builtins.input
TEXT = 500  # characters of an error's text
CALLABLES = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodWrapperType)
DICTS = (OrderedDict, defaultdict)
# classes below these, with no methods of their own, are what they hold, which the base's own methods take out
BASES: dict[type, Callable[[Any], Any]] = {
    list: lambda value: [*list.__iter__(value)],
    dict: lambda value: {key: dict.__getitem__(value, key) for key in dict.__iter__(value)},
    str: str.__str__,
    int: lambda value: int.__add__(value, 0),
    float: float.__float__,
}
CLASS_NAME, CLASS_MRO = type.__dict__["__name__"].__get__, type.__dict__["__mro__"].__get__


class Student(Peer):
    """Serves requests until the wire closes."""

    def __init__(self, wire: Wire, output_bytes: int) -> None:
        super().__init__(wire)
        self.shell = shell.Shell(output_bytes)
        self.names = self.shell.namespace
        self.shell.tools.writes = True
        self.fork_guard = ForkGuard(wire)
        self.given_files: dict[str, bytes] = {}
        self.read_here = False  # whether ``input`` is ours now
        self.known_files: dict[str, wider.Stamp] = {}
        self.objects_wanted = False

    def serve(self) -> None:
        """Answer one request after the other."""
        while True:
            kind, payload = self.wire.receive()
            if kind == REQUEST:
                self.answer(payload)

    def answer(self, payload: bytes) -> None:
        """Do what is asked, and reply with plain data or with the error in words."""
        sequence: object = 0
        try:
            sequence, operation, *arguments = self.unpack(payload)
            reply: tuple[Any, ...] = ("ok", getattr(self, f"do_{operation}")(*arguments))
            if self.more:
                reply += self.shell.heard(), wider.written(self.given_files, self.known_files)
            message = self.pack((sequence, *reply))
        except ChannelClosed:
            raise
        except StopIteration as stop:
            message = self.pack((sequence, "stop", error_parts(stop)))
        except BaseException as error:  # whatever the student's code raises is the answer
            message = self.pack((sequence, "error", *error_parts(error)))
        self.fork_guard.settle()
        self.wire.send(REPLY, message)

    def do_cell(self, label: str, source: str) -> dict[str, Any]:
        """Run one cell of the notebook; its output, and its error if it raised one."""
        self._wide(None)
        error = self.shell.run(label, source)
        return {"output": self.shell.taken(), "error": None if error is None else error_parts(error)}

    def do_files(self, files: dict[str, bytes], writable: bool = False) -> None:
        """Put what lies beside the course's notebook into the working folder."""
        beside.settle_student(files, writable)
        self.given_files = dict.fromkeys(files, b"")

    def do_test(self, label: str, source: str) -> dict[str, Any]:
        """Run one of the course's test cells here, where the course judges together; what it ends with, if that is a number."""
        self._wide(None)
        error, value = self.shell.test(label, source)
        number = isinstance(value, (int, float, complex, np.generic)) or is_array(value)
        parts = None if error is None else (*error_parts(error), shell.line_of(error, "test"))
        return {"output": self.shell.taken(), "error": parts, "value": value if number else None}

    def do_begin(self, read_line: Callable[[object], str] | None = None, objects: bool = False) -> None:
        """Start a question: no handles, no shared arrays, fresh seeds; output is not kept from here on.

        With ``read_line``, where ``input`` reads, more crosses: also what is printed and written.  Where ``objects`` are
        wanted, a figure is one; elsewhere it crosses as what it shows.
        """
        self.forget()
        self.objects_wanted = objects
        self._wide(read_line)
        self.shell.quiet(self.shell.output_bytes if self.more else 0)
        shell.seed_everything()

    def _wide(self, read_line: Callable[[object], str] | None) -> None:
        """Whether more crosses from here on: only while a check that has it so talks with us."""
        self.more, self.known_files = read_line is not None, {}
        if read_line is not None:
            builtins.input = lambda prompt="": read_line(str(prompt)[:TEXT])
        elif builtins.input is not OWN_INPUT and self.read_here:
            builtins.input = OWN_INPUT
        self.read_here = read_line is not None

    def do_seed(self, which: str, value: Any) -> None:
        """Set a seed that the test has set in its own process."""
        wider.set_seed(which, value)

    def do_name(self, name: str) -> tuple[bool, Any]:
        """Whether the notebook has defined ``name``, and its value."""
        return (name in self.names, self.names.get(name))

    def do_bind(self, name: str, value: Any) -> None:
        """Give the notebook's code a name that the test has bound."""
        self.names[name] = value

    def do_call(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """``function(*args, **kwargs)``."""
        return function(*args, **kwargs)

    def do_given(self, values: Any) -> Any:
        """What was given to the student's functions, as they left it."""
        return values

    def do_getattr(self, thing: Any, name: str) -> Any:
        """``thing.name``."""
        return getattr(thing, name)

    def do_setattr(self, thing: Any, name: str, value: Any) -> None:
        """``thing.name = value``."""
        setattr(thing, name, value)

    def do_getitem(self, thing: Any, key: Any) -> Any:
        """``thing[key]``."""
        return thing[key]

    def do_setitem(self, thing: Any, key: Any, value: Any) -> None:
        """``thing[key] = value``."""
        thing[key] = value

    def do_len(self, thing: Any) -> int:
        """``len(thing)``."""
        return operator.length_hint(thing) if not hasattr(thing, "__len__") else len(thing)

    def do_iter(self, thing: Any) -> Handle:
        """``iter(thing)``, which stays here."""
        return self.keep(iter(thing), "iterator")

    def do_next(self, iterator: Iterator[Any]) -> Any:
        """``next(iterator)``."""
        return next(iterator)

    def do_operate(self, name: str, left: Any, right: Any) -> Any:
        """``left + right`` and the like, ``name`` being what ``operator`` calls it."""
        return getattr(operator, name)(left, right)

    def do_isinstance(self, thing: Any, kind: Any) -> bool:
        """``isinstance(thing, kind)``."""
        return bool(isinstance(thing, kind))

    def parts(self, value: Any) -> Kinded | None:
        """The value by its parts; none where objects are wanted and it is one that can do more than its fields say."""
        return None if self.objects_wanted and does_more(value) else super().parts(value)

    def foreign(self, value: Any) -> Any:
        """What crosses in place of an object: a handle that says what can be done with it, or a plain copy."""
        if isinstance(value, Callback) and value.owner is self:
            return Handle(value.id, mine=False)
        if type(value) in DICTS:
            return dict(value)
        if issubclass(type(value), tuple) and not has_methods(type(value)):
            return tuple(tuple.__iter__(value))  # with names, as np.linalg.eigh gives it, it is a tuple all the same
        base = None if self.objects_wanted else next((one for one in CLASS_MRO(type(value)) if one in BASES), None)
        if base is not None and not has_methods(type(value)):
            return BASES[base](value)
        if type(value) in (*EXACT, np.longdouble):  # more digits than cross
            return float_of(value)
        if isinstance(value, np.ndarray) and not isinstance(value, np.ma.MaskedArray):
            return np.asarray(value)  # a matrix or a memory map counts as the array that it holds
        if not self.objects_wanted and figures.is_figure(value):
            return figures.read(value)
        if type(value) in CALLABLES:
            return self.keep(value, "callable")
        if isinstance(value, type):
            return self.keep(value, "class")
        if isinstance(value, types.ModuleType):
            return self.keep(value, "module")
        if callable(value):
            return self.keep(value, "callable")
        return self.keep(value, "iterator" if hasattr(type(value), "__next__") else "object")

    def lends(self, value: object) -> bool:
        """The checker's functions."""
        return type(value) is Callback and value.owner is self

    def remote(self, handle: Handle) -> Any:
        """A function of the checker's, which can be called and nothing else."""
        return Callback(self, handle.id)

    def call_back(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Ask the checker to call its function; requests that come meanwhile are served."""
        self.wire.send(CALLBACK, self.pack((number, args, kwargs)))
        while True:
            kind, payload = self.wire.receive()
            if kind == ANSWER:
                break
            if kind == REQUEST:
                self.answer(payload)
        outcome, *rest = self.unpack(payload)
        if outcome == "ok":
            result, written, same = rest
            for at, value in written.items():  # what the function wrote into its arguments
                take_over(args[at], value)
            return args[same] if same >= 0 else result
        raise RuntimeError(f"the function that was passed in raised {rest[0]}: {rest[1]}")


class Callback:
    """The student's view of a function that a check passes in."""

    def __init__(self, owner: Student, id: int) -> None:
        self.owner, self.id = owner, id

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the checker's function with plain data.  Raises RuntimeError in a thread, whose words would mix with others'."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("a function that a check passes in can be called in the main thread only")
        return self.owner.call_back(self.id, args, kwargs)


def has_methods(kind: type) -> bool:
    """Whether a class was written to be more than its values: it can be called, or has a method with a name of its own."""
    own = [item for parent in CLASS_MRO(kind) for item in vars(parent).items() if parent not in (tuple, object)]
    return any(isinstance(t, types.FunctionType) and (n == "__call__" or not n.startswith("_")) for n, t in own)


def error_parts(error: BaseException) -> tuple[str, str, str, int]:
    """An error as plain data: its type, the builtin type that it stands for, its capped text, the line of the student's."""
    kind = type(error)
    name = str(CLASS_NAME(kind))  # asked of ``type`` itself: a metaclass of the student's may say anything, or raise
    base = next((CLASS_NAME(c) for c in CLASS_MRO(kind) if getattr(builtins, CLASS_NAME(c), None) is c), "Exception")
    if isinstance(error, (CannotCross, FrameError)):
        return "TypeError", "TypeError", f"this value cannot be handed in: {error}"[:TEXT], 0
    try:
        text = str(error)[:TEXT]
    except BaseException as second:  # a hostile __str__ loses its text and nothing else
        text = f"<no text: {type(second).__name__}>"
    if base == "RuntimeError" and "can't allocate memory" in text:  # torch's way to say it
        return "MemoryError", "MemoryError", "torch could not get the memory it wanted", shell.line_of(error)
    return name[:80], str(base), str(text), shell.line_of(error)
