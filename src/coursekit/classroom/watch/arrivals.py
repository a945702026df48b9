"""What lies in an inbox: files below ``INBOX/ASSIGNMENT/``, or the folders that nbgrader's exchange has as ``inbound``."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from coursekit.classroom.collect.intake import from_file, interesting, printable
from coursekit.classroom.collect.items import Item, Refusal
from coursekit.classroom.collect.unclear import Unclear
from coursekit.classroom.collect.whose import NotHandedIn, Reader
from coursekit.classroom.roster import Person

DEEPEST = 3  # folders below an assignment's; the first is named after the student
SHARED = 2  # others whose folders an account owns, from which on it is not one student's
NAMED = (
    3  # what an exchange's folder is named after, joined by plus signs: student, assignment, time and perhaps a secret
)


@dataclass(frozen=True)
class Arrival:
    """A file as it was seen: for which assignment it came, and when it was written.

    ``student`` is the folder that it lies in, as named there; in an exchange, where students write, ``account`` is its owner.
    """

    path: Path
    assignment: str
    written: float  # seconds
    changed: float  # seconds; unlike the former no program can set it
    size: int
    student: str = ""
    account: str = ""
    part: bool = False  # whether other parts of the assignment may be in the same file
    foreign: bool = False  # whether the exchange shows that the account is another student's
    inbox: Path | None = None  # what it lies below
    by_student: bool = False  # whether a student wrote it, who can set the time of writing

    @property
    def key(self) -> str:
        """What tells it from every other arrival, and from an earlier content of the same file."""
        part = f"\0{self.assignment}" if self.part else ""
        return hashlib.sha256(f"{printable(self.path)}\0{self.changed}\0{self.size}{part}".encode()).hexdigest()

    @property
    def parts(self) -> tuple[str, ...]:
        """The path that says whose it is."""
        return (self.student, self.path.name) if self.student else (self.path.name,)

    def whose(self, roster: Mapping[str, Person]) -> str:
        """The student that it is of, as collecting reads it; its own path where that is unclear."""
        try:
            return Reader(self.assignment, roster).whose(self.parts).students[0]
        except (Unclear, NotHandedIn):
            return printable(self.path)

    def items(self, roster: Mapping[str, Person]) -> list[Item]:
        """The notebooks in it, or why there is none; nothing is read of what a student put into another one's folder."""
        if self.account != self.student and (self.account in roster if roster else self.foreign):
            reason = f"its folder is of the account {self.account}, and named after {self.student}"
            return [Refusal((self.account, self.path.name), reason, printable(self.path))]
        moment = datetime.fromtimestamp(self.changed, UTC) if self.by_student else None
        return list(from_file(self.path, self.parts, below=self.inbox, moment=moment))


def found(inbox: Path, assignments: Mapping[str, str]) -> list[Arrival]:
    """All that may be a submission, the oldest first; what cannot be looked at is left for the next look.

    Of a file that a student wrote it is old since when it changed: the time of writing is theirs to set, to be the first always.

    ``assignments`` are the notebooks' names by the assignments'.
    """
    every: list[Arrival] = []
    owners: dict[Path, tuple[str, str]] = {}  # student and account of each folder of an exchange
    for folder in (Path(entry.path) for entry in entries(inbox) if entry.is_dir(follow_symlinks=False)):
        parts = folder.name.split("+")
        if len(parts) >= NAMED:
            owners[folder] = parts[0], account(folder)
            for name, notebook in assignments.items():
                if name in (parts[1], f"{parts[1]}.{notebook}"):
                    one = arrived(folder / f"{notebook}.ipynb", name, *owners[folder])
                    every += [replace(arrival, by_student=True) for arrival in one]
            continue
        names = [name for name, notebook in assignments.items() if name in (folder.name, f"{folder.name}.{notebook}")]
        for path in files(folder, DEEPEST) if names else ():
            inside = path.relative_to(folder).parts[:-1]
            for name in names:  # of an assignment of several notebooks, a zip may hold each
                one = arrived(path, name, inside[0] if inside else "")
                every += [replace(arrival, part=len(names) > 1) for arrival in one]
    of_others = foreign(owners.values())
    every = [replace(one, foreign=(one.student, one.account) in of_others, inbox=inbox) for one in every]
    return sorted(every, key=lambda one: (one.changed if one.by_student else one.written, printable(one.path)))


def foreign(owners: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which pairs of student and account are of one student and another one's account, by what an exchange shows.

    A student is known to have an account where they hand in from one with their own name.  Then nobody else's account hands
    in for them, and theirs for nobody else.  An account from which several others come is shared, or an instructor's, and
    tells nothing.
    """
    pairs = set(owners)
    with_account = {student for student, account in pairs if student == account}
    several = {account for account in with_account if sum(a == account != s for s, a in pairs) >= SHARED}
    own = with_account - several
    return {(s, a) for s, a in pairs if a and a != s and (s in own or a in own)}


def entries(folder: Path) -> list[os.DirEntry[str]]:
    """What is in a folder, sorted, without what is hidden; nothing when it is gone or may not be read."""
    try:
        return sorted((one for one in os.scandir(folder) if not one.name.startswith(".")), key=lambda one: one.name)
    except OSError:
        return []


def files(folder: Path, deepest: int) -> Iterator[Path]:
    """The notebooks and zips below a folder; links are files, which are refused when they are read."""
    for entry in entries(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from files(Path(entry.path), deepest - 1) if deepest else ()
        elif interesting(entry.name):
            yield Path(entry.path)


def arrived(path: Path, assignment: str, student: str = "", account: str = "") -> Iterator[Arrival]:
    """The file at ``path``, if there is one."""
    try:
        status = path.lstat()
    except OSError:
        return
    yield Arrival(path, assignment, status.st_mtime, status.st_ctime, status.st_size, student, account)


def account(folder: Path) -> str:
    """The name of the account that a folder, or a link that took its place, is of; empty where there is none."""
    try:
        import pwd  # where there is none, there are no such accounts

        return pwd.getpwuid(folder.lstat().st_uid).pw_name
    except (OSError, KeyError, ImportError):
        return ""
