"""A small assignment, and engines that act in ways no real submission can, for the classroom's tests."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import nbformat

from coursekit.classroom.layout import Classroom
from coursekit.classroom.source import as_released, questions
from coursekit.engine.engines import SandboxUnavailable
from coursekit.engine.interface import Budget, GradedNotebook, QuestionResult, Submission
from coursekit.library import Library

SOURCE = [
    ("markdown", "# Mini", None),
    ("code", "import numpy as np", {"grade_id": "setup", "locked": True}),
    ("markdown", "## Double it\n\nReturn twice `x`.", {"grade_id": "double_text", "locked": True}),
    (
        "code",
        "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
        {"grade_id": "double_answer", "solution": True},
    ),
    (
        "code",
        "assert double(2) == 4\n### BEGIN HIDDEN TESTS\nassert double(-3.5) == -7.0, 'SECRETCHECK'\n### END HIDDEN TESTS",
        {"grade_id": "double", "grade": True, "locked": True, "points": 2},
    ),
    ("markdown", "## Norm", {"grade_id": "norm_text", "locked": True}),
    (
        "code",
        "def norm(v):\n    ### BEGIN SOLUTION\n    return float(np.linalg.norm(v))\n    ### END SOLUTION",
        {"grade_id": "norm_answer", "solution": True},
    ),
    (
        "code",
        "assert norm([3.0, 4.0]) == 5.0\n### BEGIN HIDDEN TESTS\nassert norm([0.0]) == 0.0, 'SECRETCHECK'\n### END HIDDEN TESTS",
        {"grade_id": "norm", "grade": True, "locked": True, "points": 3},
    ),
    ("markdown", "## Explain", {"grade_id": "explain_text", "locked": True}),
    (
        "markdown",
        "### BEGIN SOLUTION\nBecause.\n### END SOLUTION",
        {"grade_id": "explain", "grade": True, "solution": True, "points": 4},
    ),
]


def source_bytes() -> bytes:
    """The instructor's notebook."""
    cells = []
    for number, (kind, text, marks) in enumerate(SOURCE):
        cell = nbformat.v4.new_code_cell(text) if kind == "code" else nbformat.v4.new_markdown_cell(text)
        cell["id"] = f"c{number}"
        if marks:
            base = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
            cell.metadata["nbgrader"] = {**base, **marks}
        cells.append(cell)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=kernel)).encode()


def classroom(folder: Path) -> Classroom:
    """A classroom with the assignment ``mini`` released."""
    room = Classroom(folder)
    for path, text in (
        (room.source("mini"), source_bytes().decode()),
        (room.release("mini"), as_released(source_bytes())),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return room


def submission(**answers: str) -> dict:
    """The released notebook with some answers filled in, by grade_id."""
    notebook = json.loads(as_released(source_bytes()))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell["source"] = answers[name]
    return notebook


GOOD = {
    "double_answer": "def double(x):\n    return x + x",
    "norm_answer": "def norm(v):\n    return sum(t * t for t in v) ** 0.5",
}


class TextEngine:
    """Gives full points to an answer cell that holds ``right``; ends its own process when the notebook says so."""

    name = "text"

    def grade(self, submission: Submission, source: bytes, budget: Budget) -> GradedNotebook:
        text = submission.notebook.decode()
        if "KILL THE WORKER" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        found = {}
        for question in questions(source):
            status = "manual" if question.manual else "passed" if "right" in text else "failed"
            found[question.id] = QuestionResult(
                question.points if status == "passed" else 0.0, question.points, status, status
            )
        return GradedNotebook(found, (), text)

    def warm(self) -> None:
        return None

    def close(self) -> None:
        return None


def text_engine(unsafe_no_sandbox: bool, library: Library) -> TextEngine:
    return TextEngine()


class SignedEngine(TextEngine):
    """Takes its time, and signs each result with the id of its process."""

    def grade(self, submission: Submission, source: bytes, budget: Budget) -> GradedNotebook:
        time.sleep(0.3)
        found = {q.id: QuestionResult(0.0, q.points, "failed", str(os.getpid())) for q in questions(source)}
        return GradedNotebook(found, (), submission.notebook.decode())


def signed_engine(unsafe_no_sandbox: bool, library: Library) -> SignedEngine:
    return SignedEngine()


def fenced_engine(unsafe_no_sandbox: bool, library: Library) -> TextEngine:
    """What a machine without a sandbox says, where its environment says that it is one."""
    if os.environ.get("NO_SANDBOX_HERE"):
        raise SandboxUnavailable("the sandbox does not work here")
    return TextEngine()
