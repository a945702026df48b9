"""Build nbgrader's source notebook from an assignment: the same input gives the same bytes."""

from __future__ import annotations

import re
import textwrap
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from coursekit.assignments.domains import asks_functions
from coursekit.assignments.merge import merge, missing_imports
from coursekit.assignments.numbers import GIVEN, bound, statement, with_numbers
from coursekit.assignments.record import Tables, record, varied
from coursekit.assignments.running import complete
from coursekit.assignments.schema import CHANGES, Assignment, Block, ObjectiveLink, Question, Text
from coursekit.notebooks.marks import BEGIN_HIDDEN, BEGIN_SOLUTION, END_HIDDEN, END_SOLUTION
from coursekit.plain import pack

HINTS = ("a nudge", "the method", "a first step")
QUOTES = "\"'“”"
KINDS = {  # what a reader is told of a kind
    "predict": "predict first, then compute",
    "lab": "a lab: predict, train and measure, draw",
    "written": "graded by hand",
}
STARS = "★★★★★☆☆☆☆☆"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def build(assignment: Assignment) -> nbformat.NotebookNode:
    """The source notebook: text, set-up and code cells, and for each question text, answer and check.

    The ``grade_id`` of a question's graded cell is the question's id; text and answer are ``<id>_text``, ``<id>_answer``.
    Raises ``AssignmentError`` where a reference solution fails its own checks.
    """
    cells = [_markdown(_head(assignment), "head", locked=True)]
    for number, item in enumerate(assignment.items, 1):
        if isinstance(item, Text):
            cells.append(_markdown(item.text, f"text_{number}", locked=True))
        elif isinstance(item, Block):
            cells.append(_block(item, number))
        else:
            cells += question_cells(assignment, item)
    metadata = {
        "kernelspec": KERNEL,
        "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
        "coursekit": {"assignment": assignment.topic, "format": 1},
    }
    notebook = new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(notebook)
    return notebook


def text_of(notebook: nbformat.NotebookNode) -> str:
    """A notebook as text, keys sorted, so that equal notebooks are equal bytes."""
    return nbformat.v4.writes(notebook) + "\n"


def question_cells(assignment: Assignment, question: Question) -> list[nbformat.NotebookNode]:
    """The cells of one question."""
    text = _markdown(question_text(question), f"{question.id}_text", locked=True, question=question.id, role="text")
    if question.numbers:
        text.metadata["coursekit"]["varied"] = question_text(question, None)
    if question.written:
        model = f"{BEGIN_SOLUTION}\n{model_answer(question)}\n{END_SOLUTION}"
        return [text, _cell(new_markdown_cell(model), question.id, question, "written", grade=True, solution=True)]
    answer = _cell(
        new_code_cell(answer_cell(assignment, question)), f"{question.id}_answer", question, "answer", solution=True
    )
    visible, hidden = record(assignment, question)
    reference = complete(assignment, question, "reference", question.reference, None)
    check = _cell(
        new_code_cell(check_cell(question, visible, hidden, reference, varied(assignment, question))),
        question.id, question, "check", grade=True, locked=True,
    )  # fmt: skip
    return [text, answer, check]


def answer_cell(assignment: Assignment, question: Question, variant: int = 0) -> str:
    """The instructor's answer cell of a question: stub and reference merged, with the numbers of ``variant``."""
    code = question.reference
    shared = missing_imports(assignment.shared.get("reference", ""), code, [*assignment.setups, question.answer])
    return merge(question.answer, bound(question, variant, code), f"{assignment.file}, question {question.id}", shared)


def check_cell(question: Question, visible: Tables, hidden: Tables, reference: str = "", variants: str = "") -> str:
    """The check cell of a question, with the values that the reference and the mistakes give.

    Where inputs are drawn from the question's domain, the hidden part holds it and the code of the ``reference``; where
    numbers differ from student to student, it holds the tables of all ``variants``.
    """
    called = question.domain and asks_functions(question)  # values are the same for all, and judged above
    drawn = [f"check.drawn({_quoted(question.domain)}, {_quoted(reference)})"] if called else []
    options = [repr(question.id), f"points={question.meta.points:g}"]
    options += ["parts=True"] if question.meta.parts else []
    options += ["reveal=False"] if question.meta.kind == "predict" else []
    options += [f"asks={question.asks!r}"] if question.asks else []
    options += ["changes=True"] if question.changes else []
    body = [*([CHANGES] if question.changes else []), *_table(visible), question.visible or given(question)]
    tables = [f"{GIVEN} = check.varied({variants!r})"] if variants else _table(hidden)
    body += [BEGIN_HIDDEN, "check.hidden()", *tables, question.hidden, *drawn, END_HIDDEN]
    lines = ["from coursekit.checks import check", "", f"with check.question({', '.join(options)}):"]
    lines.append(textwrap.indent("\n".join(body), "    "))
    lines += ["check.earned"] if question.meta.parts else []
    return "\n".join(lines)


