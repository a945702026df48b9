"""The assignments' pages in the book: what a student reads, the notebook and the kit to download."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from coursekit.assignments.kit import write_kit
from coursekit.assignments.notebook import HINTS, QUOTES, facts
from coursekit.assignments.numbers import statement, with_numbers
from coursekit.assignments.parse import load, topics
from coursekit.assignments.release import released_text
from coursekit.assignments.schema import Assignment, Block, ObjectiveLink, Question, Text
from coursekit.book.front import anchor
from coursekit.live.fields import Fields
from coursekit.paths import write_atomically


def write_pages(
    book: Path,
    only: Iterable[str] | None = None,
    fields: Fields | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> list[str]:
    """Write ``assignments/<topic>.md``, and notebook and kit below ``_extra/kits``; the topics that have a page.

    Only files whose content changes are written, those of assignments that are gone are removed.  ``only`` leaves all
    other topics as they are; ``fields`` lets questions be answered in the page; ``tell`` gets a line for each that is
    begun.  Raises ``AssignmentError`` for what is wrong with an assignment.
    """
    root = book.parent
    names = topics(root)
    wanted = names if only is None else sorted(set(names) & set(only))
    for number, name in enumerate(wanted, start=1):
        tell(f"assignment {number} of {len(wanted)}: {name}")
        assignment = load(name, root)
        _write(book / "assignments" / f"{name}.md", page(assignment, fields))
        notebook = book / "_extra" / "kits" / f"{name}.ipynb"
        _write(notebook, released_text(assignment, root))
        write_kit(name, notebook, notebook.with_suffix(".zip"), root)
        if fields:
            fields.notebook(notebook.with_suffix(".js"), notebook.read_text(encoding="utf-8"))
        else:
            notebook.with_suffix(".js").unlink(missing_ok=True)
    for folder in (book / "assignments", book / "_extra" / "kits"):
        for file in folder.glob("[a-z]*.*"):
            if file.stem not in names:
                file.unlink()
    return names


def page(assignment: Assignment, fields: Fields | None = None) -> str:
    """The page of one assignment as MyST Markdown.  Its questions carry the labels that the role ``exercise`` links to."""
    parts = [_head(assignment)]
    if fields:
        parts.append(fields.head(assignment.topic))
    number = 0
    for item in assignment.items:
        if isinstance(item, Text):
            parts.append(item.text)
        elif isinstance(item, Block):
            parts.append(_setup(item))
        else:
            number += 1
            parts.append(_question(assignment, item, number, fields))
    return "\n\n".join(parts) + "\n"


def _head(assignment: Assignment) -> str:
    topic, head = assignment.topic, assignment.head
    chapter = any(question.aim and question.aim.page == topic for question in assignment.questions)
    after = f" It goes with the chapter {{doc}}`../{topic}`." if chapter else ""
    return (
        f"(exercise-{topic})=\n# Assignment: {head.title}\n\n"
        f"{len(assignment.questions)} questions, {assignment.points:g} points, about {head.minutes} minutes.{after}\n\n"
        f'<a href="../kits/{topic}.zip" download>Download the kit</a>: the notebook, the library, and how to start. '
        f'Or <a href="../kits/{topic}.ipynb" download>the notebook alone</a>, if another kit is installed.'
    )


def _setup(block: Block) -> str:
    if block.kind == "setup":
        return _code(block.code, "Every question may use:")
    return _code(block.code, "To try things out:")


def _question(assignment: Assignment, question: Question, number: int, fields: Fields | None) -> str:
    goal = f"Practises: {question.aim.sentence} See {_link(question.aim)}." if question.aim else ""
    label = f"exercise-{assignment.topic}-{question.id}".lower()
    parts = [f"({label})=\n## {number}. {question.meta.title}", f"*{facts(question)}*", goal]
    parts.append(statement(question))
    parts += [
        _folded(f"Hint {n}: {w}", with_numbers(question, h))
        for n, (w, h) in enumerate(zip(HINTS, question.meta.hints), 1)
    ]
    if question.answer:
        parts.append(_code(question.answer, "Your answer starts from:"))
    if fields:
        parts.append(fields.field(assignment, question))
    if question.visible:
        parts.append(_folded("A check that you can see while you work", _code(question.visible)))
    return "\n\n".join(part for part in parts if part)


def _link(aim: ObjectiveLink) -> str:
    """A link to the section of the chapter, or to the chapter."""
    if not aim.section:
        return f"{{doc}}`../{aim.page}`"
    return f'<a href="../{aim.page}.html#{anchor(aim.section)}">{aim.section.strip(QUOTES)}</a>'


def _folded(title: str, text: str) -> str:
    return f"``````{{admonition}} {title}\n:class: dropdown\n\n{text.strip()}\n``````"


def _code(code: str, before: str = "") -> str:
    block = f"`````python\n{code}\n`````"
    return f"{before}\n\n{block}" if before else block


def _write(path: Path, text: str) -> None:
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_atomically(path, text)
