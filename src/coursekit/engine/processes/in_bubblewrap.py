"""Students' processes inside bubblewrap: started fresh, watched from here for the memory of all that they start."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Sequence

from coursekit.engine.interface import Budget
from coursekit.engine.processes.spawn import Process, SpawnedProcess
from coursekit.library import NOTHING, Library
from coursekit.sandbox.bubblewrap import Way, command
from coursekit.sandbox.usage import Meter
from coursekit.sandbox.view import HOME, SCRATCH_BYTES

TICK = 0.1  # seconds between two looks at its memory
OWN_PROCESSES = 2  # bubblewrap's own: one outside, one inside
SHELLS = 128  # bubblewrap ends with this number plus the signal that ended the program


class WrappedProcess(SpawnedProcess):
    """A student's process that bubblewrap keeps in."""

    def __init__(self, role: str, budget: Budget, way: Way, library: Library) -> None:
        self._way, self._exceeded, self._over = way, "", threading.Event()
        self.alone = way.user_namespace
        super().__init__(role, budget, library=library)
        meter = Meter(self._process.pid, budget.memory_bytes, SCRATCH_BYTES, budget.processes + OWN_PROCESSES)
        self._watcher = threading.Thread(target=self._watch, args=(meter,), daemon=True)
        self._watcher.start()

    def _started(
        self, program: list[str], role: str, home: str = "", files: Sequence[int] = ()
    ) -> subprocess.Popen[bytes]:
        words, inherited = command(self._way, program, self._library)
        try:
            return super()._started(words, role, HOME, [*files, *(file.fileno() for file in inherited)])
        finally:
            for file in inherited:
                file.close()

    def _watch(self, meter: Meter) -> None:
        while not self._over.wait(TICK):
            self._exceeded = meter.exceeded()
            if self._exceeded:
                return self.kill()

    def end(self) -> str:
        """Kill, wait, close, clean; how it had ended by itself, ``memory`` or ``processes`` if it took too much of them."""
        self._over.set()
        self._watcher.join()  # before the process is waited for, after which its number may be another's
        said = super().end()
        number = int(said.removeprefix("exit ")) - SHELLS if said.startswith("exit ") else 0
        return self._exceeded or (f"signal {number}" if number > 0 else said)


class WrapLauncher:
    """Starts students' processes in bubblewrap and checkers as they are."""

    def __init__(self, way: Way, library: Library = NOTHING) -> None:
        self.way, self.library = way, library

    def start(self, role: str, budget: Budget) -> Process:
        """A new process of this role."""
        if role == "student":
            return WrappedProcess(role, budget, self.way, self.library)
        return SpawnedProcess(role, budget, library=self.library)

    def warm(self) -> None:
        """Nothing is got ready: every process is a fresh one."""

    def close(self) -> None:
        """Nothing is kept running."""
