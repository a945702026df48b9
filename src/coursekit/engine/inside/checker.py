"""The trusted side: runs nbgrader's unchanged test cells, with the student's names standing for what is in another process."""

from __future__ import annotations

import contextlib
import functools
import io
import operator
import sys
import types
from typing import Any

from coursekit.engine.inside import beside, shell, wider
from coursekit.engine.inside.failing import StudentError, message_of, student_error
from coursekit.engine.protocol.errors import CannotCross, ChannelClosed, FrameError, StudentGone
from coursekit.engine.protocol.frames import Handle, decode, encode
from coursekit.engine.protocol.peer import Peer
from coursekit.engine.protocol.proxy import Remote, RemoteCallable, not_plain, stand_in
from coursekit.engine.protocol.wire import ANSWER, CALLBACK, DONE, GONE, ORDER, REPLY, REQUEST, Wire
from coursekit.engine.verdict import earned
from coursekit.lent import digest, is_array, trains

DEEPEST = 40  # callbacks inside callbacks
MESSAGE = 4_000  # characters
FUNCTIONS = (
    types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodDescriptorType, functools.partial,
    operator.itemgetter, operator.attrgetter, operator.methodcaller,
)  # fmt: skip
PLAIN_TYPES = (int, float, str, bool, complex, list, tuple, dict, set)  # to be called, as ``map(int, …)`` does


