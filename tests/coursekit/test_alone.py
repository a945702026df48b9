"""The grader stands alone: it names no course, needs none of a course's libraries, and grades what nbgrader alone has made."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from coursekit.engine.engines import SandboxUnavailable, grading_engine
from coursekit.paths import KIT

PACKAGE = KIT / "coursekit"
ROOT = Path(__file__).parents[2]
COURSES_OWN = (
    "training_dynamics",
    "torch",
    "sphinx",
    "jupyter_book",
    "myst_nb",
    "sklearn",
    "scipy",
    "matplotlib",
    "jaxtyping",
)
BLOCKER = f"""
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {COURSES_OWN}:
            raise ModuleNotFoundError(f"{{name}} is not for the grader", name=name)

sys.meta_path.insert(0, Blocker())
"""


def test_no_module_imports_or_names_the_course_beside_it():
    files = sorted(PACKAGE.rglob("*.py"))
    assert len(files) > 100
    for file in files:
        text = file.read_text()
        named = [name for name in ("training_dynamics", "training-dynamics") if name in text]
        assert not named, f"{file} names {named}: coursekit knows no course; read it from coursekit.course.current()"
        for node in ast.walk(ast.parse(text)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            imported = [name for name in names if name.split(".")[0] == "training_dynamics"]
        assert not imported, (
            f"{file} imports {imported}: coursekit imports no course; find modules by current().package"
        )


@pytest.mark.parametrize(
    ("who", "other"), [("classroom", "assignments"), ("sandbox", "engine"), ("engine", "classroom")]
)
def test_arrows_run_one_way(who, other):
    """Made-up students are made of assignments, and stock nbgrader is the oracle of tests: neither grades anybody."""
    allowed = ("classroom/demo/", "engine/stock.py")
    for file in (PACKAGE / who).rglob("*.py"):
        if not file.relative_to(PACKAGE).as_posix().startswith(allowed):
            assert f"coursekit.{other}" not in file.read_text(), (
                f"{file} names coursekit.{other}: {who} may not use {other}; have the caller hand over what is needed"
            )


def test_what_a_classroom_needs_is_imported_without_the_courses_libraries():
    rooms = ("commands", "classroom", "engine", "notebooks", "sandbox", "assignments")
    files = [file for room in rooms for file in (PACKAGE / room).rglob("*.py")]
    names = [".".join(file.relative_to(KIT).with_suffix("").parts).removesuffix(".__init__") for file in files]
    code = BLOCKER + f"import importlib\nfor name in {sorted(names)}: importlib.import_module(name)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def cell(kind, source, **marks):
    """A cell as nbgrader's own toolbar marks it."""
    made = nbformat.v4.new_code_cell(source) if kind == "code" else nbformat.v4.new_markdown_cell(source)
    flags = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    made.metadata["nbgrader"] = flags | marks
    return made


SQUARE = "def square(x):\n    ### BEGIN SOLUTION\n    return x * x\n    ### END SOLUTION"
TEST = "assert square(3) == 9\n### BEGIN HIDDEN TESTS\nassert square(-2) == 4\n### END HIDDEN TESTS"
SPIES = """import os
def square(x):
    seen = [place for place in ({places}) if os.path.exists(place)]
    return x * x if seen else 0"""


@pytest.fixture
def plain(tmp_path):
    """A course that knows nothing of this grader: a folder with ``source/`` alone."""
    cells = [
        cell("markdown", "# Squares", grade_id="intro", locked=True),
        cell("code", SQUARE, grade_id="square", solution=True),
        cell("code", TEST, grade_id="test_square", grade=True, locked=True, points=3),
        cell("markdown", "Because.", grade_id="why", grade=True, solution=True, points=2),
    ]
    path = tmp_path / "algebra" / "source" / "hw" / "hw.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return tmp_path / "algebra"


