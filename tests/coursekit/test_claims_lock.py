"""The lock of varied settings: what is measured, what is stale, what is measured again."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from coursekit import claims, claims_lock
from coursekit.claim import Claim, Measured
from coursekit.claims_lock import Task, drawn, load, problems, tasks, text, to_check
from coursekit.commands.claims import command
from coursekit.course import current

CALLS: list[tuple[int, int]] = []


def trained(seed: int, epochs: int = 60, hidden: int = 64) -> Measured:
    CALLS.append((seed, epochs))
    return Measured(epochs / 60 + hidden / 64, "units", at_most=LIMIT[0])


LIMIT = [100.0]
VARY = {"epochs": (60, 300), "hidden": (64, 256)}
CLAIM = Claim("tests.sample", "A sample.", "", "holds", tuple(range(5)), trained, vary=VARY)


@pytest.fixture(autouse=True)
def own_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    CALLS.clear()
    LIMIT[0] = 100.0
    own = replace(current(), cache=tmp_path / "cache")
    monkeypatch.setattr(claims, "current", lambda: own)
    monkeypatch.setattr(claims_lock, "lock_file", lambda: tmp_path / "claims.lock")
    monkeypatch.setattr(claims_lock, "claim_digest", lambda claim_id: "digest")
    for module in (claims, claims_lock):
        monkeypatch.setattr(module, "discover", lambda: {CLAIM.id: CLAIM})


def course(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, list(arguments))
    return result.exit_code, result.output


def test_the_lock_holds_each_other_value_at_two_seeds_in_strict_json() -> None:
    code, output = course("--settings")
    assert code == 0 and "epochs=300" in output
    kept = json.loads(claims_lock.lock_file().read_text())["tests.sample"]
    assert list(kept) == ["epochs=300", "hidden=256"]
    assert kept["hidden=256"]["values"] == [5.0, 5.0] and kept["hidden=256"]["bound"] == {
        "at_least": None,
        "at_most": 100.0,
    }
    assert sorted(CALLS) == [(0, 60), (0, 300), (1, 60), (1, 300)]


TOLD = "not measured under the present code; `course claims tests.sample --settings` measures"
COMMIT = "then commit claims.lock"


def test_only_what_is_missing_or_stale_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    course("--settings")
    lock = load()
    del lock["tests.sample"]["epochs=300"]
    claims_lock.lock_file().write_text(text(lock))
    CALLS.clear()
    course("--settings", "--fresh")
    assert {epochs for _, epochs in CALLS} <= {300} and problems([CLAIM], load()) == []
    monkeypatch.setattr(claims_lock, "claim_digest", lambda claim_id: "another")
    assert problems([CLAIM], load()) == [f"tests.sample: 2 settings (epochs=300; hidden=256) {TOLD} them; {COMMIT}"]


def test_a_lock_that_is_stale_or_misses_a_bound_is_named_with_the_way_out() -> None:
    half = {"tests.sample": {"hidden=256": {"digest": "digest", "seeds": [0, 1], "ok": True}}}
    assert problems([CLAIM], half) == [f"tests.sample: 1 setting (epochs=300) {TOLD} it; {COMMIT}"]
    several = replace(CLAIM, vary={"epochs": (CLAIM.vary["epochs"][0], 5, 6, 300)})
    assert "(epochs=5, 6, 300)" in problems([several], {})[0]
    code, output = course("--settings", "--check")
    assert code == 1 and "`course claims --settings` measures them" in output
    LIMIT[0] = 3.0
    code, output = course("--settings")
    assert code == 1 and "tests.sample epochs=300" in output
    missed = next(
        line for line in problems([CLAIM], load()) if line.startswith("tests.sample epochs=300: misses its bound")
    )
    assert "must lie in" in missed and "`course claims tests.sample --settings`" in missed
    gone = f"that no claim has; `course claims tests --settings` takes them out; {COMMIT}"
    assert problems([], load()) == [f"tests.sample: 2 settings (epochs=300; hidden=256) {gone}"]


def test_settings_of_claims_that_are_gone_leave_the_lock() -> None:
    course("--settings")
    claims_lock.lock_file().write_text(text(load() | {"tests.gone": {"epochs=1": {}}}))
    course("--settings")
    assert list(load()) == ["tests.sample"]


def test_what_changed_since_a_commit_is_checked_and_a_tenth_of_the_rest(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b", *arguments], check=True
        )

    git("init", "-q")
    course("--settings")
    git("add", "claims.lock")
    git("commit", "-q", "-m", "one")
    lock = load()
    lock["tests.sample"]["epochs=300"]["digest"] = "new"
    assert "epochs=300" in {str(t.setting) for t in to_check([CLAIM], lock, "HEAD")}
    assert {str(t.setting) for t in to_check([CLAIM], lock, "")} == {
        str(t.setting) for t in to_check([CLAIM], load(), "HEAD")
    }
    assert 70 < sum(drawn(f"commit {n}") for n in range(1000)) < 130


def test_a_check_asks_for_the_verdict_and_not_for_the_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    course("--settings")
    monkeypatch.setattr(claims_lock, "drawn", lambda name: True)
    LIMIT[0] = 50.0
    assert course("--settings", "--check", "--fresh")[0] == 0
    LIMIT[0] = 3.0
    code, output = course("--settings", "--check", "--fresh")
    assert code == 1 and "2 of 2 claims miss their bound: tests.sample epochs=300" in output


def test_a_task_is_named_by_claim_and_setting() -> None:
    assert [task.key for task in tasks([CLAIM])] == ["tests.sample epochs=300", "tests.sample hidden=256"]
    assert isinstance(tasks([CLAIM])[0], Task)
