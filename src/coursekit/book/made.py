"""What was made of a text, kept beside a digest of it: the same text is not worked on again by the same code."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from coursekit.paths import write_atomically


def made(
    file: Path | None, code: str | Path, texts: Mapping[str, str], make: Callable[[str, str], Any]
) -> dict[str, Any]:
    """``{name: make(name, text)}`` of all ``texts``, as JSON has it; from ``file`` where ``code`` made it of the same text.

    Only what is made of the present texts stays in the file.  ``code`` is the file of ``make``, or words that change with it.
    """
    by = code.read_text(encoding="utf-8") if isinstance(code, Path) else code
    before = _read(file)
    after: dict[str, list[Any]] = {}
    for name, text in texts.items():
        key = hashlib.sha256(f"{sys.version}\0{by}\0{name}\0{text}".encode()).hexdigest()
        known = before.get(name, ["", None])
        after[name] = known if known[0] == key else [key, json.loads(json.dumps(make(name, text)))]
    if file is not None and after != before:
        write_atomically(file, json.dumps(after, ensure_ascii=False))
    return {name: value for name, (_, value) in after.items()}


def _read(file: Path | None) -> dict[str, list[Any]]:
    try:
        found: dict[str, list[Any]] = json.loads(file.read_text(encoding="utf-8")) if file else {}
        return found
    except (FileNotFoundError, ValueError):
        return {}
