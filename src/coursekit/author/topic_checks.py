"""All that is asked of one topic, step by step, what is told in seconds first: names, proofs, locks, claims, the page, tests."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from coursekit import claims_lock
from coursekit.assignments import kills_lock, rules
from coursekit.assignments.parse import load
from coursekit.assignments.prove import prove
from coursekit.assignments.schema import AssignmentError
from coursekit.author import topic_tests
from coursekit.book import named, toc
from coursekit.book.aims import all_aims, unserved
from coursekit.book.project import Project
from coursekit.book.search import concepts
from coursekit.claims import run_all, select
from coursekit.commands.book import make
from coursekit.course import Course

HEADROOM = 1.5  # of a claim over its worst seed


@dataclass
class Step:
    """What one step found: its seconds beside the budget of a chapter (None: no budget), and what is wrong."""

    name: str
    seconds: float = 0.0
    budget: float | None = None
    found: str = ""
    problems: list[str] = field(default_factory=list)
    stops: tuple[str, ...] = ()  # steps that could only say the same

    @property
    def over(self) -> bool:
        """Whether it took longer than a chapter should."""
        return self.budget is not None and self.seconds > self.budget


def names(course: Course, topic: str) -> Step:
    """What its pages link, quote, cite and ask for is there, and what the book asks of all objectives and concepts."""
    start = time.monotonic()
    only = toc.of_topic(course, topic)
    problems = [*named.faults(course, only), *named.unknown(course, only), *concepts.out_of_order(course.book)]
    for ask in (
        lambda: concepts.given_twice(concepts.load(course.book)),
        lambda: unserved(all_aims(course.book, course.exercises), course.book),
        lambda: named.unlinked(course, topic),
    ):
        try:
            problems += ask()
        except AssignmentError:  # said by the proofs, if it is this topic's
            continue
        except ValueError as error:
            problems.append(str(error))
    return Step("names", time.monotonic() - start, None, f"of {', '.join(only)}", problems)


def claims(topic: str, all_seeds: bool) -> Step:
    """Every claim inside its bound; over all seeds also with headroom.  The seconds are those of the measurements."""
    outcomes = run_all(select([topic]), one_seed=not all_seeds)
    problems = [f"{o.claim.id}: {o.values} must lie in {o.measured[0]}" for o in outcomes if not o.ok]
    if all_seeds:
        narrow = [o for o in outcomes if o.ok and o.headroom < HEADROOM]
        problems += [f"{o.claim.id}: headroom {o.headroom:.2f}, at least {HEADROOM} is wanted" for o in narrow]
    seeds = "all seeds" if all_seeds else "one seed"
    return Step("claims", sum(o.seconds for o in outcomes), 45, f"{len(outcomes)} claims, {seeds}", problems)


def settings(topic: str) -> Step:
    """What ``claims.lock`` holds of the topic; the seconds are those that its measurements took."""
    chosen = select([topic])
    lock = {id: kept for id, kept in claims_lock.load().items() if id.split(".")[0] == topic}
    problems = claims_lock.problems(chosen, lock)
    entries = [entry for kept in lock.values() for entry in kept.values()]
    seconds = sum(entry["seconds"] for entry in entries)
    return Step("settings", seconds, 360, f"{len(entries)} in claims.lock", problems)


def proofs(course: Course, topic: str) -> Step:
    """Right answers pass, blank and typical wrong ones fail with their own message."""
    start = time.monotonic()
    try:
        assignment = load(topic, course.root)
        found = prove(assignment, course.root)
    except AssignmentError as error:
        left_out = ("mutants", "page", "tests")
        return Step("proofs", time.monotonic() - start, problems=[str(error)], stops=left_out)
    problems = [f"{proof.question}: {problem}" for proof in found for problem in proof.problems]
    problems += rules.lacks(assignment, course) if course.full_assignments else []
    by_hand = len(assignment.questions) - len(found)
    said = f"{len(found)} questions" + (f", {by_hand} graded by hand" if by_hand else "")
    return Step("proofs", time.monotonic() - start, None, said, problems)


def mutants(course: Course, topic: str) -> Step:
    """What ``mutants.lock`` holds of the topic."""
    lock = {name: entries for name, entries in kills_lock.load(course.root).items() if name == topic}
    try:
        problems = kills_lock.problems([load(topic, course.root)], lock)
    except AssignmentError as error:
        problems = [str(error)]
    found = f"{len(lock.get(topic, {}))} questions in {kills_lock.FILE}, {kills_lock.overall(lock):.1%} rejected"
    return Step("mutants", 0.0, None, found, problems)


def page(course: Course, topic: str, console: Console) -> Step:
    """A draft of the topic's pages alone."""
    start = time.monotonic()
    only = tuple(toc.of_topic(course, topic))
    project = Project(out=course.root / "_build" / "-".join(("draft", *sorted(only))), only=only)
    try:
        problems = make(project, console, jobs=1).problems
    except ValueError as error:
        problems = [str(error)]
    shown = project.html / f"{topic}.html"
    return Step("page", time.monotonic() - start, 45, str(shown.relative_to(course.root)), problems)


def tests(course: Course, topic: str, all_seeds: bool) -> Step:
    """The tests of the topic's own files, all that have it among their parameters, and those of the whole book.

    Those that are marked ``proves`` are left out: the proofs are a step of their own.
    """
    start = time.monotonic()
    top = course.root / "tests"
    files: list[Path] = [
        *sorted(top.glob("test_*.py")),
        top.joinpath(*course.package.split(".")),
        top / course.book.name,
    ]
    marked = [path for path in sorted(top.rglob("test_*.py")) if topic_tests.WHOLE_BOOK in path.read_text("utf-8")]
    files += [path for path in marked if not any(path.is_relative_to(known) for known in files)]
    where = [str(path) for path in files if path.exists()]
    if not where:
        return Step("tests", 0.0, 60, "none", [f"tests/{course.package}/test_{topic}.py does not exist"])
    marks = "not slow and not browser and not proves" + ("" if all_seeds else " and not all_seeds")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "coursekit.author.topic_tests",
        "--topic",
        topic,
        "-m",
        marks,
        "--tb=short",
        *where,
    ]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, errors="replace", check=False)
    said = done.stdout.strip().splitlines() or [""]
    problems = (
        [] if done.returncode == 0 else [line for line in [*said, *done.stderr.splitlines()] if line.strip()][-40:]
    )
    return Step("tests", time.monotonic() - start, 60, said[-1].strip("= "), problems)


Work = Callable[[Course, str, bool, Console], Step]
STEPS: dict[str, Work] = {  # in this order: the page and the tests reuse what the claims have measured
    "names": lambda course, topic, all_seeds, console: names(course, topic),
    "proofs": lambda course, topic, all_seeds, console: proofs(course, topic),
    "mutants": lambda course, topic, all_seeds, console: mutants(course, topic),
    "settings": lambda course, topic, all_seeds, console: settings(topic),
    "claims": lambda course, topic, all_seeds, console: claims(topic, all_seeds),
    "page": lambda course, topic, all_seeds, console: page(course, topic, console),
    "tests": lambda course, topic, all_seeds, console: tests(course, topic, all_seeds),
}
