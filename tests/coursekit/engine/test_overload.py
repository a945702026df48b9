"""A machine with more to do than it can does not cost points: time spent waiting for it is not the student's."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from corpus.base import Draft, source_of
from engines import sandboxed

from coursekit.engine import session
from coursekit.engine.interface import Budget, Submission
from coursekit.engine.processes.cpu_time import CpuTime, cpu_time
from coursekit.engine.protocol.errors import ChannelTimeout

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="what a process waits for is told on Linux"
)
OTHERS = 3  # programs that want the same processor all the time
READY = "def adder(n): return lambda x: x + n"

# as long as the clock on the wall says: how much of that it has the processor is not the test's to say
BURNS = """import time
calls = []
def adder(n):
    calls.append(n)
    end = time.monotonic() + (4.5 if len(calls) == 1 else 0.0)
    while time.monotonic() < end: pass
    return lambda x: x + n"""

# the first thread only waits for the second
BURNS_IN_A_THREAD = """import threading, time
calls = []
def spin():
    end = time.monotonic() + 4.5
    while time.monotonic() < end: pass
def adder(n):
    calls.append(n)
    if len(calls) == 1:
        other = threading.Thread(target=spin)
        other.start()
        other.join()
    return lambda x: x + n"""

# in messages each of which is short; the midpoint rule then asks for fifty more
TALKS = """import time
calls = []
def integrate(f, a, b, n):
    calls.append(n)
    end = time.monotonic() + (4.5 if len(calls) == 1 else 0.0)
    while time.monotonic() < end: f(0.5)
    h = (b - a) / n
    return h * sum(f(a + (i + 0.5) * h) for i in range(n))"""

# a process whose new child opens its files waits in the state in which others wait for a disk
READS_FROM_A_SLOW_DISK = """import os, subprocess
calls = []
def adder(n):
    calls.append(n)
    if len(calls) == 1:
        os.mkfifo("slow")
        subprocess.Popen(["/bin/sh", "-c", "sleep 2.5; echo > slow"])
        os.posix_spawn("/bin/true", ["true"], {}, file_actions=[(os.POSIX_SPAWN_OPEN, 0, "slow", os.O_RDONLY, 0)])
    return lambda x: x + n"""


@pytest.fixture(scope="module")
def engine():
    """An engine on one processor; once it has started, other programs are there too, each with a share of its own."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    others = []
    try:
        with sandboxed() as made:
            status(made, READY, 10.0)
            for _ in range(OTHERS):
                others.append(subprocess.Popen([sys.executable, "-c", "while True: pass"], start_new_session=True))
            yield made
    finally:
        for other in others:
            other.kill()
            other.wait()
        os.sched_setaffinity(0, allowed)


def status(engine, answer: str, seconds: float, question: str = "adder") -> dict[str, str]:
    draft = Draft("mini", solved=True)
    draft.answer(question, answer)
    budget = Budget(call_seconds=seconds, submission_seconds=120.0)
    results = engine.grade(Submission("ann", draft.data()), source_of("mini"), budget).questions
    return {name: result.status for name, result in results.items()}


@pytest.mark.parametrize("answer", [BURNS, BURNS_IN_A_THREAD], ids=["itself", "in a thread"])
def test_an_answer_that_gets_a_quarter_of_a_processor_has_its_time(engine, answer):
    assert set(status(engine, answer, 3.0).values()) == {"passed"}


def test_an_answer_that_asks_the_test_very_often_has_its_time_too(engine):
    assert set(status(engine, TALKS, 3.0, "integrate").values()) == {"passed"}


@pytest.mark.parametrize("between", ["pass", "time.sleep(0.02)"], ids=["at once", "asleep"])
def test_an_answer_that_asks_without_end_is_stopped_all_the_same(engine, between):
    answer = f"import time\ndef integrate(f, a, b, n):\n    while True: f(0.5); {between}"
    found = status(engine, answer, 1.5, "integrate")
    assert found.pop("integrate") == "timeout" and set(found.values()) == {"passed"}


def test_a_slow_disk_is_nobody_s_time(engine):
    assert set(status(engine, READS_FROM_A_SLOW_DISK, 1.5).values()) == {"passed"}


def test_a_loop_and_a_sleeper_are_stopped_all_the_same(engine):
    for answer in ("    while True: pass", "    import time; time.sleep(600)"):
        found = status(engine, f"def adder(n):\n{answer}", 1.5)
        assert found.pop("adder") == "timeout" and set(found.values()) == {"passed"}


def test_the_line_that_tells_the_effort_is_read_back_and_no_other():
    for spent in (CpuTime(1.5), CpuTime(0.25, True)):
        assert CpuTime.read(spent.line()) == spent
    assert CpuTime.read("signal 9") is None
    assert cpu_time(os.getpid()).used > 0 and cpu_time(os.getpid()).ready and cpu_time(2**30) == CpuTime()


class Late:
    """A process that always waits for a disk, and answers as soon as it has been given time for that."""

    def __init__(self):
        self.channel, self.looks = self, 0

    def cpu_time(self) -> CpuTime:
        self.looks += 1
        return CpuTime(ready=True)

    def receive(self, timeout: float) -> tuple[bytes, bytes]:
        if self.looks == 2:  # before its wait, and at the end of its time
            return b"R", b""
        time.sleep(max(timeout, 0.0))
        raise ChannelTimeout


def test_many_late_answers_get_no_more_than_one(monkeypatch):
    """Each alone stays below three times its time, and would be forgiven all of it."""
    for name, seconds in (("LONG", 0.01), ("GLANCE", 0.06), ("TICK", 0.01)):
        monkeypatch.setattr(session, name, seconds)
    clock, messages = session.Clock(Budget(submission_seconds=0.3)), 0
    with pytest.raises((session.OutOfTime, ChannelTimeout)):
        while messages < 40:
            clock.hear(Late(), clock.left(0.05))
            messages += 1
    assert messages > 0 and clock.stood <= session.WAITED * 0.3 + 1e-9
