"""The Python in chapters is held to what the linter asks of other code, but for the length of lines, which captions need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.book import front
from coursekit.course import current

CHAPTERS = dict(front.chapters(current().book))
OWN = "E402,E501,B018,I,D,ANN"  # imports stand where they are used, and what a cell ends with is shown


def lint(name: str, cells: list[str], folder: Path) -> str:
    """What the linter says of the cells of a page, as one file."""
    file = folder / f"{name}.py"
    file.write_text("\n\n".join(cells) + "\n", encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff", "check", "--config", str(current().root / "pyproject.toml"), "--no-cache"]
    asked = ["--extend-ignore", OWN, "--output-format", "full", str(file)]
    done = subprocess.run([*ruff, *asked], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


@pytest.mark.parametrize("topic", CHAPTERS)
def test_the_cells_of_a_chapter_are_linted_like_the_other_code(topic: str, tmp_path: Path) -> None:
    found = lint(topic, front.code_cells(CHAPTERS[topic]), tmp_path)
    assert not found, f"book/{topic}.md, its code cells as one file:\n{found}"


def test_what_a_cell_imports_and_does_not_use_would_be_seen(tmp_path: Path) -> None:
    assert "F401" in lint("page", ["import math", "import json\n\njson.dumps([])"], tmp_path)
