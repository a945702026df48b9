"""Whose each of many items is, with what only all of them together can tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from coursekit.classroom.collect.items import Candidate, Item, Note, Refusal, shown_path
from coursekit.classroom.collect.notes import Notes
from coursekit.classroom.collect.unclear import Unclear
from coursekit.classroom.collect.whose import NotHandedIn, Reader, Whose
from coursekit.classroom.layout import TIMESTAMP


@dataclass(frozen=True)
class OwnedItem:
    """An item and a student that it is of; ``named`` is whether a platform says so."""

    item: Candidate | Refusal
    student: str
    named: bool


UNTRUSTED = (
    f"nbgrader writes a {TIMESTAMP} for each submission, and others here have none, so the file's own time counts; "
    "--platform nbgrader takes what it says"
)
Nobodys = tuple[str, str, str]  # refused or ignored, why, and where it came from


def sorted_out(items: Iterable[Item], reader: Reader) -> tuple[list[OwnedItem], list[Nobodys]]:
    """Each item by each of its students, and those that are nobody's, with the reason."""
    every = list(items)
    reader = replace(reader, notes=Notes(item for item in every if isinstance(item, Note)))
    read: list[tuple[Candidate | Refusal, Whose]] = []
    nobodys: list[Nobodys] = []
    for item in every:
        if isinstance(item, Note):
            continue
        try:
            read.append((item, reader.whose(item.parts, item.container)))
        except NotHandedIn as error:
            nobodys.append(("ignored", str(error), item.origin))
        except Unclear as error:
            stray = isinstance(item, Refusal) and item.foreign and reader.platform
            nobodys.append(("ignored" if stray else "refused", str(error), item.origin))
    twice = homonyms(read)
    trusted = reader.platform == "nbgrader" or not unstamped(read)
    found: list[OwnedItem] = []
    for item, whose in read:
        if name := next((student for student in whose.students if student in twice), ""):
            reason = f"{' and '.join(twice[name])} are two people on the platform, and by their name both are {name}"
            nobodys.append(
                ("refused", f"{shown_path(item.parts)}: {reason}; tell them apart with --pattern", item.origin)
            )
            continue
        if whose.stamped and whose.moment and not trusted:
            nobodys.append(("ignored", UNTRUSTED, f"{item.origin.removesuffix(item.parts[-1])}{TIMESTAMP}"))
        found += [OwnedItem(timed(item, whose, trusted), student, whose.named) for student in whose.students]
    return found, nobodys


def homonyms(read: Iterable[tuple[Item, Whose]]) -> dict[str, list[str]]:
    """The students by whose names the platform has several people, each with its numbers for them."""
    keys: dict[str, set[str]] = defaultdict(set)
    for _, whose in read:
        for student in whose.students if whose.key else ():
            keys[student].add(whose.key)
    return {student: sorted(several) for student, several in keys.items() if len(several) > 1}


def unstamped(read: Iterable[tuple[Item, Whose]]) -> bool:
    """Whether some notebooks that lie as nbgrader has them come without its file of the time.

    nbgrader writes one for each; where only some have one, students may have made it.
    """
    stamped = [whose.moment is not None for item, whose in read if whose.stamped and isinstance(item, Candidate)]
    return any(stamped) and not all(stamped)


def timed(item: Candidate | Refusal, whose: Whose, trusted: bool) -> Candidate | Refusal:
    """A notebook with the time and the version that its platform says."""
    if not isinstance(item, Candidate):
        return item
    own = None if whose.stamped and not trusted else whose.moment
    return replace(item, moment=own or item.moment, version=whose.version)
