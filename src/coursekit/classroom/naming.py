"""Who is meant by a name or an id that another system writes, by the roster and by nothing else."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from coursekit.classroom.roster import Person, safe_name


def plain(text: str) -> str:
    """A name as it is compared: without the differences between systems in capitals, apostrophes, spaces and composed letters."""
    return " ".join(safe_name(unicodedata.normalize("NFKC", text)).casefold().split())


def full_names(person: Person) -> tuple[str, ...]:
    """The ways in which systems write a person's full name; none for a person of one name only."""
    first, last = person.first_name.strip(), person.last_name.strip()
    return (f"{first} {last}", f"{last} {first}", f"{last}, {first}") if first and last else ()


def ids(person: Person) -> tuple[str, ...]:
    """All that the roster has to tell a person from everybody else."""
    return (person.student, person.username, person.lms_id, person.email)


def by_name(everyone: Iterable[Person]) -> dict[str, set[str]]:
    """The students of each full name, as ``plain`` writes it."""
    known: dict[str, set[str]] = defaultdict(set)
    for person in everyone:
        for text in full_names(person):
            known[plain(text)].add(person.student)
    return known


def by_id(everyone: Iterable[Person]) -> dict[str, set[str]]:
    """The students of each id, username, number and e-mail, as ``plain`` writes it."""
    known: dict[str, set[str]] = defaultdict(set)
    for person in everyone:
        for text in filter(None, map(plain, ids(person))):
            known[text].add(person.student)
    return known
