"""The guide for other courses is true: its commands run as they stand, and its tables have the ways that there are."""

from __future__ import annotations

import re
import tomllib
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from engines import sandboxed

from adopt.foreign_course import answered, of_questions, put
from coursekit.classroom.adopt.choices import WAYS
from coursekit.cli import main
from coursekit.course import _of

GUIDE = Path(__file__).parents[3] / "book" / "guides" / "adopt.md"
TEXT = GUIDE.read_text(encoding="utf-8")
COMMANDS = [
    line.partition("#")[0].split()
    for block in re.findall(r"```console\n(.*?)```", TEXT, re.S)
    for line in block.splitlines()
]
INLINE = [words.split() for words in re.findall(r"`(course [a-z]+ [^`]*)`", TEXT)]
SOURCE = of_questions([
    ("mean", "def mean(v):\n    ### BEGIN SOLUTION\n    return sum(v) / len(v)\n    ### END SOLUTION", "assert mean([1, 3]) == 2"),
    ("table", "def table(s):\n    ### BEGIN SOLUTION\n    return set(s)\n    ### END SOLUTION", "assert table('aa') == {'a'}"),
    ("network", "class Net:\n    ### BEGIN SOLUTION\n    def __eq__(self, o):\n        return True\n    ### END SOLUTION", "assert Net() == 1"),
])  # fmt: skip


@pytest.fixture
def course(tmp_path, monkeypatch):
    root = put(tmp_path / "course", "homework", SOURCE)
    with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as archive:
        archive.writestr("ann/homework.ipynb", SOURCE)
        archive.writestr("bob/homework.ipynb", answered(SOURCE, mean="def mean(v):\n    return 0"))
    monkeypatch.chdir(root)
    with sandboxed():
        yield root


def test_its_commands_run_as_they_stand_and_grade_a_class(course):
    own = [words for words in [*COMMANDS, *INLINE] if words[0] == "course" and words[1] != "doctor"]
    assert len(own) >= 8
    for words in own:
        _of.cache_clear()
        line = [
            str(course.parent / "submissions.zip") if word.endswith("submissions.zip") else word for word in words[1:]
        ]
        result = CliRunner().invoke(main, line)
        refused = "--no-together" in line  # which leaves a question to a person, and says so
        assert result.exit_code == int(refused), (line, result.output, result.exc_info)
        if line == ["adopt"]:
            chosen = tomllib.loads((course / "judging.toml").read_text())
            example = re.search(r"```toml\n(.*?)```", TEXT, re.S)
            assert example and chosen == tomllib.loads(example[1])
    assert "ann" in (course / "grades.csv").read_text()


def test_its_table_has_every_way():
    assert re.findall(r"^\| `(\w+)` \|", TEXT, re.M) == list(WAYS)
