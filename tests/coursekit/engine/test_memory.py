"""The limit on memory is that of all processes of a submission together, and of the files that it keeps in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import time

import pytest
from corpus.base import Draft, source_of
from engines import sandboxed

from coursekit.engine.engines import local_engine
from coursekit.engine.interface import Budget, QuestionResult, Submission
from coursekit.sandbox import limits
from coursekit.sandbox.usage import Meter, exact, family, rough

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counted through /proc, on Linux")
MEGABYTE = 2**20
LIMIT = 500 * MEGABYTE


@pytest.fixture(scope="module")
def engine():
    with sandboxed() as made:
        yield made


def graded(engine, code: str) -> dict[str, QuestionResult]:
    """The results of the small notebook, solved, with ``adder`` doing this first."""
    draft = Draft("mini", solved=True)
    draft.answer(
        "adder", f"def adder(n):\n{textwrap.indent(textwrap.dedent(code), '    ')}\n    return lambda x: x + n"
    )
    budget = Budget(call_seconds=20.0, submission_seconds=60.0, memory_bytes=LIMIT)
    return engine.grade(Submission("ann", draft.data()), source_of("mini"), budget).questions


TOO_MUCH = {
    "children": """
        import os, time
        for _ in range(10):
            if os.fork() == 0:
                data = bytearray(os.urandom(1) * (80 * 2**20))
                time.sleep(30)
                os._exit(0)
        time.sleep(15)
    """,
    "inherited pages written": """
        import os, time
        data = bytearray(b"x") * (100 * 2**20)
        for _ in range(8):
            if os.fork() == 0:
                for i in range(0, len(data), 4096): data[i] = 1
                time.sleep(30)
                os._exit(0)
        time.sleep(15)
    """,
    "children of children that left": """
        import os, time
        for _ in range(10):
            if os.fork() == 0:
                if os.fork(): os._exit(0)
                os.setsid()
                data = bytearray(os.urandom(1) * (80 * 2**20))
                time.sleep(30)
                os._exit(0)
            os.wait()
        time.sleep(15)
    """,
    "children whose names are numbers to take off": """
        import ctypes, os, time
        for name in [b"\\x0bVmSwap: -99999", b"\\rVmPTE: -999999", b"\\x1eVmPTE: -999999"] * 4:
            if os.fork() == 0:
                ctypes.CDLL(None).prctl(15, name, 0, 0, 0)
                data = bytearray(os.urandom(1) * (80 * 2**20))
                time.sleep(30)
                os._exit(0)
        time.sleep(15)
    """,
    "programs": """
        import subprocess, sys, time
        code = "import time; x = bytearray(b'x') * (80 * 2**20); time.sleep(30)"
        for _ in range(10): subprocess.Popen([sys._base_executable, "-S", "-c", code])
        time.sleep(15)
    """,
    "children whose first thread has ended": """
        import ctypes, os, threading, time
        def take():
            data = bytearray(os.urandom(1) * (80 * 2**20))
            time.sleep(30)
        for _ in range(10):
            if os.fork() == 0:
                threading.Thread(target=take).start()
                ctypes.CDLL(None).pthread_exit(None)
            time.sleep(0.3)
        time.sleep(15)
    """,
    "full sockets": """
        import os, socket, time
        kept = []
        if os.fork() == 0: os._exit(0)  # and stays as the one that was looked at for them
        for _ in range(20):
            if os.fork() == 0:
                while len(kept) < 55:
                    kept.append(socket.socketpair())
                    for end in kept[-1]:
                        end.setblocking(False)
                        try:
                            while True: end.send(bytes(65536))
                        except OSError: pass
                time.sleep(30)
                os._exit(0)
        time.sleep(15)
    """,
    "tables of pages that lie far apart": """
        import ctypes, os, time
        libc = ctypes.CDLL(None)
        libc.mmap.restype = ctypes.c_void_p
        for _ in range(3):
            if os.fork() == 0:
                for i in range(1, 40_000):  # only looked at, they are all the same empty page
                    found = libc.mmap(ctypes.c_void_p(i << 30), ctypes.c_size_t(4096), 1, 0x22, -1, ctypes.c_long(0))
                    ctypes.string_at(found, 1)
                time.sleep(30)
                os._exit(0)
        time.sleep(15)
    """,
    "files in memory besides": """
        import os, time
        for i in range(4): open(f"f{i}", "wb").write(b"x" * (14 * 2**20))
        data = bytearray(b"x") * (410 * 2**20)
        if os.fork() == 0:
            more = bytearray(b"y") * (10 * 2**20)
            time.sleep(30)
        time.sleep(15)
    """,
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_the_sum_over_processes_is_limited(engine, name):
    results = graded(engine, TOO_MUCH[name])
    found = results.pop("adder")
    assert (found.score, found.status) == (0.0, "memory"), found
    assert f"{LIMIT // MEGABYTE} MB" in found.message
    assert {result.status for result in results.values()} == {"passed"}


ENOUGH = {
    "children that share": """
        import os
        data = bytearray(b"x") * (60 * 2**20)
        children = []
        for _ in range(8):
            child = os.fork()
            if child == 0:
                __import__("time").sleep(0.5)
                os._exit(0)
            children.append(child)
        for child in children: os.waitpid(child, 0)
    """,
    "one after the other": """
        import os
        for _ in range(6):
            if os.fork() == 0:
                data = bytearray(b"x") * (80 * 2**20)
                os._exit(0)
            os.wait()
    """,
}


@pytest.mark.parametrize("name", ENOUGH)
def test_what_is_shared_counts_once_and_what_is_gone_not_at_all(engine, name):
    assert {result.status for result in graded(engine, ENOUGH[name]).values()} == {"passed"}


def test_memory_that_no_count_shows_cannot_be_had(engine):
    """Shared memory without a file stays taken after its pages are unmapped."""
    found = graded(engine, "import mmap\nfor _ in range(10): mmap.mmap(-1, 2**20)\nopen('/dev/zero')")["adder"]
    assert found.status == "failed" and "OSError" in found.message and "Cannot allocate memory" in found.message


def test_what_a_socket_may_hold_cannot_be_raised(engine):
    """Not even by numbers of which the kernel looks at one half only."""
    code = """
        import ctypes, socket
        libc, one = ctypes.CDLL(None), socket.socketpair()[0]
        size = one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        value, wide = ctypes.c_int(4 * size), 1 << 32
        for level, option in ((1, 7), (1 | wide, 7), (1, 7 | wide)):
            libc.setsockopt(one.fileno(), level, option, ctypes.byref(value), 4)
            number = {"x86_64": 54, "aarch64": 208}[__import__("platform").machine()]
            libc.syscall(*map(ctypes.c_ulong, (number, one.fileno(), level, option)), ctypes.byref(value), ctypes.c_ulong(4))
        assert one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == size
    """
    assert graded(engine, code)["adder"].status == "passed"


def test_processes_that_are_started_fresh_are_limited_too():
    """The way of ``course check``: no sandbox, but the kernel's limits and one thread."""
    code = """
        import json, os, resource, torch
        try: taken = len(bytearray(6 * 2**30))
        except MemoryError: taken = 0
        limits = {name: resource.getrlimit(getattr(resource, name)) for name in ("RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CPU")}
        print(json.dumps(dict(taken=taken, threads=torch.get_num_threads(), limits=limits, plots=os.environ["MPLBACKEND"])))
    """
    draft = Draft("mini", solved=True)
    draft.first(code)
    draft.answer("size", "def size(n): return 6 * 2**30")
    engine = local_engine()
    try:
        outcome = engine.grade(Submission("ann", draft.data()), source_of("mini"), Budget(submission_seconds=200.0))
    finally:
        engine.close()
    seen = json.loads(json.loads(outcome.notebook)["cells"][0]["outputs"][0]["text"])
    assert (seen["taken"], seen["threads"], seen["plots"]) == (0, 1, "Agg")
    assert seen["limits"] == {
        "RLIMIT_CORE": [limits.CORE] * 2,
        "RLIMIT_FSIZE": [limits.FILE_BYTES] * 2,
        "RLIMIT_NOFILE": [limits.FILES] * 2,
        "RLIMIT_CPU": [210, 210],
    }
    results = dict(outcome.questions)
    assert "MemoryError" in results.pop("size").message  # the checker's process is limited, too
    assert {result.status for result in results.values()} == {"passed"}


