"""Which layers of protection are active on this machine, really tried."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass

WHAT = {
    "namespaces": "sees only its own processes",
    "file system": "sees the system and Python, read-only, and an empty folder",
    "network": "reaches no network",
    "low privilege": "is nobody, without capabilities",
    "system call filter": "cannot trace, mount, or open namespaces",
    "limits": "is limited in memory, processes, files and time",
}


@dataclass(frozen=True)
class Layer:
    """One layer: its name, whether it is active here, and what it does or why it is not active."""

    name: str
    active: bool
    why: str


def layers() -> list[Layer]:
    """The split of judge and judged, which is always on, and the layers of the sandbox, each tried in a small process."""
    split = Layer("judge and judged apart", True, "tests run in another process than the answers, on every system")
    if not sys.platform.startswith("linux"):
        return [split, *(Layer(name, False, f"only on Linux, not on {sys.platform}") for name in WHAT)]
    return [split, *(Layer(name, not why, why or f"an answer {WHAT[name]}") for name, why in tried().items())]


def missing() -> str:
    """What the sandbox lacks here, in words; empty when grading strangers' code is safe."""
    return "; ".join(f"{layer.name}: {layer.why}" for layer in layers() if not layer.active)


def tried() -> dict[str, str]:
    """For each layer of the sandbox, what is wrong with it; seen from inside a process that entered it."""
    from coursekit.engine.launch import clean_environment

    command = [sys.executable, "-s", "-P", "-m", "coursekit.sandbox.probe"]
    with tempfile.TemporaryDirectory(prefix="course-probe-") as folder:
        environment = clean_environment(folder)
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=folder, env=environment)
        except subprocess.TimeoutExpired:
            return dict.fromkeys(WHAT, "the probe did not come to an end")
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    found = {line[0]: line[2] for line in lines if len(line) == 3}
    last = (done.stderr.strip().splitlines() or ["the probe said nothing"])[-1]
    return {name: found.get(name, last) for name in WHAT}
