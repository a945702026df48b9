"""What platforms write beside submissions: Gradescope's metadata, Blackboard's text of an attempt, nbgrader's times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import yaml

from coursekit.classroom.collect.items import Note, shown
from coursekit.classroom.collect.platforms import NameHints, read_time
from coursekit.classroom.collect.unclear import Unclear
from coursekit.classroom.layout import TIMESTAMP

METADATA = "submission_metadata.yml"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it was built
NAME_LINE = re.compile(r"Name: (?P<name>.{1,200}) \((?P<id>[^()\s]{1,100})\)\s*")


class Notes:
    """The notes of one run, found by where they lie."""

    def __init__(self, notes: Iterable[Note] = ()) -> None:
        self.by_place = {(note.container, note.parts): note for note in notes}
        self._read: dict[tuple[str, tuple[str, ...]], Mapping[str, Any]] = {}

    def text(self, container: str, parts: tuple[str, ...]) -> str | None:
        """The text of a note, None where there is none."""
        note = self.by_place.get((container, parts))
        if note is None and parts[0] == container:  # what the instructor named is the student's folder
            note = self.by_place.get((container, parts[1:]))
        return None if note is None else note.data.decode("utf-8-sig", "replace")

    def time(self, container: str, folder: tuple[str, ...]) -> datetime | None:
        """The time in a folder's ``timestamp.txt``, None where there is none.  Raises Unclear for one that holds no time."""
        text = self.text(container, (*folder, TIMESTAMP))
        if text is None:
            return None
        if moment := read_time(text[:80]):
            return moment
        place = shown("/".join((*folder, TIMESTAMP)))
        raise Unclear(f"{place} holds no time: write it as 2026-10-01 21:59:00 UTC")

    def metadata(self, container: str, folder: tuple[str, ...]) -> Mapping[str, Any]:
        """What Gradescope's file of metadata in a folder says, and no other: students may hand in files of that name."""
        place = container, (*folder, METADATA)
        if place not in self._read:
            self._read[place] = loaded(self.by_place[place]) if place in self.by_place else {}
        return self._read[place]

    def gradescope(self, claim: NameHints, container: str, folder: tuple[str, ...]) -> tuple[NameHints, ...]:
        """Who handed in the submission of a claim, a claim for each of them."""
        entry = self.metadata(container, folder).get(claim.key)
        people = of(entry, "submitters")
        if not isinstance(people, list) or not people:
            raise Unclear(
                f"{shown(claim.key)} says nobody's name: {METADATA}, which does, has to lie in the folder around it, and have it"
            )
        made = of(entry, "created_at")
        moment = utc(made) if isinstance(made, datetime) else read_time(made) if isinstance(made, str) else None
        return tuple(
            replace(
                claim,
                ids=texts(person, "sid", "email"),
                names=texts(person, "name"),
                moment=moment,
                certain=True,
            )
            for person in people
        )

    def blackboard(self, claim: NameHints, container: str, parts: tuple[str, ...], both: str) -> NameHints:
        """The claim with what Blackboard's own text of the attempt says, where it is there."""
        start = re.match(r".+?_attempt_\d{4}(?:-\d\d){5}", parts[-1])
        text = self.text(container, (*parts[:-1], f"{start[0]}.txt")) if start else None
        line = NAME_LINE.fullmatch(text.partition("\n")[0]) if text else None
        if line is None or not both.endswith(f"_{line['id']}"):
            return claim
        return replace(claim, ids=(line["id"],), names=(line["name"],), certain=True)


def loaded(note: Note) -> Mapping[str, Any]:
    """A file of metadata; raises Unclear for one that cannot be read."""
    try:
        data = yaml.load(note.data, LOADER)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Unclear(f"{shown(note.parts[-1])} cannot be read: {str(error).splitlines()[0]}") from None
    return data if isinstance(data, dict) else {}


def of(entry: Any, name: str) -> Any:
    """A value in Gradescope's metadata, whose names begin with a colon."""
    return entry.get(f":{name}", entry.get(name)) if isinstance(entry, dict) else None


def texts(entry: Any, *names: str) -> tuple[str, ...]:
    """The values of ``names`` that are there, as text."""
    return tuple(str(value).strip() for value in (of(entry, name) for name in names) if value not in (None, ""))


def utc(moment: datetime) -> datetime:
    """A time in UTC, which is what one without a zone is in."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
