"""Make ``.venv`` and install the course into it.  Runs on a bare Python; quick when nothing changed.

Pythons from 3.6 on can read this file, so that an old one says what is wanted instead of a syntax error.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = VENV / ".set-up"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
EXTRAS = "book,classroom,dev"
OLDEST = (3, 11)
SPACE_GB = 3
SILENCE = 10  # seconds after which a command that says nothing is said to be at work


def stop(message: str) -> None:
    """Say what is missing and how to go on, and end."""
    raise SystemExit(f"\nset-up stopped: {message}")


def check_machine() -> None:
    """Stop unless this Python is new enough and there is room for the environment."""
    if sys.version_info < OLDEST:
        found, wanted = ".".join(map(str, sys.version_info[:3])), ".".join(map(str, OLDEST))
        stop(f"this is Python {found}; the course needs {wanted} or newer. Name one: make book PYTHON=python{wanted}")
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < SPACE_GB and not STAMP.exists():
        stop(f"{free:.1f} GB are free here; the environment takes about {SPACE_GB} GB. Make room and run again.")


def wanted() -> str:
    """A digest of all that decides what is installed."""
    parts = [(ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256(b"\0".join([EXTRAS.encode(), sys.version.encode(), str(ROOT).encode(), *parts])).hexdigest()


def sites() -> "list[Path]":
    """The folders that packages are installed into: one."""
    return [*VENV.glob("lib/python*/site-packages"), *VENV.glob("Lib/site-packages")]


def installed() -> int:
    """How many packages the environment has.  Looks no deeper than needed: pip moves and removes folders meanwhile."""
    return sum(len(list(site.glob("*.dist-info"))) for site in sites())


def run(*command: object) -> None:
    """Run a command, say that it is still at work when it takes long, and stop with its name when it fails."""
    start = time.monotonic()
    with subprocess.Popen([str(part) for part in command], cwd=str(ROOT)) as process:
        while process.poll() is None:
            try:
                process.wait(SILENCE)
            except subprocess.TimeoutExpired:
                print(f"  {time.monotonic() - start:.0f} s; {installed()} packages installed so far", flush=True)
            except KeyboardInterrupt:  # the command got it too: a next run must not meet it while it tidies up
                process.wait()
                raise
    if process.returncode:
        stop(f"this command failed (its own message is above): {' '.join(str(part) for part in command)}")


def refuse_cuda() -> None:
    """Stop when pip would bring a CUDA build of torch: several GB that the course never uses."""
    if os.environ.get("ALLOW_CUDA"):
        return
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        flags = ("--quiet", "--disable-pip-version-check", "--dry-run", "--report", report)
        run(PYTHON, "-m", "pip", "install", *flags, "-c", "constraints.txt", "torch")
        names = [item["metadata"]["name"].lower() for item in json.loads(report.read_text())["install"]]
    cuda = [name for name in names if name.startswith(("nvidia", "cuda", "triton"))]
    if cuda:
        stop(
            f"pip would install a CUDA build of torch (with {', '.join(cuda[:3])} …, several GB). The course runs on the CPU.\n"
            "Point pip at an index that has CPU wheels of torch, for example in the variable PIP_EXTRA_INDEX_URL (PyTorch's\n"
            "page *Get started* names one when you choose CPU), and run again; or accept the CUDA build: ALLOW_CUDA=1 make book"
        )


def main() -> None:
    """Bring ``.venv`` up to date with ``pyproject.toml`` and ``constraints.txt``."""
    check_machine()
    digest = wanted()
    if STAMP.exists() and STAMP.read_text() == digest and PYTHON.exists():
        return
    print("setting up .venv (a few minutes the first time)", flush=True)
    if not PYTHON.exists() or subprocess.run([str(PYTHON), "-c", "import pip"], stderr=subprocess.DEVNULL).returncode:
        run(sys.executable, "-m", "venv", "--clear", VENV)
    STAMP.unlink(missing_ok=True)
    refuse_cuda()
    flags = ("--quiet", "--disable-pip-version-check", "--no-compile")
    run(PYTHON, "-m", "pip", "install", *flags, "-c", "constraints.txt", "-e", f".[{EXTRAS}]")
    # what pip does with one core, on all of them; some packages bring files that no Python reads
    subprocess.run([str(PYTHON), "-m", "compileall", "-qq", "-j", "0", *map(str, sites())], stdout=subprocess.DEVNULL)
    STAMP.write_text(digest)
    print("set-up done", flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        stop("interrupted. Nothing is broken: the same command goes on")
