"""Python's modules compiled ahead, so that the page's Python starts in half the time.  Needs node; without it sources do."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

NODE = """
const [folder, given, made] = process.argv.slice(1), fs = require("node:fs");
const { loadPyodide } = require(folder + "/pyodide.js");
loadPyodide({ indexURL: folder + "/" }).then((python) => {
  python.FS.writeFile("/given.zip", fs.readFileSync(given));
  python.runPython(`
import zipfile
from importlib._bootstrap_external import _code_to_hash_pyc
with zipfile.ZipFile("/given.zip") as given, zipfile.ZipFile("/made.zip", "w") as made:
    for name in given.namelist():
        try:
            code = compile(given.read(name), "/" + name, "exec", dont_inherit=True)
        except SyntaxError:  # a file that no module is
            continue
        made.writestr(zipfile.ZipInfo(name + "c"), _code_to_hash_pyc(code, bytes(8), False))
`);
  fs.writeFileSync(made, python.FS.readFile("/made.zip"));
  process.exit(0);
}).catch((error) => { console.error(error); process.exit(1); });
"""
CORE = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
SECONDS = 600


def compiled(sources: dict[str, bytes], files: dict[str, Path], lock: Mapping[str, object]) -> dict[str, bytes]:
    """``sources`` by path, with compiled modules in place of those in Python; as they are where node is missing or fails.

    ``files`` are those of the distribution: the Python that compiles is the one that will run.
    """
    node = shutil.which("node")
    if node is None:
        return sources
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in CORE:
            shutil.copy(files[file], folder)
        (folder / "pyodide-lock.json").write_text(json.dumps(lock))
        _zip(folder / "given.zip", {path: data for path, data in sources.items() if path.endswith(".py")})
        command = [node, "-e", NODE, name, str(folder / "given.zip"), str(folder / "made.zip")]
        try:
            subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)
            with zipfile.ZipFile(io.BytesIO((folder / "made.zip").read_bytes())) as archive:
                made = {path: archive.read(path) for path in archive.namelist()}
        except (OSError, subprocess.SubprocessError, zipfile.BadZipFile):
            return sources
    return {path: data for path, data in sources.items() if f"{path}c" not in made} | made


def _zip(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
