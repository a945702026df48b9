"""The names that learning platforms give to what they export, as patterns: what each says of whose a file is.

A pattern is matched from the beginning of a folder's or file's name on, along the path.  It never decides by itself: what it
finds are ids and names, and the roster says whose they are (``coursekit.classroom.collect.whose``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from coursekit.classroom.layout import ClassroomError, parse_time


@dataclass(frozen=True)
class NameHints:
    """What a platform's name for a file says: ids and full names, one of which has to be the student's.

    ``key`` tells two people of one name apart.  ``certain`` ids hold where there is no roster, too.
    """

    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    key: str = ""
    moment: datetime | None = None
    version: int = 0
    certain: bool = True
    platform: str = ""


NUMBER = r"_(?P<key>\d+)_assignsubmission_(?:file|onlinetext)(?![^_/])"
DATE = r"\d{4}(?:-\d\d){5}"
FORMS = {
    "moodle": re.compile(rf"(?P<name>[^/]+?){NUMBER}"),
    "blackboard": re.compile(rf"(?P<both>[^/]+?)_attempt_(?P<time>{DATE})(?![^_./])[^/]*$"),
    "brightspace": re.compile(r"(?P<key>\d+)-\d+ - (?P<name>[^/]+?) - (?P<time>[^/-]*\d{4}[^/-]*)/"),
    "sakai": re.compile(
        r"(?P<name>[^/()]+)\((?P<student>[^()/]+)\)/"
        r"(?:Submission attachment\(s\)/|(?!Feedback)[^/]+$)"
    ),
    "teams": re.compile(r"(?:Submitted files/(?P<name>[^/]+)/|(?P<name2>[^/]+)/[^/]+/(?=Version \d+/))(?:[^/]+/)?"
                        r"(?:Version (?P<version>\d{1,9})/)?"),
    "gradescope": re.compile(r"(?P<key>submission_\d+)(?:/|\.zip$)"),
    "ilias": re.compile(r"(?P<both>[^\W\d_][^/_\d]*_[^/]+)_(?P<number>\d+)/"),
    "github-classroom": re.compile(r"(?P<slug>[^/]+?)-(?P<student>[^/]+)/"),
    "nbgrader": re.compile(r"(?P<student>[^/+]+)\+(?P<assignment>[^/+]+)\+(?P<time>[^/+]+)(?:\+[^/+]*)?/"),
    "google-classroom": re.compile(r"(?P<name>[^/]+?) - (?P<key>[^/]+)$"),
}  # fmt: skip
CANVAS, BLIND = "canvas", "moodle, blind"
PLATFORMS = (CANVAS, *FORMS)
NOT_HANDED_IN = re.compile(r"(?:.*/)?(?:Student Work/Working files|[^/()]+\([^()/]+\)/Feedback Attachment\(s\))/")
GROUPS = ("student", "student_id", "number", "email", "name", "last_name")
TIMES = ("%Y-%m-%d-%H-%M-%S", "%b %d, %Y %I%M %p", "%Y%m%d%H%M%S%f")
HOUR = re.compile(r" (\d\d\d [AP]M)$")  # 105 PM, of which strptime would make 10:05


def read_time(text: str) -> datetime | None:
    """A time as platforms write it, read as UTC where it has no zone; None for what is no time."""
    for form in TIMES:
        try:
            return datetime.strptime(HOUR.sub(r" 0\1", text.strip()), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        return parse_time(text)
    except ClassroomError:
        return None


def claim_of(name: str, match: re.Match[str]) -> NameHints:
    """What the groups of a match say."""
    found: Mapping[str, str] = {key: value for key, value in match.groupdict().items() if value}
    ids = tuple(found[key] for key in ("student", "student_id", "number", "email") if key in found)
    names = [found[key] for key in ("name", "name2") if key in found]
    if {"first_name", "last_name"} <= found.keys():
        names.append(f"{found['first_name']} {found['last_name']}")
    time = found.get("time", found.get("timestamp", ""))
    claim = NameHints(ids, tuple(names), found.get("key", ""), read_time(time) if time else None, platform=name)
    return replace(claim, version=int(found.get("version", 0)))


def found(path: str, name: str, assignment: str) -> NameHints | None:
    """What one platform's form, matched at the beginning of ``path``, says; None where it does not match."""
    match = FORMS[name].match(path)
    if match is None:
        return None
    claim = claim_of(name, match)
    if name == "nbgrader" and (match["assignment"] != assignment or claim.moment is None):
        return None
    if name == "moodle":
        return moodle(claim)
    if name == "blackboard":
        return blackboard(claim, match["both"], assignment)
    if name == "ilias":
        return ilias(claim, match["both"], match["number"])
    if name == "github-classroom":
        return github(path, assignment)
    return replace(claim, certain=False) if name == "gradescope" else claim


def moodle(claim: NameHints) -> NameHints:
    """By the person's name, before which a group's may stand; the number is another one in each assignment.

    A group's name is told from the first half of Anne-Marie by a digit.  With blind marking the number, unique in the whole
    site, is all that there is.
    """
    (name,) = claim.names
    if name == "Participant":
        return replace(claim, ids=(claim.key,), names=(), platform=BLIND)
    pieces = name.split("-")
    splits = [("-".join(pieces[:end]), "-".join(pieces[end:])) for end in range(1, min(len(pieces), 6))]
    return replace(claim, names=(name, *(rest for group, rest in splits if re.search(r"\d", group))))


def blackboard(claim: NameHints, both: str, assignment: str) -> NameHints:
    """``<title>_<username>``, which both may have underscores: one split is certain, and that after the assignment's name."""
    if both.startswith(f"{assignment}_"):
        return replace(claim, ids=(both.removeprefix(f"{assignment}_"),))
    _, *ends = both.split("_")
    return replace(claim, ids=(ends[0],)) if len(ends) == 1 else replace(claim, certain=False)


def ilias(claim: NameHints, both: str, number: str) -> NameHints:
    """``<Last>_<First>_<login>_<number>``; where a name or the login has an underscore, the number has to tell."""
    pieces = both.split("_")
    if len(pieces) == 3:
        last, first, login = pieces
        return replace(claim, ids=(login, number), names=(f"{last} {first}",))
    return replace(claim, ids=(number,), certain=False)


def github(path: str, assignment: str) -> NameHints | None:
    """``<assignment>-<username>``; the folder around all of them is called ``<assignment>-submissions``."""
    slug = re.escape(assignment).replace("_", "[_-]")
    match = re.match(rf"{slug}-(?!submissions/)(?P<student>[^/]+)/", path, re.IGNORECASE)
    return claim_of("github-classroom", match) if match else None
