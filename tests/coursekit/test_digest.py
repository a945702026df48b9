"""The digest changes with everything that a result depends on, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit import digest as digests
from coursekit.digest import data_files, dependencies, digest, imported_names


@pytest.fixture
def src(tmp_path: Path) -> Path:
    files = {
        "pack/__init__.py": "",
        "pack/top.py": "import numpy\nfrom . import middle\n",
        "pack/middle.py": "def f():\n    from pack.sub.leaf import x\n",
        "pack/sub/__init__.py": "",
        "pack/sub/leaf.py": "x = open('table.csv')\n",
        "pack/sub/data/table.csv": "1,2\n",
        "pack/sub/data/unused.csv": "3\n",
        "pack/alone.py": "y = 1\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_imports_are_found_anywhere_and_relative_ones_resolved() -> None:
    assert imported_names("from .. import a\nfrom .b import c", "p.q") == {"p", "p.a", "p.q.b", "p.q.b.c"}
    assert imported_names("def f():\n    import x.y") == {"x.y"}


def test_dependencies_are_transitive_and_stay_in_the_project(src: Path) -> None:
    assert set(dependencies(["pack.top"], src)) == {"pack", "pack.top", "pack.middle", "pack.sub", "pack.sub.leaf"}


def test_only_named_data_files_count(src: Path) -> None:
    assert {file.name for file in data_files(dependencies(["pack.top"], src).values())} == {"table.csv"}


@pytest.mark.parametrize(
    ("name", "matters"),
    [
        ("pack/top.py", True),
        ("pack/sub/leaf.py", True),
        ("pack/sub/data/table.csv", True),
        ("pack/__init__.py", True),
        ("pack/alone.py", False),
        ("pack/sub/data/unused.csv", False),
    ],
)
def test_the_digest_follows_what_is_used(src: Path, name: str, matters: bool) -> None:
    before = digest(["pack.top"], src)
    assert digest(["pack.top"], src) == before
    with (src / name).open("a") as file:
        file.write("# changed table.csv\n")
    assert (digest(["pack.top"], src) != before) is matters


def test_library_versions_count(src: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest(["pack.top"], src)
    monkeypatch.setattr(digests, "versions", lambda: {"torch": "0"})
    assert digest(["pack.top"], src) != before
