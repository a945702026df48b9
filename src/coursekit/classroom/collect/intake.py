"""Reading what was handed in: files, folders and zips become candidates, or refusals that say why.

Nothing is extracted to disk.  A zip's sizes are counted while its bytes are read, so that a false header cannot pass; links are
never followed.
"""

from __future__ import annotations

import io
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from coursekit.classroom.collect.items import (
    LARGEST_NOTE,
    NOTE,
    NOTES,
    Candidate,
    Item,
    Note,
    Packed,
    Refusal,
    shown,
    stem,
)
from coursekit.notebooks.limits import ENDINGS, LARGEST, TOO_LARGE

MAX_STUDENT_ARCHIVE = 200 * 2**20  # bytes of one student's zip, and of the notebooks in it
MAX_MEMBERS = 50_000
MOST_NOTEBOOKS = 100  # in one student's zip
MAX_RATIO = 200  # a notebook compresses 3 to 20 times, a bomb a thousand times
IGNORED = ("__MACOSX", ".ipynb_checkpoints")


DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


class TooLarge(Exception):
    """More bytes than allowed; the message names the number."""


def interesting(name: str) -> bool:
    """Whether a member or file may hold a notebook."""
    return name.lower().endswith((*ENDINGS, ".zip")) and not set(PurePosixPath(name).parts) & set(IGNORED)


def other_kind(parts: tuple[str, ...], origin: str) -> Iterator[Refusal]:
    """A file that is no notebook and no zip, unless a system or an editor left it there."""
    if (
        parts
        and parts[-1].lower() not in NOTES
        and not set(parts) & set(IGNORED)
        and not any(p.startswith(".") for p in parts)
    ):
        reason = f"{shown(parts[-1])} is no notebook (.ipynb) and no zip of one; hand in the notebook"
        yield Refusal(parts, reason, origin, foreign=True)


def read_capped(stream: IO[bytes], limit: int) -> bytes:
    """Every byte of ``stream``; raises TooLarge when there are more than ``limit``."""
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(TOO_LARGE if limit == LARGEST else f"larger than {limit // 2**20} MB")
    return data


def opened(path: Path, below: Path | None = None) -> int:
    """A descriptor of a file that is no link; on the way from ``below`` no link is followed either, made meanwhile or not."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if below is None or os.open not in os.supports_dir_fd:
        return os.open(path, flags)
    *folders, name = path.relative_to(below).parts
    with ExitStack() as held:
        place = os.open(below, os.O_RDONLY | os.O_DIRECTORY)
        held.callback(os.close, place)
        for folder in folders:
            place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=place)
            held.callback(os.close, place)
        return os.open(name, flags, dir_fd=place)


def read_plain(path: Path, limit: int, below: Path | None = None) -> bytes:
    """The bytes of a regular file that is no link, see ``opened``; raises OSError or TooLarge."""
    with os.fdopen(opened(path, below), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError("not a regular file")
        if status.st_nlink > 1:
            raise OSError("a hard link: the same file exists under another name; hand in a copy")
        return read_capped(file, limit)


def member_fault(info: zipfile.ZipInfo) -> str | None:
    """Why a zip member may not be read, or None."""
    name = info.filename.replace("\\", "/")
    if name.startswith("/") or name[1:2] == ":" or ".." in PurePosixPath(name).parts:
        return "its path leads outside the zip"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a symbolic link"
    if info.flag_bits & 1:
        return "it is encrypted"
    if info.compress_type not in (
        zipfile.ZIP_STORED,
        zipfile.ZIP_DEFLATED,
    ):  # zipfile unpacks the others without a limit
        return "it is packed by another method than deflate; make the zip with the tool that came with your system"
    if info.file_size > 1 << 20 and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        return f"it is packed more than {MAX_RATIO} times smaller than it is, as a zip bomb is"
    return None


def member_time(info: zipfile.ZipInfo) -> datetime:
    """A member's time, which zips keep without a zone: read as UTC."""
    try:
        return datetime(*info.date_time, tzinfo=UTC)
    except ValueError:
        return datetime(1980, 1, 1, tzinfo=UTC)


def too_many(data: bytes | Path) -> int:
    """How many members a student's zip declares when they are more than MAX_MEMBERS, else 0; opening would load them all."""
    declared = data.count(b"PK\x01\x02") if isinstance(data, bytes) else 0
    return declared if declared > MAX_MEMBERS else 0


def from_zip(
    data: bytes | Path, parts: tuple[str, ...], origin: str, *, owner: datetime | None = None
) -> Iterator[Item]:
    """The notebooks of a zip.  ``owner`` is given for one student's own zip: its time counts, and no zip in it is opened.

    Identity comes from ``parts`` alone for such a zip: what a student names the folders inside it decides nothing.
    """
    if count := too_many(data):
        yield Refusal(parts, f"{count} files in one zip, more than {MAX_MEMBERS}", origin)
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(data) if isinstance(data, bytes) else data)
    except DAMAGED as error:
        yield Refusal(parts, f"not a readable zip: {error}", origin)
        return
    with archive:
        members = archive.infolist()
        if len(members) > MAX_MEMBERS:
            yield Refusal(parts, f"{len(members)} files in one zip, more than {MAX_MEMBERS}", origin)
            return
        left = MAX_STUDENT_ARCHIVE  # of one student's; a class's export has no sum that one of them could use up
        members = [info for info in members if info.filename and not info.is_dir()]  # is_dir raises for an empty name
        chosen = [info for info in members if interesting(info.filename)]
        if not chosen and owner is not None:
            yield Refusal(parts, "it holds no notebook (.ipynb)", origin)
        if owner is not None and len(chosen) > MOST_NOTEBOOKS:  # each would be looked at and kept
            yield Refusal(parts, f"{len(chosen)} notebooks in one zip, more than {MOST_NOTEBOOKS}", origin)
            return
        for info in members if owner is None else ():
            if not interesting(info.filename):
                inside = PurePosixPath(info.filename.replace("\\", "/")).parts
                yield from note_of(archive, info, inside, f"{origin}!{info.filename}")
                yield from other_kind(inside, f"{origin}!{info.filename}")
        for info in chosen:
            for item in from_member(archive, info, parts, f"{origin}!{info.filename}", owner, left):
                left -= len(item.data) if owner is not None and isinstance(item, Candidate) else 0
                yield item


