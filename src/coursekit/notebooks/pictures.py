"""Pictures in notebooks: PNG and JPEG that are what they say, in outputs and attachments, and nothing else."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Container, Iterable
from typing import Any

LARGEST_PICTURE = 400_000  # characters of base64
MOST_PIXELS = 16_000_000  # a few kilobytes can unpack to more than a browser can hold
BEGINNINGS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
NAME = re.compile(r"[A-Za-z0-9._ -]{1,80}")  # of an attachment: it needs no quoting
ATTACHED = re.compile(r"!\[([^\[\]<>&\"\x00]*)\]\(attachment:([A-Za-z0-9._ -]+)\)")


def pixels(raw: bytes) -> int:
    """Width times height that a PNG or JPEG declares; 0 when it declares none where it must."""
    if raw[12:16] == b"IHDR":
        return int.from_bytes(raw[16:20]) * int.from_bytes(raw[20:24])
    at = 2
    while at + 9 <= len(raw) and raw[at] == 0xFF:
        kind = raw[at + 1]
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):  # a frame header
            return int.from_bytes(raw[at + 5 : at + 7]) * int.from_bytes(raw[at + 7 : at + 9])
        at += 2 + int.from_bytes(raw[at + 2 : at + 4])
    return 0


def picture(mime: str, data: object) -> str | None:
    """Base64 of a picture that is what it says, or None."""
    text = "".join(data) if isinstance(data, list) and all(isinstance(part, str) for part in data) else data
    if not isinstance(text, str) or len(text) > LARGEST_PICTURE:
        return None
    try:
        raw = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    good = raw.startswith(BEGINNINGS[mime]) and 0 < pixels(raw) <= MOST_PIXELS
    return base64.b64encode(raw).decode() if good else None


def pictures(bundle: object) -> dict[str, str]:
    """The PNG and JPEG entries of a MIME bundle."""
    entries = bundle if isinstance(bundle, dict) else {}
    checked = {mime: picture(mime, entries[mime]) for mime in BEGINNINGS if mime in entries}
    return {mime: data for mime, data in checked.items() if data}


def attachments(cell: Any) -> dict[str, dict[str, str]]:
    """The pictures that are attached to a cell as it is in the file, by names that need no quoting."""
    named = cell.get("attachments")
    bundles = named.items() if isinstance(named, dict) else ()
    good = {name: pictures(bundle) for name, bundle in bundles if NAME.fullmatch(str(name))}
    return {name: bundle for name, bundle in good.items() if bundle}


def fitting(bundles: Iterable[dict[str, str]], room: int) -> tuple[list[dict[str, str]], int]:
    """Those of the pictures, in order, that fit into ``room`` characters, and the room that is left."""
    kept = []
    for bundle in bundles:
        size = sum(map(len, bundle.values()))
        if size <= room:
            room -= size
            kept.append(bundle)
    return kept, room


def without_lost_pictures(text: str, attached: Container[str]) -> str:
    """Markdown in which pictures that are not attached are words; nbconvert refuses the whole notebook for one of them."""
    return ATTACHED.sub(lambda match: match[0] if match[2] in attached else f"(picture {match[2]}, left out)", text)
