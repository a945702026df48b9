"""Running claims: what is judged, what is kept, and how the command fails."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from coursekit import claims
from coursekit.claim import Claim, Measured
from coursekit.claims import ClaimResult, measure, run
from coursekit.commands.claims import command, over, table
from coursekit.course import current


def sample(judge: str = "each", at_most: float = 2.0) -> tuple[Claim, list[int]]:
    calls: list[int] = []

    def function(seed: int) -> Measured:
        calls.append(seed)
        return Measured(1.0 + seed, "units", at_most=at_most)

    return Claim("tests.sample", "A sample.", "", "holds", tuple(range(5)), function, judge=judge), calls


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = replace(current(), cache=tmp_path)
    monkeypatch.setattr(claims, "current", lambda: course)


def test_each_seed_is_judged_or_their_mean() -> None:
    each, mean = run(sample(at_most=4.0)[0]), run(sample("mean", at_most=4.0)[0], use_cache=False)
    assert each.values == mean.values == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert not each.ok and each.headroom == 0.0
    assert mean.ok and mean.headroom == pytest.approx(4 / 3)


def test_one_seed_is_enough_to_ask_unless_the_mean_is_judged() -> None:
    assert run(sample()[0], seeds=[0]).seeds == (0,)
    assert run(sample("mean")[0], seeds=[0]).seeds == (0, 1, 2, 3, 4)


def test_results_are_kept_and_used_again_unless_asked_not_to() -> None:
    claim, calls = sample()
    first = measure(claim, 0)
    assert measure(claim, 0) == first and calls == [0]
    measure(claim, 0, use_cache=False)
    assert calls == [0, 0]


def test_a_record_is_plain_data() -> None:
    claim, _ = sample()
    record = ClaimResult(claim, (0,), (Measured(1.0, "units", at_most=2.0),), 0.1).record()
    assert json.loads(json.dumps(record))["values"] == [1.0] and record["ok"] is True and "function" not in record


@pytest.mark.parametrize(("at_most", "shown"), [(3.0, "3.0×"), (1e25, ">1000×"), (0.5, "0.0×")])
def test_headroom_is_shown_as_far_as_it_says_something(at_most: float, shown: str) -> None:
    claim, _ = sample()
    outcome = ClaimResult(claim, (0,), (Measured(1.0, "units", at_most=at_most),), 0.1)
    assert list(table([outcome]).columns[3].cells) == [shown]


def test_a_record_is_strict_json_whatever_is_infinite() -> None:
    claim, _ = sample()
    measured = Measured(float("inf"), "times", at_least=2.0, infinite="the other never gets there")
    record = ClaimResult(claim, (0,), (measured,), 0.1).record()
    text = json.dumps(record, allow_nan=False)
    assert '"at_most": null' in text and record["ok"] is True and record["headroom"] == "Infinity"
    assert [float(value) for value in json.loads(text)["values"]] == [float("inf")]


def with_claims(monkeypatch: pytest.MonkeyPatch, claim: Claim) -> None:
    monkeypatch.setattr(claims, "discover", lambda: {claim.id: claim})


def test_the_command_exits_0_when_bounds_are_met_and_writes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_claims(monkeypatch, sample(at_most=9.0)[0])
    result = CliRunner().invoke(command, ["tests", "--json", str(tmp_path / "out.json")])
    assert result.exit_code == 0 and "1 to 5 units" in result.output
    assert json.loads((tmp_path / "out.json").read_text())[0]["values"] == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_the_command_fails_and_names_claims_that_miss_their_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    with_claims(monkeypatch, sample(at_most=3.0)[0])
    result = CliRunner().invoke(command, [])
    assert result.exit_code == 1 and "1 of 1 claims miss their bound: tests.sample" in result.output
    assert "NOT MET" in result.output


def test_the_table_says_over_what_was_measured() -> None:
    def function(seed: int, epochs: int = 60) -> Measured:
        return Measured(1.0, at_most=2.0)

    vary = {"epochs": (60, 600)}
    claim = Claim("tests.sample", "A sample.", "", "holds", tuple(range(5)), function, vary=vary)
    assert over(run(claim)) == "5 seeds; epochs 60 to 600"
    assert over(run(claim, setting=claim.settings[0])) == "2 seeds; epochs=600"
    once = Claim("tests.once", "Once.", "", "holds", (0,), lambda: Measured(0.0, at_most=1e-9), random=False)
    assert over(run(once)) == "exact"


def test_an_unknown_name_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with_claims(monkeypatch, sample()[0])
    result = CliRunner().invoke(command, ["nothing"])
    assert (
        result.exit_code == 1 and "no claim or topic is called 'nothing'" in result.output and "--list" in result.output
    )


def test_no_worker_stays_when_the_command_is_killed() -> None:
    script = (
        "import os; from coursekit.claims import workers; pool = workers(2); print(pool.submit(os.getpid).result())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", f"{script}; import sys; sys.stdout.flush(); os.kill(os.getpid(), 9)"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        timeout=120,
    )
    assert ended.returncode != 0
    with suppress(psutil.NoSuchProcess):  # gone already
        psutil.Process(int(ended.stdout)).wait(timeout=60)
