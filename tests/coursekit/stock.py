"""Stock nbgrader as an engine: the rival in benchmarks and the oracle of agreement tests.

It executes a submission in a Jupyter kernel as this user, so it is safe only with notebooks that you trust; ``course grade`` does
not use it.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from coursekit.classroom.source import questions
from coursekit.engine.interface import Budget, GradedNotebook, QuestionResult, Status, Submission
from coursekit.library import NOTHING, Library
from coursekit.notebooks.marks import CODE_STUB, TEXT_STUB

ASSIGNMENT = "assignment"


class StockEngine:
    """nbgrader's own autograde, in a course folder of its own, through its Python API."""

    name = "nbgrader"

    def __init__(self, root: Path | None = None) -> None:
        self.folder = Path(root or tempfile.mkdtemp(prefix="stock-"))
        self.source = b""
        scripts = str(Path(sys.executable).parent)
        if scripts not in os.environ.get("PATH", "").split(os.pathsep):
            os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", "")])

    def api(self, budget: Budget) -> NbGraderAPI:
        """nbgrader's API on our folder."""
        config = Config()
        config.CourseDirectory.root = str(self.folder)
        config.CourseDirectory.course_id = "default_course"
        config.ClearSolutions.code_stub = {"python": CODE_STUB}
        config.ClearSolutions.text_stub = TEXT_STUB
        config.Execute.timeout = int(budget.call_seconds)
        directory = CourseDirectory(config=config)
        directory.log.setLevel(logging.CRITICAL)
        made = NbGraderAPI(directory, config=config)
        made.log.setLevel(logging.CRITICAL)
        return made

    def use(self, source: bytes, budget: Budget) -> NbGraderAPI:
        """Make ``source`` the assignment; starts over when it is another one than before."""
        if source != self.source:
            shutil.rmtree(self.folder, ignore_errors=True)
            path = self.folder / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_bytes(source)
            answer = self.api(budget).generate_assignment(ASSIGNMENT)
            if not answer["success"]:
                raise ValueError(f"nbgrader cannot make the assignment:\n{answer.get('error') or answer.get('log')}")
            self.source = source
        return self.api(budget)

    def grade(self, submission: Submission, source: bytes, budget: Budget) -> GradedNotebook:
        """nbgrader's scores, with a status made from them; an ungraded submission is ``crashed``."""
        api = self.use(source, budget)
        path = self.folder / "submitted" / submission.student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(submission.notebook)
        answer = api.autograde(ASSIGNMENT, submission.student, force=True)
        if not answer["success"]:
            reason = "nbgrader did not grade this notebook."
            return GradedNotebook({q.id: QuestionResult(0, q.points, "crashed", reason) for q in questions(source)})
        graded = self.folder / "autograded" / submission.student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        return GradedNotebook(self.results(submission.student, source), (), graded.read_text())

    def results(self, student: str, source: bytes) -> dict[str, QuestionResult]:
        """The grades in nbgrader's gradebook."""
        with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}") as book:
            notebook = book.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student)
            autos = {grade.name: grade.auto_score for grade in notebook.grades}
        return {q.id: result(autos.get(q.id), q.points) for q in questions(source)}

    def warm(self) -> None:
        """Nothing is got ready: nbgrader starts a kernel for each submission."""

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def result(auto: float | None, points: float) -> QuestionResult:
    """A status for nbgrader's score; None means that a person has to grade."""
    if auto is None:
        return QuestionResult(0.0, points, "manual", "Waits for a grader.")
    status: Status = "passed" if auto == points else "partial" if auto > 0 else "failed"
    return QuestionResult(float(auto), points, status, "")


def stock_engine(unsafe_no_sandbox: bool = False, library: Library = NOTHING) -> StockEngine:
    """A StockEngine; ``unsafe_no_sandbox`` must be given, since there is no sandbox."""
    if not unsafe_no_sandbox:
        raise ValueError("stock nbgrader has no sandbox: pass unsafe_no_sandbox=True for notebooks that you trust")
    return StockEngine()
