"""How the science is laid out: arrows run one way, and what computes neither draws nor prints."""

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from coursekit.book import front
from coursekit.course import current
from coursekit.digest import imported_names, module_file
from coursekit.topics import topics

ROOT, SRC = current().root, current().src
SCIENCE = SRC / "training_dynamics"
SHARED = ("lab", "toolbox")
DRAW = ("plots.py", "narrow.py")  # those of the toolbox that draw


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")


@cache
def imports(file: Path) -> frozenset[str]:
    """The project modules that a file imports, at its top or inside functions."""
    package = name_of(file) if file.name == "__init__.py" else name_of(file).rpartition(".")[0]
    names = imported_names(file.read_text(), package)
    return frozenset(n for n in names if module_file(n, SRC) and n != name_of(file))


def room(module: str) -> str:
    """The folder of the science that a module lies in: a topic, ``lab`` or ``toolbox``."""
    return module.split(".")[1] if module.count(".") else ""


@pytest.mark.whole_book
def test_every_folder_of_the_science_is_a_topic_or_shared():
    folders = {p.name for p in SCIENCE.iterdir() if p.is_dir() and not p.name.startswith("_")}
    strange = folders - {*topics(SRC, "training_dynamics"), *SHARED}
    assert not strange, (
        f"{strange} in src/training_dynamics are no topics: a topic has a package claims/ (`course new` makes one); what topics "
        f"share goes to {' or '.join(SHARED)}"
    )
    assert folders >= set(SHARED), f"src/training_dynamics lacks {set(SHARED) - folders}"


@pytest.mark.parametrize("topic", topics(SRC, "training_dynamics"))
def test_a_topic_imports_no_other_topic(topic):
    found = {
        (name_of(file), other)
        for file in files(SCIENCE / topic)
        for other in imports(file)
        if other.startswith("training_dynamics.") and room(other) not in (topic, *SHARED)
    }
    assert not found, "\n".join(
        f"{file} imports {other}: topics do not import each other; what both need goes to training_dynamics.lab"
        for file, other in sorted(found)
    )


@pytest.mark.parametrize("shared, allowed", [("lab", ("lab", "toolbox")), ("toolbox", ("toolbox",))])
def test_what_is_shared_imports_no_topic(shared, allowed):
    found = {
        (name_of(file), other)
        for file in files(SCIENCE / shared)
        for other in imports(file)
        if other.startswith("training_dynamics.") and room(other) not in allowed
    }
    assert not found, "\n".join(
        f"{file} imports {other}: {shared} may import {' and '.join(allowed)} alone; give it what it needs as an argument, or move it"
        for file, other in sorted(found)
    )


@pytest.mark.whole_book
def test_the_science_takes_from_the_machinery_only_the_claim():
    found = {
        (name_of(file), n)
        for file in files(SCIENCE)
        for n in imports(file)
        if n.split(".")[0] == "coursekit"
        and (n not in ("coursekit", "coursekit.claim") or file.parent.name != "claims")
    }
    assert not found, "\n".join(
        f"{file} imports {n}: of coursekit the science uses coursekit.claim alone, and that in a topic's claims/ alone"
        for file, n in sorted(found)
    )


@pytest.mark.whole_book
def test_the_cells_of_a_chapter_import_no_claims():
    cells = [(page, cell) for page, text in front.chapters(current().book) for cell in front.code_cells(text)]
    found = {
        (page, name) for page, cell in cells for name in imported_names(cell) if name.split(".")[2:3] == ["claims"]
    }
    assert cells and not found, "\n".join(
        f"book/{page}.md imports {name}: move what claim and chapter share to the subject module"
        for page, name in sorted(found)
    )


@pytest.mark.parametrize("file", [f for f in files(SCIENCE) if f.name == "__init__.py"], ids=name_of)
def test_a_package_holds_a_docstring_and_imports_nothing(file):
    body = ast.parse(file.read_text()).body
    if file.parent != SCIENCE and file.parent.name != "toolbox":
        assert ast.get_docstring(ast.parse(file.read_text())), (
            f"{name_of(file)} has no docstring: say what its files are for"
        )
    more = [node.lineno for node in body if not isinstance(node, ast.Expr)]
    assert not more, (
        f"{name_of(file)}/__init__.py, lines {more}: nothing but a docstring may stand there, since every result's key would "
        "cover what it imports; move the code to a file of its own"
    )


