"""An error of the student's code as the checker raises it, and a failed check in words."""

from __future__ import annotations

import builtins
from collections.abc import Mapping

from coursekit.engine.verdict import failed_line

NO_ERRORS: Mapping[str, type] = {}


class StudentError(Exception):
    """An error in the student's code: its type, text and line there, as plain data."""

    student_type = "Error"
    student_line = 0


def student_error(name: str, base: str, text: str, line: int, own: Mapping[str, type] = NO_ERRORS) -> Exception:
    """The exception to raise here: of the builtin type that the student's error has, so that a check can expect it."""
    builtin = own.get(name) or getattr(builtins, base, None)
    ok = (
        isinstance(builtin, type)
        and issubclass(builtin, Exception)
        and not issubclass(builtin, (StopIteration, SyntaxError))
    )
    bases = (StudentError, builtin) if ok and builtin is not Exception and builtin is not None else (StudentError,)
    try:
        error = type(name[:80] if name.isidentifier() else "Error", bases, {})(text)
    except TypeError:  # a builtin that wants more arguments (UnicodeDecodeError)
        error = StudentError(text)
    error.student_type, error.student_line = name[:80], max(0, min(line, 100_000))
    return error


def message_of(error: Exception, source: str, label: str) -> str:
    """A failed check in words, without a line of a hidden test."""
    text = str(error).strip()
    kind = str(getattr(error, "student_type", type(error).__name__))
    if isinstance(error, AssertionError) and not isinstance(error, StudentError):
        return text or _failed_line(error, source, label)
    if isinstance(error, StudentError):
        line = f" (line {error.student_line} of your answer)" if error.student_line else ""
        return f"your code raised {kind}{': ' + text if text else ''}{line}"
    return f"{kind}: {text}" if text else kind


def _failed_line(error: Exception, source: str, label: str) -> str:
    entry, line = error.__traceback__, 0
    while entry is not None:
        line = entry.tb_lineno if entry.tb_frame.f_code.co_filename == label else line
        entry = entry.tb_next
    return failed_line(source, line)
