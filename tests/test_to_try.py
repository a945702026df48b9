import pytest

import to_try

NAMES = ["adam", "adam_w", "dropout", "momentum", "noise"]


@pytest.fixture
def repository(monkeypatch):
    """Git as these tests want it: what changed, and the last commit."""
    said = {"changed": "", "head": "0"}
    monkeypatch.setattr(to_try, "topics", lambda: NAMES)
    monkeypatch.setattr(to_try, "git", lambda folder, what, *rest: said["changed" if what == "diff" else "head"])
    return said


@pytest.mark.parametrize("since, changed", [("", "exercises/adam.md"), ("HEAD~1", "")])
def test_without_a_commit_or_without_git_all_topics_are_tried(repository, since, changed):
    repository["changed"] = changed
    assert to_try.topics_to_try(since) == NAMES


@pytest.mark.parametrize("path", ["exercises/adam_w.md", "solutions/adam_w/mistakes.py"])
def test_topics_whose_exercises_changed_are_tried_and_two_others(repository, path):
    drawn = set()
    for head in range(20):
        repository.update(changed=f"README.md\n{path}\n", head=str(head))
        chosen = to_try.topics_to_try("HEAD~1")
        assert "adam_w" in chosen and len(chosen) == 3
        drawn |= set(chosen)
    assert drawn == set(NAMES), "other commits draw others"


def test_a_change_elsewhere_draws_two(repository):
    repository["changed"] = "src/coursekit/checks.py\nsrc/training_dynamics/adam/claims/step.py\n"
    assert len(to_try.topics_to_try("HEAD~1")) == 2


PAGES = [
    "index.html",
    "guides/student.html",
    *(f"{folder}{name}.html" for folder in ("", "assignments/", "claims/") for name in NAMES),
]


@pytest.mark.parametrize(
    "path", ["src/training_dynamics/adam/step.py", "book/adam.md", "book/_static/adam.js", "book/_static/adam_data.js"]
)
def test_all_pages_of_a_topic_that_changed_are_looked_at_and_a_third_of_the_others(repository, path):
    drawn = set()
    for head in range(40):
        repository.update(changed=path, head=str(head))
        chosen = to_try.pages_to_try(PAGES, "HEAD~1")
        assert {"adam.html", "assignments/adam.html", "claims/adam.html"} <= set(chosen)
        assert len(chosen) == 3 + 5
        drawn |= set(chosen)
    assert drawn == set(PAGES), "other commits draw others"


@pytest.mark.parametrize("path", ["book/_static/course.css", "src/coursekit/book/adam.py", "_config.yml"])
def test_a_change_of_what_makes_every_page_looks_at_all(repository, path):
    repository["changed"] = f"book/adam.md\n{path}\n"
    assert to_try.pages_to_try(PAGES, "HEAD~1") == PAGES


def test_without_a_commit_all_pages_are_looked_at(repository):
    assert to_try.pages_to_try(PAGES, "") == PAGES


SLOW = [f"tests/coursekit/classroom/test_{name}.py::test_it" for name in "abcdef"] + [
    "tests/author/test_scaffold.py::test_it",
    "tests/test_exercises.py::test_it[adam]",
]


@pytest.mark.parametrize(
    "path, kept",
    [
        ("src/coursekit/classroom/grade/run.py", [0, 1, 2, 3, 4, 5, 7]),
        ("tests/coursekit/classroom/students.py", [0, 1, 2, 3, 4, 5, 7]),
        ("src/coursekit/author/scaffold.py", [6, 7]),
        ("book/adam.md", [7]),
    ],
)
def test_slow_tests_of_what_changed_are_run_and_half_of_the_others(repository, path, kept):
    ran = set()
    for head in range(40):
        repository.update(changed=path, head=str(head))
        chosen = to_try.slow_tests_to_try(SLOW, "HEAD~1")
        assert {SLOW[place] for place in kept} <= chosen
        assert len(chosen) == len(kept) + (len(SLOW) - len(kept) + 1) // 2
        ran |= chosen
    assert ran == set(SLOW), "other commits draw others"


@pytest.mark.parametrize(
    "since, changed", [("", "README.md"), ("HEAD~1", ""), ("HEAD~1", "src/coursekit/engine/grade.py")]
)
def test_all_slow_tests_are_run_where_no_commit_is_named_or_the_engine_changed(repository, since, changed):
    repository["changed"] = changed
    assert to_try.slow_tests_to_try(SLOW, since) == set(SLOW)