def written(tree: ast.AST) -> set[str]:
    """Functions called by a plain name, outside ``if __name__ == "__main__"``."""
    guarded = {id(n) for node in ast.walk(tree) if isinstance(node, ast.If) for n in ast.walk(node) if _is_main(node)}
    calls = (n for n in ast.walk(tree) if isinstance(n, ast.Call) and id(n) not in guarded)
    return {call.func.id for call in calls if isinstance(call.func, ast.Name)}


def _is_main(node: ast.If) -> bool:
    return "__name__" in {n.id for n in ast.walk(node.test) if isinstance(n, ast.Name)}


@pytest.mark.parametrize("file", [f for f in files(SCIENCE) if f.name not in DRAW], ids=name_of)
def test_what_computes_neither_draws_nor_prints(file):
    drawn = {n for n in imported_names(file.read_text()) if n.split(".")[0] in ("matplotlib", "IPython")}
    assert not drawn, (
        f"{name_of(file)} imports {drawn}: computation does not draw; return a dataclass, and draw in the page or in {DRAW}"
    )
    said = written(ast.parse(file.read_text())) & {"print", "input", "open"}
    assert not said, (
        f"{name_of(file)} calls {said}: computation neither prints nor reads files; return what is to be said"
    )


STACKS = {"bmm", "baddbmm", "stack_module_state"}  # what a network that is stacked by hand is made of
CORRECTED = {  # who divides an average by what its start at zero lacks, though they take no step of Adam
    "adam/fisher.py": "reads the second moment",
    "edge_of_stability/adam_flows.py": "follows Adam in continuous time",
    "edge_of_stability/training.py": "reads Adam's preconditioner",
    "optimizers/rules.py": "other rules than Adam",
}


def named(tree: ast.AST) -> set[str]:
    return {
        n.attr if isinstance(n, ast.Attribute) else n.id
        for n in ast.walk(tree)
        if isinstance(n, (ast.Attribute, ast.Name))
    }


def corrects(tree: ast.AST) -> bool:
    """Whether something is divided by ``1 - beta ** t``."""
    return any(
        isinstance(n, ast.BinOp)
        and isinstance(n.op, ast.Div)
        and isinstance(n.right, ast.BinOp)
        and isinstance(n.right.op, ast.Sub)
        and isinstance(n.right.right, ast.BinOp)
        and isinstance(n.right.right.op, ast.Pow)
        for n in ast.walk(tree)
    )


def topic_files() -> list[Path]:
    return [file for file in files(SCIENCE) if room(name_of(file)) not in ("", *SHARED)]


@pytest.mark.whole_book
def test_networks_are_stacked_in_the_lab_alone():
    found = {name_of(f): n for f in topic_files() if (n := named(ast.parse(f.read_text())) & STACKS)}
    assert not found, (
        f"{found}: a stack of networks is computed by training_dynamics.lab.stack (or lab.modules); call that"
    )


@pytest.mark.whole_book
def test_the_step_of_adam_is_taken_by_the_lab_alone():
    found = {f.relative_to(SCIENCE).as_posix() for f in topic_files() if corrects(ast.parse(f.read_text()))}
    assert found == set(CORRECTED), (
        f"{found ^ set(CORRECTED)}: a step of Adam is training_dynamics.lab.optimizers.adam; what is another rule is listed here"
    )


def circle(folder: Path) -> list[str]:
    """A circle of imports between the files below a folder, or nothing."""
    graph = {name_of(file): {n for n in imports(file) if not _above(n, name_of(file))} for file in files(folder)}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def _above(package: str, module: str) -> bool:
    return module.startswith(f"{package}.")


@pytest.mark.whole_book
def test_no_circle_between_any_files():
    found = circle(SRC)
    assert not found, f"{' -> '.join(found)}: imports run in a circle; move what both ends need to a file of its own"


@pytest.mark.parametrize("topic", topics(SRC, "training_dynamics"))
def test_every_topic_has_the_twin_of_its_explorable(topic):
    for file in (ROOT / "book" / "_static" / f"{topic}.js", SCIENCE / topic / "explorable.py"):
        assert file.is_file(), (
            f"{file.relative_to(ROOT)} is missing: each topic has an explorable and its twin in Python"
        )
