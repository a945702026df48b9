"""What stales a digest of the code that a function reaches, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from coursekit.reached import digest_of

FILES = {
    "lab.py": 'RATE = 0.1\n\ndef train(steps: int) -> float:\n    """Train."""\n    return RATE * steps  # slow\n\ndef other():\n    return 1\n',
    "tables.py": "from pathlib import Path\n\ndef table():\n    return Path(__file__).parent / 'data' / 'names.txt'\n",
    "data/names.txt": "Ada\n",
    "data/unused.txt": "Bob\n",
    "topic.py": "import pkg.tables as tables\nfrom pkg.lab import train\n\n\n@claim('t.one', 'One.')\ndef one(seed):\n"
    "    return train(3), tables.table()\n\n\n@claim('t.two', 'Two.')\ndef two(seed):\n    return 2\n",
}


@pytest.fixture
def digest(tmp_path: Path) -> Callable[..., str]:
    """``digest({file: text}, name)``: the digest of ``pkg.topic``'s function with some files changed."""

    def of(changes: dict[str, str] | None = None, name: str = "one", folder: list[int] = [0]) -> str:  # noqa: B006
        folder[0] += 1
        src = tmp_path / str(folder[0])
        for file, text in (FILES | {"__init__.py": ""} | (changes or {})).items():
            (src / "pkg" / file).parent.mkdir(parents=True, exist_ok=True)
            (src / "pkg" / file).write_text(text)
        function = lambda seed: None  # noqa: E731
        function.__module__, function.__name__ = "pkg.topic", name
        return digest_of(function, src)

    return of


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("lab.py", "RATE * steps", "RATE + steps"),
        ("lab.py", "RATE = 0.1", "RATE = 0.2"),
        ("topic.py", "train(3)", "train(4)"),
        ("tables.py", "'data'", "'date'"),
        ("data/names.txt", "Ada", "Eve"),
        ("lab.py", "    return RATE", "    steps += 1\n    return RATE"),
    ],
)
def test_what_changes_the_result_changes_the_digest(digest: Callable[..., str], file: str, old: str, new: str) -> None:
    assert digest() != digest({file: FILES[file].replace(old, new)})


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("lab.py", "# slow", "# fast"),
        ("lab.py", '"""Train."""', '"""Train a network."""'),
        ("lab.py", "steps: int", "steps: float"),
        ("lab.py", "return 1", "return 2"),
        ("topic.py", "'One.'", "'The one.'"),
        ("topic.py", "return 2", "return 3"),
        ("topic.py", "return train(3), tables", "return (\n        train(3), tables"),
        ("data/unused.txt", "Bob", "Eve"),
    ],
)
def test_what_cannot_change_the_result_keeps_the_digest(
    digest: Callable[..., str], file: str, old: str, new: str
) -> None:
    text = FILES[file].replace(old, new)
    if "(\n" in new:
        text = text.replace("tables.table()", "tables.table()\n    )")
    assert text != FILES[file] and digest() == digest({file: text})


def test_moving_code_to_another_module_keeps_the_digest(digest: Callable[..., str]) -> None:
    moved = {"lab.py": "from pkg.inner import train\n", "inner.py": FILES["lab.py"]}
    direct = moved | {"topic.py": FILES["topic.py"].replace("pkg.lab", "pkg.inner")}
    assert digest() == digest(moved) == digest(direct)


def test_two_functions_of_a_module_have_digests_of_their_own(digest: Callable[..., str]) -> None:
    assert digest() != digest(name="two")
    assert digest(name="two") == digest({"lab.py": "RATE = 7\n"}, name="two")


@pytest.mark.parametrize("line", ["import pkg.lab", "from pkg import lab", "from pkg.lab import *"])
def test_a_module_used_in_another_way_is_taken_as_a_whole(digest: Callable[..., str], line: str) -> None:
    use = {"import pkg.lab": "pkg.lab.other()", "from pkg import lab": "lab.other()"}.get(line, "other()")
    topic = f"{line}\n\ndef one(seed):\n    return {use}\n"
    changed = FILES["lab.py"].replace("return 1", "return 2")
    assert digest({"topic.py": topic}) != digest({"topic.py": topic, "lab.py": changed})
