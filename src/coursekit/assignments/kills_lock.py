"""``mutants.lock``: how many mutants each question's checks reject, kept in the repository because it is dear to measure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from coursekit import locks
from coursekit.assignments.kills import ALL, EACH, Kills, measure
from coursekit.assignments.mutants import mutants
from coursekit.assignments.prove import prover_of
from coursekit.assignments.schema import Assignment, Question
from coursekit.course import at
from coursekit.locks import Lock, at_commit, drawn, git, text
from coursekit.paths import write_atomically

FILE = "mutants.lock"
KEPT = ("mutants", "same", "broken", "killed", "survivors")


def load(root: Path | None = None) -> Lock:
    """The lock of the course at ``root``; empty when there is no file."""
    return locks.load(at(root).root / FILE)


def digest(assignment: Assignment, question: Question) -> str:
    """The digest of what a question's kill rate depends on: its checks, domain, reference, and the mutants of that."""
    parts = [
        assignment.setups,
        assignment.shared.get("reference", ""),
        question.answer,
        question.visible,
        question.hidden,
    ]
    parts += [question.domain, question.reference, *(mutant.code for mutant in mutants(question.reference, exact=True))]
    parts += [question.numbers] if question.numbers else []
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]


def measured(assignment: Assignment) -> list[Question]:
    """The questions of which mutants are tried: those with a domain."""
    return [question for question in assignment.questions if question.domain]


def fresh(assignment: Assignment, question: Question, lock: Lock) -> bool:
    """Whether the lock holds what the present question gives."""
    return lock.get(assignment.topic, {}).get(question.id, {}).get("digest") == digest(assignment, question)


def kills_of(lock: Lock, only: str = "") -> Iterator[tuple[str, Kills]]:
    """What the lock holds, of all topics or of one."""
    for topic, entries in lock.items():
        if only in ("", topic):
            for id, entry in entries.items():
                yield topic, Kills(id, **{key: entry[key] for key in KEPT})


def overall(lock: Lock) -> float:
    """The killed among all mutants that count."""
    found = [kills for _, kills in kills_of(lock)]
    killed, survivors = sum(kills.killed for kills in found), sum(len(kills.survivors) for kills in found)
    return killed / (killed + survivors) if killed + survivors else 1.0


def problems(assignments: Iterable[Assignment], lock: Lock) -> list[str]:
    """What is wrong with the lock, given all assignments; each with its place."""
    wanted = {(a.topic, question.id): (a, question) for a in assignments for question in measured(a)}
    found = [
        f"{topic}/{id}: not measured as it is now; `course prove {topic} --mutants` measures it: commit {FILE}"
        for (topic, id), one in wanted.items()
        if not fresh(*one, lock)
    ]
    for topic, kills in kills_of(lock):
        if (topic, kills.question) not in wanted:
            found.append(
                f"{topic}/{kills.question}: no question with a domain is called so; `course prove {topic} --mutants` takes it "
                f"out: commit {FILE}"
            )
        elif not kills.ok:
            again = f"let the domain yield what these get wrong on every pass, then `course prove {topic} --mutants`"
            found.append(f"{topic}/{kills.question}: {below_the_bar(kills)}; {again}")
    if overall(lock) < ALL:
        found.append(
            f"the checks of all questions reject {overall(lock):.2%} of the mutants, at least {ALL:.1%} are wanted"
        )
    return found


def below_the_bar(kills: Kills) -> str:
    """A rate below the bar in words, with the first survivors."""
    some = "; ".join(f"{what} ({why})" for what, why in list(kills.survivors.items())[:3])
    return f"its checks reject {kills.rate:.1%} of the mutants, at least {EACH:.0%} are wanted: {some}"


def to_check(
    assignments: Iterable[Assignment], lock: Lock, since: str, root: Path | None = None
) -> dict[str, list[str]]:
    """What is measured again, by topic: questions whose entry differs from that at commit ``since``, and a tenth of the rest."""
    file = at(root).root / FILE
    before, head = at_commit(file, since), git(file.parent, "rev-parse", "HEAD") or text(lock)
    chosen: dict[str, list[str]] = {}
    for assignment in assignments:
        topic = assignment.topic
        for question in measured(assignment):
            old, new = (one.get(topic, {}).get(question.id, {}).get("digest") for one in (before, lock))
            if (before and old != new) or drawn(f"{head.strip()} {topic}/{question.id}"):
                chosen.setdefault(topic, []).append(question.id)
    return chosen


def measure_missing(
    assignment: Assignment, root: Path | None = None, progress: Callable[[str], None] = lambda question: None
) -> list[Kills]:
    """Measure the questions that are missing or stale, keeping the lock after each, so that a run that is ended can go on."""
    prover, found = prover_of(assignment, root), []
    for question in measured(assignment):
        progress(question.id)
        if not fresh(assignment, question, load(root)):
            found.append(measure(prover, question))
            entry = {"digest": digest(assignment, question), **{key: getattr(found[-1], key) for key in KEPT}}
            _keep(assignment, {question.id: entry}, root)
    _keep(assignment, {}, root)
    return found


def measure_again(
    assignment: Assignment,
    ids: list[str],
    root: Path | None = None,
    progress: Callable[[str], None] = lambda question: None,
) -> list[Kills]:
    """Measure the questions ``ids``, whatever the lock holds."""
    prover, found = prover_of(assignment, root), []
    for id in ids:
        progress(id)
        found.append(measure(prover, assignment.question(id)))
    return found


def _keep(assignment: Assignment, new: dict[str, dict], root: Path | None) -> None:
    """Write the lock with ``new`` entries, and without those of topics and questions that are not there any more."""
    before, there = load(root), at(root).topics()
    lock = {topic: entries for topic, entries in before.items() if topic in there}
    kept = lock.get(assignment.topic, {}) | new
    lock[assignment.topic] = {q.id: kept[q.id] for q in measured(assignment) if q.id in kept}
    lock = {topic: entries for topic, entries in lock.items() if entries}
    if lock != before:
        write_atomically(at(root).root / FILE, text(lock))
