"""A light notebook shell: runs cells in a ``__main__`` of their own, with magics, ``display`` and capped output."""

from __future__ import annotations

import ast
import asyncio
import functools
import inspect
import io
import linecache
import marshal
import random
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.engine.inside.magics import NotebookTools

FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
UNSEEN = "again"  # the label of a test that no history shows, for it looks whether tests are forged
LINE = 2_000  # characters of the last expression's text


class Capped(io.TextIOBase):
    """A text stream that keeps the first ``limit`` characters and counts the rest."""

    encoding = "utf-8"

    def __init__(self, limit: int) -> None:
        self.limit, self.parts, self.size = limit, [], 0  # type: ignore[var-annotated]

    def writable(self) -> bool:
        """Whether it can be written to: it can."""
        return True

    def write(self, text: str) -> int:
        """Keep what fits."""
        room = self.limit - self.size
        if room > 0:
            self.parts.append(str(text)[:room])
        self.size += len(text)
        return len(text)

    def text(self) -> str:
        """What was kept, with a note where something was cut."""
        cut = f"\n… cut after {self.limit} characters" if self.size > self.limit else ""
        return "".join(self.parts) + cut


class Shell:
    """Runs cells one after the other in one namespace, as a notebook does."""

    def __init__(self, output_bytes: int) -> None:
        self.output_bytes, self.label = output_bytes, "<cell>"
        main = types.ModuleType("__main__")
        sys.modules["__main__"] = main
        self.namespace: dict[str, Any] = main.__dict__
        self.tools = tools = NotebookTools(self)
        self.entered = [""]  # what was run, as notebooks keep it
        self.namespace |= {"__builtins__": __builtins__, "get_ipython": lambda: tools, "display": _display}
        self.namespace |= {"In": self.entered, "_ih": self.entered}
        self.output = Capped(output_bytes)
        seed_everything()

    def run(self, label: str, source: str) -> BaseException | None:
        """Run one cell; the exception that ended it, or None.  Its output is in ``taken()``."""
        self.label = f"<cell {label}>"
        self.entered += [source] * bool(source.strip())
        return self._tried(lambda: self._execute(source))

    def test(self, label: str, source: str) -> tuple[BaseException | None, Any]:
        """Run one of the course's test cells here; the exception that ended it, or None, and the value of its last line."""
        self.label, value = f"<test {label}>", []
        self.entered += [source] * (label != UNSEEN)

        def execute() -> None:
            value.append(self.value_of(source))

        return self._tried(execute), (value or [None])[0]

    def _tried(self, execute: Callable[[], None]) -> BaseException | None:
        self.output = sys.stdout = sys.stderr = Capped(self.output_bytes)  # type: ignore[assignment]
        try:
            execute()
        except BaseException as error:  # the student's cell may raise anything; it is reported, not ours to pass on
            return error
        finally:
            _close_figures()
        return None

    def taken(self) -> str:
        """The output of the last cell."""
        return self.output.text()

    def quiet(self, limit: int = 0) -> None:
        """From here on output is dropped, or kept for ``heard``: what is printed during checks could tell what they ask."""
        self.output = sys.stdout = sys.stderr = Capped(limit)  # type: ignore[assignment]

    def heard(self) -> str:
        """What was printed since the last time."""
        text = "".join(self.output.parts)
        self.output.parts.clear()
        return text

    def _execute(self, source: str) -> None:
        value = self.value_of(source)
        if value is not None and not source.rstrip().endswith(";"):
            print(repr(value)[:LINE])

    def value_of(self, source: str, label: str = "", code: bytes = b"") -> Any:
        """Execute ``source`` in the namespace; the value of its last line where that is an expression: partial credit.

        ``code`` is what ``packed_code`` made of it in a process that we trust, if anything.
        """
        self.label = label or self.label
        body, last, source = marshal.loads(code) if code else compiled(source, self.label)
        linecache.cache[self.label] = (len(source), None, source.splitlines(True), self.label)
        self._evaluate(body)
        return None if last is None else self._evaluate(last)

    def _evaluate(self, code: types.CodeType) -> Any:
        value = eval(code, self.namespace)
        return asyncio.run(value) if code.co_flags & inspect.CO_COROUTINE else value


def compiled(source: str, label: str) -> tuple[types.CodeType, types.CodeType | None, str]:
    """A cell's code but for a last expression, that expression's, and the text that lines are counted in."""
    try:
        tree = compile(source, label, "exec", FLAGS | ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError:
        source = _without_magics(source)
        tree = compile(source, label, "exec", FLAGS | ast.PyCF_ONLY_AST, dont_inherit=True)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    body = compile(tree, label, "exec", FLAGS, dont_inherit=True)
    if not isinstance(last, ast.Expr):
        return body, None, source
    return body, compile(ast.Expression(last.value), label, "eval", FLAGS, dont_inherit=True), source


@functools.lru_cache(maxsize=256)
def packed_code(source: str, label: str) -> bytes:
    """A test cell as code, made once for all submissions; nothing where that fails, which who runs the cell will find out."""
    try:
        return marshal.dumps(compiled(source, label))
    except Exception:
        return b""


def _without_magics(source: str) -> str:
    """The cell with IPython's ``%``, ``!`` and ``?`` lines turned into calls of ``get_ipython()``."""
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(source)


def _display(*values: object, **_: object) -> None:
    for value in values:
        print(repr(value)[:LINE])


def _close_figures() -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    close = getattr(pyplot, "close", None)
    if callable(close):
        try:
            close("all")
        except Exception as error:  # the student's own patching of pyplot must not end the run
            print(f"closing figures failed: {type(error).__name__}")


def seed_everything() -> None:
    """Seed Python's, numpy's and, where it is loaded, torch's global generators; one torch thread."""
    random.seed(0)
    np.random.seed(0)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.default_generator.manual_seed(0)  # torch.manual_seed would look for accelerators each time
        if torch.get_num_threads() != 1:
            torch.set_num_threads(1)


def line_of(error: BaseException, kind: str = "cell") -> int:
    """The line of a notebook's cell, or of a ``test``, in which ``error`` arose, 0 when there is none."""
    if isinstance(error, SyntaxError) and str(error.filename).startswith(f"<{kind} "):
        return error.lineno if type(error.lineno) is int else 0
    line, entry = 0, error.__traceback__
    while entry is not None:
        if entry.tb_frame.f_code.co_filename.startswith(f"<{kind} "):
            line = entry.tb_lineno
        entry = entry.tb_next
    return line
