"""``course collect``: put what was handed in where grading finds it; refuse, with the reason, what is not a submission.

Whose a notebook is, is read from where it lay, never from what is written in it (``coursekit.classroom.collect.whose``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from coursekit.classroom import handed_in, records
from coursekit.classroom.adopt.choices import judging
from coursekit.classroom.collect.intake import from_paths
from coursekit.classroom.collect.items import Candidate, Item, Refusal, Taken, stem
from coursekit.classroom.collect.lone_zip import is_class_export
from coursekit.classroom.collect.parts import of_part, reader_of
from coursekit.classroom.collect.sort import OwnedItem, sorted_out
from coursekit.classroom.collect.together import by_teams
from coursekit.classroom.collect.whose import Reader
from coursekit.classroom.groups import teams
from coursekit.classroom.layout import ID_RULE, TIMESTAMP, Classroom, ClassroomError, time_text, valid_id
from coursekit.classroom.roster import people
from coursekit.classroom.source import source_cells
from coursekit.engine.interface import Budget
from coursekit.notebooks.read import Cell, Refused, read_submission
from coursekit.paths import write_atomically


def notebook_fault(data: bytes, source: list[Cell]) -> str | None:
    """Why ``data`` is not a submission of the assignment that has this source, in words for its student, or None."""
    try:
        read_submission(data, source)
    except Refused as error:
        return str(error)
    return None


def fault(item: Item, student: str, source: list[Cell], known: Mapping[str, str]) -> str | None:
    """Why an item is refused, or None; ``known`` are the ids in use, by their form in small letters."""
    if not valid_id(student):
        return f"{student!r} is not a student id: {ID_RULE}"
    if known.get(student.lower(), student) != student:
        return (
            f"{student!r} differs from {known[student.lower()]!r} in capitals only; rename it to the id that is meant"
        )
    return item.reason if isinstance(item, Refusal) else notebook_fault(item.data, source)


def rank(candidate: Candidate, names: Collection[str]) -> tuple:
    """Which of several notebooks of one student counts: the one with the right name, then the newest."""
    return (candidate.version, stem(candidate.name) in names, candidate.moment, candidate.origin)


def unclear(candidates: list[Candidate], student: str, names: Collection[str]) -> bool:
    """Whether one folder holds several notebooks and no name tells which is meant."""
    folders = {candidate.parts[:-1] for candidate in candidates}
    stems = {stem(candidate.name) for candidate in candidates}
    clear = {student, *names, *(f"{student}_{name}" for name in names)}
    return len(candidates) > 1 and len(folders) == 1 and folders != {()} and len(stems) > 1 and not stems & clear


def keep_earlier(classroom: Classroom, assignment: str, student: str, data: bytes, stamp: str) -> None:
    """Put one version of a submission into the student's history folder."""
    name = f"{re.sub(r'[^0-9]', '', stamp)[:14] or 'undated'}-{records.sha256(data)[:12]}.ipynb"
    write_atomically(classroom.history(assignment, student) / name, data)


def store(classroom: Classroom, assignment: str, student: str, candidate: Candidate, stated: bool) -> tuple[str, str]:
    """Make ``candidate`` the student's submission unless a newer one is there; what was there goes to history.

    Gives what became of it and what is to be said of that.  A time that the instructor ``stated`` holds for the version that is
    there already, too.  Raises ClassroomError where links lie or the time of what is there cannot be read.
    """
    path = classroom.submitted(assignment, student)
    stamp = path.with_name(TIMESTAMP)
    for link in (place for place in (path, stamp, path.parent, path.parent.parent) if place.is_symlink()):
        place = link.relative_to(classroom.root).as_posix()
        raise ClassroomError(f"{place} is a link, and no submission may be one; remove it, and collect again")
    if path.is_file() and path.read_bytes() == candidate.data:
        if stated:
            write_atomically(stamp, time_text(candidate.moment) + "\n")
        return "unchanged", ""
    keep_earlier(classroom, assignment, student, candidate.data, time_text(candidate.moment))
    status, said = "collected", ""
    if path.is_file():
        earlier, before = path.read_bytes(), time_there(classroom, assignment, student)
        if before and before > candidate.moment:
            return "superseded", "a newer one is there already; this one is kept in history"
        keep_earlier(classroom, assignment, student, earlier, time_text(before) if before else "")
        status, said = "replaced", in_place_of(classroom, assignment, student, before, candidate.moment)
    # the time goes first: killed between the two, the next `course collect` writes the notebook
    write_atomically(stamp, time_text(candidate.moment) + "\n")
    write_atomically(path, candidate.data)
    return status, said


def time_there(classroom: Classroom, assignment: str, student: str) -> datetime | None:
    """When the submission that is there came in, None where that is unknown; raises ClassroomError for what is no time."""
    try:
        return handed_in.moment(classroom, assignment, student)
    except handed_in.NotRegular as error:
        raise ClassroomError(f"of the earlier one, {error}") from None


def in_place_of(classroom: Classroom, assignment: str, student: str, before: datetime | None, moment: datetime) -> str:
    """What is said of a submission that takes an earlier one's place: both times, and the score that stood."""
    then = f"of {before:%Y-%m-%d %H:%M} UTC" if before else "of an unknown time"
    said = f"handed in {moment:%Y-%m-%d %H:%M} UTC, in place of the one {then}, which is kept in history"
    record = records.read(classroom, assignment, student)
    if record is None:
        return said
    return f"{said}; graded with {record['score']:g} of {record['max_score']:g} points, and to be graded again"


