"""What pages name by hand, pages, chapters to read first, claims, papers and questions, held against what the course has."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from coursekit.assignments.rules import nearest
from coursekit.book import aims, front
from coursekit.book.exercises import question_titles
from coursekit.course import Course
from coursekit.digest import module_file
from coursekit.topics import claim_modules, topics

CODE = re.compile(r"\{(code|literalinclude|math|mermaid|raw)")  # directives whose content is no Markdown
CITED = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")
ASKED = re.compile(r"\{exercise\}`([^`]+)`")
ID = re.compile(r'"(\w+\.\w+)"')
PAPER = re.compile(r"^@\w+\{([^,\s]+),", re.M)
QUESTION = re.compile(r"^`{3,}\{question\}\n(?:.*\n)*?id: *(\w+)", re.M)
ALIKE = 0.88  # how like a page's name a prerequisite is that is taken for a slip; a letter more or less in eight is


def faults(course: Course, names: Iterable[str]) -> list[str]:
    """Links of these pages to pages that are not there, and prerequisites that are a page's name but for a slip."""
    known = pages(course)
    found = []
    for name in names:
        file = course.book / f"{name}.md"
        if file.is_file():  # assignments and claims are written when the book is built
            text = file.read_text(encoding="utf-8")
            place = file.relative_to(course.root).as_posix()
            found += [
                f"{place}:{line}: {said}" for line, said in [*_slips(text, known), *_lost(text, name, course, known)]
            ]
    return found


def unknown(course: Course, names: Iterable[str]) -> list[str]:
    """Claims, papers and questions that these pages name and the course does not have: the book says so, too, but later."""
    there = {
        "no claim is called": (aims.CLAIM, _claims(course)),
        "book/references.bib has no": (CITED, _papers(course)),
        "no question is called": (ASKED, _questions(course)),
    }
    found = []
    for name in names:
        file = course.book / f"{name}.md"
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        for told, (pattern, known) in there.items():
            for match in pattern.finditer(text):
                place = f"{file.relative_to(course.root).as_posix()}:{text.count(chr(10), 0, match.start()) + 1}"
                words = map(str.strip, next(filter(None, match.groups())).split(","))
                found += [f"{place}: {told} {word}{nearest(word, known)}" for word in words if word not in known]
    return found


def unlinked(course: Course, topic: str) -> list[str]:
    """Questions of a topic that no chapter links.  Raises ``AssignmentError``."""
    text = "".join(page for _, page in front.chapters(course.book))
    lost = [name for name in question_titles(course.exercises, topic) if f"{{exercise}}`{name}`" not in text]
    return [
        f"no page links the question {name}: add {{exercise}}`{name}` under Exercises of the page that teaches it"
        for name in lost
    ]


def _claims(course: Course) -> list[str]:
    """The ids of all claims, as their modules write them."""
    files = [module_file(module, course.src) for module in claim_modules(course.src, course.package)]
    return sorted({id for file in files if file for id in ID.findall(file.read_text(encoding="utf-8"))})


def _papers(course: Course) -> list[str]:
    file = course.book / "references.bib"
    return PAPER.findall(file.read_text(encoding="utf-8")) if file.is_file() else []


def _questions(course: Course) -> list[str]:
    """``topic/id`` of every question, whether or not its assignment can be read."""
    texts = {topic: (course.exercises / f"{topic}.md").read_text(encoding="utf-8") for topic in course.topics()}
    return [f"{topic}/{id}" for topic, text in texts.items() for id in QUESTION.findall(text)]


def pages(course: Course) -> list[str]:
    """The pages that the book has, also those that are made when it is built."""
    written = {path.relative_to(course.book).with_suffix("").as_posix() for path in course.book.rglob("*.md")}
    made = {f"assignments/{topic}" for topic in course.topics()}
    made |= {f"claims/{topic}" for topic in topics(course.src, course.package)}
    return sorted(written | made)


def links(text: str, above: int = 1) -> Iterator[tuple[int, str]]:
    """``(line, target)`` of every link in Markdown, directives included; ``above`` is the number of the first line."""
    line = above
    for token in _parser().parse(text):
        line = above + token.map[0] if token.map else line
        if token.type == "inline":
            at = line
            for child in token.children or []:
                at += child.type in ("softbreak", "hardbreak")
                if child.type == "link_open":
                    yield at, unquote(str(child.attrs["href"]))
        elif token.type in ("fence", "colon_fence") and token.info.startswith("{") and not CODE.match(token.info):
            yield from links(token.content, line + 1)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table").use(front_matter_plugin).use(colon_fence_plugin)


def _lost(text: str, name: str, course: Course, known: list[str]) -> Iterator[tuple[int, str]]:
    here = (course.book / name).parent
    for line, link in links(text):
        parts = urlsplit(link)
        target = (here / parts.path).resolve()
        if parts.scheme or parts.netloc or target.suffix != ".md" or target.is_file():
            continue
        inside = target.is_relative_to(course.book.resolve())
        page = target.relative_to(course.book.resolve()).with_suffix("").as_posix() if inside else ""
        if page not in known:
            yield line, f"there is no page {parts.path}{_meant(page, here, course, known)}"


def _meant(page: str, here: Path, course: Course, known: list[str]) -> str:
    """The page that a link meant, as a link from ``here``: one of that name in another folder, else the most alike."""
    elsewhere = [other for other in known if other.rpartition("/")[2] == page.rpartition("/")[2]]
    near = sorted(elsewhere, key=len)[:1] or get_close_matches(page, known, n=1)
    return f"; did you mean {os.path.relpath(course.book / f'{near[0]}.md', here)}?" if near else ""


def _slips(text: str, known: list[str]) -> Iterator[tuple[int, str]]:
    lines = text.splitlines()
    for name in front.course_metadata(text).get("prerequisites") or []:
        near = get_close_matches(str(name), known, n=1, cutoff=ALIKE)
        if near and name not in known:
            line = next((number for number, line in enumerate(lines, 1) if str(name) in line), 1)
            yield (
                line,
                f"prerequisites: {name} is no page; did you mean {near[0]}? What no page teaches is named otherwise",
            )
