"""What the page's Python says of an answer: the words of ``course check``.  Here it runs in this process."""

import json
import sys

import pytest
from fixture import ROOT

from coursekit.assignments.parse import load
from coursekit.assignments.release import released_text
from coursekit.assignments.running import complete
from coursekit.live import session


def asked(notebook, id):
    """What ``notebook.js`` makes of a question."""
    cells = json.loads(notebook)["cells"]
    about = [(cell, cell["metadata"].get("coursekit", {})) for cell in cells]
    own = {a["role"]: cell for cell, a in about if a.get("question") == id}
    facts = own["check"]["metadata"]
    return json.dumps({
        "id": id, "title": facts["coursekit"]["title"], "points": facts["nbgrader"]["points"],
        "visible": facts["coursekit"]["visible"], "setup": ["".join(c["source"]) for c, a in about if a.get("role") == "setup"],
        "stub": "".join(own["answer"]["source"]), "check": "".join(own["check"]["source"]),
    })  # fmt: skip


@pytest.fixture(autouse=True)
def put_back(monkeypatch):
    """A session takes over its process, as a page's Python is its own."""
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(scope="module")
def tiny():
    return load("tiny", ROOT)


@pytest.fixture(scope="module")
def say(tiny):
    notebook = released_text(tiny, ROOT)
    return lambda id, answer: json.loads(session.check(asked(notebook, id), answer))


def test_a_right_answer_passes(tiny, say):
    question = tiny.question("half_time")
    said = say("half_time", complete(tiny, question, "reference", question.reference))
    assert said == {"state": "passes the visible checks", "message": "all checks passed", "hint": 0, "output": ""}


def test_a_typical_mistake_is_named_and_its_hint_told(tiny, say):
    question = tiny.question("half_time")
    wrong = next(m for m in question.mistakes if m.name == "one-weight-layer")
    said = say("half_time", complete(tiny, question, "mistakes", wrong.code))
    assert said["state"] == "wrong" and said["hint"] == 3
    assert f"This looks like a known mistake: {wrong.says}\nOpen hint 3." in said["message"]


def test_a_blank_is_missing(tiny, say):
    assert say("half_time", tiny.question("half_time").answer)["state"] == "missing"
    assert say("half_time", "")["message"] == "not answered yet"
    assert say("half_time", "def half_time(s, a0):\n    raise NotImplementedError")["state"] == "missing"


def test_a_prediction_is_only_taken_down(say):
    said = say("order", "order = [9]")
    assert said["state"] == "graded later" and said["message"] == "answered; its worth is decided when it is graded"


def test_an_answer_that_stops_is_told_with_its_line(say):
    assert (
        say("half_time", "x = 1\nx = 1 / 0")["message"]
        == "your answer cell stopped with ZeroDivisionError: division by zero (line 2)"
    )
    assert "SyntaxError" in say("half_time", "def half_time(:")["message"]
    assert say("half_time", "y = 2")["message"] == "`half_time` is not defined by your notebook"
    assert say("half_time", "raise SystemExit(3)")["message"].startswith("your answer cell stopped with SystemExit")


def test_what_is_printed_is_shown_up_to_a_limit_and_without_the_check_s_own_words(tiny, say):
    question = tiny.question("half_time")
    right = complete(tiny, question, "reference", question.reference)
    assert say("half_time", right + "\nprint('seen')")["output"] == "seen\n"
    loud = say("half_time", right + "\nfor i in range(10**5): print(i)")
    assert loud["state"] == "passes the visible checks" and len(loud["output"]) < session.OUTPUT + 200
    assert "cut after" in loud["output"]


def test_a_package_that_pages_lack_is_said_to_be_one(say):
    assert say("half_time", "import no_such_package")["message"].endswith(session.ELSEWHERE)


def test_answers_leave_nothing_behind(tiny, say):
    say("half_time", "left = 1")
    assert "NameError" in say("half_time", "print(left)")["message"]
