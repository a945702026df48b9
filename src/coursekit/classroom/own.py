"""Numbers of one's own: which variant of a question each student was given, in which notebook, and what is judged by it.

What was given is written down (``numbers/<assignment>.json``), and grading goes by that: not by what a notebook says that is
handed in, and not by the key alone, which may be lost.  Who was given nothing has the numbers of everyone's notebook.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat

from coursekit.classroom import groups
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.roster import people
from coursekit.classroom.source import course_data, is_graded, parse
from coursekit.classroom.variants import course_key, seed
from coursekit.engine.interface import Judging
from coursekit.paths import write_atomically
from coursekit.plain import unpack
from coursekit.varied import Numbers, filled

Tables = Mapping[str, list[dict[str, Any]]]  # by question, of each variant: numbers, what is expected, known mistakes
Variants = Mapping[str, Mapping[str, int]]  # by student and question
COMMON = 0  # the variant of everyone's notebook


@dataclass
class Handed:
    """What was written for an assignment: a notebook for each student, who has other numbers than before, who gets none."""

    notebooks: dict[str, Path] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)


@lru_cache(maxsize=16)
def tables(source: bytes) -> Tables:
    """The variants of each question of the source notebook whose numbers vary; most sources have none."""
    if b"check.varied(" not in source:
        return {}
    graded = [cell for cell in parse(source).cells if is_graded(cell) and "check.varied(" in cell.source]
    return {course_data(cell)["grade_id"]: _variants(cell.source) for cell in graded}


def _variants(source: str) -> list[dict[str, Any]]:
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    packed = next(ast.literal_eval(call.args[0]) for call in calls if ast.unparse(call.func) == "check.varied")
    return [{**one, "given": dict(one["given"])} for one in unpack(packed)]


def hand_out(classroom: Classroom, assignment: str) -> Handed:
    """Write a notebook for each student of the roster, and down what numbers are in it; nothing where none vary.

    Who has numbers already keeps them, so that a second run gives newcomers theirs; those who hand in together have the same.
    Who handed in before there were any keeps everyone's.  Numbers that were never written down, or whose file is lost, are read
    off the notebooks.
    """
    source, done = classroom.source_bytes(assignment), Handed()
    varied = tables(source)
    if not varied:
        return done
    if not people(classroom):
        raise ClassroomError(
            f"who is to get a notebook of {assignment}? Write {classroom.roster.name}, one line a student"
        )
    lost = not classroom.numbers(assignment).is_file()
    before = _read_off(classroom, assignment, varied) if lost else ledger(classroom, assignment)
    teams, key = groups.teams(classroom, assignment), course_key(classroom)
    released = classroom.release(assignment).read_text(encoding="utf-8")
    now: dict[str, dict[str, Numbers]] = {}
    there = set(classroom.submitters(assignment))
    off_roster = sorted(before.keys() & there - people(classroom).keys())  # what they handed in is graded, too
    for student in [*people(classroom), *off_roster]:
        team = teams.get(student, (student,))
        if there.intersection(team) and not before.keys() & set(team):
            done.early.append(student)
            continue
        for question, variants in varied.items():
            known = [one["given"] for one in variants]
            theirs = [before.get(member, {}).get(question) for member in team]
            kept = [numbers for numbers in theirs if numbers is not None and numbers in known]
            number = 1 + seed(key, assignment, team[0], question) % (len(known) - 1)
            now.setdefault(student, {})[question] = kept[0] if kept else known[number]
        had = before.get(student, {} if student in there else now[student])  # who handed in had everyone's
        if had != now[student]:
            done.changed.append(student)
        done.notebooks[student] = classroom.each(assignment, student)
        text = with_numbers(released, now[student])
        if not done.notebooks[student].is_file() or done.notebooks[student].read_text(encoding="utf-8") != text:
            write_atomically(done.notebooks[student], text)
    holding = {
        student: own for student, own in before.items() if _hold(own, varied)
    }  # of those who are not here any more
    write_atomically(classroom.numbers(assignment), json.dumps(holding | now, indent=1, ensure_ascii=False) + "\n")
    return done


def _hold(own: Mapping[str, Numbers], varied: Tables) -> bool:
    return all(numbers in [one["given"] for one in varied[name]] for name, numbers in own.items() if name in varied)


def _read_off(classroom: Classroom, assignment: str, varied: Tables) -> dict[str, dict[str, Numbers]]:
    """The numbers in the notebooks that were written for students, by student and question."""
    found: dict[str, dict[str, Numbers]] = {}
    for path in _notebooks(classroom, assignment):
        try:
            notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
            shown = {course_data(cell).get("grade_id"): cell.source for cell in notebook.cells}
        except (ValueError, AttributeError, LookupError, TypeError, RecursionError):  # damaged: a new one is written
            continue
        for name, variants in varied.items():
            for one in variants:
                stated = texts(notebook, {name: one["given"]})
                if stated and stated.items() <= shown.items():
                    found.setdefault(path.parent.name, {})[name] = one["given"]
                    break
    return found


def _notebooks(classroom: Classroom, assignment: str) -> list[Path]:
    """The notebooks that were written for students."""
    one = classroom.each(assignment, "student")
    return sorted(one.parents[1].glob(f"*/{one.name}"))


def with_numbers(released: str, own: Mapping[str, Numbers]) -> str:
    """The released notebook with a student's own numbers in the statements."""
    from nbgrader.utils import compute_checksum  # seconds of imports

    notebook = nbformat.reads(released, as_version=4)
    for name, text in texts(notebook, own).items():
        cell = next(cell for cell in notebook.cells if course_data(cell).get("grade_id") == name)
        cell.source = text
        if "checksum" in cell.metadata["nbgrader"]:
            cell.metadata["nbgrader"]["checksum"] = compute_checksum(cell)
    return nbformat.v4.writes(notebook) + "\n"


