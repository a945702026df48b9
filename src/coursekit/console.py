"""The console that every command prints on."""

from __future__ import annotations

from typing import Any

from rich.console import Console


def wide_console(width: int = 160, **options: Any) -> Console:
    """A console as wide as the terminal; into a file or a pipe ``width`` characters, so that no table is squeezed."""
    return Console(width=None if Console().is_terminal else width, **options)
