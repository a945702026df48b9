"""Where a classroom keeps things.  The folders are nbgrader's; records, history and policy are ours."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from coursekit.course import CourseError

ID = re.compile(r"[A-Za-z0-9._@-]{1,100}")
ID_RULE = "use 1 to 100 letters (a-z, A-Z), digits, dots, @, _ or -, starting with none of . and -, not ending in a dot"
ASSIGNMENT = re.compile(r"[\w.@ -]{1,80}")
ASSIGNMENT_RULE = (
    "use 1 to 80 letters, digits, dots, @, _, - and spaces, starting with none of . and -, not ending in a dot"
)
TIMESTAMP = "timestamp.txt"


class ClassroomError(CourseError):
    """Something that the person at the command line can put right; the message says how."""


def valid_id(name: str) -> bool:
    """Whether ``name`` may be a student's id: it becomes a folder, so no separators, no ``..``.

    No dot at the end either: Windows leaves it out, and two ids would be one folder.
    """
    return bool(ID.fullmatch(name)) and not name.startswith((".", "-")) and not name.endswith(".")


def valid_assignment(name: str) -> bool:
    """Whether ``name`` may be an assignment's: a folder that instructors name, so also letters of their language, and spaces."""
    plain = unicodedata.is_normalized("NFC", name) and name == name.strip()  # else two names that look the same
    return plain and bool(ASSIGNMENT.fullmatch(name)) and not name.startswith((".", "-")) and not name.endswith(".")


def checked_id(name: str) -> str:
    """``name`` itself; raises ClassroomError when it may not be an id."""
    if not valid_id(name):
        raise ClassroomError(f"{name!r} is not an id: {ID_RULE}")
    return name


def checked_assignment(name: str) -> str:
    """``name`` itself; raises ClassroomError when it cannot be an assignment's."""
    if not valid_assignment(name):
        raise ClassroomError(f"{name!r} cannot be an assignment's name: {ASSIGNMENT_RULE}")
    return name


