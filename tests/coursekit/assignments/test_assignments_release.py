"""Release: nbgrader's own students' notebook, the kit, the pages; the same bytes twice, and nothing that gives answers away."""

import io
import os
import re
import subprocess
import sys
import venv
import zipfile

import nbformat
import pytest
from click.testing import CliRunner
from fixture import COURSE, ROOT as FIXTURE, answered, copy_course
from kit_search import assert_no_answer, kit_bytes, telling

from coursekit.assignments.kit import modules
from coursekit.assignments.pages import write_pages
from coursekit.assignments.parse import load
from coursekit.assignments.release import release, released_text, scripts_on_path, source_text
from coursekit.assignments.schema import AssignmentError
from coursekit.cli import main
from coursekit.notebooks.marks import CODE_STUB, TEXT_STUB, without_solution


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classroom")
    release(["tiny"], folder, root=FIXTURE)
    return folder


def test_the_same_input_gives_the_same_bytes(classroom, tmp_path):
    made = release(["tiny"], tmp_path, root=FIXTURE)[0]
    for file in (made.source, made.release, made.kit):
        assert file.read_bytes() == (classroom / file.relative_to(tmp_path)).read_bytes()
    before = [file.stat().st_mtime_ns for file in (made.source, made.kit)]
    assert release(["tiny"], tmp_path, root=FIXTURE)[0] == made
    assert [file.stat().st_mtime_ns for file in (made.source, made.kit)] == before
    assert made.release.read_bytes() == (classroom / "release/tiny/tiny.ipynb").read_bytes()


def test_an_edit_changes_what_is_released(tmp_path):
    root = copy_course(tmp_path, exercises=("half-time for s=2, a0=0.001", "half-time of a strong mode"))
    assert "half-time of a strong mode" in released_text(load("tiny", root), root)


