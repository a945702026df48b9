"""The kit that students get: the notebook, the toolbox, ``course check``, and how to start.  No solution, no hidden check."""

from __future__ import annotations

import io
import json
import re
import tomllib
import zipfile
from pathlib import Path
from string import Template
from typing import Any

import nbformat

from coursekit.assignments.schema import AssignmentError
from coursekit.course import Course, at
from coursekit.digest import data_files, dependencies, label
from coursekit.paths import KIT, write_atomically

TEMPLATES = KIT / "coursekit" / "templates" / "kit"
ROOTS = ("coursekit.cli", "coursekit.commands.check", "coursekit.checks")
PACKAGES = ("coursekit.engine", "coursekit.notebooks")  # whole: the engine starts its processes by module name
NEVER = ("coursekit.assignments", "coursekit.book", "coursekit.classroom", "coursekit.claims")
NEEDS = ["click", "ipykernel", "jupyterlab", "nbformat", "numpy>=2", "psutil", "rich"]  # where the course says nothing
STAMP = (1980, 1, 1, 0, 0, 0)


def write_kit(topic: str, notebook: Path, target: Path, root: Path | None = None) -> Path:
    """Write the kit of ``topic`` with the released ``notebook`` to ``target``; the same input gives the same bytes."""
    data = zipped(kit_files(topic, notebook.read_text(encoding="utf-8"), root), topic)
    if not target.is_file() or target.read_bytes() != data:
        write_atomically(target, data)
    return target


def kit_files(topic: str, notebook: str, root: Path | None = None) -> dict[str, bytes]:
    """The files of the kit by their path in it; the course is the one at ``root``, or the one that is worked on."""
    course = at(root)
    source = _source(course)
    files = {f"{topic}.ipynb": notebook.encode(), f"released/{topic}.ipynb": notebook.encode()}
    for file in modules(course).values():
        files |= {f"src/{label(f, source)}": f.read_bytes() for f in (file, *data_files([file]))}
    for name, text in _texts(topic, notebook, course).items():
        files[name] = text.encode()
    for name in course.kit_files:
        if (course.root / name).is_file():
            files[name] = (course.root / name).read_bytes()
    return files


def _source(course: Course) -> Path:
    """The folder that the course's library is imported from.  Raises ``AssignmentError`` where there is none of its name."""
    source = course.given.source()
    if course.library and source is None:
        raise AssignmentError(f"{course.file}: library = {course.library!r} of [tool.coursekit] is not in {course.src}")
    return source or KIT


def modules(course: Course) -> dict[str, Path]:
    """The modules that the kit holds.  Raises ``AssignmentError`` when one of them is not for students."""
    names = [*ROOTS, *(name for package in PACKAGES for name in _package(package)), *course.given.modules()]
    files = dependencies(names, _source(course))
    for name in sorted(files):
        if name.startswith(NEVER) or _secret(name, course):
            raise AssignmentError(
                f"the kit would hold {name}, which is not for students: find what imports it in {sorted(names)}"
            )
    return dict(sorted(files.items()))


def _secret(name: str, course: Course) -> bool:
    """Whether a module is one of the course's own, and neither in the library nor a package around it."""
    own = bool(course.package) and f"{name}.".startswith(f"{course.package}.")
    around = f"{course.library}.".startswith(f"{name}.")
    return own and not around and not f"{name}.".startswith(f"{course.library}.")


def _package(package: str) -> list[str]:
    files = sorted(KIT.joinpath(*package.split(".")).rglob("*.py"))
    names = [".".join(file.relative_to(KIT).with_suffix("").parts).removesuffix(".__init__") for file in files]
    return [name for name in names if name not in NEVER]


def _texts(topic: str, notebook: str, course: Course) -> dict[str, str]:
    """The kit's README and pyproject, filled in from the notebook, the course and its own pyproject."""
    cells = nbformat.reads(notebook, as_version=4).cells
    heading = cells[0].source.split("\n")
    facts = heading[2].strip("*").split(" · ")
    project = _project(course)
    folder = f"src/{course.library.replace('.', '/')}/"
    values = {
        "topic": topic,
        "title": heading[0].lstrip("# "),
        "questions": facts[0].split()[0],
        "points": facts[1].split()[0],
        "minutes": facts[2].split()[1],
        "course": json.dumps(course.title or course.id),
        "id": json.dumps(course.id),
        "name": json.dumps(re.sub(r"[^A-Za-z0-9]+", "-", f"{course.id}-kit")),
        "version": project.get("version", "1"),
        "python": project.get("requires-python", ">=3.11"),
        "dependencies": json.dumps(project.get("dependencies", NEEDS)),
        "library": f"library = {json.dumps(course.library)}" if course.library else "",
        "data": f'"{course.library}" = ["data/*"]' if course.library else "",
        "library_row": f"| `{folder}` | the course's library |\n" if course.library else "",
    }
    return {
        name: Template((TEMPLATES / f"{name}.template").read_text(encoding="utf-8")).substitute(values)
        for name in ("README.md", "pyproject.toml")
    }


def _project(course: Course) -> dict[str, Any]:
    """What the course's own ``pyproject.toml`` says of it as a project; nothing where there is none."""
    file = course.root / "pyproject.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")).get("project", {}) if file.is_file() else {}


def zipped(files: dict[str, bytes], folder: str) -> bytes:
    """A zip archive of ``files`` below ``folder``: sorted, with one fixed time stamp."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(f"{folder}/{name}", STAMP)
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            archive.writestr(info, files[name])
    return buffer.getvalue()
