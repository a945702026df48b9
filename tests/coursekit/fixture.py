"""The fixture course: a library, and one assignment with a function, a class in parts, a prediction and a written question."""

import json
import shutil
from pathlib import Path

import nbformat

from coursekit.course import at

ROOT = Path(__file__).parent / "fixture_course"
COURSE = at(ROOT)


def copy_course(folder: Path, **edits: tuple[str, str]) -> Path:
    """A copy of the fixture course; each edit replaces text in ``exercises``, ``solutions``, ``mistakes`` or ``alternatives``."""
    root = shutil.copytree(ROOT, folder / "course")
    files = {
        "exercises": root / "exercises" / "tiny.md",
        "solutions": root / "solutions" / "tiny" / "reference.py",
        "mistakes": root / "solutions" / "tiny" / "mistakes.py",
        "alternatives": root / "solutions" / "tiny" / "alternatives.py",
    }
    for name, (old, new) in edits.items():
        text = files[name].read_text()
        assert old in text, f"{old!r} is not in the fixture's {name}"
        files[name].write_text(text.replace(old, new, 1))
    return root


def answered(notebook: Path | str, answers: dict[str, str]) -> str:
    """The released notebook with the given sources in the answer cells (by question), as text."""
    text = notebook.read_text() if isinstance(notebook, Path) else notebook
    found = nbformat.reads(text, as_version=4)
    for cell in found.cells:
        about = cell.metadata.get("coursekit", {})
        if about.get("question") in answers and about["role"] in ("answer", "written"):
            cell.source = answers[about["question"]]
    return json.dumps(found)
