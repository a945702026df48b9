"""Honest work earns from the grader what stock nbgrader gives it: nbgrader's own autograde runs the same notebooks here."""

import json

import pytest
from stock import stock_engine

from coursekit.assignments.parse import load
from coursekit.assignments.release import release
from coursekit.classroom.demo.students import Maker
from coursekit.classroom.layout import Classroom
from coursekit.course import current
from coursekit.engine.engines import grading_engine
from coursekit.engine.interface import Budget, Submission
from to_try import topics_to_try

ROOT = current().root

BUDGET = Budget(call_seconds=120.0, submission_seconds=900.0)


def honest(maker):
    """The reference, the blank notebook, and notebooks that hold between them every alternative and every mistake."""
    asked = maker.assignment.questions
    found = {"reference": maker.notebook(maker.right()), "blank": maker.notebook({})}
    for turn in range(max(len(q.alternatives) for q in asked)):
        found[f"alternative {turn}"] = maker.notebook(maker.alternative(turn))
    for turn in range(max(len(q.mistakes) for q in asked)):
        found[f"mistake {turn}"] = maker.notebook(maker.wrong(turn))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("topic", topics_to_try()[:1])
def test_the_same_scores_as_stock_nbgrader(tmp_path, topic):
    room = Classroom(tmp_path / "classroom")
    release([topic], room.root, root=ROOT)
    source, released = room.source_bytes(topic), json.loads(room.release(topic).read_text())
    notebooks = honest(Maker(load(topic, ROOT), released))
    assert len(notebooks) >= 2 + 1 + 3
    ours, theirs = grading_engine(), stock_engine(unsafe_no_sandbox=True)
    earned = {"ours": {}, "stock": {}}
    try:
        for name, notebook in notebooks.items():
            submission = Submission("honest", json.dumps(notebook).encode())
            for who, engine in (("ours", ours), ("stock", theirs)):
                found = engine.grade(submission, source, BUDGET).questions
                earned[who][name] = {question: result.score for question, result in found.items()}
    finally:
        ours.close()
        theirs.close()
    assert earned["ours"] == earned["stock"]
    points = {name: sum(scores.values()) for name, scores in earned["ours"].items()}
    assert points["blank"] == 0 < points["reference"]
