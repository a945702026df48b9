"""Answer fields in an assignment's page: what the page is told of each question, and the scripts beside it."""

from __future__ import annotations

import html
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from coursekit.assignments.schema import Assignment, Question
from coursekit.course import Course
from coursekit.digest import dependencies, imported_names
from coursekit.live import bundle
from coursekit.live.files import NoFiles
from coursekit.paths import KIT

STATIC = Path(__file__).parent / "static"
HERE = {"numpy", "scipy", "coursekit", *sys.stdlib_module_names}  # what a page's Python can import
SCIPY = re.compile(r"^\s*(?:from|import)\s[^#\n]*\bscipy\b", re.M)


@dataclass(frozen=True)
class Fields:
    """Makes the places that a page's script fills with answer fields; ``sizes`` are those of Python's scripts in bytes."""

    course: Course
    sizes: dict[str, int]

    def head(self, topic: str) -> str:
        """The place above all questions: what is kept, the notebook to download."""
        facts = {"course": self.course.id, "topic": topic, "scripts": "../live", "notebook": f"../kits/{topic}.js"}
        return _place("td-answers", facts | {name: str(size) for name, size in self.sizes.items()})

    def field(self, assignment: Assignment, question: Question) -> str:
        """The place of one answer, which follows the code that it starts from."""
        if question.written:
            return _place("td-answer", {"question": question.id, "kind": "written"})
        codes = [*assignment.setups, question.answer, question.visible]
        lacks = sorted(self.lacking([*codes, question.reference]))
        facts = {"question": question.id, "kind": "kit" if lacks else "check", "lacks": ", ".join(lacks)}
        return _place("td-answer", facts | {"scipy": "1" if SCIPY.search("\n".join(codes)) else ""})

    def lacking(self, codes: list[str]) -> set[str]:
        """The packages that ``codes`` import, or what they import of the library does, and that a page does not have."""
        names = {name for code in codes for name in imported_names(code)}
        library = dependencies(names, self.course.given.source() or KIT)
        reached = {name for file in library.values() for name in imported_names(file.read_text(encoding="utf-8"))}
        own = {name.split(".")[0] for name in library}
        return {name.split(".")[0] for name in names | reached if name} - HERE - own

    def notebook(self, target: Path, text: str) -> None:
        """Write the released notebook as a script."""
        bundle.write_notebook(target, text)


def prepare(course: Course, say: Callable[[str], None]) -> Fields | None:
    """The fields of the course's pages, with the scripts in place; None, and why in a line, where Python is not to be had."""
    if not course.topics():
        return None
    folder = course.book / "_extra" / "live"
    try:
        sizes = bundle.write(folder, course.cache / "live", say)
    except NoFiles as error:
        shutil.rmtree(folder, ignore_errors=True)
        say(f"the assignments' pages have no Check buttons: {error}")
        return None
    bundle.write_checks(folder, course)
    return Fields(course, sizes)


def _place(kind: str, facts: dict[str, str]) -> str:
    said = "".join(f' data-{name}="{html.escape(value)}"' for name, value in facts.items() if value)
    return f'<div class="{kind}"{said}></div>'
