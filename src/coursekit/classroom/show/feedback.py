"""``course feedback``: one self-contained page a student, on which nothing that a student wrote can act.

The page has no script and a policy that allows none.  Code, messages and outputs are escaped text; prose goes through nh3;
pictures are checked PNG and JPEG data.  Of the checks it shows names and messages, never their source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import jinja2
import nbformat
import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup
from nbformat.notebooknode import NotebookNode

from coursekit.classroom import own, records, requests
from coursekit.classroom.gradebook.scores import Mark, Standing, standings
from coursekit.classroom.lateness import latest
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.policy import answers_are_out
from coursekit.classroom.requests import Request
from coursekit.classroom.show.answers import Behind, behind, of_student
from coursekit.classroom.show.clean import capped
from coursekit.classroom.source import course_data, parse, questions
from coursekit.notebooks.limits import LONGEST_OUTPUT
from coursekit.notebooks.pictures import pictures
from coursekit.paths import write_atomically

TEMPLATES = Path(__file__).parents[2] / "templates" / "feedback"
WORDS = {
    "passed": "Right",
    "partial": "Partly right",
    "failed": "Not right yet",
    "blank": "Not answered",
    "timeout": "Took too long",
    "memory": "Needed too much memory",
    "crashed": "Ended its process",
    "missing": "Missing",
    "refused": "Not accepted",
    "manual": "Waits for a grader",
}
TAGS = {
    "a", "b", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h3", "h4", "h5", "h6", "hr", "i", "li", "ol",
    "p", "pre", "s", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One question as the page shows it; ``Markup`` is cleaned HTML, everything else plain text.

    ``expected`` and the model answer (``model`` as code, ``model_prose`` as text) are empty until answers are out.
    """

    mark: Mark
    words: str
    message: str
    comment: Markup
    code: str
    prose: Markup
    output: str
    images: tuple[str, ...]
    hint: Markup = Markup("")
    place: str = ""
    numbers: str = ""
    expected: str = ""
    model: str = ""
    model_prose: Markup = Markup("")
    code_of: str = ""  # by which the student can ask for another look
    asked: Markup = Markup("")
    answered: Markup = Markup("")


def cleaned(markdown: str) -> Markup:
    """Markdown as HTML that holds formatting only; raw HTML in it is shown as text."""
    html = (
        MarkdownIt("commonmark", {"html": False})
        .enable("table")
        .disable("reference")
        .render(capped(markdown, LONGEST_OUTPUT))
    )
    safe = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}, "th": {"align"}, "td": {"align"}},
        url_schemes={"http", "https", "mailto"},
    )
    return Markup(safe)  # noqa: S704  (what nh3 let through)


def answers(notebook: NotebookNode) -> dict[str, list[NotebookNode]]:
    """The marked cells of an autograded notebook by id, each with the student's own cells that stand below it."""
    by_cell: dict[str, list[NotebookNode]] = {}
    current: list[NotebookNode] = []
    for cell in notebook.cells:
        if name := course_data(cell).get("grade_id"):
            current = by_cell.setdefault(name, [])
        current.append(cell)
    return by_cell


def printed(cell: NotebookNode) -> Iterator[str]:
    """The text outputs of a cell."""
    for output in cell.get("outputs", []):
        yield output.get("text") or output.get("data", {}).get("text/plain", "")


def drawn(cell: NotebookNode) -> Iterator[str]:
    """The pictures of a cell as data addresses."""
    bundles = [output.get("data", {}) for output in cell.get("outputs", [])] + list(
        cell.get("attachments", {}).values()
    )
    for bundle in bundles:
        for mime, data in pictures(dict(bundle)).items():
            yield f"data:{mime};base64,{data}"


def item(mark: Mark, cells: dict[str, list[NotebookNode]], source: Behind, answers_out: bool) -> Item:
    """What the page shows of one question; of a written one, also text and pictures in cells of one's own below it."""
    shown = cells.get(mark.question.answer, [])[: None if mark.question.manual else 1]
    code = "\n\n".join(cell.source for cell in shown if cell.cell_type == "code")
    prose = cleaned("\n\n".join(cell.source for cell in shown if cell.cell_type != "code"))
    text = capped("\n".join(filter(None, (part for cell in shown for part in printed(cell)))), LONGEST_OUTPUT)
    message = "" if mark.status == "manual" and mark.manual.score is not None else capped(mark.message, LONGEST_OUTPUT)
    comment = cleaned(mark.manual.comment) if mark.manual.comment else Markup("")
    images = tuple(image for cell in shown for image in drawn(cell))
    hint = cleaned(source.hint(message)) if source.hint(message) else Markup("")
    shown_model = source.model if answers_out else ""
    return Item(
        mark,
        words(mark),
        message,
        comment,
        code,
        prose,
        text,
        images,
        hint,
        place=source.place if mark.score < mark.question.points else "",
        numbers=source.numbers,
        expected=source.right(message) if answers_out else "",
        model="" if source.prose else shown_model,
        model_prose=cleaned(shown_model) if source.prose and shown_model else Markup(""),
    )