def test_a_limit_that_the_system_refuses_is_left_out_only_where_that_is_allowed(monkeypatch):
    import resource

    refused = {resource.RLIMIT_FSIZE: 0}

    def refuse(*_: object) -> None:
        raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr(resource, "setrlimit", refuse)
    limits.apply(refused, every=False)
    with pytest.raises(ValueError, match="exceeds"):
        limits.apply(refused)


def test_no_answer_may_come_before_all_other_programs():
    """Whatever whoever grades is allowed."""
    import resource

    wanted = limits.limits_of(2**30, 32, 60)
    assert wanted[resource.RLIMIT_RTPRIO] == wanted[resource.RLIMIT_NICE] == 0


def test_a_family_is_counted_from_outside():
    code = "import os, time\nx = bytearray(b'x') * (30 * 2**20)\nos.fork() or os.fork()\nprint('up', flush=True)\ntime.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for _ in range(3):
            process.stdout.readline()
        members = family(process.pid)
        shared, full = sum(map(exact, members)), sum(rough(pid).bytes for pid in members)
        assert len(members) == 3 and members[0] == process.pid
        assert 30 * MEGABYTE < shared < 60 * MEGABYTE < 90 * MEGABYTE < full
        assert Meter(process.pid, 25 * MEGABYTE).exceeded() and not Meter(process.pid, 70 * MEGABYTE).exceeded()
        for pid in members:
            os.kill(pid, 9)
    assert _soon(lambda: rough(process.pid).bytes == exact(process.pid) == 0)


def _soon(holds) -> bool:
    for _ in range(50):
        if holds():
            return True
        time.sleep(0.1)
    return False
