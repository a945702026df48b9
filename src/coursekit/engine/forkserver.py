"""The engine's end of the fork server: asks the zygote for a process and holds that process's lifeline."""

from __future__ import annotations

import json
import select
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict

from coursekit.engine.effort import Effort
from coursekit.engine.interface import Budget
from coursekit.engine.launch import GRACE, Process, clean_environment
from coursekit.engine.wire import Channel, SocketChannel

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
        self._zygote: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

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
        if self._zygote is not None and self._zygote.poll() is None and self._control is not None:
            return self._control
        self.close()
        self._folder = tempfile.TemporaryDirectory(prefix="course-zygote-", ignore_cleanup_errors=True)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-s", "-P", "-m", "coursekit.engine.zygote", str(theirs.fileno())]
            command.append("sandbox" if self.sandbox else "bare")
            self._zygote = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, cwd=self._folder.name,
                env=clean_environment(self._folder.name), start_new_session=True,
            )  # fmt: skip
        self._control.settimeout(READY)
        if self._control.recv(5) != b"ready":
            raise RuntimeError("the fork server did not start; its error is above")
        return self._control

    def close(self) -> None:
        """End the zygote.  Processes that still run end with it."""
        if self._control is not None:
            self._control.close()
        if self._zygote is not None:
            try:
                self._zygote.wait(GRACE)
            except subprocess.TimeoutExpired:
                self._zygote.kill()
                self._zygote.wait()
        if self._folder is not None:
            self._folder.cleanup()
        self._zygote = self._control = self._folder = None