def test_nbgrader_s_release_holds_stubs_and_no_hidden_check(classroom):
    source = nbformat.read(classroom / "source/tiny/tiny.ipynb", as_version=4)
    notebook = nbformat.read(classroom / "release/tiny/tiny.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert [c.id for c in notebook.cells] == [c.id for c in source.cells]
    sources = {c.id: c.source for c in notebook.cells}
    for cell in source.cells:
        if cell.metadata.get("coursekit", {}).get("role") == "answer":
            assert sources[cell.id] == without_solution(cell.source, CODE_STUB)
    assert sources["meaning"] == TEXT_STUB
    assert "HIDDEN" not in "".join(sources.values()) and "SOLUTION" not in "".join(sources.values())
    locked = {c.id for c in notebook.cells if c.metadata.get("editable") is False}
    assert {"head", "setup_2", "half_time", "order"} <= locked and "half_time_answer" not in locked


def test_the_gradebook_knows_the_points(classroom):
    from nbgrader.api import Gradebook

    with scripts_on_path(), Gradebook(f"sqlite:///{classroom / 'gradebook.db'}", COURSE.id) as gradebook:
        assignment = gradebook.find_assignment("tiny")
        assert assignment.max_score == 14 and assignment.max_written_score == 5


def test_the_kit_gives_no_answer_away():
    assert_no_answer(FIXTURE, "tiny")


def test_the_search_for_answers_finds_one_that_is_planted():
    assignment = load("tiny", FIXTURE)
    planted = {"tiny/notes.txt": assignment.question("momentum").reference}
    with pytest.raises(AssertionError, match="notes.txt of the kit holds"):
        assert_no_answer(FIXTURE, "tiny", planted)


def test_the_kit_holds_only_modules_for_students():
    names = set(modules(COURSE))
    assert {"coursekit.checks", "coursekit.cli", "coursekit.engine.engines", "coursekit.commands.check"} <= names
    assert not [n for n in names if n.startswith(("coursekit.assignments", "coursekit.book", "coursekit.classroom"))]
    own = {name for name in names if name.startswith("tiny_course")}
    assert own == {"tiny_course", "tiny_course.toolbox", "tiny_course.toolbox.nets", "tiny_course.toolbox.seeds"}


@pytest.mark.parametrize("module", ["tiny_course.modes", "tiny_course.lab.steps"])
def test_a_module_of_a_topic_or_of_the_lab_in_the_kit_is_refused(monkeypatch, module):
    monkeypatch.setattr("coursekit.assignments.kit.ROOTS", ("coursekit.cli", module))
    with pytest.raises(AssignmentError, match="the kit would hold tiny_course.(modes|lab)"):
        modules(COURSE)


@pytest.mark.slow
def test_the_kit_installs_and_checks_on_its_own(tmp_path):
    zipfile.ZipFile(io.BytesIO(kit_bytes(FIXTURE, "tiny"))).extractall(tmp_path)
    venv.create(tmp_path / "env", with_pip=True, system_site_packages=True)
    python = tmp_path / "env" / "bin" / "python"
    parent = next(p for p in sys.path if p.endswith("site-packages"))
    site = next((tmp_path / "env").glob("lib/python*/site-packages"))
    (site / "parent.pth").write_text(parent + "\n")  # torch and numpy come from the environment that runs the tests
    command = [python, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "."]
    newest = {**os.environ, "PYTHONPATH": parent}  # its setuptools is older than the kit asks for
    subprocess.run(command, cwd=tmp_path / "tiny", check=True, capture_output=True, env=newest)
    notebook = tmp_path / "tiny" / "tiny.ipynb"
    notebook.write_text(
        answered(notebook, {"half_time": load("tiny", FIXTURE).question("half_time").alternatives["numpy-float32"]})
    )
    where = subprocess.run(
        [python, "-c", "import coursekit; print(coursekit.__file__)"], cwd=tmp_path, capture_output=True, text=True
    )
    assert str(site) in where.stdout
    done = subprocess.run(
        [python.parent / "course", "check", "tiny.ipynb"], cwd=tmp_path / "tiny", capture_output=True, text=True
    )
    assert "half_time: passes the visible checks  (3 points)" in done.stdout
    assert "momentum: missing" in done.stdout and done.returncode == 1


@pytest.mark.slow
def test_stock_nbgrader_agrees_on_reference_and_blank(tmp_path):
    """Real autograding, kernel and all: the reference earns everything that is not written, the blank nothing."""
    from stock import StockEngine

    from coursekit.engine.interface import Budget, Submission

    source = source_text(load("tiny", FIXTURE), FIXTURE).encode()
    blank = released_text(load("tiny", FIXTURE), FIXTURE).encode()
    engine = StockEngine()
    try:
        full = engine.grade(Submission("reference", source), source, Budget())
        none = engine.grade(Submission("blank", blank), source, Budget())
    finally:
        engine.close()
    assert {id: q.score for id, q in full.questions.items() if id != "meaning"} == {
        "half_time": 3,
        "momentum": 4,
        "order": 2,
    }
    assert sum(q.score for q in none.questions.values()) == 0


def test_pages_show_the_student_s_version_and_are_written_once(tmp_path):
    root = copy_course(tmp_path)
    told: list[str] = []
    assert write_pages(root / "book", tell=told.append) == ["tiny"]
    assert told == ["assignment 1 of 1: tiny"]
    page = root / "book" / "assignments" / "tiny.md"
    text = page.read_text()
    assert "(exercise-tiny-half_time)=\n## 1. When does a mode switch on?" in text
    assert "Compute the time at which a mode switches on." in text
    assert text.count(":class: dropdown") == 3 * 4 + 2
    for question in load("tiny", root).questions:
        assert not any(
            line in re.sub(r"\s+", "", text) for line in telling(question.hidden + "\n" + question.reference)
        )
    before = page.stat().st_mtime_ns
    write_pages(root / "book")
    assert page.stat().st_mtime_ns == before
    (root / "exercises" / "tiny.md").unlink()
    assert write_pages(root / "book") == [] and not page.exists()
    assert not list((root / "book" / "_extra" / "kits").iterdir())


def test_the_command_says_what_is_wrong(tmp_path):
    result = CliRunner().invoke(main, ["release", "no_such_topic", "--classroom", str(tmp_path)])
    assert result.exit_code == 1 and "no assignment is called 'no_such_topic'" in result.output
