"""Bubblewrap as the sandbox, for real, where our own calls are not allowed."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import pytest
from absent import absent
from corpus.base import Draft, source_of
from elsewhere import ROOT, ways_below
from fixture import COURSE

from coursekit.engine import engines
from coursekit.engine.grade import SplitEngine
from coursekit.engine.interface import Budget, GradedNotebook, Submission
from coursekit.engine.processes.in_bubblewrap import WrapLauncher
from coursekit.sandbox import bubblewrap, facts
from coursekit.sandbox.probe import ROOT_STAYS
from coursekit.sandbox.view import HOME

WAYS = bubblewrap.ways() if sys.platform.startswith("linux") else []
WRONG = set(facts._looked(*bubblewrap.command(WAYS[0], [])).values()) - {""} if WAYS else {"it is not installed"}
AS_ROOT = {ROOT_STAYS} == WRONG  # grading refuses then; all but the limit on processes can be tried


@pytest.fixture(autouse=True)
def bubblewrap_works():
    if WRONG and not AS_ROOT:
        absent(f"no sandbox by bubblewrap here: {'; '.join(WRONG)}")


def graded(code: str, answer: str = "", **budget: float) -> GradedNotebook:
    draft = Draft("mini", solved=True)
    draft.first(code)
    if answer:
        draft.answer("adder", answer)
    engine = SplitEngine(WrapLauncher(WAYS[0], COURSE.given), "split-bubblewrap")
    return engine.grade(Submission("ann", draft.data()), source_of("mini"), Budget(submission_seconds=200.0, **budget))


def statuses(outcome: GradedNotebook) -> dict[str, str]:
    return {name: result.status for name, result in outcome.questions.items() if result.status != "passed"}


def test_what_an_answer_sees_and_reaches():
    with tempfile.NamedTemporaryFile(prefix="secret") as secret:
        outcome = graded(f"""
            import json, os, socket, sys
            def possible(action, *arguments):
                try: action(*arguments)
                except Exception: return False
                return True
            print(json.dumps(dict(
                uid=os.getuid(), cwd=os.listdir("."), secret=os.path.exists({secret.name!r}), root=sorted(os.listdir("/")),
                course=os.listdir({str(COURSE.root)!r}), around=os.listdir({str(ROOT)!r}), src=os.listdir({str(COURSE.src)!r}), beside=os.listdir({str(ROOT.parent)!r}),
                write=[p for p in ("/", "/usr", "/etc", "/dev", sys.prefix) if possible(open, p + "/x", "w")],
                connect=possible(socket.socket().connect, ("127.0.0.1", 22)), pids=sum(p.isdigit() for p in os.listdir("/proc")),
                topics=possible(__import__, "tiny_course.modes"),
                classroom=possible(__import__, "coursekit.classroom"),
                toolbox=possible(__import__, "tiny_course.toolbox.seeds"), checks=possible(__import__, "coursekit.checks"),
            )))""")
    seen = json.loads(json.loads(outcome.notebook)["cells"][0]["outputs"][0]["text"])
    assert (seen["uid"], seen["pids"], seen["write"]) == (65534, 2, []) and set(seen["cwd"]) <= ways_below(HOME)
    assert not seen["secret"] and not seen["connect"] and not seen["topics"] and not seen["classroom"]
    hidden = {"home", "srv", "mnt"} - {
        Path(path).parts[1] for path in (ROOT, sys.prefix, sys.base_prefix)
    }  # the way there
    assert seen["toolbox"] and seen["checks"] and not hidden & set(seen["root"])
    assert (
        seen["course"] == ["src"]
        and seen["src"] == ["tiny_course"]
        and set(seen["around"]) <= {"src", "tests", ".venv"}
    )
    assert set(seen["beside"]) <= {ROOT.name, Path(sys.prefix).name}
    assert statuses(outcome) == {}


@pytest.mark.parametrize(
    "answer, status",
    [
        ("def adder(n):\n    import os\n    os._exit(3)", "crashed"),
        ("def adder(n):\n    while True: pass", "timeout"),
        (
            "def adder(n):\n    import os, time\n    for _ in range(8):\n        if os.fork() == 0:\n"
            "            data = bytearray(b'x') * (100 * 2**20)\n            time.sleep(30)\n    time.sleep(10)",
            "memory",
        ),
    ],
)
def test_each_end_costs_its_own_question(answer, status):
    outcome = graded("pass", answer, call_seconds=6.0, memory_bytes=600 * 2**20)
    assert statuses(outcome) == {"adder": status}, outcome.questions
    assert status != "crashed" or "exit 3" in outcome.questions["adder"].message


def test_it_is_used_where_our_own_calls_are_forbidden(monkeypatch):
    looked = facts._looked
    monkeypatch.setattr(
        facts,
        "_looked",
        lambda prefix, files: looked(prefix, files) if prefix else dict.fromkeys(facts.WHAT, "forbidden"),
    )
    if AS_ROOT:
        with pytest.raises(engines.SandboxUnavailable, match="as an ordinary user"):
            engines.grading_engine()
        return
    assert engines.grading_engine().name == "split-bubblewrap"
    assert all(layer.active and "bubblewrap" in layer.why for layer in facts.layers()[1:])