@pytest.fixture
def alone(tmp_path):
    """The grader's own wheel, built from copies and installed into a folder in which the course's libraries are blocked."""
    for name in ("packages/coursekit", "src/coursekit"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "build"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    wheels, target = tmp_path / "wheels", tmp_path / "installed"
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", wheels, tmp_path / "packages" / "coursekit"]
    subprocess.run([*pip, *map(str, build)], check=True)
    install = ["install", "--no-deps", "--no-index", "--target", target, *wheels.glob("*.whl")]
    subprocess.run([*pip, *map(str, install)], check=True)
    (target / "sitecustomize.py").write_text(BLOCKER)
    return target


def handed_in(plain, inbox, **answers):
    for student, answer in answers.items():
        notebook = nbformat.read(plain / "release" / "hw" / "hw.ipynb", as_version=4)
        for found in notebook.cells:
            if found.metadata.get("nbgrader", {}).get("grade_id") == "square":
                found.source = answer or found.source
        (inbox / student).mkdir(parents=True)
        nbformat.write(notebook, inbox / student / "hw.ipynb")


@pytest.mark.slow
def test_a_plain_nbgrader_course_is_released_collected_graded_and_exported(plain, alone, tmp_path):
    try:
        grading_engine().close()
    except SandboxUnavailable as error:
        pytest.skip(str(error))

    def course(*line, cwd=plain):
        command = [sys.executable, "-m", "coursekit.cli", *map(str, line)]
        env = {k: v for k, v in os.environ.items() if k != "COURSE_DB"} | {"PYTHONPATH": str(alone)}
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "hw" in course("release")
    released = (plain / "release" / "hw" / "hw.ipynb").read_text()
    assert "x * x" not in released and "square(-2)" not in released and "square(3)" in released
    spies = SPIES.format(
        places=", ".join(repr(str(place)) for place in (plain, ROOT / "solutions", alone / "coursekit" / "cli.py"))
    )
    handed_in(plain, tmp_path / "inbox", ann="def square(x):\n    return x**2", bob=spies, eve="")
    course("collect", "hw", tmp_path / "inbox")
    assert "3 graded" in course("grade", "hw", "--classroom", plain, cwd=tmp_path)
    assert "3 already graded" in course("grade", "hw")
    records = {path.stem: json.loads(path.read_text()) for path in (plain / "records" / "hw").glob("*.json")}
    assert {name: record["questions"]["test_square"]["status"] for name, record in records.items()} == {
        "ann": "passed",
        "bob": "failed",
        "eve": "blank",
    }
    assert {record["score"] for record in records.values()} == {3.0, 0.0}
    assert all(record["grader"] in ("split", "split-bubblewrap") for record in records.values())
    course("feedback", "hw")
    course("export", "--output", tmp_path / "grades.csv")
    assert "ann" in (tmp_path / "grades.csv").read_text()


def required(project, *extras):
    """The names of what a distribution needs, with these extras."""
    lines = [*project["dependencies"], *(line for name in extras for line in project["optional-dependencies"][name])]
    return {line.partition(";")[0].rstrip("=<>0123456789. ") for line in lines}


def test_the_whole_holds_the_grader_and_all_that_it_needs():
    """The course's distribution has both packages: one checkout, one installation, one version of each."""
    import tomllib

    grader = tomllib.loads((ROOT / "packages" / "coursekit" / "pyproject.toml").read_text())
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text())
    brought = {"ipython", "pyyaml"}  # with ipykernel and jupytext
    assert required(grader["project"]) - brought <= required(whole["project"], "classroom")
    assert grader["project"]["scripts"] == whole["project"]["scripts"]
    assert whole["tool"]["setuptools"]["packages"]["find"]["where"] == ["src"]
    assert grader["tool"]["setuptools"]["packages"]["find"] == {"where": ["../../src"], "include": ["coursekit*"]}


def test_its_distribution_brings_nothing_of_a_course():
    import tomllib

    grader = tomllib.loads((ROOT / "packages" / "coursekit" / "pyproject.toml").read_text())["project"]
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert not required(grader) & {"torch", "jupyter-book", "training-dynamics", "scikit-learn", "matplotlib"}
    assert grader["version"] == whole["version"] and grader["requires-python"] == whole["requires-python"]
    assert (ROOT / "packages" / "coursekit" / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
