"""Pictures that stand inside a page become files, which browsers load when they come near and only the one that is shown."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from coursekit.paths import write_atomically

FOLDER = "_images"
INSIDE = re.compile(r'(<(?:img|source)\b[^>]*?\b(?:src|srcset)=")data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)"')
SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"', re.S)


def apart(body: str, folder: Path, address: str) -> str:
    """``body`` with each SVG that it holds in a file of ``folder``, which the page finds at ``address``."""

    def moved(match: re.Match[str]) -> str:
        svg = base64.b64decode(match[2])
        name = f"drawn-{hashlib.sha256(svg).hexdigest()[:16]}.svg"
        if not (folder / name).is_file():
            write_atomically(folder / name, svg)
        lazy = ' loading="lazy" decoding="async"' if match[1].startswith("<img") else ""
        return f'{match[1]}{address.rstrip("/")}/{name}"{lazy}{_size(svg.decode())}'

    return INSIDE.sub(moved, body)


def tidy(folder: Path, pages: Iterable[str]) -> None:
    """Remove the files that no page shows any more."""
    shown = {name for page in pages for name in re.findall(r"drawn-[0-9a-f]{16}\.svg", page)}
    for file in folder.glob("drawn-*.svg"):
        if file.name not in shown:
            file.unlink()


def _size(svg: str) -> str:
    """The drawing's size in CSS pixels, so that nothing moves when it arrives."""
    found = SIZE.search(svg)
    return f' width="{float(found[1]) * 4 / 3:.0f}" height="{float(found[2]) * 4 / 3:.0f}"' if found else ""
