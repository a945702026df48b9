"""The kill rate: which mutants count, that no student's checks may miss one, and the lock that keeps what was measured."""

import json
import resource

import numpy as np
import pytest
from click.testing import CliRunner
from fixture import copy_course
from test_drawn import DOMAIN, END

from coursekit import locks
from coursekit.assignments import kills, kills_lock
from coursekit.assignments.fuzz import Fuzz
from coursekit.assignments.kills import Kills, measure
from coursekit.assignments.parse import load
from coursekit.assignments.prove import prover_of
from coursekit.cli import main


def of_half_time(root):
    assignment = load("tiny", root)
    return measure(prover_of(assignment, root), assignment.question("half_time"))


@pytest.fixture
def course(tmp_path):
    return copy_course(tmp_path, exercises=(END, END + DOMAIN))


def test_every_mutant_is_killed_or_set_apart(course):
    found = of_half_time(course)
    assert found.ok and found.rate == 1 and not found.survivors
    assert found.killed > 20 and found.same > 0
    assert found.mutants == found.same + found.broken + found.killed


def test_without_drawn_inputs_a_mutant_survives_and_is_named_with_its_reason(course, monkeypatch):
    monkeypatch.setattr("coursekit.checks.Check.drawn", lambda self, domain, reference: None)
    found = of_half_time(course)
    assert not found.ok
    assert all("of 200 inputs: half_time(" in why for why in found.survivors.values())


def test_a_mutant_that_one_student_s_checks_let_pass_survives(course, monkeypatch):
    assignment = load("tiny", course)
    prover, question = prover_of(assignment, course), assignment.question("half_time")
    wrong = "import math\ndef half_time(s, a0):\n    return math.log(s / a0 - 1) / (2 * s) + (a0 >= s / 2)"
    assert kills._rejected(prover, question, wrong, {})
    monkeypatch.setattr("coursekit.checks.Check.drawn", lambda self, *_: self.require(self.seed != 4711, "drawn"))
    monkeypatch.setattr(kills, "DRAWN", "drawn")
    assert not kills._rejected(prover, question, wrong, {})


def test_equal_answers_are_the_same_everywhere_and_one_that_always_raises_is_broken(course):
    assignment = load("tiny", course)
    fuzz = Fuzz(assignment, assignment.question("half_time"), 20)
    right = "import math\ndef half_time(s, a0):\n    return 0.5 * math.log((s - a0) / a0) / s"
    assert fuzz.compare(right).same and fuzz.compare(right).tried == 20
    assert fuzz.compare("def half_time(s, a0):\n    return s[0]", stop=True).broken
    late = fuzz.compare(right.replace("return", "return a0 if s == 1.0 else"), stop=True)
    assert not late.same and not late.broken and late.first == "half_time(1.0, 0.5)"


def test_the_lock_keeps_what_was_measured_and_is_stale_when_a_check_changes(course):
    run = CliRunner().invoke(main, ["prove", "--mutants", "--root", str(course)])
    assert run.exit_code == 0 and "100.00% of the mutants" in run.output
    lock, assignment = kills_lock.load(course), load("tiny", course)
    assert kills_lock.problems([assignment], lock) == []
    assert locks.text(json.loads(locks.text(lock))) == (course / kills_lock.FILE).read_text()
    before = (course / kills_lock.FILE).stat().st_mtime_ns
    assert kills_lock.measure_missing(assignment, course) == []
    assert (course / kills_lock.FILE).stat().st_mtime_ns == before
    assignment.question("half_time").hidden += "\ncheck.require(True, 'one more')"
    assert kills_lock.problems([assignment], lock) == [
        "tiny/half_time: not measured as it is now; `course prove tiny --mutants` measures it: commit mutants.lock"
    ]
    assert kills_lock.problems([], lock) == [
        "tiny/half_time: no question with a domain is called so; `course prove tiny --mutants` takes it out: commit mutants.lock"
    ]


def entry(killed, survivors):
    return {"digest": "", "mutants": 100, "same": 0, "broken": 0, "killed": killed, "survivors": survivors}


def test_a_rate_below_the_bar_is_a_problem_of_the_question_and_of_all(monkeypatch, course):
    assignment = load("tiny", course)
    monkeypatch.setattr(kills_lock, "digest", lambda *_: "")
    problems = kills_lock.problems([assignment], {"tiny": {"half_time": entry(97, {"a": "why", "b": "", "c": ""})}})
    assert "tiny/half_time: its checks reject 97.0% of the mutants, at least 98% are wanted: a (why)" in problems[0]
    assert problems[0].endswith("on every pass, then `course prove tiny --mutants`")
    assert "all questions reject 97.00%" in problems[1]
    assert not kills_lock.problems([assignment], {"tiny": {"half_time": entry(100, {})}})
    assert Kills("q").rate == 1 and Kills("q", killed=98, survivors={"a": "", "b": ""}).ok


def test_ci_measures_again_what_changed_and_says_when_the_lock_is_stale(course):
    arguments = ["prove", "--mutants", "--check", "--root", str(course)]
    run = CliRunner().invoke(main, arguments)
    assert run.exit_code == 1 and "tiny/half_time: not measured as it is now" in run.output
    assignment = load("tiny", course)
    lock = {
        "tiny": {
            "half_time": entry(1, {}) | {"digest": kills_lock.digest(assignment, assignment.question("half_time"))}
        }
    }
    (course / kills_lock.FILE).write_text(locks.text(lock))
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert CliRunner().invoke(main, ["prove", "--check"]).exit_code == 2


def test_what_differs_from_a_commit_is_measured_again(course, monkeypatch):
    assignment = load("tiny", course)
    lock = {"tiny": {"half_time": entry(1, {}) | {"digest": "new"}}}
    old = {"tiny": {"half_time": entry(1, {}) | {"digest": "old"}}}
    for module in (locks, kills_lock):
        monkeypatch.setattr(module, "git", lambda folder, *told: locks.text(old) if told[0] == "show" else "head")
    monkeypatch.setattr(kills_lock, "drawn", lambda name: False)
    assert kills_lock.to_check([assignment], lock, "main", course) == {"tiny": ["half_time"]}
    assert kills_lock.to_check([assignment], old, "main", course) == {}
    monkeypatch.setattr(kills_lock, "drawn", lambda name: name == "head tiny/half_time")
    assert kills_lock.to_check([assignment], old, "main", course) == {"tiny": ["half_time"]}


def test_a_mutant_that_asks_for_a_huge_array_gets_an_error_and_not_the_machine(course):
    before = resource.getrlimit(resource.RLIMIT_AS)
    with kills._in_memory(), pytest.raises(MemoryError):
        np.zeros((1 << 16, 1 << 16))
    assert resource.getrlimit(resource.RLIMIT_AS) == before
