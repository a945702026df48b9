"""What a course's ``nbgrader_config.py`` says that this grader would read otherwise: named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.course import NBGRADER, current, nbgraders_config

FOLDERS = {f"{name}_directory": name for name in ("source", "release", "submitted", "autograded", "feedback")}
MARKS = {
    ("ClearSolutions", "begin_solution_delimeter"): "BEGIN SOLUTION",
    ("ClearSolutions", "end_solution_delimeter"): "END SOLUTION",
    ("ClearHiddenTests", "begin_test_delimeter"): "BEGIN HIDDEN TESTS",
    ("ClearHiddenTests", "end_test_delimeter"): "END HIDDEN TESTS",
    ("ClearMarkScheme", "begin_mark_scheme_delimeter"): "BEGIN MARK SCHEME",
    ("ClearMarkScheme", "end_mark_scheme_delimeter"): "END MARK SCHEME",
}


def unknown(root: Path) -> list[str]:
    """The settings in the configuration below ``root`` that are not followed, each with what is wanted instead."""
    config: Any = nbgraders_config(root)
    found = []
    for setting, name in FOLDERS.items():
        if (value := str(config.CourseDirectory.get(setting, name))) != name:
            found.append(f"CourseDirectory.{setting} = {value!r}: name the folder {name!r}")
    for (owner, setting), mark in MARKS.items():
        if (value := str(config[owner].get(setting, mark))) != mark:
            found.append(f"{owner}.{setting} = {value!r}: write {mark!r} in the notebooks")
    return found


def must_be_known(classroom: Classroom) -> None:
    """Raise ClassroomError where the course's configuration sets what is not followed."""
    for root in dict.fromkeys((classroom.root, current().root)):
        if found := unknown(root):
            lines = "\n  ".join(found)
            raise ClassroomError(f"{root / NBGRADER} sets what this grader does not follow:\n  {lines}")
