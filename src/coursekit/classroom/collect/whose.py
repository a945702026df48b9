"""Whose a notebook is: what its place and name claim, and whom the roster knows by that.

Whatever is not certain is refused with the file's name; nothing is guessed.  The outermost folder that names a student decides,
since platforms keep the folders and names that students make below it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from coursekit.classroom import naming
from coursekit.classroom.collect import canvas, platforms
from coursekit.classroom.collect.items import shown, shown_path, stem
from coursekit.classroom.collect.notes import Notes
from coursekit.classroom.collect.platforms import BLIND, CANVAS, FORMS, NameHints
from coursekit.classroom.collect.unclear import Unclear
from coursekit.classroom.roster import Person

LONGEST_PATH = 1000  # characters
DEEPEST = 12  # folders
NEED_ROSTER = ("ilias", "github-classroom")  # whose forms a plain id may have, too
PATTERN = "--pattern"


class NotHandedIn(Exception):
    """A file that a platform exports though nobody handed it in."""


@dataclass(frozen=True)
class Whose:
    """The students that a file is of, more than one for a group's; what tells homonyms apart; what the platform says of it.

    ``stamped`` is whether it lies as nbgrader has it, where a file beside it may hold its time; ``named`` whether a platform
    named it.
    """

    students: tuple[str, ...]
    key: str = ""
    moment: datetime | None = None
    version: int = 0
    stamped: bool = False
    named: bool = False


@dataclass(frozen=True)
class Reader:
    """All that names are read with: the roster, the platform if it was named, Moodle's numbers if they are known, notes."""

    assignment: str
    roster: Mapping[str, Person] = field(default_factory=dict)
    notebooks: tuple[str, ...] = ()  # their names
    platform: str = ""
    pattern: re.Pattern[str] | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)  # Moodle's, and whose they are
    notes: Notes = field(default_factory=Notes)

    @cached_property
    def ids(self) -> dict[str, set[str]]:
        """The students of each id."""
        return naming.by_id(self.roster.values())

    @cached_property
    def names(self) -> dict[str, set[str]]:
        """The students of each name."""
        return naming.by_name(self.roster.values())

    def whose(self, parts: tuple[str, ...], container: str = "") -> Whose:
        """Whose an item at ``parts`` is.  Raises Unclear where that is not certain, NotHandedIn for what is no submission."""
        path = "/".join(parts)
        if len(path) > LONGEST_PATH:
            raise Unclear(
                f"{shown(path)}… has a name of {len(path)} characters, more than {LONGEST_PATH}; give it a shorter one"
            )
        if platforms.NOT_HANDED_IN.match(path):
            raise NotHandedIn(f"{shown_path(parts)} was not handed in: it is feedback, or what a student works on")
        if (
            container
            and parts
            and stem(parts[-1]) in (self.assignment, *self.notebooks)
            and set(parts[:-1]) <= {self.assignment}
        ):
            return self.whose_among((container, *parts), container)
        return self.whose_among(parts, container)

    def whose_among(self, parts: tuple[str, ...], container: str) -> Whose:
        """As ``whose``, for parts that begin with what the instructor named where nothing in it says more."""
        if self.pattern:
            match = self.pattern.search("/".join(parts))
            if match is None:
                raise Unclear(
                    f"{shown_path(parts)} does not match the pattern; write one that it matches, or leave it out"
                )
            return self.resolved(platforms.claim_of(PATTERN, match), parts)
        for start in range(min(len(parts), DEEPEST)):
            if (
                not self.platform
                and start < len(parts) - 1
                and parts[start] in self.roster
                and parts[start] != self.assignment
            ):
                return self.plain(parts[start], parts, container)
            if found := self.by_form(parts, start, container):
                return found
        if self.platform not in ("", "nbgrader"):
            raise Unclear(f"{shown_path(parts)} has no name as {self.platform} gives; is it that platform's export?")
        folders = [part for part in parts[:-1] if part != self.assignment]
        if folders:
            return self.in_folder(folders[-1], parts, container)
        last = parts[-1] if parts else container
        named = canvas.student(last, stem(last), self.roster)
        return Whose((named,), named=True) if named else self.plain(stem(last), parts, container)

    def by_form(self, parts: tuple[str, ...], start: int, container: str) -> Whose | None:
        """What the forms of the platforms find at one folder or file of a path."""
        if self.platform == CANVAS:
            name = canvas.student(parts[start], stem(parts[start]), self.roster)
            return Whose((name,), named=True) if name else None
        path = "/".join(parts[start:])
        for name in (self.platform,) if self.platform else FORMS:
            if claim := platforms.found(path, name, self.assignment):
                if name == "google-classroom" and not self.platform and not self.known(claim.names, self.names):
                    continue
                return self.of_claim(claim, parts, start, container)
        return None

    def of_claim(self, claim: NameHints, parts: tuple[str, ...], start: int, container: str) -> Whose:
        """Whose a claim at a place is, with what notes beside it say."""
        if claim.platform == "gradescope":
            claims = self.notes.gradescope(claim, container, parts[:start])
            found = [self.resolved(one, parts) for one in claims]
            return Whose(
                tuple(dict.fromkeys(name for one in found for name in one.students)),
                moment=claims[0].moment,
                named=True,
            )
        if claim.platform == "blackboard":
            claim = self.notes.blackboard(claim, container, parts, parts[start].partition("_attempt_")[0])
        if claim.platform in NEED_ROSTER and not self.roster and not self.platform:
            raise Unclear(
                f"whose {shown_path(parts)} is cannot be told without a roster: write roster.csv, or say "
                f"--platform {claim.platform} if it is from there"
            )
        found_one = self.resolved(claim, parts)
        if claim.platform == "sakai":
            moment = self.notes.time(container, parts[: start + 1])
            return Whose(found_one.students, found_one.key, moment, named=True)
        return found_one

    def resolved(self, claim: NameHints, parts: tuple[str, ...]) -> Whose:
        """The one student whom a claim means."""
        return Whose((self.student(claim, shown_path(parts)),), claim.key, claim.moment, claim.version, named=True)

    def student(self, claim: NameHints, path: str) -> str:
        """The student of a claim.  Raises Unclear unless it is certain."""
        if claim.platform in (BLIND, "moodle") and self.numbers:
            if student := self.numbers.get(claim.key):
                return student
            raise Unclear(f"whose {path} is cannot be told: no row of the worksheet with {claim.key} names one student")
        if claim.platform == BLIND:
            if claim.ids[0] in self.ids:
                raise Unclear(
                    f"whose {path} is cannot be told: its number is somebody's in roster.csv; give --worksheet"
                )
            return claim.ids[0]
        if not self.roster and claim.ids and claim.certain:
            return claim.ids[0]
        met, named = self.known(claim.ids, self.ids), self.known(claim.names, self.names)
        if len(met) == 1 and (not named or met <= named):
            return next(iter(met))
        if not claim.ids and len(named) == 1:
            return next(iter(named))
        raise Unclear(f"whose {path} is cannot be told: {self.reason(claim, met | named)}")

    def known(self, texts: tuple[str, ...], known: Mapping[str, set[str]]) -> set[str]:
        """The students whom texts name."""
        return set().union(*(known.get(naming.plain(text), set()) for text in texts))

    def reason(self, claim: NameHints, found: set[str]) -> str:
        """Why a claim names nobody, or not one, and the way out."""
        if found and not (claim.ids and not self.known(claim.ids, self.ids)):
            return f"it names {' and '.join(sorted(found))}; what tells one from the other has to be in roster.csv"
        way = "write it as username" if claim.ids else "write first_name and last_name as the platform has them"
        more = ", or give Moodle's grading worksheet as --worksheet" if claim.platform == "moodle" else ""
        said = shown((claim.ids or claim.names or ("a name of several parts",))[0])
        none = "there is no roster.csv to find" if not self.roster else "roster.csv has nobody by"
        return f"{none} {said}; {way} into roster.csv, for the student who is meant{more}, or say --pattern"

    def in_folder(self, folder: str, parts: tuple[str, ...], container: str) -> Whose:
        """Of what lies in a folder that is in no roster: that folder's, unless the file's own name says otherwise."""
        last = parts[-1]
        if self.roster and not self.known((folder,), self.ids):
            own = canvas.NAMED.fullmatch(stem(last)) or self.without_notebook(stem(last)) in self.roster
            if own:
                raise Unclear(
                    f"{shown_path(parts)} lies in a folder that is no student's of roster.csv, and is named after one: "
                    "unpack the zip and name the folder itself"
                )
        return self.plain(folder, parts, container)

    def without_notebook(self, name: str) -> str:
        """``alice`` of ``alice_adam``."""
        ends = (f"_{notebook}" for notebook in (self.assignment, *self.notebooks))
        return next((name.removesuffix(end) for end in ends if name.endswith(end)), name)

    def plain(self, name: str, parts: tuple[str, ...], container: str) -> Whose:
        """The student of a folder or file that no platform named; with the time that nbgrader has beside a notebook."""
        student = by_platform(self.without_notebook(name), self.roster)
        stamped = len(parts) > 2 and parts[-2] == self.assignment and parts[-3] == name
        moment = self.notes.time(container, parts[:-1]) if stamped else None
        return Whose((student,), moment=moment, stamped=stamped)


def by_platform(student: str, roster: Mapping[str, Person]) -> str:
    """The student whose ``lms_id`` or ``username`` the id is, when the roster has it once, and not as an id; else the id."""
    owners = [p.student for p in roster.values() if p.lms_id == student or (p.username and p.username == student)]
    return owners[0] if student not in roster and len(owners) == 1 else student