def refuse(classroom: Classroom, assignment: str, source: bytes, student: str, reason: str) -> None:
    """Leave a record that gives the reason, unless the student has a submission or a score that stands."""
    if classroom.submitted(assignment, student).is_file():
        return
    existing = records.read(classroom, assignment, student)
    if existing and any(entry["status"] != "refused" for entry in existing["questions"].values()):
        return
    results = records.every_question(source, "refused", f"The submission was refused: {reason}.")
    digests = records.hashes(b"", source, Budget(), judging(classroom, assignment, source))
    records.write(classroom, records.build(assignment, student, results, "collect", digests, [reason]))


def collect_items(
    classroom: Classroom, assignment: str, items: Iterable[Item], submitted: datetime | None = None,
    reader: Reader | None = None,
) -> list[Taken]:  # fmt: skip
    """Sort ``items`` by student, refuse what must be refused, store the rest, all as of ``submitted`` when it is given.

    ``reader`` knows the platform that they come from, where that was named.
    """
    source = classroom.source_bytes(assignment)
    asked = source_cells(source)
    good: dict[str, list[Candidate]] = defaultdict(list)
    report, roster = [], people(classroom)
    known = {name.lower(): name for name in [*classroom.submitters(assignment), *roster]}
    others: dict[str, OwnedItem] = {}
    found, nobodys = sorted_out(of_part(classroom, assignment, list(items)), reader or reader_of(classroom, assignment))
    refusals = [Taken(None, status, reason, origin) for status, reason, origin in nobodys]
    for one in found:
        item, student = one.item, one.student
        if not item.parts and student not in roster:  # a whole class's zip that cannot be read is nobody's submission
            refusals.append(Taken(None, "refused", getattr(item, "reason", ""), item.origin))
            continue
        if isinstance(item, Refusal) and item.foreign:
            others.setdefault(student, one)
            continue
        reason = fault(item, student, asked, known)
        if reason is None and isinstance(item, Candidate):
            good[student].append(replace(item, moment=submitted or item.moment))
            known.setdefault(student.lower(), student)
        else:
            own = valid_id(student) and known.get(student.lower(), student) == student
            refusals.append(Taken(student if own else None, "refused", reason or "", item.origin))
    chosen: dict[str, Candidate] = {}
    for student, candidates in sorted(good.items()):
        known_one = not roster or student in roster
        best, said = choose(classroom, assignment, student, candidates, known_one)
        report += said
        chosen |= {student: best} if best else {}
    together = teams(classroom, assignment)
    alone, shared, conflicts = by_teams(chosen, together)
    for taken in conflicts:
        report.append(taken)
        if taken.student:
            earlier = chosen[taken.student]
            keep_earlier(classroom, assignment, taken.student, earlier.data, time_text(earlier.moment))
    for student, its in sorted(alone.items()):
        report.append(put(classroom, assignment, student, its, submitted is not None))
    for student, (giver, theirs) in sorted(shared.items()):
        taken = put(classroom, assignment, student, theirs, submitted is not None)
        report.append(replace(taken, reason=f"handed in by {giver} for the group; {taken.reason}".removesuffix("; ")))
    met = {taken.student for taken in [*report, *refusals]}
    refusals += [without_notebook(one, roster) for student, one in others.items() if student not in met]
    for taken in [*refusals, *(t for t in report if t.status == "refused")]:
        for student in together.get(taken.student, (taken.student,)) if taken.student is not None else ():
            refuse(classroom, assignment, source, student, taken.reason)
    return report + refusals


def without_notebook(found: OwnedItem, roster: Container[str]) -> Taken:
    """What to say of one who sent files of another kind only: a refusal for a student that we know, else a remark."""
    reason = getattr(found.item, "reason", "")
    if found.student in roster or (found.named and valid_id(found.student)):
        return Taken(found.student, "refused", reason, found.item.origin)
    return Taken(None, "ignored", reason, found.item.origin)


def choose(
    classroom: Classroom, assignment: str, student: str, candidates: list[Candidate], known: bool
) -> tuple[Candidate | None, list[Taken]]:
    """The one of a student's notebooks that counts, and what became of the others, which are kept.

    A folder with many notebooks whose name is no ``known`` student's is perhaps nobody's, and leaves no record.
    """
    notebook = classroom.notebook(assignment)
    names = {classroom.folder(assignment), notebook}
    if unclear(candidates, student, names):
        reason = (
            f"several notebooks lie in one folder and none is called {notebook}.ipynb, so which one counts is unclear; a "
            "folder is one student's: when it holds the notebooks of many, unpack the zip and name the folder itself"
        )
        return None, [Taken(student if known else None, "refused", reason, one.origin) for one in candidates]
    *others, chosen = sorted(candidates, key=lambda candidate: rank(candidate, names))
    report = []
    for other in others:
        keep_earlier(classroom, assignment, student, other.data, time_text(other.moment))
        report.append(
            Taken(student, "superseded", f"{chosen.origin} counts; this one is kept in history", other.origin)
        )
    return chosen, report


def put(classroom: Classroom, assignment: str, student: str, chosen: Candidate, stated: bool) -> Taken:
    """Store a student's notebook, and say what became of it."""
    try:
        status, reason = store(classroom, assignment, student, chosen, stated)
    except ClassroomError as error:  # the others' submissions can be taken all the same
        status, reason = "refused", str(error)
    return Taken(student, status, reason, chosen.origin)


def collect(classroom: Classroom, assignment: str, paths: list[Path]) -> list[Taken]:
    """Take the submissions that ``paths`` hold: one result for each notebook met, refused ones with the reason."""
    return collect_items(classroom, assignment, from_paths(paths, is_class_export(classroom, assignment, paths)))