@dataclass(frozen=True)
class Classroom:
    """The folders and files of one classroom below ``root``."""

    root: Path
    database: str = ""  # an SQLAlchemy URL; by default the sqlite file gradebook.db

    @property
    def db_url(self) -> str:
        """The URL of the gradebook, for SQLAlchemy."""
        return self.database or f"sqlite:///{(self.root / 'gradebook.db').absolute()}"

    def place(self, assignment: str) -> tuple[str, str]:
        """The folder of an assignment and the name of its notebook there: the folder's, or that of the only one with points.

        An assignment ``homework.part1`` is the notebook ``part1`` of the folder ``homework``, which has several.
        """
        folder = self.root / "source" / assignment
        if folder.is_dir():
            if (folder / f"{assignment}.ipynb").is_file():
                return assignment, assignment
            files = sorted(folder.glob("*.ipynb"))
            files = files if len(files) < 2 else [file for file in files if with_points(file)]
            return assignment, files[0].stem if len(files) == 1 else assignment
        for dot in (number for number, letter in enumerate(assignment) if letter == "."):
            if (self.root / "source" / assignment[:dot] / f"{assignment[dot + 1 :]}.ipynb").is_file():
                return assignment[:dot], assignment[dot + 1 :]
        return assignment, assignment

    def folder(self, assignment: str) -> str:
        """The folder of an assignment: its own name, except for a part."""
        return self.place(assignment)[0]

    def notebook(self, assignment: str) -> str:
        """The name of an assignment's notebook."""
        return self.place(assignment)[1]

    def parts(self, folder: str) -> list[str]:
        """The assignments of a folder: itself, or where several notebooks have points each of them, as ``homework.part1``.

        Raises ClassroomError for a notebook whose name cannot be a part's.
        """
        files = sorted((self.root / "source" / folder).glob("*.ipynb"))
        several = [file for file in files if with_points(file)] if len(files) > 1 else []
        if len(several) < 2:
            return [folder]
        parts = [f"{folder}.{file.stem}" for file in several]
        for part in parts:
            if not valid_assignment(part) or (self.root / "source" / part).exists():
                raise ClassroomError(
                    f"source/{folder} has several notebooks with points, and {part!r} cannot be the name of one of its parts: "
                    f"give the notebook another name ({ASSIGNMENT_RULE})"
                )
        return parts

    def notebooks(self, assignment: str) -> tuple[str, ...]:
        """The names of all notebooks that students hand in with this one."""
        return tuple(self.notebook(part) for part in self.parts(self.folder(assignment)))

    def _file(self, assignment: str) -> tuple[str, str]:
        folder, notebook = self.place(assignment)
        return folder, f"{notebook}.ipynb"

    def source(self, assignment: str) -> Path:
        """The instructor's notebook, with solutions and hidden checks."""
        return self.root.joinpath("source", *self._file(assignment))

    def release(self, assignment: str) -> Path:
        """The students' notebook."""
        return self.root.joinpath("release", *self._file(assignment))

    def each(self, assignment: str, student: str) -> Path:
        """The notebook of one student, with numbers of their own."""
        return self.root / "each" / student / self._file(assignment)[1]

    def numbers(self, assignment: str) -> Path:
        """Which numbers of their own students were given."""
        return self.root / "numbers" / f"{assignment}.json"

    def kit(self, assignment: str) -> Path:
        """What students get: their notebook, the course's library and ``course check``, as an archive."""
        return self.root / "kits" / f"{assignment}.zip"

    def submitted(self, assignment: str, student: str) -> Path:
        """A student's notebook as it was handed in."""
        return self.root.joinpath("submitted", student, *self._file(assignment))

    def autograded(self, assignment: str, student: str) -> Path:
        """A student's notebook after grading, as formgrader and feedback show it."""
        return self.root / "autograded" / student / assignment / f"{self.notebook(assignment)}.ipynb"

    def feedback(self, assignment: str, student: str) -> Path:
        """The page that a student gets back."""
        return self.root / "feedback" / student / f"{assignment}.html"

    def records(self, assignment: str) -> Path:
        """The folder of the assignment's records."""
        return self.root / "records" / assignment

    def record(self, assignment: str, student: str) -> Path:
        """A student's record."""
        return self.records(assignment) / f"{student}.json"

    def extensions(self, assignment: str) -> Path:
        """The folder of what single students were given for the assignment."""
        return self.root / "extensions" / assignment

    def extension(self, assignment: str, student: str) -> Path:
        """What a student was given: more days, or an excuse."""
        return self.extensions(assignment) / f"{student}.json"

    def request(self, assignment: str, student: str, question: str) -> Path:
        """What a student asked to have looked at again, of one question."""
        return self.root / "requests" / assignment / student / f"{quote(question, safe='')}.json"

    def bank(self, assignment: str) -> Path:
        """Remarks for written answers that were kept for the next ones."""
        return self.root / "remarks" / f"{assignment}.json"

    def history(self, assignment: str, student: str) -> Path:
        """The folder of earlier versions that the student handed in."""
        return self.root / "history" / assignment / student

    def timings(self, assignment: str) -> Path:
        """Seconds per question, one JSON line a grading; apart from the records, which must not vary from run to run."""
        return self.root / "timings" / f"{assignment}.jsonl"

    def removed(self, assignment: str) -> Path:
        """What people had entered for questions that the source no longer has, one JSON line each."""
        return self.root / "history" / f"{assignment}-removed.jsonl"

    @property
    def policy(self) -> Path:
        """Deadlines and late penalties."""
        return self.root / "policy.toml"

    @property
    def roster(self) -> Path:
        """Names and numbers of the students: ``student,first_name,last_name,email,lms_id,section``."""
        return self.root / "roster.csv"

    @property
    def groups(self) -> Path:
        """Who hands in together: ``assignment,student,group``."""
        return self.root / "groups.csv"

    def assignments(self) -> list[str]:
        """The names of the released assignments, sorted."""
        folders = sorted(path.name for path in (self.root / "source").glob("*") if path.is_dir())
        return [part for folder in folders for part in self.parts(folder) if self.source(part).is_file()]

    def source_bytes(self, assignment: str) -> bytes:
        """The source notebook; raises ClassroomError with the way out when there is none."""
        path = self.source(checked_assignment(assignment))
        if (parts := self.parts(assignment)) != [assignment]:
            raise ClassroomError(f"{assignment} has several notebooks: say which one you mean, {' or '.join(parts)}")
        if not path.is_file():
            known = ", ".join(self.assignments()) or "none yet"
            raise ClassroomError(
                f"no assignment {assignment!r} in {self.root} (released: {known}); `course release {assignment}` makes it"
            )
        return path.read_bytes()

    def submitters(self, assignment: str) -> list[str]:
        """The students with a submission of ``assignment``, sorted."""
        folders = (self.root / "submitted").glob("*")
        notebook = Path(*self._file(assignment))  # a link that leads nowhere is there, too: it gets its reason
        return sorted(path.name for path in folders if valid_id(path.name) and os.path.lexists(path / notebook))


def with_points(notebook: Path) -> bool:
    """Whether a notebook in ``source/`` may have questions."""
    return re.search(rb'"(grade|task)": *true', notebook.read_bytes()) is not None


def parse_time(text: str) -> datetime:
    """A time as nbgrader or ISO 8601 writes it, in UTC; without a zone it is read as UTC."""
    cleaned = text.strip().removesuffix(" UTC")
    try:
        moment = datetime.fromisoformat(cleaned)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ClassroomError(f"cannot read the time {text.strip()!r}: write it as 2026-10-01 23:59:00 UTC") from None


def time_text(moment: datetime) -> str:
    """A time in the format of nbgrader's timestamp file."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
