"""Tests that run in the student's own process, as nbgrader runs them: the course's choice, and a student can forge their result.

What is told here comes from that process and is believed, after its form was checked; what looks forged is flagged.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

from coursekit.engine.inside.shell import UNSEEN
from coursekit.engine.interface import CellReport
from coursekit.engine.matching.sourced import PlannedQuestion
from coursekit.engine.messages import LOOK
from coursekit.engine.session import CellStep, OutOfTime, Session
from coursekit.engine.verdict import earned, failed_line

UNDEFINED = re.compile(r"name '(\w{1,200})' is not defined")
NOT_RUN = "checks that must fail did not fail in this notebook's process, in which its tests ran: " + LOOK
# comparisons that must come out as no: each that says yes counts
COMPARISONS = """
def _refuses_(call):
    try:
        call()
    except Exception:
        return 0
    return 1
def _yes_(call):
    try:
        return 1 if call() else 0
    except Exception:
        return 0
import sys as _sys_
_counted_ = _yes_(lambda: all([0])) + _yes_(lambda: isinstance(1, str)) + _yes_(lambda: any([0])) + _yes_(lambda: [1] == [2])
_module_ = _sys_.modules.get("numpy")
if _module_ is not None:
    _counted_ += _yes_(lambda: _module_.allclose(1.0, 2.0)) + _yes_(lambda: _module_.array_equal([1], [2]))
    _counted_ += _yes_(lambda: _module_.isclose(1.0, 2.0)) + _refuses_(lambda: _module_.testing.assert_allclose(1.0, 2.0))
    _counted_ += _refuses_(lambda: _module_.testing.assert_array_equal([1], [2]))
    _counted_ += _refuses_(lambda: _module_.testing.assert_almost_equal(1.0, 2.0))
_module_ = _sys_.modules.get("torch")
if _module_ is not None:
    _counted_ += _yes_(lambda: _module_.allclose(_module_.ones(1), _module_.zeros(1)))
    _counted_ += _yes_(lambda: _module_.equal(_module_.ones(1), _module_.zeros(1)))
_module_ = _sys_.modules.get("pandas")
if _module_ is not None:
    _one_, _two_ = _module_.DataFrame([1]), _module_.DataFrame([2])
    _counted_ += _yes_(lambda: _one_.equals(_two_)) + _refuses_(lambda: _module_.testing.assert_frame_equal(_one_, _two_))
_module_ = _sys_.modules.get("math")
_counted_ += _yes_(lambda: _module_.isclose(1.0, 2.0))
_counted_ + {offset}
"""


def result(question: PlannedQuestion, report: CellReport) -> dict[str, Any]:
    """What the report of a test says, in the form in which the checker's process gives it."""
    if report.error is not None:
        name, text, line, at = report.error
        found = UNDEFINED.search(text) if name == "NameError" else None
        missing = {found[1]: ""} if found and found[1] in question.names else {}
        words = _words(question, name, text, line, at)
        return {"score": 0.0, "message": words, "held": False, "missing": missing, "error": name}
    if report.status != "ok":
        return {"status": report.status, "how": report.text or "its process ended before"}
    points = question.test.points
    score, why = earned(report.value, points)
    message = why or report.output.strip() * (score < points)
    return {"score": score, "message": message, "held": not why, "missing": {}, "error": ""}


def _words(question: PlannedQuestion, name: str, text: str, line: int, at: int) -> str:
    text = text.strip()
    if name == "AssertionError" and not line:
        return text or failed_line(question.test.source, at)
    if line:
        return f"your code raised {name}{': ' + text if text else ''} (line {line} of your answer)"
    return f"{name}: {text}" if text else name


def forged(session: Session) -> list[str]:
    """What is wrong with the process in which tests have passed: checks that must fail, with values that it cannot foresee."""
    nonce, number = secrets.token_hex(8), secrets.randbelow(10**6) + 2
    asked = [
        CellStep(UNSEEN, f"assert {number} == {number + 1}, {nonce!r}", test=True),
        CellStep(UNSEEN, f"raise ValueError({nonce!r})", test=True),
        CellStep(UNSEEN, COMPARISONS.format(offset=number), test=True),
    ]
    first = len(session.cells)
    session.cells += asked
    session.reports += [CellReport() for _ in asked]
    try:
        session.advance(len(session.cells))
    except OutOfTime:
        return []
    failing, raising, counted = session.reports[first:]
    right = (
        failing.error is not None and failing.error[:2] == ("AssertionError", nonce)
        and raising.error is not None and raising.error[:2] == ("ValueError", nonce)
        and type(counted.value) is int and counted.value == number
    )  # fmt: skip
    return [] if right else [NOT_RUN]
