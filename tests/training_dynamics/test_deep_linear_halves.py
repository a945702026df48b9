"""The digits with one half of a story taken away: what stays, what goes, and what a half-time is measured against."""

from __future__ import annotations

import pytest
import torch

from training_dynamics.deep_linear_networks.digits import whitened_digits
from training_dynamics.deep_linear_networks.halves import DATA, changed, half_times


@pytest.mark.parametrize("data", DATA)
def test_the_linear_modes_stay(data):
    task = whitened_digits(0)
    found = changed(task, data)
    before, after = (t.y.T @ t.x / len(t.x) for t in (task, found))
    assert torch.allclose(before, after, rtol=0, atol=1e-10)


def test_what_each_change_takes_away():
    task = whitened_digits(1)
    line = changed(task, "linear labels")
    slope = task.y.T @ task.x / len(task.x)
    assert torch.allclose(line.y, task.x @ slope.T, rtol=0, atol=1e-10) and torch.equal(line.x, task.x)
    for data, sign in (("mirrored images", 1), ("mirrored", -1)):
        found = changed(task, data)
        one, other = found.x.chunk(2)
        assert torch.equal(one, -other)
        rest, mirror = (found.y - found.x @ slope.T).chunk(2)
        assert torch.allclose(rest, sign * mirror, rtol=0, atol=1e-10)
        assert torch.allclose(rest, task.y - task.x @ slope.T, rtol=0, atol=1e-10)


def test_unknown_data_is_named():
    with pytest.raises(ValueError, match="linear labels"):
        changed(whitened_digits(0), "shuffled")


def test_a_smaller_step_is_nearer_to_the_flow():
    coarse, fine = (half_times(0, "linear", rate=rate) for rate in (0.5, 0.125))
    assert (abs(fine[0] / fine[1] - 1) < abs(coarse[0] / coarse[1] - 1)).all()
