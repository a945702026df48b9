"""Read ``exercises/<topic>.md`` and the three solution files into an ``Assignment``; every error names its place and rule."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from coursekit.assignments.domains import check_domain
from coursekit.assignments.numbers import check_numbers
from coursekit.assignments.schema import (
    LAB,
    Assignment,
    AssignmentError,
    Block,
    Head,
    Meta,
    ObjectiveLink,
    Question,
    Text,
    Wrong,
)
from coursekit.book.front import FRONT, chapters, lost_section, sections, title
from coursekit.book.objectives import all_objectives
from coursekit.course import at
from coursekit.notebooks.marks import MARKS

FENCE = re.compile(r"^(?P<ticks>`{3,})\{(?P<kind>[^}]*)\}\s*(?P<rest>.*)$")
SOLUTIONS = ("reference", "mistakes", "alternatives")  # the files of solutions/<topic>/
BLOCKS = ("setup", "question", "answer", "visible", "hidden", "domain", "numbers", "code-cell")
CELL = re.compile(r"^# %%(?P<name>.*)$", re.M)


def topics(root: Path | None = None) -> list[str]:
    """The topics that have an assignment."""
    return at(root).topics()


def load(topic: str, root: Path | None = None) -> Assignment:
    """The assignment of ``topic`` in the course at ``root``, parsed and checked.  Raises ``AssignmentError``."""
    course = at(root)
    file = course.exercises / f"{topic}.md"
    if not file.is_file():
        raise AssignmentError(f"no assignment is called {topic!r}; there are: {', '.join(topics(root)) or 'none'}")
    assignment = parse_exercises(file.read_text(encoding="utf-8"), f"exercises/{topic}.md")
    if assignment.topic != topic:
        raise AssignmentError(
            f"{assignment.file}: front matter says topic: {assignment.topic}, the file's name says {topic}"
        )
    for kind in SOLUTIONS:
        _read_solutions(assignment, course.solutions / topic / f"{kind}.py", kind)
    for question in assignment.questions:
        _check_whole(assignment, question)
    _aims(assignment, at(root).book)
    return assignment


def parse_exercises(text: str, file: str) -> Assignment:
    """The assignment's text as items in order, without its solutions."""
    head, body, start = _front_matter(text, file)
    items: list[Text | Block | Question] = []
    for piece in _pieces(body, start, file):
        _add(items, piece, file)
    questions = [item for item in items if isinstance(item, Question)]
    if not questions:
        raise AssignmentError(f"{file}: has no question; write a ```{{question}} block")
    for index, question in enumerate(questions):
        if question.id in {q.id for q in questions[:index]}:
            raise AssignmentError(
                f"{file}, line {question.line}: question id {question.id!r} is used twice; ids must differ"
            )
    return Assignment(head, file, items)


def _front_matter(text: str, file: str) -> tuple[Head, str, int]:
    match = FRONT.match(text)
    if not match:
        raise AssignmentError(f"{file}: must start with front matter: ---, topic, title, minutes, ---")
    head = _validated(Head, match[1], f"{file}, front matter")
    return head, text[match.end() :], match[0].count("\n") + 1


def _validated(model: type, text: str, place: str):  # noqa: ANN202  (the model given)
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise AssignmentError(f"{place}: this is not YAML: {error}; quote a text that contains `: `") from None
    if not isinstance(data, dict):
        raise AssignmentError(f"{place}: needs lines `key: value`, got {data!r}")
    try:
        return model(**data)
    except ValidationError as error:
        problems = [_problem(e, model) for e in error.errors()]
        raise AssignmentError(f"{place}: " + "; ".join(problems)) from None


def _problem(error: Any, model: type) -> str:
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"unknown key {key!r}; known are {', '.join(model.model_fields)}"  # type: ignore[attr-defined]
    if error["type"] == "missing":
        return f"key {key!r} is missing"
    return f"{key}: {error['msg']} (got {error['input']!r})"


