"""`course topic`: its steps one after the other, and what it says at the end of those that failed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from coursekit.author.topic_checks import STEPS, Step
from coursekit.author.topic_tests import FEW, pytest_terminal_summary
from coursekit.cli import main


@pytest.fixture
def steps(monkeypatch):
    """What each step finds, to be filled in: ``{step: (problems, stops)}``; and the steps in the order in which they ran."""
    found, ran = {}, []

    def stands_for(step):
        def work(*asked):
            ran.append(step)
            problems, stops = found.get(step, ([], ()))
            return Step(step, problems=problems, stops=stops)

        return work

    for step in STEPS:
        monkeypatch.setitem(STEPS, step, stands_for(step))
    return SimpleNamespace(found=found, ran=ran)


def topic(*words):
    return CliRunner().invoke(main, ["topic", "adam", *words], env={"COLUMNS": "200"})


def test_what_takes_seconds_comes_first(steps):
    assert topic().exit_code == 0
    assert steps.ran == ["names", "proofs", "mutants", "settings", "claims", "page", "tests"]


def test_the_end_names_the_command_that_runs_only_what_failed(steps):
    steps.found |= {"claims": (["one missed"], ()), "tests": (["one failed"], ())}
    done = topic("--all-seeds")
    assert done.exit_code == 1 and "claims: one missed" in done.output
    assert done.output.endswith(
        "adam: claims, tests failed, as said above. When mended: course topic adam --only claims --only tests --all-seeds\n"
    )
    steps.ran.clear()
    assert topic("--only", "tests", "--only", "claims").exit_code == 1
    assert steps.ran == ["claims", "tests"]


def test_what_could_only_say_the_same_is_left_out_and_named(steps):
    steps.found["proofs"] = (["line 3: no such section"], ("page", "tests"))
    done = topic()
    assert steps.ran == ["names", "proofs", "mutants", "settings", "claims"]
    assert "proofs failed, as said above; page, tests left out, since the assignment cannot be read." in done.output
    assert done.output.endswith("course topic adam --only proofs --only page --only tests\n")
    assert "page" not in topic("--only", "proofs", "--only", "claims").output


def test_a_step_that_there_is_not_is_refused_with_those_that_there_are():
    done = topic("--only", "lint")
    assert done.exit_code == 2 and "'names', 'proofs'" in done.output


@pytest.mark.parametrize(
    "failed, said",
    [
        ([], []),
        (["a.py::t[x y]", "a.py::t[x y]", "b.py::u"], ["these alone: pytest -m '' 'a.py::t[x y]' b.py::u"]),
        ([f"a.py::t[{n}]" for n in range(FEW + 1)], []),
    ],
)
def test_a_few_failed_tests_are_given_as_a_command(failed, said):
    lines = []
    reports = [SimpleNamespace(nodeid=nodeid) for nodeid in failed]
    pytest_terminal_summary(
        SimpleNamespace(stats={"failed": reports[:1], "error": reports[1:]}, write_line=lines.append)
    )
    assert lines == said
