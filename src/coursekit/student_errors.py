"""A student's error in words: what was raised, its text, and the line of the answer where it is known."""

from __future__ import annotations

from typing import Any

from coursekit.asked import Lender, asked as as_asked
from coursekit.called import NOTHING, Log
from coursekit.compare import short
from coursekit.plain import described

MISFITS = (TypeError, IndexError, KeyError, AttributeError, ValueError)  # what a value of another structure leads to
ASK = as_asked(len, Lender()).__code__  # the frame between a check and the answer that it calls


def error_name(error: BaseException) -> str:
    """The type name of an error; an error that came from another process carries the name it had there."""
    return str(getattr(error, "student_type", type(error).__name__))[:80]


def error_text(error: BaseException) -> str:
    """An error in words: what was raised, its text, and the line of the answer that raised it where it is known."""
    if isinstance(error, NotImplementedError):
        return "not answered yet: it raises NotImplementedError"
    line = answer_line(error)
    text = str(error)[:500].strip()
    name = error_name(error)
    return f"your code raised {name}{': ' + text if text else ''}{f' (line {line} of your answer)' if line else ''}"


def answer_line(error: BaseException) -> int:
    """The last line number of ``error`` that lies in a notebook cell other than the check; 0 when there is none."""
    told = getattr(error, "student_line", None)
    if type(told) is int:
        return told
    lines, entry, asked = [], error.__traceback__, None
    while entry is not None:
        code = entry.tb_frame.f_code
        if code.co_filename.startswith("<") or "ipykernel_" in code.co_filename:
            lines.append((code.co_filename, entry.tb_lineno))
        if asked is None and code is ASK:
            asked = len(lines)
        entry = entry.tb_next
    check = lines[0][0] if lines and asked != 0 else ""
    answers = [line for file, line in lines[asked or 0 :] if file != check]
    return answers[-1] if answers else 0


def from_answer(error: BaseException) -> bool:
    """Whether an answer's own code raised ``error``, and not a check that works with what the answer is or gave."""
    entry = error.__traceback__
    while entry is not None:
        if entry.tb_frame.f_code is ASK:
            return True
        entry = entry.tb_next
    return hasattr(error, "student_type") or answer_line(error) > 0


def check_text(error: BaseException, log: Log, values: dict[str, Any]) -> str:
    """What stopped a check, in words: an error of the answer, or that the check cannot use what the answer is or gave.

    ``values`` are the answers that are no functions.
    """
    if isinstance(error, NotImplementedError) or from_answer(error):
        return error_text(error)
    if isinstance(error, AssertionError):
        return str(error) or "an assertion does not hold"
    if not isinstance(error, MISFITS):
        return error_text(error)
    if log.calls and log.calls[-1].result is not NOTHING:
        return f"`{log.calls[-1].name}` gave {_misfit(log.calls[-1].result)}"
    if values:
        return "; ".join(f"`{name}` is {_misfit(value)}" for name, value in values.items())
    return error_text(error)


def _misfit(value: Any) -> str:
    if value is Ellipsis:
        return "still `...`: not answered yet"
    if value is None:
        return "None, and the check cannot go on with that: is there a `return`, and a value?"
    return f"{described(value)}, {short(value)}: it does not have the structure that the question asks for"
