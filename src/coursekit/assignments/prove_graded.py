"""Proofs through the grading engine: each answer in a notebook as it is handed in, judged in another process than it runs in."""

from __future__ import annotations

from pathlib import Path

import nbformat

from coursekit.assignments.prove import VARIANTS, Prover, Run
from coursekit.assignments.release import released_text, source_text
from coursekit.assignments.schema import Assignment, Question
from coursekit.engine.engines import SandboxUnavailable, grading_engine, local_engine
from coursekit.engine.interface import Budget, Engine, Submission
from coursekit.library import Library


def proving_engine(library: Library) -> Engine:
    """The engine that grades a class, or where there is no sandbox the one of ``course check``: this is the course's own code."""
    try:
        return grading_engine(library=library)
    except SandboxUnavailable:
        return local_engine()


class GradedProver(Prover):
    """Has ``engine`` grade whole notebooks: one question answered, the others as they are released."""

    varied = VARIANTS  # some: each takes a while

    def __init__(self, assignment: Assignment, engine: Engine, root: Path | None = None) -> None:
        self.source = source_text(assignment, root)
        super().__init__(assignment, nbformat.reads(self.source, as_version=4))
        self.engine, self.released = engine, released_text(assignment, root)

    def run(
        self, question: Question, answer: str, seed: int = 1, variant: int = 0, seconds: float | None = None
    ) -> Run:
        """What the engine gives for ``answer``; it seeds and keeps the time by itself: ``seed`` and ``seconds`` are not used."""
        submission = Submission("author", self._notebook(question, answer), {question.id: variant})
        result = self.engine.grade(submission, self.source.encode(), Budget()).questions[question.id]
        says = {mistake.name: mistake.says for mistake in question.mistakes}
        named = tuple(name for name, text in says.items() if f"known mistake: {text}" in result.message)
        others = tuple(name for name, text in says.items() if f"Or like this one: {text}" in result.message)
        return Run(result.score, "" if result.status == "passed" else result.message, named + others)

    def _notebook(self, question: Question, answer: str) -> bytes:
        notebook = nbformat.reads(self.released, as_version=4)
        for cell in notebook.cells:
            about = cell.metadata.get("coursekit", {})
            if about.get("question") == question.id and about.get("role") == "answer":
                cell.source = answer
        return nbformat.writes(notebook).encode()