class Checker(Peer):
    """Runs setup cells once and test cells as ordered; speaks with the engine, and through it with the student's process."""

    trusted = True

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self.sequence, self.depth, self.open = 0, 0, False
        self.last_error = ""  # the type of the student's error that came last
        self.broken = False  # whether the student's process sent what no honest process sends
        self.given_files: dict[str, bytes] = {}  # that lie beside the notebook
        self.heard = 0  # characters that the answer has printed
        self.reads: list[str] = []  # names that answers take from the test's own
        self.came: dict[str, bytes] = {}  # files that the answer has written, as they came
        self.errors: dict[str, type] = {}  # exceptions that the answer defines
        self.shell = shell.Shell(100_000)

    def serve(self) -> None:
        """Carry out one order of the engine after the other."""
        while True:
            kind, payload = self.wire.receive()
            if kind != ORDER:
                continue  # a late word from a student's process that is gone
            order, *arguments = decode(payload)
            try:
                result = getattr(self, f"order_{order}")(*arguments)
            except ChannelClosed:
                raise
            except Exception as error:  # a fault of the course, to be told to the instructor
                result = {"fault": f"{type(error).__name__}: {error}"[:MESSAGE]}
            self.wire.send(DONE, encode(result))

    def order_setup(self, cells: list[tuple[str, str, bool]], files: dict[str, bytes], folder: str) -> dict[str, Any]:
        """Run the source notebook's cells that are neither answers nor tests.  ``failed``: which one, and the error's last line.

        ``folder`` is where this process works, with the ``files`` that lie beside the notebook; empty where it needs none.
        """
        if folder:
            beside.settle_checker(files, folder)
            self.given_files = files
        for label, source, must in cells:
            error = self.shell.run(label, source)
            if error is not None and must:
                last = str(error).strip().rpartition("\n")[2]
                return {"failed": f"{label} ({type(error).__name__}: {last[:MESSAGE]})"}
        return {}

    def order_test(self, test: dict[str, Any]) -> dict[str, Any]:
        """Run one test cell: ``score``, ``message``, whether it ``held``, ``missing`` names, ``error`` (its type), ``broken``.

        Instead ``gone`` when the student's process ended, ``desync`` when it did not even begin as asked.
        """
        self.forget()
        self.open, self.last_error, self.broken = bool(test["objects"]), "", False
        self.more, self.brought = bool(test["more"]), [*test["names"], *test["shown"]]
        self.reads, self.heard = [], 0
        self.takes_files = self.more and bool(test["files"])
        self.guarded, self.changed = bool(test["guarded"]), False
        shell.seed_everything()
        try:
            if not self._begun():
                return {"desync": True}
            with wider.both_sides(self.ask) if self.more else contextlib.nullcontext():
                return self._tested(test) | {"changed": self.changed}
        except StudentGone:
            return {"gone": True, "changed": self.changed}
        finally:
            for name in self.brought:
                self.shell.namespace.pop(name, None)
            self.forget()
            self.more, self.errors = False, {}

    def _tested(self, test: dict[str, Any]) -> dict[str, Any]:
        missing = self._bring(test["names"], test["classes"])
        for name in test["classes"]:
            if type(found := self.shell.namespace.get(name)) is RemoteCallable:
                found.now_makes_operands()
        if self.broken:
            return {"desync": True}
        for name, module in test["modules"].items():
            if name not in self.shell.namespace:
                self.brought.append(name)
                with contextlib.suppress(
                    ImportError, AttributeError
                ):  # not here: the test fails where it uses the name
                    self.shell.namespace[name] = wider.imported(module)
        self.shell.namespace["__variant_seed__"] = test["seed"]
        self.reads = test["reads"]
        for label, code in test["showing"]:
            self.shell.run(label, code)  # where it stops early, the test misses what it did not come to bind
        self.last_error = ""
        score, message, held = self._judged(test, io.StringIO())
        found = {"score": score, "message": message[:MESSAGE], "missing": missing, "error": self.last_error}
        return found | {"held": held, "broken": self.broken}

    def _begun(self) -> bool:
        """Start a question in the student's process; False when it answers with an error or with what may not cross."""
        try:
            read_line = wider.read_line if self.more else None
            self.ask("begin", *((read_line, self.open) if self.more or self.open else ()))
        except Exception:  # no honest process answers so
            return False
        return True

    def _bring(self, names: list[str], classes: list[str]) -> dict[str, str]:
        """Bind the student's names; those that are not defined (or cannot cross, with the reason) are returned."""
        missing = {}
        for name in names:
            self.shell.namespace.pop(name, None)
            try:
                found = self.ask("name", name)
            except Exception as error:  # a value that cannot cross: the test fails where it uses the name
                missing[name] = str(error)[:500]
                continue
            if type(found) is not tuple or len(found) != 2 or found[0] is not True:
                missing[name] = ""
            elif name in classes and _is_error(found[1]) and found[1].__name__ != name:
                missing[name] = (
                    f"is {found[1].__name__}, no class of its own: an `except` of it would catch the check's errors"
                )
            else:
                self.shell.namespace[name] = found[1]
                if _is_error(found[1]):
                    self.errors[found[1].__name__] = found[1]
        return missing

    def _judged(self, test: dict[str, Any], output: io.StringIO) -> tuple[float, str, bool]:
        """The score, what to say of it, and whether the test came to its end: where it has no points only that tells."""
        points, source, label = float(test["points"]), test["source"], label_of(test["id"])
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(io.StringIO()):
            try:
                value = self.shell.value_of(source, label, test["code"])
            except Exception as error:  # a failed check, in whatever form
                return 0.0, message_of(error, source, label), False
        score, why = earned(value, points)
        return score, why or ("" if score == points else output.getvalue().strip()), not why

    def ask(self, operation: str, *arguments: Any) -> Any:
        """Have the student's process do something; plain data or a stand-in comes back, or its error is raised here."""
        self.sequence += 1
        self.depth += 1
        if self.depth > DEEPEST:
            self.depth -= 1
            raise RecursionError(f"calls between the check and the answer are nested more than {DEEPEST} deep")
        try:
            if self.reads and self.depth == 1:
                self._give_what_is_read()
            return self._reply(operation, *arguments)
        finally:
            self.depth -= 1

    def _give_what_is_read(self) -> None:
        """Names that the test has bound and answers read are theirs, too, as in one process; what cannot cross is not."""
        for name in self.reads:
            if name in self.shell.namespace:
                with contextlib.suppress(CannotCross):
                    self._reply("bind", name, self.shell.namespace[name])
                    self.sequence += 1

    def _reply(self, operation: str, *arguments: Any) -> Any:
        sequence = self.sequence
        self.wire.send(REQUEST, self.pack((sequence, operation, *arguments)))
        while True:
            kind, payload = self.wire.receive()
            if kind == GONE:
                raise StudentGone
            if kind == CALLBACK:
                self._called(payload)
            elif kind == REPLY:
                return self._taken(self._unpacked(payload), sequence, operation)

    def _unpacked(self, payload: bytes) -> tuple[Any, ...]:
        try:
            return self.unpack(payload)
        except Unwanted as error:
            raise TypeError(str(error)) from None
        except FrameError as error:
            raise self._breach(f"the answer's process sent something that is not plain data: {error}") from None

    def _taken(self, body: tuple[Any, ...], sequence: int, operation: str) -> Any:
        if len(body) < 3 or body[0] != sequence or type(body[0]) is not int:
            raise self._breach("the answer's process replied to a question that was not asked")
        if body[1] == "ok":
            if self.more and len(body) == 5:
                self._extras(body[3], body[4])
            return body[2]
        if body[1] == "stop" and operation == "next":
            raise StopIteration
        words = body[2] if body[1] == "stop" else body[2:]
        if [type(word) for word in words] != [str, str, str, int]:
            raise self._breach("the answer's process sent an error that is not one")
        self.last_error = words[0][:80]
        name, base, text, line = words
        raise student_error(name, base, text, line, self.errors)

    def _extras(self, printed: Any, files: Any) -> None:
        """What the answer has printed comes out here, and what it has written is put into the working folder."""
        if type(printed) is not str:
            raise self._breach("the answer's process sent printed text that is none")
        self.heard += len(printed)
        if self.heard > wider.MOST_PRINTED:
            raise self._breach("the answer's process sent more printed text than may come in")
        sys.stdout.write(printed)
        if files and self.takes_files:
            try:
                wider.take_files(files, self.given_files, self.came)
            except (ValueError, OSError) as error:
                raise self._breach(f"the answer's process sent files that may not come in: {error}") from None

    def _breach(self, what: str) -> StudentError:
        self.broken, self.last_error = True, "FrameError"
        return StudentError(what)

    def _called(self, payload: bytes) -> None:
        """The student's code calls a function that the check passed in."""
        try:
            number, args, kwargs = self._lent(payload)
            if type(args) is not tuple or type(kwargs) is not dict or number not in self.objects:
                raise StudentError("the answer called something that was not passed to it")
            before = [digest(value) if is_array(value) else () for value in args]
            result = self.objects[number](*args, **kwargs)
            written = {at: args[at] for at, was in enumerate(before) if was and digest(args[at]) != was}
            same = next((at for at, was in enumerate(before) if was and args[at] is result), -1)
            message = self.pack(("ok", None if same >= 0 else result, written, same))
        except Exception as error:  # goes back to the student's code, which called
            message = self.pack(("error", type(error).__name__, str(error)[:200]))
        self.wire.send(ANSWER, message)

    def _lent(self, payload: bytes) -> tuple[Any, ...]:
        """The body of a callback.  Where our arrays are guarded, it gets copies of them: the function may write into them."""
        self.lending = self.guarded
        try:
            return self._unpacked(payload)
        finally:
            self.lending = False

    def guards(self, value: Any) -> bool:
        """All that a check hands over, but what objects are given to train: how that fits a target, our own target tells."""
        return self.guarded and not (self.open and trains(value))

    def foreign(self, value: Any) -> Any:
        """Stand-ins go back as the student's own objects; functions as callbacks.  Nothing else leaves the checker."""
        if isinstance(value, Remote):
            return Handle(value._handle.id, mine=False)
        if isinstance(value, FUNCTIONS) or _is_ufunc(value) or type(value) is type and value in PLAIN_TYPES:
            return self.keep(value, "callable")
        raise CannotCross(
            f"a check may pass plain data, arrays, tensors and functions to an answer, not a {type(value).__name__}"
        )

    def lends(self, value: object) -> bool:
        """Functions, and what is the student's own."""
        return isinstance(value, (Remote, *FUNCTIONS))

    def remote(self, handle: Handle) -> Any:
        """A stand-in; an object comes in only where the question asks for one."""
        if handle.kind in ("object", "module") and not self.open:
            raise Unwanted(str(not_plain(handle)))
        return stand_in(handle, self.ask, self.open)


class Unwanted(FrameError):
    """An object came where the question asks for plain data."""


def label_of(question: str) -> str:
    """What a test cell is called in tracebacks."""
    return f"<test {question}>"


def _is_error(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Exception)


def _is_ufunc(value: object) -> bool:
    return type(value).__name__ in ("ufunc", "_ArrayFunctionDispatcher") and type(value).__module__.startswith("numpy")