def note_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo, inside: tuple[str, ...], origin: str) -> Iterator[Note]:
    """What a platform wrote down, if the member is that and can be read."""
    if inside and NOTE.fullmatch(inside[-1]) and member_fault(info) is None:
        with suppress(TooLarge, *DAMAGED), archive.open(info) as stream:
            yield Note(inside, Packed.of(read_capped(stream, LARGEST_NOTE)), origin)


def from_member(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    parts: tuple[str, ...],
    origin: str,
    owner: datetime | None,
    left: int,
) -> Iterator[Item]:
    """The notebook in one zip member, or the notebooks of the student's zip that it is."""
    inside = PurePosixPath(info.filename.replace("\\", "/")).parts
    whose = parts if owner is not None else (*parts, *inside)
    fault = member_fault(info)
    if fault is not None:
        yield Refusal(whose, fault, origin)
        return
    nested = inside[-1].lower().endswith(".zip")
    if nested and owner is not None:
        yield Refusal(whose, "a zip within a zip; put the notebook itself in", origin)
        return
    try:
        with archive.open(info) as stream:
            data = read_capped(stream, min(MAX_STUDENT_ARCHIVE if nested else LARGEST, max(left, 0)))
    except (TooLarge, *DAMAGED) as error:
        yield Refusal(whose, f"cannot be read: {error}", origin)
        return
    if nested:
        yield from from_zip(data, whose, origin, owner=member_time(info))
    else:
        yield Candidate(whose, inside[-1], Packed.of(data), owner or member_time(info), origin)


def file_time(path: Path) -> datetime:
    """When a file was last written, in UTC; the beginning of 1980 for a time outside the calendar."""
    try:
        return datetime.fromtimestamp(path.lstat().st_mtime, UTC)
    except (ValueError, OverflowError):
        return datetime(1980, 1, 1, tzinfo=UTC)


def printable(path: Path) -> str:
    """A path as text, which its bytes need not be."""
    return os.fsencode(path).decode(errors="replace")


def from_file(
    path: Path, parts: tuple[str, ...], *, class_export: bool = False, below: Path | None = None,
    moment: datetime | None = None,
) -> Iterator[Item]:  # fmt: skip
    """The notebook that a file is, or those in it when it is a zip; as of ``moment`` instead of the file's own time."""
    origin = printable(path)
    if path.is_symlink():
        yield Refusal(parts, "it is a symbolic link", origin)
    elif path.suffix.lower() == ".zip":
        if class_export:
            yield from from_zip(path, (), origin)
            return
        try:
            data = read_plain(path, MAX_STUDENT_ARCHIVE, below)
        except (OSError, TooLarge) as error:
            yield Refusal(parts, f"cannot be read: {error}", origin)
            return
        yield from from_zip(data, parts, origin, owner=moment or file_time(path))
    else:
        try:
            data = read_plain(path, LARGEST, below)
            yield Candidate(parts, path.name, Packed.of(data), moment or file_time(path), origin)
        except (OSError, TooLarge) as error:
            yield Refusal(parts, f"cannot be read: {error}", origin)


def from_folder(folder: Path) -> Iterator[Item]:
    """Every notebook and student's zip below a folder; links to folders are not followed."""
    for current, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in IGNORED and not (Path(current) / name).is_symlink())
        for name in sorted(files):
            path = Path(current) / name
            parts = path.relative_to(folder).parts
            if not interesting(name) and NOTE.fullmatch(name):
                with suppress(OSError, TooLarge):
                    yield Note(parts, Packed.of(read_plain(path, LARGEST_NOTE, folder)), printable(path))
            here = from_file(path, parts, below=folder) if interesting(name) else other_kind(parts, printable(path))
            yield from here


def from_paths(paths: list[Path], class_export: bool = False) -> Iterator[Item]:
    """What the instructor named; each zip is one student's own, or a ``class_export``."""
    items: Iterator[Item]
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            items, container = from_folder(path), path.resolve().name
        elif not interesting(path.name):
            items, container = other_kind((path.name,), printable(path)), ""
        else:
            whole = class_export and path.suffix.lower() == ".zip"
            items = from_file(path, (path.name,), class_export=whole)
            container = path.stem if whole else holder(path)
        for item in items:
            yield replace(item, container=container)


def holder(path: Path) -> str:
    """The folder that a file lies in; the one above for ``alice/adam/adam.ipynb``."""
    folder = path.absolute().parent
    return folder.parent.name if folder.name == stem(path.name) else folder.name
