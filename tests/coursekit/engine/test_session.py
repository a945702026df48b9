"""What a loop without end costs: the call's budget once, a process that was got ready meanwhile, and nothing left behind."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading

import pytest
from corpus.base import Draft, source_of
from engines import sandboxed

from coursekit.engine.interface import Budget, Submission
from coursekit.engine.protocol.errors import ChannelTimeout
from coursekit.engine.protocol.wire import REQUEST, PipeChannel, SocketChannel, Wire
from coursekit.engine.session import Session

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the fork server")


class Counting:
    """A launcher that notes what it starts and what of that was ended."""

    def __init__(self, inner) -> None:
        self.inner, self.started, self.ended = inner, [], []

    def start(self, role, budget):
        process = self.inner.start(role, budget)
        self.started.append(role)
        end = process.end
        process.end = lambda: self.ended.append(role) or end()
        return process

    def warm(self) -> None:
        self.inner.warm()

    def close(self) -> None:
        self.inner.close()


@pytest.fixture(scope="module")
def engine():
    with sandboxed() as made:
        yield made


@pytest.fixture
def counting(engine, monkeypatch):
    launcher = Counting(engine.launcher)
    monkeypatch.setattr(engine, "launcher", launcher)
    return launcher


@pytest.mark.parametrize("way", ["socket", "pipes"])
def test_one_that_never_reads_is_ended_however_small_the_messages(way):
    ended, told = [], threading.Event()  # closing the end lets the sender fail before the one who closed it has said so

    def end(close) -> None:
        close()
        ended.append(way)
        told.set()

    if way == "socket":
        ours, theirs = socket.socketpair()
        channel = SocketChannel(ours, lambda: end(theirs.close))
    else:
        reader, writer = os.pipe()
        channel = PipeChannel(Wire(os.pipe()[0], writer), lambda: end(lambda: os.close(reader)))
    with pytest.raises(ChannelTimeout):  # not ChannelClosed: it has not ended itself
        for _ in range(10_000):
            channel.send(REQUEST, bytes(1_000), 0.2)
    assert told.wait(60) and len(ended) == 1


@pytest.mark.parametrize("way", ["socket", "pipes"])
def test_a_message_whose_time_is_over_before_it_is_sent_is_late_and_ends_nobody_as_if_by_itself(way):
    """A loop that calls back is out of time between two messages as often as within one."""
    ended = []
    if way == "socket":
        ours, theirs = socket.socketpair()
        channel, reads = SocketChannel(ours, lambda: ended.append(way)), theirs.fileno()
    else:
        reads, writer = os.pipe()
        channel = PipeChannel(Wire(os.pipe()[0], writer), lambda: ended.append(way))
    for late in (0.0, -1.0):
        with pytest.raises(ChannelTimeout):
            channel.send(REQUEST, b"", late)
    channel.send(REQUEST, b"in time", 60.0)
    assert os.read(reads, 100).endswith(b"in time") and not ended


def graded(engine, write, seconds: float):
    draft = Draft("mini", solved=True)
    write(draft)
    budget = Budget(call_seconds=seconds, submission_seconds=60.0)
    return engine.grade(Submission("ann", draft.data()), source_of("mini"), budget).questions


def test_a_loop_is_followed_by_a_process_that_waits_already(engine, counting):
    results = graded(engine, lambda d: d.answer("adder", "def adder(n):\n    while True: pass"), 2.0)
    assert results.pop("adder").status == "timeout" and {r.status for r in results.values()} == {"passed"}
    assert sorted(counting.started) == sorted(counting.ended) and counting.started.count("student") >= 2


def test_a_slow_answer_leaves_no_spare_process(engine, counting):
    results = graded(engine, lambda d: d.first("import time\ntime.sleep(1.5)"), 20.0)
    assert {r.status for r in results.values()} == {"passed"}
    assert sorted(counting.started) == sorted(counting.ended) and counting.started.count("student") >= 2


def test_a_loop_in_a_cell_is_run_once_also_when_tests_run_in_order(engine, monkeypatch):
    ran, run = [], Session._run
    monkeypatch.setattr(Session, "_run", lambda self, number: ran.append(self.cells[number][1]) or run(self, number))

    def write(draft: Draft) -> None:
        draft.first("while True: pass")
        draft.add("x = 1", before="halving")
        draft.add("x = 2")  # binds a name again: each test runs at its place, after all cells have run

    results = graded(engine, write, 2.0)
    assert {r.status for r in results.values()} == {"passed"}
    assert ran.count("while True: pass") == 1 and ran.count("x = 1") == 2


LIKE_A_SLOW_IMPORT = "import sys, time\nif 'loaded' not in vars(sys):\n    time.sleep(2.5)\n    sys.loaded = True\n"


def test_the_course_s_own_set_up_may_take_longer_than_a_call(engine, counting):
    """On a student's machine it imports torch, perhaps for the first time."""
    slow = json.loads(source_of("mini"))
    locked = next(
        c for c in slow["cells"] if c["metadata"].get("nbgrader", {}).get("locked") and c["cell_type"] == "code"
    )
    draft = Draft("mini", solved=True)
    for cell in (locked, draft.cell(locked["metadata"]["nbgrader"]["grade_id"])):
        cell["source"] = LIKE_A_SLOW_IMPORT + "".join(cell["source"])
    budget = Budget(call_seconds=1.2, submission_seconds=60.0)
    results = engine.grade(Submission("ann", draft.data()), json.dumps(slow).encode(), budget).questions
    assert {result.status for result in results.values()} == {"passed"}
    assert counting.started.count("student") == 1  # no spare
