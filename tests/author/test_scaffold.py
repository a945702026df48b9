"""A new topic: refused names, a list of contents that keeps its comments, and files that pass all that is asked of a topic."""

from __future__ import annotations

import ast
import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from coursekit.assignments.parse import load
from coursekit.assignments.prove import prove
from coursekit.author import scaffold
from coursekit.author.topic_checks import names
from coursekit.author.topic_tests import concerns
from coursekit.book.toc import drafted, of_topic
from coursekit.claim import REGISTRY
from coursekit.course import Course, CourseError, at, current

CONTENTS = """# A comment that stays.
root: index
parts:
- caption: First
  chapters: []
- caption: Second
  chapters:
  - file: one

# Generated pages.
- caption: Third
  chapters:
  - glob: assignments/*
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A small course with the toolbox of the one that these tests lie in, under another name."""
    toolbox = shutil.copytree(current().given.folder(current().library), tmp_path / "src" / "newpack" / "toolbox")
    for file in toolbox.rglob("*.py"):
        file.write_text(file.read_text().replace(current().package, "newpack"))
    (tmp_path / "coursekit.toml").write_text('package = "newpack"\nlibrary = "newpack.toolbox"')
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "_toc.yml").write_text(CONTENTS)
    return at(tmp_path)


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "part, before", [("First", "- caption: Second"), ("Second", "\n# Generated pages."), ("", "- caption: Second")]
)
def test_a_chapter_is_listed_at_the_end_of_its_part_and_comments_stay(part, before):
    made = scaffold.with_chapter(CONTENTS, "two", part)
    assert f"  - file: two\n{before}" in made
    assert set(CONTENTS.splitlines()) - set(made.splitlines()) <= {"  chapters: []"}
    assert len(yaml.safe_load(made)["parts"]) == 3


def test_a_part_that_is_not_there_or_laid_out_otherwise_is_named():
    with pytest.raises(CourseError, match="no part 'Fourth'; there are First, Second, Third"):
        scaffold.with_chapter(CONTENTS, "two", "Fourth")
    with pytest.raises(CourseError, match="add `- file: two` to it by hand"):
        scaffold.with_chapter("parts: [{caption: First, chapters: []}]", "two")


@pytest.mark.parametrize(
    "name, reason",
    [
        ("Adam", "snake_case"),
        ("a-b", "snake_case"),
        ("a__b", "snake_case"),
        ("../up", "snake_case"),
        ("class", "snake_case"),
        ("lab", "reserved"),
        ("toolbox", "reserved"),
        ("claims", "reserved"),
        ("digits_data", "reserved"),
        ("a" * 31, "at most 30 letters"),
        ("taken", "book/taken.md exists"),
        ("half", "src/newpack/half exists"),
    ],
)
def test_a_name_that_no_topic_may_have_is_refused_and_nothing_is_written(course, name, reason):
    (course.book / "taken.md").write_text("# Taken\n")
    (course.src / "newpack" / "half").mkdir()
    before = files(course.root)
    with pytest.raises(CourseError, match=reason):
        scaffold.make(course, name)
    assert files(course.root) == before


@pytest.mark.parametrize("options, reason", [({"part": "Nowhere"}, "no part"), ({"title": 'A "b"'}, "a title has")])
def test_what_cannot_be_written_is_refused_before_the_first_file(course, options, reason):
    before = files(course.root)
    with pytest.raises(CourseError, match=reason):
        scaffold.make(course, "waves", **options)
    assert files(course.root) == before


def test_a_new_topic_is_whole(course, monkeypatch):
    """Its files parse and hold no blanks of the templates; its assignment proves, and its claims hold."""
    monkeypatch.chdir(course.root)
    monkeypatch.syspath_prepend(str(course.src))
    written = scaffold.make(course, "waves", title="Waves and springs")
    for path in written:
        text = path.read_text()
        assert not [blank for blank in ("<topic>", "<title>", "<package>", "<library>") if blank in text], path
        if path.suffix == ".py":
            ast.parse(text)
    assert "# Waves and springs\n" in (course.book / "waves.md").read_text()
    proofs = prove(load("waves", course.root), course.root)
    assert len(proofs) >= 7 and not [problem for proof in proofs for problem in proof.problems]
    assert of_topic(course, "waves") == ["waves"]
    assert not names(course, "waves").problems
    page = course.book / "waves.md"
    page.write_text(page.read_text().replace("prerequisites: []", "prerequisites: [waved]") + "[There](wave.md).\n")
    assert len(names(course, "waves").problems) == 1 and "did you mean waves.md?" in names(course, "waves").problems[0]
    try:
        importlib.import_module("newpack.waves.claims.descent")
        claims = [claim for id, claim in REGISTRY.items() if id.startswith("waves.")]
        assert any(len(claim.vary) >= 2 for claim in claims) and any(not claim.random for claim in claims)
        for claim in claims:
            found = [claim.measure(0, setting) for setting in (None, *claim.settings)]
            assert all(m.ok and m.headroom >= 1.5 for m in found), (claim.id, found)
    finally:
        for id in [id for id in REGISTRY if id.startswith("waves.")]:
            del REGISTRY[id]