def _pieces(body: str, start: int, file: str) -> list[Block]:
    """The body cut into fenced blocks and the text between them (kind ``text``)."""
    pieces: list[Block] = []
    text: list[str] = []
    lines = body.split("\n")
    at, text_line, plain_fence = 0, start, ""
    while at < len(lines):
        match = None if plain_fence else FENCE.match(lines[at])
        if match is None:
            plain_fence = _toggled(plain_fence, lines[at])
            text.append(lines[at])
            at += 1
            continue
        if match["kind"] not in BLOCKS:
            raise AssignmentError(
                f"{file}, line {start + at}: unknown block {{{match['kind']}}}; known are {', '.join(BLOCKS)}. "
                "Students read this in a notebook: use plain Markdown."
            )
        end = next((i for i in range(at + 1, len(lines)) if lines[i].rstrip() == match["ticks"]), None)
        if end is None:
            raise AssignmentError(
                f"{file}, line {start + at}: the block {{{match['kind']}}} is never closed with {match['ticks']}"
            )
        pieces.append(Block("text", "\n".join(text).strip("\n"), text_line))
        pieces.append(Block(match["kind"], "\n".join(lines[at + 1 : end]).strip("\n"), start + at))
        text, at, text_line = [], end + 1, start + end + 1
    pieces.append(Block("text", "\n".join(text).strip("\n"), text_line))
    return [piece for piece in pieces if piece.kind != "text" or piece.code.strip()]


def _toggled(fence: str, line: str) -> str:
    """Whether the next line is inside an ordinary code fence: its ticks, or nothing."""
    match = re.match(r"^(`{3,}|~{3,})(.*)$", line)
    if not match:
        return fence
    if fence:
        return "" if line.rstrip() == fence else fence
    return match[1]


def _add(items: list[Text | Block | Question], piece: Block, file: str) -> None:
    place = f"{file}, line {piece.line}"
    last = items[-1] if items and isinstance(items[-1], Question) else None
    if piece.kind == "question":
        items.append(Question(_validated(Meta, piece.code, f"{place}, {{question}}"), piece.line))
    elif piece.kind == "text":
        if last and not last.statement and not (last.answer or last.visible or last.hidden or last.domain):
            last.statement = piece.code.strip()
        else:
            items.append(Text(piece.code.strip()))
    elif piece.kind in ("setup", "code-cell"):
        items.append(piece)
        _parses(piece.code, place)
    else:
        if last is None:
            raise AssignmentError(
                f"{place}: {{{piece.kind}}} belongs to no question; only blocks may follow its statement"
            )
        if getattr(last, piece.kind):
            raise AssignmentError(f"{place}: question {last.id} has two {{{piece.kind}}} blocks; merge them")
        _parses(piece.code, f"{place} ({{{piece.kind}}} of question {last.id})")
        setattr(last, piece.kind, piece.code)


def _parses(code: str, place: str) -> ast.Module:
    for mark in MARKS:
        if mark in code:
            raise AssignmentError(f"{place}: leave out {mark!r}; the builder writes it")
    try:
        return ast.parse(code)
    except SyntaxError as error:
        raise AssignmentError(f"{place}: line {error.lineno} of the block is not Python: {error.msg}") from None


def _read_solutions(assignment: Assignment, path: Path, kind: str) -> None:
    """Read the ``# %%`` cells of one solution file into the questions."""
    place = f"solutions/{assignment.topic}/{kind}.py"
    if not path.is_file():
        raise AssignmentError(f"{place}: is missing; write its cells after `# %% question_id` lines")
    text = path.read_text(encoding="utf-8")
    marks = list(CELL.finditer(text))
    for mark, after in zip(marks, [*marks[1:], None]):
        code = text[mark.end() : after.start() if after else len(text)].strip("\n")
        line = text[: mark.start()].count("\n") + 1
        _add_cell(assignment, kind, mark["name"].strip(), code, f"{place}, line {line}")


def _add_cell(assignment: Assignment, kind: str, name: str, code: str, place: str) -> None:
    _parses(code, place)
    if name == "setup":
        if any(not isinstance(node, (ast.Import, ast.ImportFrom)) for node in ast.parse(code).body):
            raise AssignmentError(
                f"{place}: the setup cell may only hold imports; put the rest into the cells that use it"
            )
        assignment.shared[kind] = code
        return
    id, _, variant = (part.strip() for part in name.partition("/"))
    if id not in [q.id for q in assignment.questions]:
        raise AssignmentError(
            f"{place}: no question is called {id!r}; there are {[q.id for q in assignment.questions]}"
        )
    question = assignment.question(id)
    if kind == "reference":
        if variant or question.reference:
            raise AssignmentError(f"{place}: one reference cell a question, `# %% {id}`; more go to alternatives.py")
        question.reference = code
        return
    known = [m.name for m in question.mistakes] if kind == "mistakes" else list(question.alternatives)
    if not variant or variant in known:
        raise AssignmentError(f"{place}: write `# %% {id} / a-name-of-its-own`, got {name!r} (used: {known})")
    if kind == "alternatives":
        question.alternatives[variant] = code
    else:
        question.mistakes.append(_mistake(variant, code, place))


