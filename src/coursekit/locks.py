"""Files in the repository that keep what is dear to measure: ``claims.lock`` and ``mutants.lock``."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

TENTH = 10
Lock = dict[str, dict[str, dict[str, Any]]]  # two names, and what was measured under them


def load(file: Path) -> Lock:
    """What ``file`` keeps; nothing when there is no file."""
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def text(lock: Lock) -> str:
    """The lock as strict JSON with one line an entry, so that two branches seldom touch the same line."""
    groups = []
    for name in sorted(lock):
        lines = ",\n".join(f"  {json.dumps(n)}: {json.dumps(e, allow_nan=False)}" for n, e in lock[name].items())
        groups.append(f" {json.dumps(name)}: {{\n{lines}\n }}")
    return "{\n" + ",\n".join(groups) + "\n}\n" if groups else "{}\n"


def at_commit(file: Path, commit: str) -> Lock:
    """What ``file`` kept at ``commit``; nothing when there was no such file, or no such commit."""
    kept = git(file.parent, "show", f"{commit}:{file.name}") if commit else ""
    return json.loads(kept) if kept else {}


def drawn(name: str) -> bool:
    """Whether ``name`` is in the tenth that its hash draws."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % TENTH == 0


def git(folder: Path, *arguments: str) -> str:
    """What git prints in ``folder``; nothing where it fails."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
