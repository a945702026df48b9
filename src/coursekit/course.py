"""The course that a command works on, read from a table ``[tool.coursekit]`` that is looked for upward from a folder.

The table stands in ``pyproject.toml``, or its keys alone in a file ``coursekit.toml``.  A folder without either is a plain
nbgrader course: its classroom is the folder itself, and what ``[tool.coursekit]`` would say has its default.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

from coursekit.library import Library

FILES = ("coursekit.toml", "pyproject.toml")
NBGRADER = "nbgrader_config.py"
FOLDERS = ("book", "exercises", "solutions", "src", "cache", "classroom")


class CourseError(ValueError):
    """Something about a course that the person at the command line can put right; the message says how."""


@dataclass(frozen=True)
class Course:
    """A course: its folders, the name that it has in gradebooks, and what its students are given.

    Topics are packages of ``package``.  Students may import ``library``, a package, and nothing else of ``package``.
    ``preload`` names modules that are loaded before a student's process begins.  ``kit_files`` go into students' kits.
    ``published`` is where the built book lies in public: ``owner/repository@branch`` of GitHub, the repository being the
    course's own; its pages then open their notebooks on Binder and Colab.
    With ``full_assignments`` an assignment is only proved when it lacks nothing of ``coursekit.assignments.rules``.
    Folders are given below ``root``.
    """

    root: Path
    id: str = "default_course"  # what nbgrader calls a course that has no name
    title: str = ""
    package: str = ""
    library: str = ""
    preload: tuple[str, ...] = ()
    kit_files: tuple[str, ...] = ("constraints.txt", "LICENSE", "LICENSE-TEXT.md")
    published: str = ""
    full_assignments: bool = False
    book: Path = Path("book")
    exercises: Path = Path("exercises")
    solutions: Path = Path("solutions")
    src: Path = Path("src")
    cache: Path = Path(".cache")
    classroom: Path = Path("classroom")
    file: Path | None = field(default=None, compare=False)  # where the table stands

    def __post_init__(self) -> None:
        for name in FOLDERS:
            object.__setattr__(self, name, self.root / getattr(self, name))

    @property
    def given(self) -> Library:
        """What students' processes are given."""
        return Library(self.library, self.package, self.preload, str(self.src))

    def topics(self) -> list[str]:
        """The topics that have an assignment, sorted."""
        return sorted(path.stem for path in self.exercises.glob("[a-z]*.md"))


def current() -> Course:
    """The course of the classroom that is worked on, else of the working folder; else a plain nbgrader course there."""
    classroom = _classroom.get()
    return _of(*([classroom] if classroom else []), Path.cwd())


def at(root: Path | None) -> Course:
    """The course whose folder is ``root``, with defaults where that has no table; ``current()`` for None."""
    return current() if root is None else _at(root.absolute())


_classroom: ContextVar[Path | None] = ContextVar("classroom", default=None)


@contextmanager
def working_on(classroom: Path) -> Iterator[None]:
    """Have ``current`` look for the course from ``classroom`` first, which may lie in another course than the working folder."""
    token = _classroom.set(classroom.absolute())
    try:
        yield
    finally:
        _classroom.reset(token)


@cache
def _of(*folders: Path) -> Course:
    for folder in folders:
        for place in (folder, *folder.parents):
            if course := _read(place):
                return course
    return Course(folders[0], id=nbgraders_id(folders[0]), classroom=folders[0])


@cache
def _at(root: Path) -> Course:
    return _read(root) or Course(root)


def _read(root: Path) -> Course | None:
    """The course whose table stands in ``root`` itself.  Raises CourseError for a table that cannot be used."""
    for file in (root / name for name in FILES):
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue  # none, or none of ours
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise CourseError(f"{file} is not valid TOML: {error}") from None
        table = content if file.name == FILES[0] else content.get("tool", {}).get("coursekit")
        if table is not None:
            return _checked(file, table)
    return None


def _checked(file: Path, table: Any) -> Course:
    if not isinstance(table, dict):
        raise CourseError(f"{file}: [tool.coursekit] must be a table, got {table!r}")
    rules = {field.name: RULES[str(field.type)] for field in fields(Course) if field.name not in ("root", "file")}
    for key, value in table.items():
        if key not in rules:
            raise CourseError(f"{file}: [tool.coursekit] has no key {key!r}; there are {', '.join(rules)}")
        words, holds = SPECIAL.get(key, rules[key])
        if not holds(value):
            raise CourseError(f"{file}: {key} of [tool.coursekit] must be {words}, got {value!r}")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    course = Course(file.parent, **values, file=file)
    if f"{course.package}.".startswith(f"{course.library}.") and course.library:
        raise CourseError(
            f"{file}: library = {course.library!r} of [tool.coursekit] holds all of package = {course.package!r}, which "
            "students would see: name a package inside it, or another one"
        )
    return course


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_name(value: object) -> bool:
    return isinstance(value, str) and all(part.isidentifier() for part in value.split("."))


def _is_published(value: object) -> bool:
    return isinstance(value, str) and PUBLISHED.fullmatch(value) is not None


NAMES: tuple[str, Callable[[object], bool]] = ('the name of a Python package, such as "course.toolbox"', _is_name)
PUBLISHED = re.compile(r"(?P<repository>[\w-]+/[\w.-]+)@(?P<branch>[\w.-]+)")
SPECIAL: dict[str, tuple[str, Callable[[object], bool]]] = {
    "package": NAMES,
    "library": NAMES,
    "published": ('a repository of GitHub and a branch, such as "owner/course@gh-pages"', _is_published),
}
RULES: dict[str, tuple[str, Callable[[object], bool]]] = {
    "bool": ("true or false", lambda value: isinstance(value, bool)),
    "str": ("a text that is not empty", _is_text),
    "Path": ('a folder\'s path, such as "exercises"', _is_text),
    "tuple[str, ...]": ("a list of texts", lambda value: isinstance(value, list) and all(map(_is_text, value))),
}


def table_in(root: Path) -> Path | None:
    """The file in ``root`` itself that holds a course's table, if there is one."""
    course = _read(root)
    return course.file if course else None


def nbgraders_id(classroom: Path) -> str:
    """The name that the classroom's own ``nbgrader_config.py`` gives the course."""
    return str(nbgraders_config(classroom).CourseDirectory.get("course_id", "")).strip() or Course(classroom).id


@cache
def nbgraders_config(folder: Path) -> Any:
    """What the folder's own ``nbgrader_config.py`` sets, which nbgrader itself runs, too; nothing where there is none."""
    from traitlets.config import Config, PyFileConfigLoader

    if not (folder / NBGRADER).is_file():
        return Config()
    try:
        return PyFileConfigLoader(NBGRADER, str(folder)).load_config()
    except Exception as error:  # it may do anything
        raise CourseError(f"{folder / NBGRADER} cannot be read: {type(error).__name__}: {error}") from None
