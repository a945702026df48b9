"""The jumps of diagonal networks: by hand where inputs are uncorrelated, and against what the limit minimises."""

from __future__ import annotations

import numpy as np
import pytest

from training_dynamics.deep_linear_networks.jumps import Learned, Regression, learned, regression


def test_with_uncorrelated_inputs_each_weight_wakes_after_one_over_its_gradient():
    X = np.sqrt(3) * np.eye(3)  # second moments: the identity
    w = np.array([0.5, -2.0, 1.0])
    jumps = Regression(X, X @ w).jumps()
    assert [jump.weight for jump in jumps] == [1, 2, 0]
    assert [jump.time for jump in jumps] == pytest.approx([0.5, 1.0, 2.0])
    assert jumps[0].after == pytest.approx([0, -2, 0]) and jumps[-1].after == pytest.approx(w)


@pytest.mark.parametrize("seed", range(6))
def test_the_jumps_end_at_the_least_loss_and_each_lowers_it(seed):
    task = regression(seed)
    jumps = task.jumps()
    losses = [float(task.loss(np.zeros(8))), *(float(task.loss(jump.after)) for jump in jumps)]
    assert losses == sorted(losses, reverse=True) and losses[-1] < 1e-12 * losses[0]
    assert all(np.diff([jump.time for jump in jumps]) > 0)


def test_the_flow_is_that_of_the_two_layers():
    task, start = regression(1), 0.05
    times, path = task.flow(start, 2.0)
    u, v = np.full((2, 8), start)
    unit, steps = 0.5 * np.log(1 / start), 20_000
    for _ in range(steps):
        g = task.gradient(u * u - v * v)
        u, v = u - 2 * u * g * 2.0 * unit / steps, v + 2 * v * g * 2.0 * unit / steps
    assert path[-1] == pytest.approx(u * u - v * v, abs=2e-3)
    assert times[-1] == 2.0


def test_a_weight_is_learned_half_way_to_what_it_wakes_to():
    found = learned(1, 1e-30, 80)  # its second weight wakes to 0.54 of its end, and passes half of the end much later
    assert found.error < 0.01
    assert found.limit == pytest.approx([jump.time for jump in regression(1, 80).jumps()])


def test_another_order_is_noticed():
    assert Learned(np.array([1.0, 2.0]), np.array([1.01, 1.99])).ordered
    assert not Learned(np.array([1.0, 1.02]), np.array([1.03, 1.01])).ordered
