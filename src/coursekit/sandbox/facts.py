"""Which layers of protection are active on this machine, really tried."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import IO

from coursekit.sandbox.bubblewrap import Way, command, ways
from coursekit.sandbox.environment import clean_environment
from coursekit.sandbox.view import HOME

WHAT = {
    "namespaces": "sees only its own processes",
    "file system": "sees the system and Python, read-only, and an empty folder",
    "network": "reaches no network",
    "low privilege": "is not root, has no capability and can gain none",
    "system call filter": "cannot trace, mount, or open namespaces",
    "limits": "is limited in memory, processes, files and time",
}


@dataclass(frozen=True)
class Layer:
    """One layer: its name, whether it is active here, and what it does or why it is not active."""

    name: str
    active: bool
    why: str


@dataclass(frozen=True)
class SandboxTrial:
    """What was tried: what is wrong in each layer of the best sandbox, and the way that makes it (None: our own calls)."""

    wrong: dict[str, str]
    way: Way | None = None

    @property
    def works(self) -> bool:
        """Whether every layer is active."""
        return not any(self.wrong.values())


def layers() -> list[Layer]:
    """The split of judge and judged, which is always on, and the layers of the sandbox, each tried in a small process."""
    split = Layer("judge and judged apart", True, "tests run in another process than the answers, on every system")
    if not sys.platform.startswith("linux"):
        return [split, *(Layer(name, False, f"only on Linux, not on {sys.platform}") for name in WHAT)]
    sandbox = tried()
    by = f" (by {sandbox.way.words})" if sandbox.way else ""
    return [split, *(Layer(name, not why, why or f"an answer {WHAT[name]}{by}") for name, why in sandbox.wrong.items())]


def missing(found: SandboxTrial | None = None) -> str:
    """What the sandbox lacks here, in words; empty when grading strangers' code is safe."""
    layers: dict[str, list[str]] = {}
    for name, why in (found or tried()).wrong.items():
        if why:
            layers.setdefault(why, []).append(name)  # where namespaces are refused, all have one reason: said once
    return "; ".join(f"{', '.join(names)}: {why}" for why, names in layers.items())


def tried() -> SandboxTrial:
    """The sandbox that works here: our own calls, else bubblewrap in one of its ways; else what is wrong with all of them."""
    own = _looked([], [])
    if not any(own.values()):
        return SandboxTrial(own)
    others: dict[str, str] = {}
    for way in ways():
        wrong = _looked(*command(way, []))
        if not any(wrong.values()):
            return SandboxTrial(wrong, way)
        others[way.words] = next(filter(None, wrong.values()))
    also = "; ".join(f"{words}: {why}" for words, why in others.items()) or "bubblewrap is not installed"
    return SandboxTrial({name: f"{why} ({also})" if why else "" for name, why in own.items()})


def _looked(prefix: list[str], files: list[IO[bytes]]) -> dict[str, str]:
    """For each layer, what is wrong with it; seen from inside a process that entered it."""
    program = [*prefix, sys.executable, "-s", "-P", "-m", "coursekit.sandbox.probe"]
    with (
        tempfile.TemporaryDirectory(prefix="course-probe-") as folder,
        tempfile.NamedTemporaryFile(dir=folder) as secret,
    ):
        try:
            done = subprocess.run(
                program + ([secret.name] if prefix else []),
                capture_output=True,
                text=True,
                timeout=60,
                cwd=folder,
                env=clean_environment(HOME if prefix else folder),
                pass_fds=[file.fileno() for file in files],
            )
        except subprocess.TimeoutExpired:
            return dict.fromkeys(WHAT, "the probe did not come to an end")
        finally:
            for file in files:
                file.close()
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    by_layer = {line[0]: line[2] for line in lines if len(line) == 3}
    last = (done.stderr.strip().splitlines() or ["the probe said nothing"])[-1]
    return {name: by_layer.get(name, last) for name in WHAT}
