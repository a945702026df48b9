"""The rival of the rules names a run as the nearest known one, whatever the log lacks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training_dynamics.diagnostics.faults import Setup, run
from training_dynamics.diagnostics.judged import Judged
from training_dynamics.diagnostics.rival import NUMBERS, Nearest, vector
from training_dynamics.toolbox.readings import read


@pytest.fixture(scope="module")
def known() -> tuple[Judged, ...]:
    kinds = {"rate_too_low": 1e-4, "dead_relu": 6.0, "shuffled_labels": 1.0}
    return tuple(
        Judged(fault, severity, 0, "digits", read(run(fault, severity, Setup(steps=40), 0)), "")
        for fault, severity in kinds.items()
    )


def test_a_known_run_is_nearest_to_itself_and_a_little_noise_does_not_matter(known: tuple[Judged, ...]) -> None:
    rival = Nearest(known)
    for one in known:
        assert rival.name(one.readings) == one.truth
        assert rival.name(replace(one.readings, end=1.001 * one.readings.end)) == one.truth


def test_a_reading_that_is_missing_or_infinite_is_no_error(known: tuple[Judged, ...]) -> None:
    rival = Nearest(known)
    lost = replace(known[1].readings, val=float("nan"), peak=float("inf"))
    assert np.isnan(vector(lost)).any()
    assert np.isfinite(rival.points).all()
    assert rival.name(lost) in {one.truth for one in known}


def test_numbers_only_are_compared(known: tuple[Judged, ...]) -> None:
    assert "layers" not in NUMBERS
    assert "silent_end" not in NUMBERS
    assert len(vector(known[0].readings)) == len(NUMBERS)
