"""No circle between files, and an import inside a function says why it is there: read from the source, nothing is imported."""

import ast
import graphlib
import re
from pathlib import Path

import pytest

import coursekit

SRC = Path(coursekit.__file__).parents[1]
BEGINNING = re.compile(r"startswith\(\(?(?:f[\"']\{)?topic\b")
FILES = {
    ".".join(f.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__"): f
    for f in sorted((SRC / "coursekit").rglob("*.py"))
}


def imports(tree: ast.AST) -> dict[str, int]:
    """The files of coursekit that ``tree`` imports, anywhere in it, with the line; their packages' ``__init__`` included."""
    found: dict[str, int] = {}
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [name for alias in node.names for name in (f"{node.module}.{alias.name}", node.module or "")]
        for name in names:
            parts = name.split(".")
            for module in (".".join(parts[: k + 1]) for k in range(len(parts))):
                if module in FILES:
                    found.setdefault(module, node.lineno)
    return found


def circle(graph: dict[str, set[str]]) -> list[str]:
    """One circle of ``graph``; empty when there is none."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


def test_no_circle_between_files():
    graph = {name: set(imports(ast.parse(file.read_text()))) - {name} for name, file in FILES.items()}
    assert len(graph) > 100
    found = circle(graph)
    assert not found, f"{' -> '.join(found)}: imports run in a circle; move what both ends need to a file of its own"


def test_a_circle_through_a_function_would_be_seen():
    one, other = "import coursekit.plain", "def f():\n    from coursekit import compare"
    graph = {"coursekit.compare": set(imports(ast.parse(one))), "coursekit.plain": set(imports(ast.parse(other)))}
    assert {"coursekit.compare", "coursekit.plain"} <= set(circle(graph))


def uncommented(source: str) -> list[int]:
    """The lines inside functions that import from coursekit, without a comment on the line, or above it and its neighbours."""
    lines, found = source.splitlines(), []
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom) and imports(node):
                at = node.lineno - 1
                while lines[at - 1].strip().startswith(("from ", "import ")):
                    at -= 1
                if "#" not in lines[node.lineno - 1] and not lines[at - 1].strip().startswith("#"):
                    found.append(node.lineno)
    return found


@pytest.mark.parametrize("name", FILES)
def test_an_import_inside_a_function_says_why_it_is_there(name):
    lines = uncommented(FILES[name].read_text())
    assert not lines, (
        f"{name}, lines {lines}: an import inside a function says why in a comment beside or above it, or stands at the top"
    )


def test_an_import_inside_a_function_without_a_word_would_be_seen():
    assert uncommented("def f():\n    import coursekit.plain\n") == [2]
    assert uncommented("def f():\n    # why\n    import coursekit.plain\n    import coursekit.checks  # why\n") == []


def test_whose_a_page_or_a_file_is_no_beginning_of_a_name_decides():
    """``adam`` would take what is of a later topic ``adam_w``: ``coursekit.topics.owner_of`` asks for the longest that fits."""
    found = {name: n for name, f in FILES.items() if (n := BEGINNING.findall(f.read_text()))}
    assert not found, f"{found}: ask coursekit.topics.owner_of whose it is"


def test_a_beginning_of_a_topics_name_would_be_seen():
    assert BEGINNING.findall(
        'any(page.startswith(f"{topic}_") for page in pages), id.startswith(topic), x.startswith("topic")'
    )
    assert not BEGINNING.findall('x.startswith("topic"), x.startswith(prefix)')


def classes() -> dict[str, list[str]]:
    """The public classes by name, with the files that define them."""
    found: dict[str, list[str]] = {}
    for name, file in FILES.items():
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found.setdefault(node.name, []).append(name)
    return found


def test_one_name_is_one_class():
    twice = {name: places for name, places in classes().items() if len(places) > 1}
    assert not twice, f"{twice}: a class has a name of its own, which says whose or what it is"