def _mistake(name: str, code: str, place: str) -> Wrong:
    """A mistake's cell: ``# says:`` (may go on in further comment lines), ``# hint:``, and the code."""
    match = re.match(r"\s*# says:(?P<says>.*(?:\n#(?! ?hint:).*)*)\n# ?hint:\s*(?P<hint>\d+)\s*(?:\n|$)", code)
    if not match or int(match["hint"]) not in (1, 2, 3):
        raise AssignmentError(
            f"{place}: a mistake starts with `# says: what the student is told` and `# hint: 1, 2 or 3`"
        )
    says = " ".join(line.lstrip("# ").strip() for line in match["says"].split("\n")).strip()
    if len(says) < 10:
        raise AssignmentError(f"{place}: `# says:` must tell the student which mistake it is, got {says!r}")
    return Wrong(name, code[match.end() :].strip("\n"), says, int(match["hint"]))


def _check_whole(assignment: Assignment, question: Question) -> None:
    """What a question must and must not have, by its kind."""
    place = f"{assignment.file}, question {question.id}"
    if not question.statement:
        raise AssignmentError(f"{place}: has no statement; write it after the {{question}} block")
    if question.written:
        blocks = question.answer + question.visible + question.hidden + question.domain + question.numbers
        if blocks or not question.meta.rubric:
            raise AssignmentError(
                f"{place}: a written question has a `rubric:` list and no answer, check, domain or numbers block"
            )
        if not question.reference:
            raise AssignmentError(
                f"{place}: solutions/{assignment.topic}/reference.py needs its model answer as comment lines"
            )
        return
    if not question.answer or not question.hidden:
        missing = "answer" if not question.answer else "hidden"
        raise AssignmentError(f"{place}: has no {{{missing}}} block; every question that is not written needs one")
    if question.meta.rubric:
        raise AssignmentError(f"{place}: a rubric is for written questions; write checks instead")
    if question.meta.kind == "predict" and "check.case" in question.visible:
        raise AssignmentError(
            f"{place}: a visible case would show the answer of a predict question; move it to {{hidden}}"
        )
    if not question.reference:
        raise AssignmentError(f"{place}: solutions/{assignment.topic}/reference.py has no cell `# %% {question.id}`")
    if question.meta.kind == "lab":
        _check_lab(assignment, question, place)
    check_domain(question, place)
    check_numbers(question, place)


def _check_lab(assignment: Assignment, question: Question, place: str) -> None:
    if lacking := set(LAB) - set(question.asks):
        raise AssignmentError(
            f"{place}: a lab asks for functions {', '.join(LAB)}; {', '.join(sorted(lacking))} is not asked for"
        )
    if "check.figure" not in question.visible:
        raise AssignmentError(f"{place}: a lab draws: its visible checks need a check.figure")
    if not any(other.written and question.id in other.meta.prerequisites for other in assignment.questions):
        raise AssignmentError(f"{place}: a lab is explained in a written question: name it in the prerequisites of one")


def _aims(assignment: Assignment, book: Path) -> None:
    """Give every question its aim.  Each serves an objective that a chapter names, once the topic's own chapter exists."""
    try:
        objectives = all_objectives(book)
    except ValueError as error:
        raise AssignmentError(str(error)) from None
    pages, lost = dict(chapters(book)), dict[tuple[str, str], list[str]]()
    for question in assignment.questions:
        meta, place = question.meta, f"{assignment.file}, question {question.id}"
        if meta.objective in objectives:
            page, sentence = objectives[meta.objective]
            question.aim = ObjectiveLink(sentence, page, title(pages[page]), meta.section)
            if meta.section and meta.section not in sections(pages[page]):
                lost.setdefault((page, meta.section), []).append(question.id)
        elif assignment.topic in pages:
            own = [name for name, (page, _) in objectives.items() if page == assignment.topic]
            raise AssignmentError(
                f"{place}: no chapter has the objective {meta.objective!r}; "
                f"book/{assignment.topic}.md has {', '.join(own)}"
            )
    if lost:
        told = [
            f"{', '.join(ids)}: `section` is {lost_section(page, pages[page], section)}"
            for (page, section), ids in lost.items()
        ]
        raise AssignmentError("\n".join(f"{assignment.file}, {line}" for line in told))
