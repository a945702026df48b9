"""A new topic: a small chapter that passes every check, written from templates to be replaced piece by piece."""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from typing import Any

import yaml

from coursekit.course import Course, CourseError
from coursekit.paths import KIT, write_atomically

TEMPLATES = KIT / "coursekit" / "templates" / "topic"
SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST = 30
RESERVED = ("claims", "lab", "toolbox", "assignments", "guides", "test", "tests")


def places(course: Course, topic: str) -> dict[str, Path]:
    """Where each template goes, by the template's name."""
    science = course.src.joinpath(*course.package.split(".")) / topic
    solutions = course.solutions / topic
    return {
        "package.py": science / "__init__.py",
        "descent.py": science / "descent.py",
        "explorable.py": science / "explorable.py",
        "claims_package.py": science / "claims" / "__init__.py",
        "claims.py": science / "claims" / "descent.py",
        "chapter.md": course.book / f"{topic}.md",
        "explorable.js": course.book / "_static" / f"{topic}.js",
        "exercises.md": course.exercises / f"{topic}.md",
        "reference.py": solutions / "reference.py",
        "mistakes.py": solutions / "mistakes.py",
        "alternatives.py": solutions / "alternatives.py",
        "test.py": tests_folder(course) / f"test_{topic}.py",
    }


def tests_folder(course: Course) -> Path:
    """The folder of the tests of the course's science."""
    return course.root / "tests" / course.package.replace(".", "/")


def check_name(course: Course, topic: str) -> None:
    """Raise ``CourseError`` for a name that no topic may have, or that something in the course has already."""
    if not SNAKE_CASE.fullmatch(topic) or keyword.iskeyword(topic):
        raise CourseError(
            f"a topic's name is snake_case, a package's and a page's at once, such as edge_of_stability; got {topic!r}"
        )
    if len(topic) > LONGEST:
        raise CourseError(f"a topic's name has at most {LONGEST} letters, got {len(topic)}: {topic}")
    if topic in RESERVED or topic.endswith("_data"):
        rule = f"{', '.join(RESERVED)}, and names that end in _data, which are files of explorables"
        raise CourseError(f"{topic!r} is reserved ({rule}): choose another name")
    taken = [path for path in (*places(course, topic).values(), package_folder(course, topic)) if path.exists()]
    if taken:
        raise CourseError(f"{taken[0].relative_to(course.root)} exists: choose another name, or delete it first")


def package_folder(course: Course, topic: str) -> Path:
    """The package of a topic."""
    return places(course, topic)["package.py"].parent


def make(course: Course, topic: str, part: str = "", title: str = "") -> list[Path]:
    """Write a topic and list it in the table of contents; the files written.  Raises ``CourseError`` before the first."""
    if not (course.package and course.library):
        raise CourseError(
            "a topic needs `package` and `library` of [tool.coursekit]: where its code lies, what students get"
        )
    check_name(course, topic)
    title = title or topic.replace("_", " ").capitalize()
    if not re.fullmatch(r"[^\"\\<>\n]{1,60}", title):
        raise CourseError(f'a title has 1 to 60 letters, without ", \\, < and >; got {title!r}')
    contents = course.book / "_toc.yml"
    if not contents.is_file():
        raise CourseError(f"{contents} does not exist: a topic is a page of a book, which lists its pages there")
    listed = with_chapter(contents.read_text(encoding="utf-8"), topic, part)
    words = {"topic": topic, "title": title, "package": course.package, "library": course.library}
    written = []
    for name, path in places(course, topic).items():
        write_atomically(path, filled((TEMPLATES / f"{name}.template").read_text(encoding="utf-8"), words))
        written.append(path)
    write_atomically(contents, listed)
    return [*written, contents]


def filled(template: str, words: dict[str, str]) -> str:
    """The template with each ``<word>`` replaced."""
    return re.sub(rf"<({'|'.join(words)})>", lambda match: words[match[1]], template)


def with_chapter(text: str, topic: str, part: str = "") -> str:
    """A table of contents with the chapter at the end of ``part`` (the first, when empty); every other line as it was.

    Raises ``CourseError`` where there is no such part, or its lines are not laid out as the course's are.
    """
    parts: list[dict[str, Any]] = yaml.safe_load(text)["parts"]
    captions = [str(entry["caption"]) for entry in parts]
    part = part or captions[0]
    if part not in captions:
        raise CourseError(f"_toc.yml has no part {part!r}; there are {', '.join(captions)}")
    lines = text.splitlines()
    at = next(
        (i for i, line in enumerate(lines) if re.fullmatch(rf"- caption: [\"']?{re.escape(part)}[\"']?\s*", line)), 0
    )
    end = next((i for i in range(at + 1, len(lines)) if re.match(r"\S", lines[i])), len(lines))
    while end > at and not lines[end - 1].strip():
        end -= 1
    for i in range(at, end):
        lines[i] = re.sub(r"^(  chapters:)\s*\[\]\s*$", r"\1", lines[i])
    made = "\n".join([*lines[:end], f"  - file: {topic}", *lines[end:], ""])
    parts[captions.index(part)]["chapters"] = [*(parts[captions.index(part)]["chapters"] or []), {"file": topic}]
    if _parts(made) != parts:
        raise CourseError(f"_toc.yml is laid out in another way than known here: add `- file: {topic}` to it by hand")
    return made


def _parts(text: str) -> object:
    try:
        return yaml.safe_load(text)["parts"]
    except yaml.YAMLError:
        return None
