"""The fork server: imports the libraries once, then forks one process after the other.  It never sees a notebook or a test.

It guards what it forks: it holds a lifeline to the engine for each process, kills the process (and with its process namespace
everything that it started) when the lifeline closes, and says how it ended.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import math
import os
import select
import signal
import socket
import sys
import tempfile
import time
from typing import Any

from coursekit.engine.processes.cpu_time import cpu_limit, cpu_time
from coursekit.library import Library
from coursekit.sandbox.usage import Meter, ending, outer_number
from coursekit.sandbox.view import SCRATCH_BYTES

_LIBRARIES = """
numpy numpy.linalg numpy.testing numpy.random torch torch.nn torch.optim torch.func torch.utils.data torch.linalg
scipy scipy.linalg scipy.integrate scipy.optimize scipy.special scipy.stats scipy.sparse sklearn.datasets
matplotlib matplotlib.pyplot matplotlib.backends.backend_agg IPython.core.inputtransformer2 IPython.display
asyncio concurrent.futures copy dataclasses decimal fractions functools inspect itertools json math random statistics typing
encodings.idna encodings.ascii encodings.latin_1 unicodedata jaxtyping
coursekit.checks coursekit.engine.inside.student coursekit.engine.inside.checker coursekit.engine.inside.main
"""
LIBRARIES = _LIBRARIES.split()
LARGE = 2 * 2**20  # bytes of a large page where they can be had: a fork copies one entry for it instead of 512
TICK_MS = 100  # how often the memory of students' processes is looked at


def preload(library: Library) -> None:
    """Import what students' and checkers' processes will want.  What is not installed is left out."""
    for name in (*LIBRARIES, *library.preload, *library.modules()):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
        with contextlib.suppress(ImportError):
            importlib.import_module("torch._dynamo")  # imported by the first step of an optimizer otherwise
    gc.collect()
    gc.freeze()
    gather_in_large_pages()


def gather_in_large_pages() -> int:
    """Have the kernel gather this process's own memory in large pages where it can; how many there are then.

    Nothing changes but time: a forked process that writes gets small pages of its own as before.  Linux 6.1 or later.
    """
    if not sys.platform.startswith("linux"):
        return 0
    # only on Linux
    from coursekit.sandbox import linux

    gathered = 0
    for start, end in _own_memory():
        for address in range(-(-start // LARGE) * LARGE, end - LARGE + 1, LARGE):
            try:
                linux.collapse(address, LARGE)
            except OSError:
                continue  # not all of it is in use, or this kernel has no large pages: it stays as it is
            gathered += 1
    return gathered


def _own_memory() -> list[tuple[int, int]]:
    """First and last address of every private, writable mapping that belongs to no file."""
    with open("/proc/self/maps") as file:
        fields = [line.split() for line in file]
    own = [line[0] for line in fields if line[1] == "rw-p" and line[5:] in ([], ["[heap]"])]
    return [(int(start, 16), int(end, 16)) for start, end in (addresses.split("-") for addresses in own)]


def main() -> None:
    """Import the libraries and work."""
    control, mode, library = socket.socket(fileno=int(sys.argv[1])), sys.argv[2], Library.read(json.loads(sys.argv[3]))
    sys.argv = [""]
    preload(library)
    work(control, mode, library)


def work(control: socket.socket, mode: str, library: Library) -> None:
    """Get ready for sandboxes where there shall be any, and serve."""
    confinement = None
    if mode == "sandbox":
        # only for sandboxes
        from coursekit.sandbox.enter import prepare

        confinement = prepare(os.getcwd(), library)
        _own_process_namespace(control)
    ForkServer(control, confinement).serve()


def _own_process_namespace(control: socket.socket) -> None:
    """Without root, go on in a child that is the first of a process namespace of ours: it may make others and come back."""
    # only for sandboxes
    from coursekit.sandbox import linux
    from coursekit.sandbox.enter import gain_rights

    if not gain_rights():
        return
    linux.unshare(linux.CLONE_NEWPID)
    child = os.fork()
    if child:
        control.close()
        os.waitpid(child, 0)
        os._exit(0)
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)


class ForkServer:
    """Forks processes on order, and guards them: each dies with its lifeline, and all with the control socket."""

    def __init__(self, control: socket.socket, confinement: Any) -> None:
        self.control, self.confinement = control, confinement
        self.poll = select.poll()
        self.poll.register(control, select.POLLIN)
        self.ends: dict[int, int] = {}  # pidfd -> pid
        self.lines: dict[int, int] = {}  # lifeline -> pidfd
        self.meters: dict[int, Meter] = {}  # pidfd of a student's process -> what it and all that it started take
        self.seconds: dict[int, int] = {}  # pidfd of a student's process -> its limit of processor time
        self.looked = 0.0
        self.home = os.open("/proc/self/ns/pid", os.O_RDONLY) if confinement else -1

    def serve(self) -> None:
        """Work until the engine closes the control socket."""
        try:
            self.control.send(b"ready")
        except BrokenPipeError:
            return  # the engine was killed while we got ready
        while True:
            self._look()
            ready = self.poll.poll(TICK_MS if self.meters else None)
            if not ready:
                continue
            descriptor = ready[0][0]  # one at a time: the next may be closed by what this one does
            if descriptor == self.control.fileno():
                message, descriptors, _, _ = socket.recv_fds(self.control, 4096, 2)
                if not message:
                    break
                self._start(json.loads(message), *descriptors)
            elif descriptor in self.ends:
                self._ended(descriptor)
            elif descriptor in self.lines:
                self._heard(descriptor)
        for pidfd in list(self.ends):
            self._end(pidfd)

    def _start(self, order: dict[str, Any], channel: int, lifeline: int) -> None:
        child = self._fork(order["sandbox"])
        if child == 0:
            _be(order, self.confinement, _only(channel))
            os._exit(0)
        os.close(channel)
        pidfd = os.pidfd_open(child)
        self.ends[pidfd], self.lines[lifeline] = child, pidfd
        self.poll.register(pidfd, select.POLLIN)
        self.poll.register(lifeline, select.POLLIN)
        if order["role"] == "student":
            self.seconds[pidfd] = cpu_limit(order["budget"])
            self.meters[pidfd] = self._meter(outer_number(pidfd), order)

    def _meter(self, number: int, order: dict[str, Any]) -> Meter:
        limit = order["budget"]["memory_bytes"]
        if not order["sandbox"]:
            return Meter(number, limit)
        return Meter(number, limit, SCRATCH_BYTES, order["budget"]["processes"])

    def _heard(self, lifeline: int) -> None:
        """A byte asks what the process has used, and whether it could go on; the end of the line ends it."""
        pidfd = self.lines[lifeline]
        with contextlib.suppress(OSError):  # the engine is gone, which ends the line too
            if os.read(lifeline, 1):
                os.write(lifeline, cpu_time(outer_number(pidfd)).line().encode())
                return
        self._end(pidfd)

    def _look(self) -> None:
        """End every student's process that, with all that it started, takes more memory or is more processes than it may."""
        if time.monotonic() - self.looked < TICK_MS / 1000:
            return
        for pidfd, meter in list(self.meters.items()):
            if why := meter.exceeded():
                self._end(pidfd, why)
        self.looked = time.monotonic()

    def _fork(self, sandbox: bool) -> int:
        """Fork; with ``sandbox`` the child is the first process of a new process namespace."""
        if not sandbox:
            return os.fork()
        # only for sandboxes
        from coursekit.sandbox import linux

        linux.unshare(linux.CLONE_NEWPID)
        child = os.fork()
        if child:
            linux.setns(self.home, linux.CLONE_NEWPID)
        return child

    def _end(self, pidfd: int, why: str = "") -> None:
        """Kill a process that may still run; one that is ending already has ended by itself, or somebody else killed it."""
        said = None if ending(outer_number(pidfd)) else why
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)  # type: ignore[attr-defined]
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.ends[pidfd], signal.SIGKILL)
        self._ended(pidfd, said)

    def _ended(self, pidfd: int, why: str | None = None) -> None:
        """Take the status of an ended process and say on its lifeline how it ended: ``why`` we killed it, or by itself."""
        child = self.ends.pop(pidfd)
        self.meters.pop(pidfd, None)
        _, status, used = os.wait4(child, 0)
        lifeline = next(line for line, owner in self.lines.items() if owner == pidfd)
        code = os.waitstatus_to_exitcode(status)
        if code == -signal.SIGKILL and used.ru_utime + used.ru_stime >= self.seconds.pop(pidfd, math.inf):
            code = -signal.SIGXCPU  # which the first process of a namespace does not feel
        by_itself = f"signal {-code}" if code < 0 else f"exit {code}"
        with contextlib.suppress(OSError):
            os.write(lifeline, (by_itself if why is None or code != -signal.SIGKILL else why).encode())
        del self.lines[lifeline]
        for descriptor in (pidfd, lifeline):
            self.poll.unregister(descriptor)
            os.close(descriptor)


