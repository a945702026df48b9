"""Trying a source notebook on the engine: its own solution must get all points, and what students were given none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from coursekit.classroom.grade.job import Job, Runner, Settings
from coursekit.classroom.layout import ClassroomError
from coursekit.classroom.source import as_released, questions
from coursekit.engine.interface import APART, Way
from coursekit.engine.matching.run_text import that_run_text
from coursekit.engine.matching.sourced import read_source
from coursekit.engine.messages import SETUP
from coursekit.notebooks.names import bound_names, imported_names, used_names

SOLUTION, BLANK = "solution", "blank"


@dataclass(frozen=True)
class Tried:
    """How one question did in one way: whether its solution passes, what is said of it, what a blank answer gets.

    A question without points passes or fails like any other.
    """

    passes: bool
    message: str
    blank: float
    blank_passes: bool = False

    @property
    def sound(self) -> bool:
        """Whether the way can be used: right passes, and nothing does not."""
        return self.passes and not self.blank and not self.blank_passes


def tried(source: bytes, ways: Mapping[str, Way], settings: Settings, run: Runner) -> dict[str, Tried]:
    """How each question that a machine judges does in the given ways.  Raises ClassroomError for what is no source for us."""
    try:
        read_source(source)
    except ValueError as error:
        raise ClassroomError(f"the source notebook cannot be graded with: {error}") from None
    settings = replace(settings, judging=replace(settings.judging, ways=dict(ways)))
    seeds = {question.id: 0 for question in questions(source)}
    jobs = [Job(SOLUTION, source, seeds), Job(BLANK, as_released(source).encode(), seeds)]
    results: dict[str, dict[str, Any]] = {
        result["student"]: result["questions"] for result in run(jobs, source, settings)
    }
    found, unsafe = {}, that_run_text(source, settings.judging.files)
    for question in questions(source):
        if question.manual or ways.get(question.id) == "hand":
            continue
        if question.id in unsafe and ways.get(question.id, APART) != "together":
            found[question.id] = Tried(False, unsafe[question.id], 0.0)
            continue
        own, blank = results[SOLUTION][question.id], results[BLANK][question.id]
        found[question.id] = Tried(
            own["status"] == "passed", own["message"], blank["score"], blank["status"] == "passed"
        )
    return found


ORDER: tuple[Way, ...] = ("apart", "more", "objects", "together")


@dataclass(frozen=True)
class Choice:
    """The way chosen for a question, how it did in each way that was tried, and what to know about it."""

    way: Way
    tries: Mapping[Way, Tried]
    note: str = ""


def choose(source: bytes, settings: Settings, run: Runner, order: tuple[Way, ...] = ORDER) -> dict[str, Choice]:
    """For each question the safest of the ways in ``order`` in which its solution passes and blank does not; else a person."""
    asked = [question.id for question in questions(source) if not question.manual]
    tries: dict[str, dict[Way, Tried]] = {name: {} for name in asked}
    chosen: dict[str, Way] = {}
    for way in order:
        open_ = [name for name in asked if name not in chosen]
        if not open_:
            break
        # what has its way keeps it: that is how the whole is going to be graded
        for name, found in tried(source, {**chosen, **dict.fromkeys(open_, way)}, settings, run).items():
            if name in chosen:
                continue
            tries[name][way] = found
            if found.sound:
                chosen[name] = way
    if "together" in order and len(chosen) < len(asked):
        chosen = _in_company(source, chosen, tries, settings, run)
    result = {name: _choice(chosen.get(name), tries[name]) for name in asked}
    return _confirmed(source, result, settings, run)


def led(source: bytes, ways: Mapping[str, Way], settings: Settings, run: Runner) -> list[str]:
    """The questions whose solution passes only with what it changes in the test's data: there a guarded run does not count."""
    settings = replace(settings, judging=replace(settings.judging, ways=dict(ways), guarded=True))
    jobs = [Job(SOLUTION, source, {question.id: 0 for question in questions(source)})]
    (result,) = run(jobs, source, settings)
    apart = [name for name, way in ways.items() if way not in ("together", "hand")]
    return [name for name in apart if result["questions"][name]["status"] != "passed"]


def _in_company(
    source: bytes, chosen: Mapping[str, Way], tries: Mapping[str, dict[Way, Tried]], settings: Settings, run: Runner
) -> dict[str, Way]:
    """The ways, with those together that pass only where tests that share their names run there, too; and these tests."""
    found = dict(chosen)
    for name in [name for name in tries if name not in chosen]:
        if name in found or not (company := _company(source, name)):
            continue
        trial: dict[str, Way] = found | dict.fromkeys((name, *company), "together")
        attempts = tried(source, trial, settings, run)
        if all(attempts[one].sound for one in trial if one in attempts):
            found = trial
            for one in (name, *company):
                tries[one]["together"] = attempts[one]
    return found


def _company(source: bytes, name: str) -> list[str]:
    """The tests that share names with one: whose names it uses or that use its own, directly or through each other."""
    tests = {cell.grade_id: cell.source for cell in read_source(source) if cell.kind == "test"}
    own = {test: bound_names(text) - imported_names(text) for test, text in tests.items()}
    above: dict[str, set[str]] = {}
    for test, text in tests.items():
        above[test] = {one for one in above if own[one] & (used_names(text) - own[test])}
    met, pending = {name}, [name]
    while pending:
        test = pending.pop()
        near = (above[test] | {one for one in tests if test in above[one]}) - met
        met |= near
        pending += near
    return [test for test in tests if test in met and test != name]


def _choice(way: Way | None, tries: Mapping[Way, Tried]) -> Choice:
    if way is not None:
        return Choice(way, tries)
    passing = next((way for way, found in tries.items() if found.passes), None)
    if passing is not None:
        return Choice(passing, tries, f"a blank answer {_gets(tries[passing])}: the test asks too little")
    said = [attempt.message for attempt in tries.values()]
    last = next((words for words in said if words.startswith(SETUP)), said[-1] if said else "")
    return Choice(
        "hand", tries, f"its own solution does not pass ({last.splitlines()[0][:300] if last else 'no reason given'})"
    )


def _gets(attempt: Tried) -> str:
    return f"gets {attempt.blank:g} points" if attempt.blank else "passes"


def _confirmed(source: bytes, choices: dict[str, Choice], settings: Settings, run: Runner) -> dict[str, Choice]:
    """The choices once more, all at once; what does not pass in this company is a person's."""
    found = tried(source, {name: choice.way for name, choice in choices.items()}, settings, run)
    for name, last in found.items():
        if not last.passes:
            choices[name] = replace(
                choices[name], way="hand", note=f"its own solution passes alone, not with the others ({last.message})"
            )
    return choices
