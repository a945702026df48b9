"""The results of all claims as the pages read them: one JSON file, brought up to date before a build."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from coursekit.book.project import Project
from coursekit.digest import digest
from coursekit.paths import write_atomically
from coursekit.topics import claim_modules

if TYPE_CHECKING:
    from coursekit.claims import ClaimResult

RECORDS = "coursekit.claims"  # what a record holds
UNSHOWN = ("seconds", "digest")


@dataclass(frozen=True)
class Record:
    """One claim with what was measured: ``data`` is ``ClaimResult.record()`` and the claim's code, file and line."""

    data: dict[str, Any]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        try:
            return self.data[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def topic(self) -> str:
        """The chapter that the claim belongs to."""
        return self.data["id"].split(".")[0]

    @property
    def anchor(self) -> str:
        """The label of the claim on the page of all claims."""
        return "claim-" + self.data["id"].replace(".", "-").replace("_", "-").lower()

    @property
    def key(self) -> str:
        """A digest of everything that a page may show of this claim."""
        shown = {name: value for name, value in self.data.items() if name not in UNSHOWN}
        return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def load(file: Path, lock_file: Path | None = None) -> dict[str, Record]:
    """The records by claim id, in the order of topics and files, with what the lock says of settings; empty without file."""
    if not file.is_file():
        return {}
    kept = json.loads(file.read_text(encoding="utf-8"))
    lock = json.loads(lock_file.read_text(encoding="utf-8")) if lock_file and lock_file.is_file() else {}
    records = [data for module in kept.values() for data in module["claims"]]
    return {data["id"]: Record(data | {"settings": _settings(data, lock.get(data["id"], {}))}) for data in records}


def _settings(data: dict[str, Any], kept: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Each setting that is not the default, with what the lock holds of it: nothing, when that was never measured."""
    return [
        {"setting": key} | {name: value for name, value in kept.get(key, {}).items() if name not in UNSHOWN}
        for key in data["settings"]
    ]


def current_digests(src: Path, package: str, only: tuple[str, ...] = ()) -> dict[str, str]:
    """What each module of claims depends on, as a digest, without importing any of it; ``only``: of those topics."""
    return {module: module_digest(module, src) for module in claim_modules(src, package, only)}


def module_digest(module: str, src: Path) -> str:
    """What the claims of one module depend on, and what a record holds, as a digest."""
    return digest([module, RECORDS], src)


def describe(outcome: ClaimResult, src: Path) -> dict[str, Any]:
    """An outcome as plain data, with the code that measured it."""
    function = inspect.unwrap(outcome.claim.function)
    lines, first = inspect.getsourcelines(function)
    file = Path(inspect.getsourcefile(function) or "").resolve()
    where = file.relative_to(src.parent).as_posix() if file.is_relative_to(src.parent) else file.name
    return outcome.record() | {"code": "".join(lines), "file": where, "line": first}


def refresh(
    project: Project,
    jobs: int = 2,
    start: Callable[[int], None] = lambda n: None,
    progress: Callable[[ClaimResult], None] = lambda outcome: None,
    also: Mapping[str, Any] = MappingProxyType({}),
) -> list[str]:
    """Run the claims of every module whose code, data or libraries changed; return those modules.

    Nothing of torch is imported when nothing changed.  ``also`` is kept beside them, as it is.
    """
    digests = current_digests(project.src, project.package, project.only)
    file = project.claims_file
    kept = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    stale = [name for name, key in digests.items() if kept.get(name, {}).get("digest") != key]
    if stale:
        kept |= _run(stale, digests, project.src, jobs, start, progress)
    wanted = {name: kept[name] for name in digests} | dict(also)
    if stale or kept != wanted:
        write_atomically(file, json.dumps(wanted, indent=1, allow_nan=False))
    return stale


def _run(
    stale: list[str],
    digests: dict[str, str],
    src: Path,
    jobs: int,
    start: Callable[[int], None],
    progress: Callable[[ClaimResult], None],
) -> dict[str, dict[str, Any]]:
    # needed only where a claim has no kept result
    from coursekit.claim import REGISTRY
    from coursekit.claims import run_all

    for module in stale:
        importlib.import_module(module)
    claims = [claim for claim in REGISTRY.values() if claim.function.__module__ in stale]
    start(len(claims))
    outcomes = run_all(claims, jobs=min(jobs, len(stale)), progress=progress)
    return {
        module: {
            "digest": digests[module],
            "claims": [describe(o, src) for o in outcomes if o.claim.function.__module__ == module],
        }
        for module in stale
    }
