"""The environment of processes that run others' code, and of the servers that they are forked from."""

from __future__ import annotations

import os

from coursekit.paths import KIT

KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
# sockets, DLLs, subprocesses and the names of processor and user hang on these
KEPT_ON_WINDOWS = ("SYSTEMROOT", "WINDIR", "SYSTEMDRIVE", "PATHEXT", "COMSPEC", "PROGRAMFILES", "NUMBER_OF_PROCESSORS",
                   "PROCESSOR_ARCHITECTURE", "USERNAME")  # fmt: skip


def clean_environment(home: str, source: str = "") -> dict[str, str]:
    """The environment of a worker: nothing of the caller's but paths and language; threads, hashes and plots fixed.

    Modules are those of this Python, of this package's folder, and of the folder ``source``.
    """
    modules = os.pathsep.join(dict.fromkeys(filter(None, (str(KIT), source))))
    names = KEPT if os.name == "posix" else (*KEPT, *KEPT_ON_WINDOWS)
    kept = {name: os.environ[name] for name in names if name in os.environ}
    if os.name != "posix":
        kept["USERPROFILE"] = home  # what Path.home() is there
    threads = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
    return (
        kept
        | threads
        | {"VECLIB_MAXIMUM_THREADS": "1", "NUMEXPR_MAX_THREADS": "1"}
        | {"HOME": home, "TMPDIR": home, "TEMP": home, "TMP": home, "MPLCONFIGDIR": home, "MPLBACKEND": "Agg"}
        | {"PYTHONHASHSEED": "0", "PYTHONPATH": modules, "PYTHONDONTWRITEBYTECODE": "1"}
    )
