"""What other tools write into a source notebook, and this grader does not read: refused by name."""

from __future__ import annotations

import re
from typing import Any

from coursekit.notebooks.marks import unpaired
from coursekit.notebooks.read import Cell

AUTOTEST = re.compile(r"^[ \t]*#+[ \t]*(?:HASHED[ \t]+)?AUTOTEST\b", re.MULTILINE)
OTHERS = (
    (re.compile(r"^#+[ \t]*(?:BEGIN QUESTION|ASSIGNMENT CONFIG|BEGIN TESTS)\b|\botter\.Notebook\(", re.MULTILINE), "Otter"),
    (re.compile(r"\bfrom client\.api\.notebook import Notebook\b"), "OK"),
    (re.compile(r"\bpybryt\.|\bimport pybryt\b"), "PyBryt"),
)  # fmt: skip
PYTHON = ("python", "python3", "ipython")


def refusal(notebook: dict[str, Any], cells: list[Cell]) -> str:
    """Why a source notebook cannot be graded with, and the way out; empty when it can."""
    if language := _other_language(notebook):
        return f"the source notebook is for {language}; only Python notebooks can be graded"
    for number, cell in enumerate(cells, 1):
        if reason := unpaired(cell.source):
            return f"the cell {cell.grade_id or number} has marks that nbgrader does not release ({reason}): mend them"
        if cell.kind == "test" and AUTOTEST.search(cell.source):
            return (
                f"the test cell {cell.grade_id} has a line ### AUTOTEST, which this grader does not fill in: as it stands it "
                "tests nothing. Write the assertions that it stands for, such as `assert f(3) == 6`"
            )
    if any(cell.grade or cell.task for cell in cells):
        return ""
    text = "\n".join(cell.source for cell in cells)
    if tool := next((name for pattern, name in OTHERS if pattern.search(text)), ""):
        return f"the source notebook is written for {tool}, and has no cell that nbgrader grades: mark its tests in nbgrader"
    return "the source notebook has no graded cell; build it with `course release`, or mark its tests in nbgrader"


def _other_language(notebook: dict[str, Any]) -> str:
    """The language of a notebook that says it is not in Python, with its kernel; empty where it says nothing."""
    metadata = notebook.get("metadata")
    found = metadata if isinstance(metadata, dict) else {}
    kernel, info = (
        table if isinstance(table := found.get(key), dict) else {} for key in ("kernelspec", "language_info")
    )
    language, name = str(kernel.get("language") or info.get("name") or "").lower(), str(kernel.get("name") or "")
    if language and language not in PYTHON:
        return f"{language[:40]} (kernel {name[:40]})" if name else language[:40]
    if not language and name in ("ir", "irkernel", "xcpp17", "bash", "octave", "matlab") or name.startswith("julia"):
        return f"the kernel {name[:40]}"
    return ""
