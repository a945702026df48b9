"""What runs in the page's Python: one answer against its question's visible checks, told as ``course check`` tells it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from coursekit.checked import checked
from coursekit.checks import CheckFailed, check as checks
from coursekit.engine.inside.shell import Shell, line_of
from coursekit.engine.interface import QuestionResult, Status
from coursekit.engine.messages import NOT_ANSWERED, scrubbed
from coursekit.notebooks.names import bound_names, imported_names, is_stub, used_names
from coursekit.student_errors import error_name, error_text

OUTPUT = 10_000  # characters that an answer may print
ELSEWHERE = "The page's Python has NumPy and SciPy and nothing else: check this answer with the kit."


@dataclass(frozen=True)
class Asked:
    """A question of the released notebook: its facts, the set-up cells, the answer cell as released, and the check cell."""

    id: str
    title: str
    points: float
    visible: bool
    setup: list[str]
    stub: str
    check: str

    @property
    def names(self) -> list[str]:
        """The names that an answer must define: those of the stub that the check uses."""
        return sorted((bound_names(self.stub) - imported_names(self.stub)) & used_names(self.check))


def check(question: str, answer: str) -> str:
    """The verdict on ``answer``, as JSON: ``state``, ``message``, ``hint`` (0: none) and what was printed, ``output``.

    ``question`` is JSON of the fields of ``Asked``.  Every call has a namespace of its own.
    """
    asked = Asked(**json.loads(question))
    shell = Shell(OUTPUT)
    for code in asked.setup:
        if error := shell.run("setup", code):
            raise RuntimeError(f"the notebook's set-up fails: {error_text(error)}")
    troubled = shell.run(asked.id, answer)
    printed = shell.taken()
    if is_stub(answer, asked.stub):
        return _answered(asked, "blank", NOT_ANSWERED)
    lacking = [name for name in asked.names if name not in shell.namespace]
    if lacking and troubled:
        return _answered(asked, "failed", f"your answer cell stopped with {_stopped(troubled)}", printed)
    if lacking:
        return _answered(asked, "failed", f"`{lacking[0]}` is not defined by your notebook", printed)
    error = shell.run("check", asked.check)
    printed += shell.taken()
    failure = checks.failure
    if error is None and failure is None:
        return _answered(asked, "passed", "all checks passed", printed.removesuffix(f"{checks.praise}\n"))
    if error is None and failure is not None:
        return _answered(asked, "partial", str(failure), printed.removesuffix(f"{failure}\n"), failure.hint)
    assert error is not None
    hint = error.hint if isinstance(error, CheckFailed) else 0
    message = str(error) if isinstance(error, CheckFailed) else error_text(error)
    if error_name(error) == "NotImplementedError" or "it raises NotImplementedError" in message:
        return _answered(asked, "blank", NOT_ANSWERED, printed)
    return _answered(asked, "failed", message, printed, hint)


def _answered(asked: Asked, status: Status, message: str, printed: str = "", hint: int = 0) -> str:
    """The verdict in the words of ``course check``."""
    score = asked.points if status == "passed" else 0.0
    facts = {"title": asked.title, "visible": asked.visible, "points": asked.points, "written": False}
    told = checked(asked.id, facts, QuestionResult(score, asked.points, status, scrubbed(message)))
    text = f"{told.message}\n{ELSEWHERE}" if "No module named" in told.message else told.message
    verdict: dict[str, Any] = {
        "state": told.state,
        "message": text,
        "hint": hint,
        "output": scrubbed(printed, 3 * OUTPUT),
    }
    return json.dumps(verdict)


def _stopped(error: BaseException) -> str:
    """What ended the answer cell, with its line where that is known."""
    text, line = str(error)[:500], line_of(error)
    return f"{error_name(error)}{': ' + text if text else ''}{f' (line {line})' if line else ''}"
