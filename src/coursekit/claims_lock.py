"""``claims.lock``: what each varied setting of each claim gave, kept in the repository because it is dear to measure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from coursekit import locks
from coursekit.claim import Claim, Setting
from coursekit.claims import ClaimResult, bound, discover, run, workers
from coursekit.course import current
from coursekit.locks import Lock, at_commit, drawn, git, text
from coursekit.numbers import plain
from coursekit.paths import write_atomically
from coursekit.reached import digest_of


@dataclass(frozen=True)
class Task:
    """One claim at one setting."""

    claim: Claim
    setting: Setting

    @property
    def key(self) -> str:
        """The name of the task: ``adam.first_step hidden=64``."""
        return f"{self.claim.id} {self.setting}"


def lock_file() -> Path:
    """Where the course keeps it."""
    return current().root / "claims.lock"


@cache
def claim_digest(claim_id: str) -> str:
    """The digest of what a claim's values depend on, but for libraries: their pinned versions move for all at once."""
    return digest_of(discover()[claim_id].function)


def tasks(claims: Iterable[Claim]) -> list[Task]:
    """Every setting of every claim."""
    return [Task(claim, setting) for claim in claims for setting in claim.settings]


def load(file: Path | None = None) -> Lock:
    """``{claim id: {setting: entry}}``; empty when there is no file."""
    return locks.load(file or lock_file())


def entry(outcome: ClaimResult) -> dict[str, Any]:
    """What the lock keeps of an outcome."""
    return {
        "digest": claim_digest(outcome.claim.id),
        "seeds": list(outcome.seeds),
        "values": [plain(value) for value in outcome.values],
        "bound": bound(outcome.measured[0]),
        "ok": outcome.ok,
        "headroom": plain(outcome.headroom),
        "seconds": round(outcome.seconds, 1),
    }


def measured_settings(claim: Claim, lock: Lock) -> list[dict[str, Any]]:
    """What the lock holds of a claim's settings, as plain data; a stale entry says so."""
    kept = lock.get(claim.id, {})
    found = []
    for task in tasks([claim]):
        if str(task.setting) in kept:
            shown = {key: value for key, value in kept[str(task.setting)].items() if key not in ("digest", "seconds")}
            found.append({"setting": str(task.setting), "fresh": fresh(task, lock)} | shown)
    return found


def fresh(task: Task, lock: Lock) -> bool:
    """Whether the lock holds what this setting gives under the present code."""
    kept = lock.get(task.claim.id, {}).get(str(task.setting))
    seeds = list(task.claim.seeds_at(task.setting))
    return kept is not None and kept["digest"] == claim_digest(task.claim.id) and kept["seeds"] == seeds


def problems(claims: Iterable[Claim], lock: Lock) -> list[str]:
    """What is wrong with the lock, each with the way out; settings that no claim has any more are among it."""
    wanted = tasks(claims)
    known = {(task.claim.id, str(task.setting)) for task in wanted}
    stale = _by_claim((task.claim.id, str(task.setting)) for task in wanted if not fresh(task, lock))
    found = [
        f"{id}: {_settings(names)} not measured under the present code; `course claims {id} --settings` measures "
        f"{_them(names)}; then commit claims.lock"
        for id, names in stale.items()
    ]
    for task in wanted:
        kept = lock.get(task.claim.id, {}).get(str(task.setting), {})
        if fresh(task, lock) and not kept["ok"]:
            found.append(
                f"{task.key}: misses its bound, {kept['values']} must lie in {kept['bound']}; say in the claim where it turns "
                f"(verdict, condition, vary), then `course claims {task.claim.id} --settings`"
            )
    gone = _by_claim((id, name) for id, kept in lock.items() for name in kept if (id, name) not in known)
    found += [
        f"{id}: {_settings(names)} that no claim has; `course claims {id.split('.')[0]} --settings` takes {_them(names)} out; "
        "then commit claims.lock"
        for id, names in gone.items()
    ]
    return found