def _only(channel: int) -> int:
    """Close every descriptor but the channel and the standard ones; number it 3."""
    high = os.dup2(channel, 200)
    os.dup2(high, 3)
    os.closerange(4, 4096)
    return 3


def _be(order: dict[str, Any], confinement: Any, channel: int) -> None:
    """Become the student's or the checker's process."""
    # preloaded by name, with the other libraries
    from coursekit.engine.inside.main import serve
    from coursekit.engine.protocol.wire import Wire

    budget = order["budget"]
    os.setsid()
    if order["role"] == "student":
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        os.close(nowhere)
    if order["sandbox"]:
        # only for sandboxes
        from coursekit.sandbox.enter import confine

        confine(confinement, budget["memory_bytes"], budget["processes"], cpu_limit(budget))
    elif order["role"] == "checker":
        # preloaded by name, with the other libraries
        from coursekit.engine.inside.main import CHECKERS_SHARE
        from coursekit.sandbox import limits

        limits.apply(limits.memory_of(CHECKERS_SHARE * budget["memory_bytes"]))  # an answer may be a size
    elif order["role"] == "student":
        # preloaded by name, with the other libraries
        from coursekit.engine.inside.main import limit_student

        os.chdir(tempfile.mkdtemp(dir=os.getcwd()))  # its files, and those that it is given, are its own
        limit_student(budget)
    serve(order["role"], Wire(channel, channel), budget["output_bytes"])


if __name__ == "__main__":
    main()
