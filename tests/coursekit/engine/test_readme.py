"""The map of the engine is true: every file it names is there, and it names every file."""

import re
from pathlib import Path

import coursekit.engine

FOLDER = Path(coursekit.engine.__file__).parent
NAMED = set(re.findall(r"[\w/]+\.py\b", (FOLDER / "README.md").read_text()))


def test_every_file_that_the_map_names_is_there():
    elsewhere = {
        name for name in NAMED if name.startswith(("tests/", "test_", "benchmarks/")) and name != "test_run.py"
    }
    missing = [
        name for name in NAMED - elsewhere if not (FOLDER / name).is_file() and not list(FOLDER.glob(f"*/{name}"))
    ]
    assert missing == []


def test_the_map_names_every_file():
    files = {file.name for file in FOLDER.rglob("*.py") if file.name != "__init__.py"}
    assert files - {Path(name).name for name in NAMED} == set()
