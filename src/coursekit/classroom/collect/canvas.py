"""The names that Canvas gives to files: ``<name>_<student's number>_<attachment's number>_<the student's own name for it>``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from coursekit.classroom.collect.items import shown
from coursekit.classroom.collect.unclear import Unclear
from coursekit.classroom.naming import plain
from coursekit.classroom.roster import Person

NAMED = re.compile(r".+?_(?:LATE_)?\d+_\d+_.+")
NUMBER = re.compile(r"(?<=_)\d+(?=_\d+_.)")
ANONYMOUS = re.compile(r"(?:LATE_)?(anon_(?=\w*[A-Za-z])[A-Za-z0-9]+)_(?:\d+_.+|(?:link|text)\.html)")
PAGE = re.compile(r".+?_(?:LATE_)?(\d+)_(?:link|text)\.html")  # an address or a text, handed in in its field
ON_TIME = re.compile(r"(?:^|[!/\\])(?:(?!_LATE_)[^!/\\])+?_\d+_\d+_")  # in the path of a file that Canvas named
LATE = re.compile(r"(?:^|[!/\\])[^!/\\]+?_LATE_\d+_\d+_")


def student(name: str, stem: str, roster: Mapping[str, Person]) -> str:
    """The student in a name that Canvas gave, empty where it is none.  Raises Unclear where only a guess could tell."""
    if anonymous := ANONYMOUS.fullmatch(name):
        return anonymous[1]
    if page := PAGE.fullmatch(name):
        return of_number(page[1], name, roster)
    return of_number(number(stem, roster), name, roster) if NAMED.fullmatch(stem) else ""


def number(name: str, roster: Mapping[str, Person]) -> str:
    """The student's number.

    Names of people and groups, and those that students give, hold underscores and numbers, too: ``team_2_10112_204501_adam``.
    The first number is the student's where it is the only one, or the only one that the roster has and stands after that
    student's name there; the second where only that one is in the roster, and stands next to the first.
    """
    numbers = NUMBER.findall(name)
    if len(numbers) == 1:
        return numbers[0]
    known = [one for one in dict.fromkeys(numbers) if owners(one, roster)]
    if known == numbers[:1] and (fits(name, known[0], roster) or not named(known[0], roster)):
        return known[0]
    if known == numbers[1:2] and f"_{numbers[0]}_{known[0]}_" in name:
        return known[0]
    which = " or ".join((known if len(known) > 1 else numbers)[:2])
    rule = "the roster has both" if len(known) > 1 else "write the right one as lms_id, and the names, into roster.csv"
    raise Unclear(
        f"whose {shown(name)} is cannot be told from its name, where {which} may be the student's number; {rule}"
    )


def owners(number: str, roster: Mapping[str, Person]) -> set[str]:
    """The students whose number it may be."""
    own = roster.get(number)
    found = {person.student for person in roster.values() if person.lms_id == number}
    return found | ({number} if own and own.lms_id in ("", number) else set())


def named(number: str, roster: Mapping[str, Person]) -> bool:
    """Whether the roster has the names of one whose number it is."""
    return any(roster[one].last_name and roster[one].first_name for one in owners(number, roster))


def fits(name: str, number: str, roster: Mapping[str, Person]) -> bool:
    """Whether a file's name begins with the last and first name of the student of a number, as Canvas writes them."""
    before = letters(name.partition(f"_{number}_")[0].removesuffix("_LATE"))
    return any(
        letters(roster[one].last_name + roster[one].first_name) == before != "" for one in owners(number, roster)
    )


def letters(name: str) -> str:
    """What Canvas keeps of a name."""
    return re.sub(r"[\W_]", "", plain(name))


def of_number(number: str, name: str, roster: Mapping[str, Person]) -> str:
    """The student of a number, or the number itself where the roster does not have it."""
    found = owners(number, roster)
    if len(found) > 1 or (number in roster and not found):
        whose = ", ".join(sorted(found or {number}))
        raise Unclear(
            f"whose {shown(name)} is cannot be told: the number {number} is in roster.csv as lms_id or id of {whose}; give each "
            "student the lms_id of the platform"
        )
    return found.pop() if found else number
