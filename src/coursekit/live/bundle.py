"""The scripts that bring Python into a page: archives that a page can load from a folder, where it may fetch nothing."""

from __future__ import annotations

import base64
import filecmp
import gzip
import hashlib
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

from coursekit.course import Course
from coursekit.digest import data_files, dependencies, label
from coursekit.live.compiled import NODE, compiled
from coursekit.live.files import FILES, VERSION, fetched
from coursekit.paths import KIT, write_atomically

CORE = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm")
# what an installed package is not read for
LEFT_OUT = re.compile(
    r"/$|/tests?/|/include/|/_pyinstaller/|/misc/|\.dist-info/|\.(pyi|pyx|pxd|pxi|a|h|c|f|f90|txt|build)$"
)
LICENCES = re.compile(r"\.dist-info/(?:licenses/)?LICEN[CS]E[^/]*$")
SITE = "lib/python3.12/site-packages/"
STDLIB = "lib/python312.zip/"
LOCK = {  # what Pyodide wants to see of a distribution; packages are put in place by us
    "info": {"abi_version": "2024_0", "arch": "wasm32", "platform": "emscripten_3_1_58", "python": "3.12.7", "version": VERSION},
    "packages": {},
}  # fmt: skip


def script(name: str, files: dict[str, bytes]) -> bytes:
    """A script that gives the page an archive: ``TDLive.take(name, [[path, length], …], base64 of the gzipped contents)``."""
    packed = gzip.compress(b"".join(files.values()), 6, mtime=0)
    index = [[path, len(data)] for path, data in files.items()]
    return f'TDLive.take("{name}", {json.dumps(index)}, "{base64.b64encode(packed).decode()}");\n'.encode()


def write(folder: Path, cache: Path, say: Callable[[str], None] = lambda line: None) -> dict[str, int]:
    """Write ``python.js``, ``scipy.js`` and their licences to ``folder``, each made once; their sizes in bytes.

    Raises ``NoFiles`` where Python's files are not to be had.
    """
    kept = cache / f"scripts-{_version()}"
    if not (kept / "LICENCES.txt").is_file():  # written last
        paths = fetched(cache, say)
        files = {name: path.read_bytes() for name, path in paths.items()}
        write_atomically(kept / "python.js", script("python", _python(files, paths)))
        write_atomically(kept / "scipy.js", script("scipy", _scipy(files)))
        write_atomically(kept / "LICENCES.txt", _licences(files))
    for path in kept.iterdir():
        target = folder / path.name
        if not target.is_file() or not filecmp.cmp(path, target, shallow=False):
            write_atomically(target, path.read_bytes())
    return {name: (folder / f"{name}.js").stat().st_size for name in ("python", "scipy")}


def _version() -> str:
    """What tells whether scripts that were made before are those that would be made now."""
    text = Path(__file__).read_text(encoding="utf-8") + NODE + repr((FILES, shutil.which("node") is None))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _python(files: dict[str, bytes], paths: dict[str, Path]) -> dict[str, bytes]:
    modules = compiled(_library(files["python_stdlib.zip"]) | _installed(files, "numpy"), paths, LOCK)
    parts = {name: files[name] for name in CORE}
    parts["pyodide-lock.json"] = json.dumps(LOCK).encode()
    parts["python_stdlib.zip"] = stored({p.removeprefix(STDLIB): d for p, d in modules.items() if p.startswith(STDLIB)})
    return parts | {path: data for path, data in modules.items() if not path.startswith(STDLIB)}


def _library(data: bytes) -> dict[str, bytes]:
    """The files of the standard library by the paths that they will have."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {STDLIB + name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def _scipy(files: dict[str, bytes]) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(files[_file("openblas")])) as archive:
        return {"usr/lib/libopenblas.so": archive.read("libopenblas.so")} | _installed(files, "scipy")


def _installed(files: dict[str, bytes], package: str) -> dict[str, bytes]:
    """A package's files by their paths where it is installed; alike beside alike, which packs better."""
    with zipfile.ZipFile(io.BytesIO(files[_file(package)])) as archive:
        names = [name for name in archive.namelist() if not LEFT_OUT.search(name)]
        return {SITE + name: archive.read(name) for name in sorted(names, key=lambda n: (n.rpartition(".")[2], n))}


def stored(files: dict[str, bytes]) -> bytes:
    """A zip archive of ``files``, not compressed, so that the whole packs better and is read faster."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), files[name])
    return buffer.getvalue()


def _file(package: str) -> str:
    return next(file.name for file in FILES if file.name.startswith(f"{package}-"))


def _licences(files: dict[str, bytes]) -> str:
    """The licences of all that the scripts hold: a list, and the texts that come with the packages."""
    lines = [
        f"The scripts in this folder hold files of Pyodide {VERSION}, packed anew, without tests and headers.",
        "Where node was at hand, modules of Python and NumPy are compiled.",
        "Their sources are those of Pyodide, CPython, NumPy, SciPy and OpenBLAS in the versions named.",
        "",
    ]
    lines += [f"{file.name}: {file.licence}" for file in FILES]
    for package in ("numpy", "scipy"):
        with zipfile.ZipFile(io.BytesIO(files[_file(package)])) as archive:
            for name in sorted(filter(LICENCES.search, archive.namelist())):
                lines += ["", f"== {name}", "", archive.read(name).decode("utf-8", "replace")]
    return "\n".join(lines) + "\n"


def write_checks(folder: Path, course: Course) -> None:
    """Write ``checks.js``: what judges an answer in the page, and the library that students of the course may import."""
    source = course.given.source() or KIT
    modules = dependencies(["coursekit.live.session", *course.given.modules()], source).values()
    files = {SITE + label(file, source): file.read_bytes() for file in {*modules, *data_files(modules)}}
    write_if_changed(folder / "checks.js", script("checks", dict(sorted(files.items()))))


def write_notebook(target: Path, notebook: str) -> None:
    """Write the released notebook as a script, for a page that may not fetch it."""
    write_if_changed(target, f'TDLive.take("notebook", {json.dumps(json.loads(notebook))});\n'.encode())


def write_if_changed(path: Path, data: bytes) -> None:
    """Write a file unless it is so already."""
    if not path.is_file() or path.read_bytes() != data:
        write_atomically(path, data)
