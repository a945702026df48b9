"""Starting and ending the processes of one submission: fresh ones on any system, forked ones where a fork server runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from typing import Protocol

from coursekit.engine.interface import Budget
from coursekit.engine.processes.cpu_time import CpuTime, cpu_time
from coursekit.engine.protocol.wire import Channel, PipeChannel, Wire
from coursekit.library import NOTHING, Library
from coursekit.sandbox.environment import clean_environment

GRACE = 10.0  # seconds for a killed process to be gone


class Process(Protocol):
    """A running student's or checker's process."""

    channel: Channel

    def cpu_time(self) -> CpuTime:
        """What it and all that it started have used of the processor and waited for it; zeros when it has ended."""

    def kill(self) -> None:
        """End it at once, with everything that it started."""

    def end(self) -> str:
        """End it, wait, release what it held; how it had ended by itself (``exit 3``, ``signal 9``), or an empty string."""


class Launcher(Protocol):
    """Starts processes."""

    def start(self, role: str, budget: Budget) -> Process:
        """A new ``student`` or ``checker`` process."""

    def warm(self) -> None:
        """Begin to start what takes long to start, without waiting for it."""

    def close(self) -> None:
        """End what the launcher keeps running."""


class SpawnedProcess:
    """A process started fresh, with frames over its standard input and output.

    ``alone`` says that the kernel counts its processes apart from the user's others, so that their number can be limited.
    ``plots`` is a folder for what matplotlib keeps from run to run; by default it keeps nothing.  ``library`` may be imported.
    """

    alone = False

    def __init__(self, role: str, budget: Budget, plots: str = "", library: Library = NOTHING) -> None:
        self._library = library
        self._plots = {"MPLCONFIGDIR": plots} if plots else {}
        self._folder = tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True)
        program = [
            sys.executable,
            "-s",
            "-P",
            "-m",
            "coursekit.engine.inside.main",
            role,
            json.dumps(asdict(budget) | {"alone": self.alone}),
        ]
        self._process = self._started(program, role)
        assert self._process.stdin is not None and self._process.stdout is not None
        self.channel: Channel = PipeChannel(
            Wire(self._process.stdout.fileno(), self._process.stdin.fileno()), self.kill
        )

    def _started(
        self, program: list[str], role: str, home: str = "", files: Sequence[int] = ()
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            program,
            pass_fds=files,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if role == "student" else None,
            cwd=self._folder.name,
            env=clean_environment(home or self._folder.name, self._library.path) | self._plots,
            start_new_session=os.name == "posix",
        )

    def cpu_time(self) -> CpuTime:
        """What it and all that it started have used of the processor and waited for it; zeros when it has ended."""
        return cpu_time(self._process.pid)

    def kill(self) -> None:
        """Kill it and, on POSIX, its process group."""
        if os.name == "posix":
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return
            except PermissionError:  # macOS, for a group in which only a process that has ended is left
                self._process.kill()
        else:
            self._process.kill()

    def end(self) -> str:
        """Kill, wait, close the pipes, remove the folder; how it had ended by itself."""
        code = self._process.poll()
        self.kill()
        last = self._process.wait(GRACE)
        if code is None and os.name == "posix" and last != -signal.SIGKILL:
            code = last  # it was ending when we came
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue
        self._folder.cleanup()
        if code is None:
            return ""
        return f"signal {-code}" if code < 0 else f"exit {code}"


class SpawnLauncher:
    """Starts every process fresh: slower (the libraries are imported each time), and the same on every system.

    ``plots`` is a folder in which matplotlib may keep its list of fonts, for students on their own machine: making that list
    takes long on macOS and Windows.
    """

    def __init__(self, plots: str = "", library: Library = NOTHING) -> None:
        self.plots, self.library = plots, library

    def start(self, role: str, budget: Budget) -> Process:
        """A new process of this role."""
        return SpawnedProcess(role, budget, self.plots if role == "student" else "", self.library)

    def warm(self) -> None:
        """Nothing is got ready: every process is a fresh one."""

    def close(self) -> None:
        """Nothing is kept running."""