def texts(notebook: nbformat.NotebookNode, own: Mapping[str, Numbers]) -> dict[str, str]:
    """The statements with a student's own numbers, by the ``grade_id`` of their cells."""
    found = {}
    for cell in notebook.cells:
        about = cell.metadata.get("coursekit", {})
        if "varied" in about and about["question"] in own:
            found[course_data(cell)["grade_id"]] = filled(about["varied"], own[about["question"]], own=True)
    return found


def ledger(classroom: Classroom, assignment: str) -> dict[str, dict[str, Numbers]]:
    """The numbers that were given, by student and question."""
    path = classroom.numbers(assignment)
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        if any(type(numbers) is not dict for own in found.values() for numbers in own.values()):
            raise ValueError
    except (ValueError, AttributeError, RecursionError):
        raise ClassroomError(
            f"{path} is damaged: put your copy back, or remove it and run `course release {assignment} --each`, which reads the "
            f"numbers off the notebooks in {classroom.each(assignment, 'student').parents[1]}"
        ) from None
    return found


def given(classroom: Classroom, assignment: str, source: bytes) -> Variants:
    """Which variant each student was given.

    Raises ClassroomError where that is not written down any more, where the source does not have those numbers any more, or
    where members of a group have different ones.
    """
    varied, path = tables(source), classroom.numbers(assignment)
    kept = ledger(classroom, assignment) if varied else {}
    if varied and not path.is_file() and _notebooks(classroom, assignment):
        raise ClassroomError(
            f"{path} is not there, which says what numbers each student was given: put your copy back, or run `course release "
            f"{assignment} --each`, which reads them off the notebooks in {classroom.each(assignment, 'student').parents[1]}"
        )
    again = f"`course release {assignment} --each` makes notebooks with numbers that hold; hand out those that it names"
    found: dict[str, dict[str, int]] = {}
    for student, own in kept.items():
        for question, numbers in own.items():
            known = [one["given"] for one in varied.get(question, [])]
            if known and numbers not in known:
                raise ClassroomError(
                    f"{student} was given numbers for {question} that {assignment} does not have any more: put the "
                    f"{{numbers}} of its exercise back as they were and release it, or begin again: {again}"
                )
            if known:
                found.setdefault(student, {})[question] = known.index(numbers)
    for team in set(groups.teams(classroom, assignment).values()) if found else ():
        if any(found.get(member) != found.get(team[0]) for member in team):
            raise ClassroomError(
                f"{', '.join(team)} hand in together and have different numbers for {assignment}: {again}"
            )
    return found


def common_or(variants: Mapping[str, int], source: bytes) -> dict[str, int]:
    """The variant of each question whose numbers vary, for a student who was given ``variants``."""
    return {name: variants.get(name, COMMON) for name in tables(source)}


def judged_by(seeds: Mapping[str, int], source: bytes, variants: Mapping[str, int], judging: Judging) -> dict[str, int]:
    """The seeds of a student's questions, those with numbers that vary so that they mean the variant that was given.

    Raises ClassroomError where one is judged in the student's own process, in which no seed is known.
    """
    varied = tables(source)
    if wrong := [name for name in variants if judging.way(name) == "together"]:
        raise ClassroomError(
            f"{wrong[0]} has numbers for each student, and cannot be judged together; choose another way"
        )
    return {
        name: value - value % len(varied[name]) + variants.get(name, COMMON) if name in varied else value
        for name, value in seeds.items()
    }
