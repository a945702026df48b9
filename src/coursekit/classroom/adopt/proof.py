"""The adoption test: before the first submission is graded, the source's own solution is, and what does not pass is named."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

from coursekit.classroom import records
from coursekit.classroom.adopt import nbgraders
from coursekit.classroom.adopt.choices import NAME, beside, built_here, judging
from coursekit.classroom.adopt.trial import Choice, Tried, choose, tried
from coursekit.classroom.grade.job import Runner, Settings
from coursekit.classroom.grade.worker import DEFAULT_ENGINE
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.engine.interface import Judging
from coursekit.paths import write_atomically


def with_judging(
    classroom: Classroom, assignment: str, source: bytes, settings: Settings, chosen: bool = True
) -> Settings:
    """The settings, with how the course has this assignment judged; without ``chosen`` only with the files beside it."""
    found = judging(classroom, assignment, source) if chosen else Judging(files=beside(classroom, assignment))
    return replace(settings, judging=found)


def proved(classroom: Classroom, assignment: str, source: bytes, settings: Settings, run: Runner) -> Settings:
    """The settings, once the source's own solution passes with them.

    Raises ClassroomError that names each question whose solution does not pass, and what would help, unless the settings say
    that the assignment is to be graded all the same; then every record says so.
    """
    if built_here(assignment) or settings.engine != DEFAULT_ENGINE:
        return settings
    nbgraders.must_be_known(classroom)
    digests = records.hashes(b"", source, settings.budget, settings.judging)
    file = classroom.root / "adoption" / f"{assignment}.json"
    kept = _kept(file, digests)
    found = kept if kept is not None else tried(source, settings.judging.ways, settings, run)
    failed = {name: attempt for name, attempt in found.items() if not attempt.passes}
    if not failed:
        if kept is None:
            write_atomically(
                file, json.dumps({"hashes": digests, "questions": {n: asdict(t) for n, t in found.items()}}, indent=1)
            )
        return settings
    if settings.unproved:
        notes = tuple(
            f"{name}: the source's own solution does not pass it ({failed[name].message})"[:600] for name in failed
        )
        return replace(settings, notes=notes)
    helpful = choose(source, settings, run)
    raise ClassroomError(refusal(assignment, failed, {name: helpful[name] for name in failed}))


def _kept(file: Path, digests: dict[str, str]) -> dict[str, Tried] | None:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return (
            {name: Tried(**entry) for name, entry in data["questions"].items()} if data["hashes"] == digests else None
        )
    except (OSError, ValueError, TypeError, LookupError):
        return None  # none yet, or none of ours


def refusal(assignment: str, failed: dict[str, Tried], helpful: dict[str, Choice]) -> str:
    """Which questions cannot be graded as they are, why, and what would help."""
    lines = [f"nothing was graded: the source's own solution does not pass {len(failed)} of its questions"]
    for name, attempt in failed.items():
        words = attempt.message.splitlines()[0][:300] if attempt.message else "no reason given"
        lines.append(f"  {name}: {words}\n    {_help(name, helpful[name])}")
    lines.append(
        f"`course adopt {assignment}` chooses a way for each question and writes it into {NAME}; "
        f"`course grade {assignment} --unproved` grades as it is, and every record says so"
    )
    return "\n".join(lines)


def _help(name: str, choice: Choice) -> str:
    if choice.way == "hand":
        return "no way of judging passes it: mend its test or its solution, or have a person judge it"
    words = {
        "more": "more kinds of values cross",
        "objects": "objects of the answer's are let in",
        "together": "its tests run in the student's process",
    }
    why = f", in which {words[choice.way]}" if choice.way in words else ""
    return f'it passes with the line {json.dumps(name)} = "{choice.way}" in {NAME}{why}'
