"""Discover the course's claims, run them over their seeds, and keep the results while nothing they depend on changes."""

from __future__ import annotations

import importlib
import json
import math
import os
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from functools import cache
from multiprocessing import get_context, parent_process
from pathlib import Path

from coursekit.claim import REGISTRY, Claim, Measured, Setting
from coursekit.course import current
from coursekit.digest import digest
from coursekit.numbers import plain
from coursekit.paths import write_atomically
from coursekit.topics import claim_modules


@dataclass(frozen=True)
class ClaimResult:
    """What one claim measured, seed by seed, and whether its bound is met."""

    claim: Claim
    seeds: tuple[int, ...]
    measured: tuple[Measured, ...]
    seconds: float
    setting: Setting | None = None

    @property
    def values(self) -> list[float]:
        """The measured numbers, in the order of the seeds."""
        return [m.value for m in self.measured]

    @property
    def judged(self) -> list[Measured]:
        """What the bound is asked of: every seed, or the mean over all of them."""
        if self.claim.judge == "each":
            return list(self.measured)
        return [replace(self.measured[0], value=statistics.fmean(self.values))]

    @property
    def ok(self) -> bool:
        """Whether the bound is met."""
        return all(m.ok for m in self.judged)

    @property
    def headroom(self) -> float:
        """The smallest ratio between bound and value; 0 when a bound is missed."""
        return min(m.headroom for m in self.judged)

    def record(self) -> dict[str, object]:
        """The outcome as plain data, strict JSON: no bound is ``None``, and what is not finite is a word."""
        hidden = ("function", "seeds", "vary")
        first = self.measured[0]
        return {key: value for key, value in vars(self.claim).items() if key not in hidden} | {
            "vary": {name: list(values) for name, values in self.claim.vary.items()},
            "settings": [str(setting) for setting in self.claim.settings],
            "seeds": list(self.seeds),
            "values": [plain(value) for value in self.values],
            "unit": first.unit,
            "bound": bound(first),
            "infinite": first.infinite,
            "exact": not self.claim.random and first.exact,
            "ok": self.ok,
            "headroom": plain(self.headroom),
            "seconds": self.seconds,
        }


def bound(measured: Measured) -> dict[str, float | None]:
    """The bound as plain data; ``None`` on a side that has none."""
    sides = {"at_least": measured.at_least, "at_most": measured.at_most}
    return {side: value if math.isfinite(value) else None for side, value in sides.items()}


def discover() -> dict[str, Claim]:
    """Every claim of the course by id, in the order of topics and then of the files."""
    course = current()
    for module in claim_modules(course.src, course.package):
        importlib.import_module(module)
    return dict(REGISTRY)


def select(ids: Iterable[str]) -> list[Claim]:
    """The claims named by ``ids``; a topic's name stands for all of its claims, and nothing for all there are."""
    every = discover()
    wanted = list(ids)
    known = set(every) | {claim.topic for claim in every.values()}
    for name in wanted:
        if name not in known:
            raise KeyError(f"no claim or topic is called {name!r}; `course claims --list` shows them all")
    return [claim for claim in every.values() if not wanted or {claim.id, claim.topic} & set(wanted)]


@cache
def module_digest(module: str) -> str:
    """The digest of everything that a claims module's results depend on."""
    return digest([module], current().src)


def cache_file(claim: Claim, seed: int, setting: Setting | None = None) -> Path:
    """Where the result of one claim at one seed is kept."""
    name = re.sub(r"[^\w.=-]", "_", f"{claim.id}.{setting or 'default'}.{seed}.json")
    return current().cache / "claims" / module_digest(claim.function.__module__)[:20] / name


def measure(claim: Claim, seed: int, use_cache: bool = True, setting: Setting | None = None) -> tuple[Measured, float]:
    """The result of one claim at one seed and the seconds it took, from the cache when it is there."""
    file = cache_file(claim, seed, setting)
    if use_cache and file.is_file():
        kept = json.loads(file.read_text())
        return Measured(**kept["measured"]), kept["seconds"]
    import torch

    torch.set_num_threads(1)
    start = time.perf_counter()
    measured = claim.measure(seed, setting)
    seconds = time.perf_counter() - start
    measured = replace(
        measured, value=float(measured.value), at_least=float(measured.at_least), at_most=float(measured.at_most)
    )
    write_atomically(file, json.dumps({"measured": asdict(measured), "seconds": seconds}))
    return measured, seconds


def run(
    claim: Claim, seeds: Iterable[int] | None = None, use_cache: bool = True, setting: Setting | None = None
) -> ClaimResult:
    """Run one claim, at one setting, over ``seeds``; by default over all that it names for that setting."""
    chosen = claim.seeds_at(setting) if seeds is None or claim.judge == "mean" else tuple(seeds)
    results = [measure(claim, seed, use_cache, setting) for seed in chosen]
    return ClaimResult(claim, chosen, tuple(m for m, _ in results), sum(s for _, s in results), setting)


def _run_module(module: str, ids: list[str], one_seed: bool, use_cache: bool) -> list[tuple[str, list, float]]:
    importlib.import_module(module)
    outcomes = [run(REGISTRY[i], REGISTRY[i].seeds[:1] if one_seed else None, use_cache) for i in ids]
    return [(o.claim.id, list(zip(o.seeds, o.measured)), o.seconds) for o in outcomes]


def workers(jobs: int) -> ProcessPoolExecutor:
    """Processes that run claims, and that end when the one that started them is killed."""
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_end_with_starter)


def _end_with_starter() -> None:
    """Left alone, a worker would wait for work for ever, with all its memory."""

    def watch() -> None:
        if starter := parent_process():
            starter.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def run_all(
    claims: list[Claim],
    *,
    one_seed: bool = False,
    use_cache: bool = True,
    jobs: int = 1,
    progress: Callable[[ClaimResult], None] = lambda outcome: None,
) -> list[ClaimResult]:
    """Run ``claims``; with ``jobs`` > 1, modules (whose claims share experiments) side by side in processes of their own."""
    if jobs == 1:
        outcomes = []
        for claim in claims:
            outcomes.append(run(claim, claim.seeds[:1] if one_seed else None, use_cache))
            progress(outcomes[-1])
        return outcomes
    modules: dict[str, list[str]] = {}
    for claim in claims:
        modules.setdefault(claim.function.__module__, []).append(claim.id)
    by_id: dict[str, ClaimResult] = {}
    with workers(jobs) as pool:
        futures = [pool.submit(_run_module, module, ids, one_seed, use_cache) for module, ids in modules.items()]
        for future in as_completed(futures):
            for name, pairs, seconds in future.result():
                by_id[name] = ClaimResult(
                    REGISTRY[name], tuple(s for s, _ in pairs), tuple(m for _, m in pairs), seconds
                )
                progress(by_id[name])
    return [by_id[claim.id] for claim in claims]