def with_request(item: Item, code: str, request: Request | None) -> Item:
    """An item with the code by which another look is asked for, where points are missing, and with what was asked already."""
    asked = cleaned(request.reason) if request else Markup("")
    answered = cleaned(request.answer) if request and request.closed else Markup("")
    return replace(
        item, code_of=code if item.mark.score < item.mark.question.points else "", asked=asked, answered=answered
    )


def words(mark: Mark) -> str:
    """The status in words; a person's score takes precedence."""
    return "Graded by a person" if mark.manual.score is not None else WORDS[mark.status]


def points(value: float) -> str:
    """Points without needless zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


@cache
def template() -> jinja2.Template:
    """The page's template, with every value escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["points"] = points
    return environment.get_template("page.html.j2")


def heading(source: bytes, assignment: str) -> str:
    """The assignment's title: the first heading of its notebook."""
    texts = (cell.source for cell in parse(source).cells if cell.cell_type == "markdown")
    title = next((match[1] for text in texts if (match := re.search(r"^#\s+(.+)$", text, re.M))), assignment)
    return re.sub(r"[*_`]", "", title)


def page(
    assignment: str,
    title: str,
    standing: Standing,
    notebook: NotebookNode,
    sources: dict[str, Behind] | None = None,
    answers_out: bool = False,
    codes: Mapping[str, str] | None = None,
    asked: Mapping[str, Request] | None = None,
) -> str:
    """The page of one student; ``sources`` is what the source notebook holds of each question, ``asked`` what the student did."""
    cells, sources = answers(notebook), sources or {}
    items = [item(mark, cells, sources.get(mark.question.id, Behind()), answers_out) for mark in standing.marks]
    items = [
        with_request(one, (codes or {}).get(one.mark.question.id, ""), (asked or {}).get(one.mark.question.id))
        for one in items
    ]
    return template().render(
        assignment=assignment,
        title=title,
        standing=standing,
        items=items,
        flags=(standing.record or {}).get("flags", []),
        style=Markup((TEMPLATES / "style.css").read_text("utf-8")),  # noqa: S704
    )


def write(
    classroom: Classroom,
    assignment: str,
    students: Iterable[Standing] | None = None,
    answers: bool | None = None,
    faults: list[str] | None = None,
) -> Iterator[Path]:
    """Write the page of everyone with a record, yielding each as it is done.

    ``answers`` says whether what is right is shown; by default it is once the policy says that answers are out.
    What keeps a student from a page is added to ``faults``, and the others go on; it is raised where there is no such list.
    """
    source = classroom.source_bytes(assignment)
    questions(source)
    sources, tables, variants = behind(source), own.tables(source), own.given(classroom, assignment, source)
    out = answers_are_out(latest(classroom, assignment)) if answers is None else answers
    title = heading(source, assignment)
    for standing in standings(classroom, assignment) if students is None else students:
        if standing.record is None:
            continue
        student = standing.person.student
        path = classroom.autograded(assignment, student)
        try:
            notebook = shown(path, assignment)
        except ClassroomError as error:
            if faults is None:
                raise
            faults.append(f"{student}: {error}")
            continue
        target = classroom.feedback(assignment, student)
        codes, asked = (
            requests.codes(classroom, assignment, student),
            requests.of_student(classroom, assignment, student),
        )
        theirs = of_student(sources, tables, variants.get(student, {}))
        write_atomically(target, page(assignment, title, standing, notebook, theirs, out, codes, asked))
        yield target


def shown(path: Path, assignment: str) -> NotebookNode:
    """The notebook in ``autograded/``, empty when there is none; raises ClassroomError for a damaged one."""
    try:
        return nbformat.reads(path.read_text("utf-8"), as_version=4) if path.is_file() else nbformat.v4.new_notebook()
    except (ValueError, AttributeError, KeyError, TypeError, nbformat.ValidationError) as error:
        raise ClassroomError(
            f"{path} is damaged ({str(error)[:200]}); `course grade {assignment} --regrade` makes it again"
        ) from None


def with_records(classroom: Classroom, assignment: str) -> list[Standing]:
    """The students who get a page; raises ClassroomError when nobody has been graded."""
    graded = [standing for standing in standings(classroom, assignment) if standing.record is not None]
    if not graded and not records.damaged(classroom, assignment):
        raise ClassroomError(f"nobody has a record for {assignment}; `course grade {assignment}` makes them")
    return graded
