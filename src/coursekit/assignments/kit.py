"""The kit that students get: the notebook, the toolbox, ``course check``, and how to start.  No solution, no hidden check."""

from __future__ import annotations

import io
import json
import tomllib
import zipfile
from pathlib import Path
from string import Template

import nbformat

from coursekit.assignments.schema import AssignmentError
from coursekit.digest import data_files, dependencies, module_file
from coursekit.paths import ROOT, write_atomically

SRC = ROOT / "src"
TEMPLATES = SRC / "coursekit" / "templates" / "kit"
ROOTS = ("coursekit.cli", "coursekit.commands.check", "coursekit.checks")
# whole: the engine starts its processes by module name
PACKAGES = ("coursekit.engine", "coursekit.notebooks", "training_dynamics.toolbox")
NEVER = ("coursekit.assignments", "coursekit.book", "coursekit.classroom", "coursekit.claims")
STAMP = (1980, 1, 1, 0, 0, 0)


def write_kit(topic: str, notebook: Path, target: Path) -> Path:
    """Write the kit of ``topic`` with the released ``notebook`` to ``target``; the same input gives the same bytes."""
    data = zipped(kit_files(topic, notebook.read_text(encoding="utf-8")), topic)
    if not target.is_file() or target.read_bytes() != data:
        write_atomically(target, data)
    return target


def kit_files(topic: str, notebook: str) -> dict[str, bytes]:
    """The files of the kit by their path in it."""
    files = {f"{topic}.ipynb": notebook.encode(), f"released/{topic}.ipynb": notebook.encode()}
    for module, file in modules().items():
        files[f"src/{file.relative_to(SRC).as_posix()}"] = file.read_bytes()
        if module.startswith("training_dynamics"):
            files |= {f"src/{d.relative_to(SRC).as_posix()}": d.read_bytes() for d in data_files([file])}
    for name, text in _texts(topic, notebook).items():
        files[name] = text.encode()
    for name in ("constraints.txt", "LICENSE", "LICENSE-TEXT.md"):
        if (ROOT / name).is_file():
            files[name] = (ROOT / name).read_bytes()
    return files


def modules() -> dict[str, Path]:
    """The project modules that the kit holds.  Raises ``AssignmentError`` when one of them is not for students."""
    names = [*ROOTS, *(name for package in PACKAGES for name in _package(package))]
    found = {name: file for name, file in dependencies(names, SRC).items() if module_file(name, SRC) == file}
    for name in sorted(found):
        topic = name.startswith("training_dynamics.") and not name.startswith("training_dynamics.toolbox")
        if topic or name.startswith(NEVER):
            raise AssignmentError(
                f"the kit would hold {name}, which is not for students: find what imports it in {sorted(names)}"
            )
    return dict(sorted(found.items()))


def _package(package: str) -> list[str]:
    files = sorted(SRC.joinpath(*package.split(".")).rglob("*.py"))
    names = [".".join(file.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__") for file in files]
    return [name for name in names if name not in NEVER]


def _texts(topic: str, notebook: str) -> dict[str, str]:
    """The kit's README and pyproject, filled in from the notebook and the course's own pyproject."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cells = nbformat.reads(notebook, as_version=4).cells
    heading = cells[0].source.split("\n")
    facts = heading[2].strip("*").split(" · ")
    values = {
        "topic": topic,
        "title": heading[0].lstrip("# "),
        "questions": facts[0].split()[0],
        "points": facts[1].split()[0],
        "minutes": facts[2].split()[1],
        "version": project["version"],
        "python": project["requires-python"],
        "dependencies": json.dumps(project["dependencies"]),
    }
    return {
        name: Template((TEMPLATES / f"{name}.template").read_text(encoding="utf-8")).substitute(values)
        for name in ("README.md", "pyproject.toml")
    }


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
