"""Small courses that were not made here, as nbgrader's own toolbar marks their cells."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import nbformat

Question = tuple[str, str, str]  # its id, the answer with the solution marked, the test

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def cell(text: str, name: str = "", kind: str = "code", **marks: object) -> nbformat.NotebookNode:
    """One cell; without a name it has no marks of nbgrader's."""
    made = nbformat.v4.new_code_cell(text) if kind == "code" else nbformat.v4.new_markdown_cell(text)
    if name:
        flags = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
        made.metadata["nbgrader"] = {**flags, "grade_id": name, **marks}
    return made


def asked(question: Question, points: int = 1) -> list[nbformat.NotebookNode]:
    """The answer cell and the test cell of a question."""
    name, answer, test = question
    return [cell(answer, f"{name}_answer", solution=True), cell(test, name, grade=True, locked=True, points=points)]


def notebook(*cells: nbformat.NotebookNode) -> bytes:
    """A source notebook of these cells, with the same ids each time."""
    for number, one in enumerate(cells):
        one["id"] = f"c{number}"
    return nbformat.writes(nbformat.v4.new_notebook(cells=list(cells), metadata=KERNEL)).encode()


def of_questions(questions: Iterable[Question], *before: nbformat.NotebookNode) -> bytes:
    """A source notebook of these questions, a point each."""
    return notebook(*before, *(one for question in questions for one in asked(question)))


def solution(code: str, stub: str = "...") -> str:
    """Code marked as the instructor's, after what students see of the cell."""
    return f"### BEGIN SOLUTION\n{code}\n### END SOLUTION"


def answered(source: bytes, **answers: str) -> bytes:
    """The source's notebook as a student hands it in: these answers by question, the others as the instructor's."""
    made = nbformat.reads(source.decode(), as_version=4)
    for one in made.cells:
        name = one.metadata.get("nbgrader", {}).get("grade_id", "").removesuffix("_answer")
        if one.metadata.get("nbgrader", {}).get("solution") and name in answers:
            one.source = answers[name]
    return nbformat.writes(made).encode()


def put(root: Path, assignment: str, source: bytes, **submitted: bytes) -> Path:
    """A course's folder in nbgrader's layout, with what students handed in."""
    for folder, data in {
        f"source/{assignment}": source,
        **{f"submitted/{s}/{assignment}": d for s, d in submitted.items()},
    }.items():
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / f"{assignment}.ipynb").write_bytes(data)
    return root
