"""Early-warning statistics beside those of ewstools, the field's library, as recorded in ewstools.json."""

from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from record_ewstools import RECORD, RUNS, STEPS, STRIDE, WIDTH

from training_dynamics.emergence import trend, warning

TOLD = json.loads(RECORD.read_text())


def order() -> warning.Runs:
    """The runs that were recorded."""
    return warning.ramp(0, "ewstools", RUNS, STEPS, 2.0, 1.02)


def test_the_variance_of_a_window_is_that_of_ewstools():
    variance = np.array(TOLD["windows"])[..., 0] * (WIDTH - 1) / WIDTH  # theirs divides by one less
    assert warning.signal(order(), "variance", WIDTH, STRIDE) == pytest.approx(variance, rel=1e-6)


def test_the_autocorrelation_of_a_window_is_that_of_ewstools_but_for_its_ends():
    ours, theirs = warning.signal(order(), "autocorrelation", WIDTH, STRIDE), np.array(TOLD["windows"])[..., 1]
    assert np.abs(ours - theirs).max() < 4 / WIDTH  # theirs has a mean and a variance for each of the two ends
    ends = [[np.corrcoef(w[1:], w[:-1])[0, 1] for w in run] for run in warning.windows(order().order, WIDTH, STRIDE)]
    assert np.array(ends) == pytest.approx(theirs, rel=1e-6)


def test_kendall_s_tau_of_the_variance_is_that_of_ewstools():
    rolling = sliding_window_view(order().order, WIDTH, axis=1).var(-1)
    assert trend.trends(rolling)[0] == pytest.approx(np.array(TOLD["trends"])[:, 0], abs=1e-4)


def test_the_table_keeps_its_promise_where_values_are_independent():
    values = np.random.default_rng(0).standard_normal((400, 60))
    tau, p = trend.trends(values)
    assert abs((p < 0.05).mean() - 0.05) < 0.03
    assert abs(tau.mean()) < 0.02
