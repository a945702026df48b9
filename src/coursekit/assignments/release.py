"""Write source notebooks, and make the students' notebooks with nbgrader itself."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat

from coursekit.assignments.kit import write_kit
from coursekit.assignments.notebook import build, text_of
from coursekit.assignments.parse import SOLUTIONS, load
from coursekit.assignments.schema import Assignment, AssignmentError
from coursekit.classroom.layout import Classroom
from coursekit.course import Course, at
from coursekit.digest import digest
from coursekit.notebooks.marks import CODE_STUB, TEXT_STUB
from coursekit.paths import KIT, write_atomically


@dataclass(frozen=True)
class Released:
    """What was made for one assignment."""

    assignment: str
    source: Path
    release: Path
    kit: Path | None
    questions: int
    points: float


def release(
    names: Iterable[str] = (),
    classroom: Path | None = None,
    *,
    root: Path | None = None,
    db_url: str = "",
    progress: Callable[[str], None] = lambda name: None,
) -> list[Released]:
    """Build source notebook, released notebook and kit of the named assignments (all by default) in ``classroom``.

    They are those of the course at ``root``; the classroom is the course's, too, unless another is given.  Files that would not
    change are left alone.  Raises ``AssignmentError`` for what is wrong with an assignment.
    """
    course, done = at(root), []
    classroom = classroom or course.classroom
    for name in list(names) or course.topics():
        progress(name)
        if name not in course.topics() and Classroom(classroom).source(name).is_file():
            done.append(_by_itself(name, classroom, course, db_url))
            continue
        assignment = load(name, root)
        target = _make(assignment, classroom, course, db_url)
        kit = write_kit(name, target, classroom / "kits" / f"{name}.zip", root)
        source = classroom / "source" / name / f"{name}.ipynb"
        done.append(Released(name, source, target, kit, len(assignment.questions), assignment.points))
    return done


def _by_itself(name: str, classroom: Path, course: Course, db_url: str) -> Released:
    """Release a source notebook that was written by hand, as ``nbgrader generate_assignment`` does."""
    source = Classroom(classroom).source(name)
    _generate(source.parent.name, classroom, course.id, db_url, own_stubs=False)
    cells = nbformat.read(source, as_version=4).cells
    points = [c.metadata.nbgrader.get("points", 0) for c in cells if c.metadata.get("nbgrader", {}).get("grade")]
    return Released(name, source, Classroom(classroom).release(name), None, len(points), float(sum(points)))


def source_text(assignment: Assignment, root: Path | None = None) -> str:
    """The source notebook as text, kept under a digest of everything that it depends on."""
    file = _kept(assignment, at(root), ".ipynb")
    if not file.is_file():
        write_atomically(file, text_of(build(assignment)))
    return file.read_text(encoding="utf-8")


def released_text(assignment: Assignment, root: Path | None = None) -> str:
    """The students' notebook as text, made by nbgrader in a folder of its own and kept like the source."""
    course = at(root)
    file = _kept(assignment, course, ".released.ipynb")
    if not file.is_file():
        with tempfile.TemporaryDirectory() as folder:
            write_atomically(file, _make(assignment, Path(folder), course, "").read_text(encoding="utf-8"))
    return file.read_text(encoding="utf-8")


def _make(assignment: Assignment, classroom: Path, course: Course, db_url: str) -> Path:
    """Write source and release notebook of one assignment into ``classroom``; the path of the latter."""
    name = assignment.topic
    _write_if_changed(classroom / "source" / name / f"{name}.ipynb", source_text(assignment, course.root))
    _generate(name, classroom, course.id, db_url)
    target = classroom / "release" / name / f"{name}.ipynb"
    _write_if_changed(target, normalised(target.read_text(encoding="utf-8")))
    return target


def _kept(assignment: Assignment, course: Course, ending: str) -> Path:
    """The file for what is made of an assignment; its name holds a digest of everything that goes in."""
    library = course.given
    made_with = digest(["coursekit.assignments.notebook", *library.modules()], library.source() or KIT)
    hasher, topic = hashlib.sha256(made_with.encode()), assignment.topic
    for file in (course.exercises / f"{topic}.md", *(course.solutions / topic / f"{kind}.py" for kind in SOLUTIONS)):
        hasher.update(file.read_bytes() + b"\0")
    hasher.update(repr([question.aim for question in assignment.questions]).encode())
    return course.cache / "assignments" / f"{topic}-{hasher.hexdigest()[:20]}{ending}"


@contextmanager
def scripts_on_path() -> Iterator[None]:
    """Let nbgrader find the ``alembic`` command, also when this environment is not activated."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _generate(name: str, classroom: Path, course_id: str, db_url: str, *, own_stubs: bool = True) -> None:
    """Run nbgrader's ``generate_assignment`` in this process; without ``own_stubs`` with nbgrader's, for answers without dots."""
    from nbgrader.apps import NbGraderAPI  # three seconds of imports
    from traitlets.config import Config

    config = Config()
    config.CourseDirectory.root = str(classroom.resolve())
    config.CourseDirectory.course_id = course_id
    config.CourseDirectory.db_url = db_url or f"sqlite:///{classroom.resolve() / 'gradebook.db'}"
    if own_stubs:
        config.ClearSolutions.code_stub = {"python": CODE_STUB}
        config.ClearSolutions.text_stub = TEXT_STUB
    with scripts_on_path():
        result = NbGraderAPI(config=config).generate_assignment(name, force=True, create=True)
    if not result["success"]:
        raise AssignmentError(f"nbgrader could not release {name}: {result.get('error') or ''}\n{result['log']}")


def normalised(text: str) -> str:
    """A released notebook as text in one form; nbgrader keeps the cell ids of the source."""
    return text_of(nbformat.reads(text, as_version=4))


def _write_if_changed(path: Path, text: str) -> None:
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_atomically(path, text)