def _by_claim(keys: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for claim_id, setting in keys:
        found.setdefault(claim_id, []).append(setting)
    return found


def _settings(names: list[str]) -> str:
    """Settings in words: ``3 settings (rate=0.1, 0.2; kind=coin)``."""
    values: dict[str, list[str]] = {}
    for name in names:
        setting, _, value = name.partition("=")
        values.setdefault(setting, []).append(value)
    listed = "; ".join(f"{setting}={', '.join(found)}" for setting, found in values.items())
    return f"{len(names)} setting{'s' if len(names) > 1 else ''} ({listed})"


def _them(names: list[str]) -> str:
    return "them" if len(names) > 1 else "it"


def measure_missing(
    claims: list[Claim], jobs: int, start: Callable[[int], None], progress: Callable[[ClaimResult], None]
) -> list[ClaimResult]:
    """Measure what is missing or stale, keeping the lock after each, so that a run that is ended can go on."""
    every, lock = discover(), load()
    _drop_unknown(lock, every.values())
    missing = [task for task in tasks(claims) if not fresh(task, lock)]
    start(len(missing))

    def keep(outcome: ClaimResult) -> None:
        claim = outcome.claim
        kept = lock.setdefault(claim.id, {}) | {str(outcome.setting): entry(outcome)}
        lock[claim.id] = {str(s): kept[str(s)] for s in claim.settings if str(s) in kept}
        write_atomically(lock_file(), text(lock))
        progress(outcome)

    outcomes = measure_again(missing, jobs, keep)
    if text(lock) != (lock_file().read_text(encoding="utf-8") if lock_file().is_file() else ""):
        write_atomically(lock_file(), text(lock))
    return outcomes


def _drop_unknown(lock: Lock, claims: Iterable[Claim]) -> None:
    known = {claim.id: {str(s) for s in claim.settings} for claim in claims}
    for claim_id, kept in list(lock.items()):
        lock[claim_id] = {name: value for name, value in kept.items() if name in known.get(claim_id, ())}
        if not lock[claim_id]:
            del lock[claim_id]


def measure_again(
    chosen: list[Task], jobs: int, progress: Callable[[ClaimResult], None], use_cache: bool = True
) -> list[ClaimResult]:
    """Measure ``chosen``, with ``jobs`` > 1 side by side in processes of their own."""
    outcomes: list[ClaimResult] = []
    if jobs == 1 or len(chosen) < 2:
        for task in chosen:
            outcomes.append(run(task.claim, use_cache=use_cache, setting=task.setting))
            progress(outcomes[-1])
        return outcomes
    with workers(jobs) as pool:
        futures = {pool.submit(_run_task, t.claim.id, str(t.setting), use_cache): t for t in chosen}
        for future in as_completed(futures):
            task = futures[future]
            seeds, measured, seconds = future.result()
            outcomes.append(ClaimResult(task.claim, seeds, measured, seconds, task.setting))
            progress(outcomes[-1])
    return outcomes


def _run_task(claim_id: str, setting: str, use_cache: bool) -> tuple[tuple[int, ...], tuple, float]:
    claim = discover()[claim_id]
    chosen = next(s for s in claim.settings if str(s) == setting)
    outcome = run(claim, use_cache=use_cache, setting=chosen)
    return outcome.seeds, outcome.measured, outcome.seconds


def to_check(claims: Iterable[Claim], lock: Lock, since: str) -> list[Task]:
    """What is measured again: settings whose entry differs from the one at commit ``since``, and a tenth of the rest."""
    before, head = at_commit(lock_file(), since), git(lock_file().parent, "rev-parse", "HEAD") or text(lock)
    chosen = []
    for task in tasks(claims):
        old = before.get(task.claim.id, {}).get(str(task.setting), {}).get("digest")
        new = lock.get(task.claim.id, {}).get(str(task.setting), {}).get("digest")
        if (before and old != new) or drawn(f"{head.strip()} {task.key}"):
            chosen.append(task)
    return chosen
