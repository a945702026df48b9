"""The engine's end of the fork server: asks the zygote for a process and holds that process's lifeline."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict

from coursekit.engine.interface import Budget
from coursekit.engine.processes import library_server as preloaded
from coursekit.engine.processes.cpu_time import Effort
from coursekit.engine.processes.spawn import GRACE, Process, clean_environment
from coursekit.engine.protocol.wire import Channel, SocketChannel

READY = 180.0  # seconds for the zygote to import the libraries


class ForkedProcess:
    """A process forked by the zygote.  The zygote kills it, and all that it started, when the lifeline closes."""

    def __init__(self, channel: socket.socket, lifeline: socket.socket) -> None:
        self._channel, self._lifeline = channel, lifeline
        self._closing, self._said = threading.Lock(), ""
        self.channel: Channel = SocketChannel(channel, self.kill)

    def kill(self) -> None:
        """Have the zygote kill the process."""
        with self._closing:
            if self._lifeline.fileno() >= 0:
                try:
                    self._lifeline.shutdown(socket.SHUT_WR)
                except OSError:
                    return  # the zygote is gone, and its processes with it

    def effort(self) -> Effort:
        """What the process and all that it started have used so far, as the zygote sees it; zeros when it has ended."""
        try:
            self._lifeline.send(b"?")
            said = self._word()
        except OSError:
            return Effort()
        so_far = Effort.read(said)
        if so_far is None:
            self._said = said or self._said  # it has just ended, and that was how
        return so_far or Effort()

    def _word(self) -> str:
        ready, _, _ = select.select([self._lifeline], [], [], GRACE)
        return self._lifeline.recv(200).decode() if ready else ""

    def end(self) -> str:
        """Kill, wait for the zygote's word, release the sockets; how the process had ended, or ``memory``."""
        self.kill()
        said = self._said or self._word()
        while Effort.read(said):  # an answer that came late
            said = self._word()
        self._channel.close()
        with self._closing:
            self._lifeline.close()
        return said


class ForkLauncher:
    """Starts processes by forking a zygote that has the libraries loaded and has never seen a notebook or a test."""

    def __init__(self, sandbox: bool) -> None:
        self.sandbox = sandbox
        self._zygote: subprocess.Popen[bytes] | None = None  # none of ours where it was forked of a preloaded process
        self._control: socket.socket | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._ready = False

    def warm(self) -> None:
        """Have the zygote start, without waiting for it."""
        if self._control is not None and (not self._ready or not _readable(self._control, 0.0)):
            return  # it never speaks again: what can be read would be its end
        self.close()
        self._folder = tempfile.TemporaryDirectory(prefix="course-zygote-", ignore_cleanup_errors=True)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        mode = "sandbox" if self.sandbox else "bare"
        with theirs:
            if preloaded.ask(theirs, self._folder.name, mode):
                return
            self._zygote = subprocess.Popen(
                [sys.executable, "-s", "-P", "-m", "coursekit.engine.processes.fork_server", str(theirs.fileno()), mode],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, cwd=self._folder.name,
                env=clean_environment(self._folder.name), start_new_session=True,
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
            if not _readable(self._control, READY) or self._control.recv(5) != b"ready":
                forked = self._zygote is None
                self.close()
                if forked and os.environ.pop(preloaded.ADDRESS, ""):
                    return self._running()  # what it was forked of is gone: start one of our own
                raise RuntimeError("the fork server did not start; its error is above")
            self._ready = True
        return self._control

    def close(self) -> None:
        """End the zygote.  Processes that still run end with it."""
        if self._control is not None:
            self._control.shutdown(socket.SHUT_WR)
            if self._ready:
                _readable(self._control, GRACE)  # its end
            self._control.close()
        if self._zygote is not None:
            if not self._ready:
                self._zygote.kill()  # it is still loading, and holds nothing
            try:
                self._zygote.wait(GRACE)
            except subprocess.TimeoutExpired:
                self._zygote.kill()
                self._zygote.wait()
        if self._folder is not None:
            self._folder.cleanup()
        self._zygote = self._control = self._folder = None
        self._ready = False


def _readable(control: socket.socket, seconds: float) -> bool:
    """Whether there is something to read, or the other end is closed, within so many seconds."""
    return bool(select.select([control], [], [], seconds)[0])