def test_a_draft_has_all_pages_of_a_topic_by_their_names_and_by_what_their_cells_import(course):
    imports = {"strings": "newpack.waves.descent", "waves_again": "math", "wavesome": "newpack.wavesome.descent"}
    for name, imported in imports.items():
        front = "---\ncourse:\n  objectives: {a: b}\n---\n"
        (course.book / f"{name}.md").write_text(f"{front}# T\n\n```{{code-cell}}\nimport {imported}\n```\n")
    (course.src / "newpack" / "waves" / "claims").mkdir(parents=True)
    whole = ("waves", "strings", "waves_again")
    assert of_topic(course, "waves") == list(whole)
    assert drafted(course, ["waves_again"]) == drafted(course, ["waves", "waves_again"]) == whole
    assert drafted(course, ["wavesome", "not_written"]) == ("wavesome", "not_written")


@pytest.mark.parametrize(
    "file, test, belongs",
    [
        ("test_adam", "test_it", True),
        ("test_adam_training", "test_it[adam_w]", True),
        ("test_adam_w", "test_it[adam]", False),
        ("test_adamant", "test_it", False),
        ("test_claims", "test_claim[adam.first_step]", True),
        ("test_claims", "test_claim[adam_w.first_step]", False),
        ("test_exercises", "test_proved[adam]", True),
        ("test_claims", "test_adam", False),
        ("test_whole_book", "test_it", False),
    ],
)
def test_which_tests_are_a_topic_s(file, test, belongs):
    assert concerns(file, test, "adam", ["adam", "adam_w", "dropout"]) == belongs


def test_a_test_of_one_of_its_pages_is_a_topic_s():
    asked = ("test_cells", "test_linted[adam_invariance]", "adam", ["adam", "dropout"])
    assert concerns(*asked, pages=["adam", "adam_invariance"]) and not concerns(*asked, pages=["adam"])


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A copy of the course that these tests lie in."""
    root = tmp_path / "whole"
    for name in (".ci", "book", "examples", "exercises", "packages", "solutions", "src", "tests", "tools"):
        shutil.copytree(current().root / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file in current().root.iterdir():
        if file.is_file():
            shutil.copy(file, root)
    if (live := current().cache / "live").is_dir():  # the browser's Python, where it was fetched
        shutil.copytree(live, root / ".cache" / "live")
    return root


@pytest.mark.slow
def test_all_that_concerns_a_new_topic_passes_and_what_breaks_is_named(whole):
    def run(*line: str) -> subprocess.CompletedProcess[str]:
        quiet = {"COLUMNS": "200", "COURSE_PYODIDE": "none"}  # nothing is fetched for a course that is thrown away
        environment = os.environ | {"PYTHONPATH": str(whole / "src")} | quiet | {"COURSE_SINCE": ""}  # nor has it git
        return subprocess.run([sys.executable, "-m", *line], cwd=whole, env=environment, capture_output=True, text=True)

    def course(*line: str) -> subprocess.CompletedProcess[str]:
        return run("coursekit.cli", *line)

    made = course("new", "scratch_topic")
    assert made.returncode == 0 and "course claims scratch_topic --settings" in made.stdout, made.stderr
    solutions = whole / "solutions" / "scratch_topic" / "reference.py"
    right = solutions.read_text()
    solutions.write_text(right.replace("return 2 / curvature", "return 3 / curvature"))
    broken = course("topic", "scratch_topic")
    assert broken.returncode == 1
    assert (
        "settles: 4 settings (rate=0.1, 1.5; kind=uniform, coin) not measured under the present code" in broken.stdout
    )
    assert "largest_rate: the alternative 'power' fails" in broken.stdout
    assert (
        "proofs, mutants, settings" in broken.stderr and "--only proofs --only mutants --only settings" in broken.stderr
    )
    solutions.write_text(right)
    assert course("claims", "scratch_topic", "--settings").returncode == 0
    measured = course("prove", "scratch_topic", "--mutants")
    assert measured.returncode == 0, measured.stdout + measured.stderr
    good = course("topic", "scratch_topic", "--all-seeds")
    assert good.returncode == 0, good.stdout + good.stderr
    asked = [*map(str, (whole / "tests").glob("test_exercises*.py")), "tests/book/test_tasks.py"]
    slow = run("pytest", "-m", "slow or browser", "-k", "scratch_topic", *asked)  # what CI asks of a changed assignment
    assert slow.returncode == 0 and " passed" in slow.stdout, slow.stdout + slow.stderr
    code = [f"src/{current().package}/scratch_topic", f"tests/{current().package}/test_scratch_topic.py"]
    assert [run("ruff", *how, *code).returncode for how in (["check"], ["format", "--check"])] == [0, 0]
    script = whole / "book" / "_static" / "scratch_topic.js"
    assert subprocess.run([Path(sys.executable).with_name("oxlint"), script], cwd=whole, check=False).returncode == 0


def test_what_the_whole_book_asks_is_asked_of_a_topic_too():
    files = [
        str(current().root / "tests" / name)
        for name in ("book/test_cells.py", "book/test_whole_book.py", "test_project.py")
    ]
    line = ["pytest", "-p", "coursekit.author.topic_tests", "--topic", "adam", "--collect-only", *files]
    done = subprocess.run(
        [sys.executable, "-m", *line], cwd=current().root, capture_output=True, text=True, check=False
    )
    found = {test.rpartition("::")[2] for test in done.stdout.splitlines() if "::" in test}
    assert any("cells_of_a_chapter" in name and "[adam_invariance]" in name for name in found)
    assert "test_concepts_point_to_places_and_no_name_is_given_twice" in found, done.stdout + done.stderr
    assert any("claims_of_the_course" in name for name in found)
    assert not any("a_complete_plan" in name for name in found)
