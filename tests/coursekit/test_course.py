"""The course is found upward from where one works; what is wrong with its table is said with file, key and rule."""

import json

import pytest
from click.testing import CliRunner

from coursekit.course import Course, CourseError, at, current, working_on
from coursekit.library import Library

TABLE = '[tool.coursekit]\nid = "stats"\ntitle = "Statistics"\npackage = "stats"\nlibrary = "stats.toolbox"\n'


@pytest.fixture
def course(tmp_path):
    """A folder with a course."""
    root = tmp_path / "course"
    (root / "exercises" / "deep").mkdir(parents=True)
    (root / "pyproject.toml").write_text(TABLE)
    (root / "exercises" / "means.md").touch()
    return root


@pytest.mark.parametrize("below", [".", "exercises", "exercises/deep"])
def test_it_is_found_from_every_folder_in_it(course, monkeypatch, below):
    monkeypatch.chdir(course / below)
    found = current()
    assert (found.root, found.id, found.title) == (course, "stats", "Statistics")
    assert found.exercises == course / "exercises" and found.topics() == ["means"]
    assert found.given == Library("stats.toolbox", "stats", (), str(course / "src"))


def test_keys_may_stand_in_a_file_of_their_own_and_folders_elsewhere(tmp_path, monkeypatch):
    (tmp_path / "coursekit.toml").write_text('exercises = "tasks"\nclassroom = "/srv/class"\npreload = ["pandas"]\n')
    monkeypatch.chdir(tmp_path)
    assert current().exercises == tmp_path / "tasks" and str(current().classroom) == "/srv/class"
    assert current().given.preload == ("pandas",)


def test_a_table_of_another_tool_is_passed_by(course, monkeypatch):
    (course / "exercises" / "pyproject.toml").write_text("[tool.ruff]\n")
    monkeypatch.chdir(course / "exercises")
    assert current().root == course


def test_a_classroom_outside_is_worked_on_with_the_course_one_is_in(course, tmp_path, monkeypatch):
    monkeypatch.chdir(course)
    with working_on(tmp_path / "classroom"):
        assert current().root == course


def test_a_classroom_in_a_course_belongs_to_that_course_wherever_one_is(course, tmp_path, monkeypatch):
    other = tmp_path / "handed_in"
    other.mkdir()
    (other / "pyproject.toml").write_text('[tool.coursekit]\nid = "mine"\n')
    monkeypatch.chdir(other)
    with working_on(course / "classroom"):
        assert current().id == "stats"
    assert current().id == "mine"


def test_a_folder_without_a_table_is_a_plain_nbgrader_course(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert current() == Course(tmp_path, id="default_course", classroom=tmp_path)
    assert current().given.seen() == {} and current().given.modules() == []


def test_a_plain_course_has_the_name_that_nbgrader_knows(tmp_path, monkeypatch):
    (tmp_path / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.course_id = "old name"\n')
    monkeypatch.chdir(tmp_path)
    assert current().id == "old name"


def test_of_nbgraders_configurations_only_the_classrooms_own_is_run(tmp_path, monkeypatch):
    """A folder of submissions may hold anything."""
    (tmp_path / "nbgrader_config.py").write_text("raise SystemExit('it was run')")
    (tmp_path / "classroom").mkdir()
    monkeypatch.chdir(tmp_path)
    with working_on(tmp_path / "classroom"):
        assert current().id == "default_course"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            '[tool.coursekit]\nlibary = "x"',
            r"pyproject.toml: \[tool.coursekit\] has no key 'libary'; there are id, title,",
        ),
        ("[tool.coursekit]\nid = 3", "id of .* must be a text that is not empty, got 3"),
        ('[tool.coursekit]\nlibrary = "my-lib"', "library of .* must be the name of a Python package, .* got 'my-lib'"),
        (
            '[tool.coursekit]\npublished = "https://x.org"',
            "published of .* must be a repository of GitHub and a branch, .* got",
        ),
        ('[tool.coursekit]\npreload = "numpy"', "preload of .* must be a list of texts, got 'numpy'"),
        ('[tool.coursekit]\nbook = ""', "book of .* must be a folder's path"),
        ('[tool.coursekit]\npackage = "a.b"\nlibrary = "a"', "library = 'a' of .* holds all of package = 'a.b'"),
        ("[tool]\ncoursekit = 1", "must be a table, got 1"),
        ("[tool.coursekit", "pyproject.toml is not valid TOML"),
    ],
)
def test_what_is_wrong_is_said_with_file_key_and_rule(tmp_path, table, said):
    (tmp_path / "pyproject.toml").write_text(table)
    with pytest.raises(CourseError, match=said):
        at(tmp_path)


def test_commands_say_it_without_a_traceback(tmp_path, monkeypatch):
    from coursekit.cli import main

    (tmp_path / "pyproject.toml").write_text("[tool.coursekit]\nid = 3")
    monkeypatch.chdir(tmp_path)
    for line in (["grade", "means"], ["release"], ["claims", "--list"], ["prove"], ["book"]):
        result = CliRunner().invoke(main, line)
        assert result.exit_code == 1 and "Error: " in result.output and "must be a text" in result.output, (
            line,
            result,
        )


def test_students_see_the_library_and_nothing_else_of_its_package():
    assert Library("a.b.c", "a").seen() == {"a": ("b/c",)}
    assert Library("tools", "a").seen() == {"a": (), "tools": (".",)}
    assert Library("", "a.b").seen() == {"a": ()}


def test_a_library_crosses_to_other_processes(tmp_path):
    from dataclasses import asdict

    library = Library("a.b", "a", ("numpy",), str(tmp_path))
    assert Library.read(json.loads(json.dumps(asdict(library)))) == library


def test_a_librarys_modules_are_found_in_the_course_or_where_they_are_installed(tmp_path):
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    for name in ("__init__.py", "one.py"):
        (folder / name).touch()
    own = Library("a.b", src=str(tmp_path))
    assert own.modules() == ["a.b", "a.b.one"] and own.source() == tmp_path and own.path == str(tmp_path)
    installed = Library("coursekit.engine.matching", src=str(tmp_path))
    assert "coursekit.engine.matching.plan" in installed.modules() and installed.path == ""
    assert Library("no.such.package").modules() == [] and Library("no.such.package").source() is None
