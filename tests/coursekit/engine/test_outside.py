"""A process that the system kills, as it does when memory runs out, is not the student's doing: what it did is done once more."""

from __future__ import annotations

import os
import signal
import sys
import threading

import pytest
from corpus.base import Draft, source_of
from engines import sandboxed

from coursekit.engine.interface import Budget, GradedNotebook, Submission
from coursekit.engine.messages import OUTSIDE, ended
from coursekit.sandbox.usage import ending

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the fork server")
NAME = f"victim{os.getpid() % 10**6}"
SHOW = f"""
import ctypes, time
ctypes.CDLL(None).prctl(15, b"{NAME}", 0, 0, 0)
time.sleep(1.0)
ctypes.CDLL(None).prctl(15, b"done", 0, 0, 0)
"""


@pytest.fixture(scope="module")
def engine():
    with sandboxed() as made:
        yield made


class Killer(threading.Thread):
    """Kills processes that show the name, at most so many."""

    def __init__(self, most: int) -> None:
        super().__init__(daemon=True)
        self.most, self.over, self.killed = most, threading.Event(), list[int]()

    def run(self) -> None:
        while not self.over.wait(0.02) and len(self.killed) < self.most:
            self.killed += [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if self.kills(pid)]

    def kills(self, pid: int) -> bool:
        try:
            with open(f"/proc/{pid}/comm") as file:
                found = file.read().strip() == NAME[:15] and pid not in self.killed
            if found:
                os.kill(pid, signal.SIGKILL)
        except OSError:
            return False
        return found


def graded(engine, write, most: int) -> tuple[GradedNotebook, int]:
    draft = Draft("mini", solved=True)
    write(draft)
    killer = Killer(most)
    killer.start()
    try:
        outcome = engine.grade(Submission("ann", draft.data()), source_of("mini"), Budget(submission_seconds=100.0))
    finally:
        killer.over.set()
        killer.join()
    return outcome, len(killer.killed)


def slow_adder(draft: Draft) -> None:
    draft.answer("adder", "def adder(n):\n" + SHOW.replace("\n", "\n    ") + "\n    return lambda x: x + n")


def test_a_question_is_asked_once_more(engine):
    outcome, killed = graded(engine, slow_adder, 1)
    assert killed == 1 and {result.status for result in outcome.questions.values()} == {"passed"}
    assert outcome.flags == ()


def test_the_second_time_it_is_told_and_the_rest_is_graded(engine):
    outcome, killed = graded(engine, slow_adder, 2)
    results = dict(outcome.questions)
    found = results.pop("adder")
    assert killed == 2 and (found.score, found.status) == (0.0, "crashed") and OUTSIDE in found.message
    assert {result.status for result in results.values()} == {"passed"} and outcome.flags == (f"adder: {OUTSIDE}",)


def test_cells_are_run_once_more(engine):
    outcome, killed = graded(engine, lambda draft: draft.first("print('here')\n" + SHOW), 1)
    assert killed == 1 and {result.status for result in outcome.questions.values()} == {"passed"}
    assert '"text": "here' in outcome.notebook


def test_what_is_ended_by_its_limit_is_not_taken_for_that():
    assert ended("signal 24")[0] == "timeout" and ended("memory")[0] == "memory" and ended("signal 9")[1] == OUTSIDE
    assert not ending(os.getpid()) and ending(2**22 + 1)
