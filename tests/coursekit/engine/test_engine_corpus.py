"""Every submission of the corpus gets exactly the score and status that it must get, on every question."""

from __future__ import annotations

import json
import os
import sys

import pytest
from corpus import (  # noqa: F401
    broken,
    honest,
    hostile_again,
    hostile_grudge,
    hostile_hooks,
    hostile_judge,
    hostile_lent,
    hostile_process,
    hostile_protocol,
)
from corpus.base import CASES, LEAK, Case, source_of
from engines import sandboxed

from coursekit.engine.engines import grading_engine, local_engine
from coursekit.engine.interface import Budget, GradedNotebook, Submission

PLACES = (
    "/etc/passwd.new",
    "/usr/planted",
    "/planted",
    "/root/planted",
    "/home/planted",
    "/var/planted",
    "/dev/planted",
)


@pytest.fixture(scope="module")
def engine():
    if not sys.platform.startswith("linux"):
        pytest.skip("the sandbox is for Linux")
    with sandboxed() as made:
        yield made


def grade(engine, case: Case) -> GradedNotebook:
    budget = Budget(call_seconds=case.seconds, submission_seconds=120.0)
    return engine.grade(Submission("ann", case.data()), source_of(case.source), budget)


def outputs(outcome: GradedNotebook) -> str:
    """All that a student can read: messages, and the outputs of the executed notebook."""
    cells = json.loads(outcome.notebook)["cells"] if outcome.notebook else []
    texts = [part.get("text", "") for cell in cells for part in cell.get("outputs", [])]
    return "\n".join([*texts, *(result.message for result in outcome.questions.values())])


def judged(outcome: GradedNotebook) -> dict[str, tuple[float, str]]:
    return {name: (result.score, result.status) for name, result in outcome.questions.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_question_gets_what_it_must(engine, case):
    outcome = grade(engine, case)
    messages = {name: result.message for name, result in outcome.questions.items()}
    assert judged(outcome) == case.expected(), messages
    assert all(messages.values()), "a question without a reason"
    assert LEAK not in outputs(outcome)
    assert len(outcome.notebook) <= Budget().notebook_bytes
    assert not any(os.path.exists(place) for place in PLACES)


def test_the_corpus_is_large_enough():
    count = {group: sum(case.group == group for case in CASES) for group in ("hostile", "broken", "honest")}
    assert count["hostile"] + count["broken"] >= 80 and count["honest"] >= 40
    assert len({case.name for case in CASES}) == len(CASES)


SAMPLE = ("liar_object", "patch_the_checks", "loop_in_a_function", "exit_in_a_function", "forge_replies", "syntax_error",
          "metadata_lost", "every_kind_of_answer", "same_helper_twice", "callback_loop")  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLE)
def test_fresh_processes_judge_the_same(name):
    """The split alone, with processes started fresh, as on any student's machine."""
    case = next(case for case in CASES if case.name == name)
    engine = local_engine()
    try:
        assert judged(grade(engine, case)) == case.expected()
    finally:
        engine.close()


@pytest.mark.parametrize("name", ["every_kind_of_answer", "exit_in_a_function", "liar_object"])
def test_the_same_submission_gives_the_same_outcome(engine, name):
    """Twice by one engine, and once by another that was started anew."""
    case = next(case for case in CASES if case.name == name)
    first = grade(engine, case)
    assert grade(engine, case) == first
    other = grading_engine()
    try:
        assert grade(other, case) == first
    finally:
        other.close()
