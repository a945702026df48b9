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
from coursekit.assignments.parse import SOLUTIONS, load, topics
from coursekit.assignments.schema import Assignment, AssignmentError
from coursekit.digest import digest
from coursekit.notebooks.marks import CODE_STUB, TEXT_STUB
from coursekit.paths import CACHE, ROOT, write_atomically

CLASSROOM = ROOT / "classroom"


@dataclass(frozen=True)
class Released:
    """What was made for one assignment."""

    assignment: str
    source: Path
    release: Path
    kit: Path
    questions: int
    points: float


def release(
    names: Iterable[str] = (),
    classroom: Path = CLASSROOM,
    *,
    root: Path = ROOT,
    db_url: str = "",
    progress: Callable[[str], None] = lambda name: None,
) -> list[Released]:
    """Build source notebook, released notebook and kit of the named assignments (all by default) in ``classroom``.

    Files that would not change are left alone.  Raises ``AssignmentError`` for what is wrong with an assignment.
    """
    done = []
    for name in list(names) or topics(root):
        progress(name)
        assignment = load(name, root)
        target = _make(assignment, classroom, root, db_url)
        source = classroom / "source" / name / f"{name}.ipynb"
        kit = write_kit(name, target, classroom / "kits" / f"{name}.zip")
        done.append(Released(name, source, target, kit, len(assignment.questions), assignment.points))
    return done


def source_text(assignment: Assignment, root: Path = ROOT) -> str:
    """The source notebook as text, kept under a digest of everything that it depends on."""
    file = CACHE / "assignments" / f"{assignment.topic}-{_key(assignment, root)}.ipynb"
    if not file.is_file():
        write_atomically(file, text_of(build(assignment)))
    return file.read_text(encoding="utf-8")


def released_text(assignment: Assignment, root: Path = ROOT) -> str:
    """The students' notebook as text, made by nbgrader in a folder of its own and kept like the source."""
    file = CACHE / "assignments" / f"{assignment.topic}-{_key(assignment, root)}.released.ipynb"
    if not file.is_file():
        with tempfile.TemporaryDirectory() as folder:
            write_atomically(file, _make(assignment, Path(folder), root, "").read_text(encoding="utf-8"))
    return file.read_text(encoding="utf-8")


def _make(assignment: Assignment, classroom: Path, root: Path, db_url: str) -> Path:
    """Write source and release notebook of one assignment into ``classroom``; the path of the latter."""
    name = assignment.topic
    _write_if_changed(classroom / "source" / name / f"{name}.ipynb", source_text(assignment, root))
    _generate(name, classroom, db_url)
    target = classroom / "release" / name / f"{name}.ipynb"
    _write_if_changed(target, normalised(target.read_text(encoding="utf-8")))
    return target


def _key(assignment: Assignment, root: Path) -> str:
    hasher = hashlib.sha256(
        digest(["coursekit.assignments.notebook", "training_dynamics.toolbox", *toolbox()]).encode()
    )
    topic = assignment.topic
    for file in (f"exercises/{topic}.md", *(f"solutions/{topic}/{kind}.py" for kind in SOLUTIONS)):
        hasher.update((root / file).read_bytes() + b"\0")
    return hasher.hexdigest()[:20]


def toolbox() -> list[str]:
    """The names of the toolbox modules, which answers may use."""
    folder = ROOT / "src" / "training_dynamics" / "toolbox"
    return [f"training_dynamics.toolbox.{file.stem}" for file in sorted(folder.glob("*.py")) if file.stem != "__init__"]


@contextmanager
def scripts_on_path() -> Iterator[None]:
    """Let nbgrader find the ``alembic`` command, also when this environment is not activated."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _generate(name: str, classroom: Path, db_url: str) -> None:
    """Run nbgrader's ``generate_assignment`` in this process."""
    from nbgrader.apps import NbGraderAPI  # three seconds of imports
    from traitlets.config import Config

    config = Config()
    config.CourseDirectory.root = str(classroom.resolve())
    config.CourseDirectory.course_id = "training-dynamics"
    config.CourseDirectory.db_url = db_url or f"sqlite:///{classroom.resolve() / 'gradebook.db'}"
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
