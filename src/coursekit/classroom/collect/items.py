"""What reading gives: notebooks, what was not taken and why, and what a platform wrote down beside them."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from coursekit.notebooks.limits import ENDINGS

UNUSUAL = re.compile(
    r"[^\w .,()+@\u2019-]"
)  # in a name that is shown to its student on a page, and to us in a terminal
LARGEST_NOTE = 20 * 2**20  # bytes
NOTES = ("timestamp.txt", "submission_metadata.yml")
NOTE = re.compile(r"timestamp\.txt|submission_metadata\.yml|.+_attempt_\d{4}(?:-\d\d){5}\.txt", re.I)


@dataclass(frozen=True)
class Packed:
    """Bytes of a file, kept packed: what one small upload unpacks to would take the memory that all others' need."""

    packed: bytes

    @classmethod
    def of(cls, data: bytes) -> Packed:
        """These bytes."""
        return cls(zlib.compress(data, 1))

    @property
    def data(self) -> bytes:
        """The bytes themselves."""
        return zlib.decompress(self.packed)


@dataclass(frozen=True)
class Candidate:
    """A notebook's bytes and own file name, the path that says whose it is, and when it came in."""

    parts: tuple[str, ...]
    name: str
    content: Packed
    moment: datetime
    origin: str
    container: str = ""  # the folder or class zip that the instructor named
    version: int = 0  # as the platform counts them

    @property
    def data(self) -> bytes:
        """The notebook."""
        return self.content.data


@dataclass(frozen=True)
class Refusal:
    """Something that was not taken, and why; ``parts`` say whose it was, as far as its name tells."""

    parts: tuple[str, ...]
    reason: str
    origin: str
    container: str = ""
    foreign: bool = False  # a file of another kind, which matters only when its owner sent no notebook


@dataclass(frozen=True)
class Note:
    """A file in which platforms say of whom, or of when, the submissions beside it are."""

    parts: tuple[str, ...]
    content: Packed
    origin: str
    container: str = ""

    @property
    def data(self) -> bytes:
        """The file."""
        return self.content.data


Item = Candidate | Refusal | Note


@dataclass(frozen=True)
class Taken:
    """What became of one item.

    ``status`` is collected, replaced (an earlier one of the student's), unchanged, superseded, refused or, of another's file,
    ignored.
    """

    student: str | None
    status: str
    reason: str
    origin: str


def shown(name: str) -> str:
    """A name without what could steer a page or a terminal."""
    return UNUSUAL.sub("\ufffd", name.replace("'", "\u2019"))[:80]


def shown_path(parts: tuple[str, ...]) -> str:
    """A path as it is shown."""
    return "/".join(map(shown, parts[:6]))


def stem(name: str) -> str:
    """A file's name without its ending, which for a notebook that a browser saved has two parts."""
    ending = next((end for end in ENDINGS if name.lower().endswith(end)), "")
    return name[: -len(ending)] if ending else PurePosixPath(name).stem
