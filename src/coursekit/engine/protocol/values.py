"""What a frame may hold, and what in it stands for something that is not plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Limits:
    """What one frame may hold: bytes in all, levels of nesting, values in all, bytes of one integer, keys of a dict."""

    bytes: int = 64 * 2**20
    depth: int = 60
    values: int = 200_000
    int_bytes: int = 4096
    pairs: int = 5_000  # of one dict: keys can be chosen so that each is compared with all others


@dataclass(frozen=True)
class Handle:
    """Something that stays with its owner.  ``mine`` says that the one who sent the frame owns it."""

    id: int
    mine: bool = True
    kind: str = ""
    type_name: str = ""


@dataclass(slots=True)  # made for every array, list and dict that crosses
class Shared:
    """An array or tensor that both sides know by ``key``: the receiver's copy follows the sender's."""

    key: int
    value: Any = None  # None: known already


@dataclass(frozen=True)
class Kinded:
    """A value of one of the kinds that cross only where a course asks for it, as the plain data that it is made of."""

    kind: str
    parts: Any


DEFAULT = Limits()
KINDS = ("callable", "class", "iterator", "object", "module")
