"""The engine's end of the fork server: asks the fork server for a process and holds that process's lifeline."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict

from coursekit.engine.interface import Budget
from coursekit.engine.processes import library_server
from coursekit.engine.processes.cpu_time import CpuTime, cpu_time
from coursekit.engine.processes.spawn import GRACE, Process
from coursekit.engine.protocol.wire import Channel, SocketChannel
from coursekit.library import NOTHING, Library
from coursekit.sandbox.environment import clean_environment

STILL = 180.0  # seconds in which a fork server that imports the libraries must have used the processor
READY = 3600.0  # seconds for all of it, however busy the machine


class ForkedProcess:
    """A process forked by the fork server.  The fork server kills it, and all that it started, when the lifeline closes."""

    def __init__(self, channel: socket.socket, lifeline: socket.socket) -> None:
        self._channel, self._lifeline = channel, lifeline
        self._closing, self._said = threading.Lock(), ""
        self.channel: Channel = SocketChannel(channel, self.kill)

    def kill(self) -> None:
        """Have the fork server kill the process."""
        with self._closing:
            if self._lifeline.fileno() >= 0:
                try:
                    self._lifeline.shutdown(socket.SHUT_WR)
                except OSError:
                    return  # the fork server is gone, and its processes with it

    def cpu_time(self) -> CpuTime:
        """What the process and all that it started have used so far, as the fork server sees it; zeros when it has ended."""
        try:
            self._lifeline.send(b"?")
            said = self._word()
        except OSError:
            return CpuTime()
        so_far = CpuTime.read(said)
        if so_far is None:
            self._said = said or self._said  # it has just ended, and that was how
        return so_far or CpuTime()

    def _word(self) -> str:
        ready, _, _ = select.select([self._lifeline], [], [], GRACE)
        return self._lifeline.recv(200).decode() if ready else ""

    def end(self) -> str:
        """Kill, wait for the fork server's word, release the sockets; how the process had ended, or ``memory``."""
        self.kill()
        said = self._said or self._word()
        while CpuTime.read(said):  # an answer that came late
            said = self._word()
        self._channel.close()
        with self._closing:
            self._lifeline.close()
        return said


class ForkLauncher:
    """Starts processes by forking a server that has the libraries loaded and has never seen a notebook or a test."""

    def __init__(self, sandbox: bool, library: Library = NOTHING) -> None:
        self.sandbox, self.library = sandbox, library
        self._server: subprocess.Popen[bytes] | None = None  # none of ours where it was forked of a preloaded process
        self._control: socket.socket | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._ready = False

    def warm(self) -> None:
        """Have the fork server start, without waiting for it."""
        if self._control is not None and (not self._ready or not _readable(self._control, 0.0)):
            return  # it never speaks again: what can be read would be its end
        self.close()
        self._folder = tempfile.TemporaryDirectory(prefix="course-fork-server-", ignore_cleanup_errors=True)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        mode = "sandbox" if self.sandbox else "bare"
        with theirs:
            if library_server.ask(theirs, self._folder.name, mode):
                return
            self._server = subprocess.Popen(
                [sys.executable, "-s", "-P", "-m", "coursekit.engine.processes.fork_server", str(theirs.fileno()), mode,
                 json.dumps(asdict(self.library))],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, cwd=self._folder.name,
                env=clean_environment(self._folder.name, self.library.path), start_new_session=True,
            )  # fmt: skip

    def start(self, role: str, budget: Budget) -> Process:
        """A new process of this role; students' are sandboxed."""
        control = self._running()
        ours, theirs = socket.socketpair()
        line, guard = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        order = {"role": role, "sandbox": self.sandbox and role == "student", "budget": asdict(budget)}
        with theirs, guard:
            socket.send_fds(control, [json.dumps(order).encode() + b"\n"], [theirs.fileno(), guard.fileno()])
        return ForkedProcess(ours, line)

    def _running(self) -> socket.socket:
        self.warm()
        assert self._control is not None
        if not self._ready:
            if not self._speaks() or self._control.recv(5) != b"ready":
                forked = self._server is None
                self.close()
                if forked and os.environ.pop(library_server.ADDRESS, ""):
                    return self._running()  # what it was forked of is gone: start one of our own
                raise RuntimeError("the fork server did not start: it ended, its error is above, or it stood still")
            self._ready = True
        return self._control

    def _speaks(self) -> bool:
        """Wait for a fork server to say that it is ready, or to end, as long as it gets on: its own clock counts, not ours."""
        assert self._control is not None
        end, used = time.monotonic() + READY, 0.0
        while not _readable(self._control, STILL):
            if self._server is not None:  # else what it is forked of loads, which only that process's owner sees
                before, used = used, cpu_time(self._server.pid).used
                if used == before:
                    return False
            if time.monotonic() > end:
                return False
        return True

    def close(self) -> None:
        """End the fork server.  Processes that still run end with it."""
        if self._control is not None:
            self._control.shutdown(socket.SHUT_WR)
            if self._ready:
                _readable(self._control, GRACE)  # its end
            self._control.close()
        if self._server is not None:
            if not self._ready:
                self._server.kill()  # it is still loading, and holds nothing
            try:
                self._server.wait(GRACE)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
        if self._folder is not None:
            self._folder.cleanup()
        self._server = self._control = self._folder = None
        self._ready = False


def _readable(control: socket.socket, seconds: float) -> bool:
    """Whether there is something to read, or the other end is closed, within so many seconds."""
    return bool(select.select([control], [], [], seconds)[0])