def _quoted(code: str) -> str:
    """Code as a string that can be read, and indented with the lines around it."""
    plainly = "\\" not in code and "'''" not in code and "\t" not in code
    return f"'''\n{code}\n'''" if plainly else repr(code)


def given(question: Question) -> str:
    """The visible check of a question that shows none: whether there is an answer at all."""
    names = re.findall(r"^(\w+)\s*(?::[^=\n]+)?=\s*\.\.\.", question.answer, re.M)
    calls = [f'check.given("your answer {name}", lambda: {name})' for name in names]
    functions = re.findall(r"^(?:def|class) (\w+)", question.answer, re.M)
    calls += [f'check.given("your answer {name}", lambda: "{name}" in globals() or None)' for name in functions]
    return "\n".join(calls)


def question_text(question: Question, variant: int | None = 0) -> str:
    """The question as Markdown: title, what it is worth, statement, hints folded away; without a variant, places of numbers."""
    meta = question.meta
    hints = "\n".join(
        f"<details><summary>Hint {number}: {word}</summary>\n\n{with_numbers(question, hint, variant).strip()}\n\n</details>"
        for number, (word, hint) in enumerate(zip(HINTS, meta.hints), 1)
    )
    goal = f"\n\nPractises: {question.aim.sentence} *({place(question.aim)})*" if question.aim else ""
    return f"### {meta.title}\n\n*{facts(question)}*{goal}\n\n{statement(question, variant)}\n\n{hints}"


def place(aim: ObjectiveLink) -> str:
    """Where the book treats what a question practises, in words: a notebook has no address of the book."""
    return f"chapter “{aim.chapter}”" + (f", section “{aim.section.strip(QUOTES)}”" if aim.section else "")


def facts(question: Question) -> str:
    """Points and how they are given, minutes and difficulty of a question in one line."""
    meta = question.meta
    points = f"{meta.points:g} point{'s' if meta.points != 1 else ''}"
    stars = STARS[5 - meta.difficulty : 10 - meta.difficulty]
    kind = f" · {KINDS[meta.kind]}" if meta.kind in KINDS else ""
    given = "" if question.written else ", in equal parts for each check" if meta.parts else ", all or nothing"
    return f"{points}{given} · about {meta.minutes} minutes · difficulty {stars}{kind}"


def model_answer(question: Question) -> str:
    """A written question's model answer and rubric, as Markdown."""
    lines = [re.sub(r"^# ?", "", line) for line in question.reference.split("\n")]
    rubric = "\n".join(f"- {line}" for line in question.meta.rubric)
    return "\n".join(lines).strip() + f"\n\nRubric:\n\n{rubric}"


def _head(assignment: Assignment) -> str:
    head = assignment.head
    return (
        f"# {head.title}\n\n*{len(assignment.questions)} questions · {assignment.points:g} points · "
        f"about {head.minutes} minutes*\n\n"
        "Replace the dots in each answer cell; run the cell below it to check. A check here is a part of what is checked "
        f"when the work is graded. `course check {assignment.topic}.ipynb` checks the whole notebook."
    )


def _table(tables: Tables) -> list[str]:
    lines = []
    if tables.expected:
        pairs = [f"    {name!r}: {value!r}," for name, value in tables.expected.items()]
        lines += ["check.expect({", *pairs, "})"]
    if tables.known["outcomes"] or tables.known["of"]:
        lines.append(f"check.known({pack(tables.known)!r})  # typical mistakes, to recognise them")
    return lines


def _block(block: Block, number: int) -> nbformat.NotebookNode:
    """A set-up cell (locked, so that graders restore and trust it) or an ordinary cell that is nobody's business."""
    if block.kind == "setup":
        return _cell(new_code_cell(block.code), f"setup_{number}", None, "setup", locked=True)
    cell = new_code_cell(block.code)
    cell["id"] = f"code_{number}"
    cell.metadata["coursekit"] = {"role": "code"}
    return cell


def _markdown(text: str, grade_id: str, locked: bool, question: str = "", role: str = "text") -> nbformat.NotebookNode:
    cell = _cell(new_markdown_cell(text), grade_id, None, role, locked=locked)
    if question:
        cell.metadata["coursekit"]["question"] = question
    return cell


def _cell(
    cell: nbformat.NotebookNode, grade_id: str, question: Question | None, role: str,
    grade: bool = False, solution: bool = False, locked: bool = False,
) -> nbformat.NotebookNode:  # fmt: skip
    """Give a cell its id and the metadata of nbgrader and of the course."""
    nbgrader: dict[str, Any] = {
        "schema_version": 3, "grade_id": grade_id, "grade": grade, "solution": solution, "locked": locked, "task": False,
    }  # fmt: skip
    if grade and question:
        nbgrader["points"] = question.meta.points
    about: dict[str, Any] = {"role": role}
    if question:
        about["question"] = question.id
    if question and grade:
        about |= {"visible": question.decided_in_sight, "title": question.meta.title}
    cell["id"] = grade_id
    cell.metadata["nbgrader"] = nbgrader
    cell.metadata["coursekit"] = about
    return cell
