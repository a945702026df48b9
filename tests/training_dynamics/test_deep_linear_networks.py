"""Identities and limits of the deep linear networks, and the explorable against the closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.integrate import quad

from training_dynamics.deep_linear_networks import digits, explorable as twin, flow as flows, landscape, modes
from training_dynamics.deep_linear_networks.experiments import deep_start
from training_dynamics.toolbox.seeds import numpy_generator

depths = st.integers(1, 6)
strong = st.floats(0.2, 20)
small = st.floats(-12, -0.5).map(lambda power: 10.0**power)  # relative to s


@given(strong, small, depths)
@settings(max_examples=60, deadline=None)
def test_half_time_is_the_integral_of_one_over_the_speed(s, fraction, depth):
    a0 = s * fraction
    edges = np.linspace(np.log(a0), np.log(s / 2), 13)
    pieces = [
        quad(lambda x: np.exp(x) / modes.mode_rate(np.exp(x), s, depth), low, high, epsabs=0, epsrel=1e-11)[0]
        for low, high in zip(edges, edges[1:])
    ]
    assert modes.half_time(s, a0, depth) == pytest.approx(sum(pieces), rel=1e-8)


@given(strong, small, depths, st.floats(0.01, 1.5))
@settings(max_examples=60, deadline=None)
def test_mode_and_time_to_reach_are_inverses(s, fraction, depth, part):
    a0 = s * fraction
    t = part * modes.half_time(s, a0, depth)
    a = modes.mode(t, s, a0, depth)
    if a < s * (1 - 1e-9):  # nearer to s the time is ill-conditioned
        assert modes.time_to_reach(a, s, a0, depth) == pytest.approx(t, rel=1e-5)


@pytest.mark.parametrize("depth", [3, 4, 6])
def test_the_last_part_of_the_rise_is_as_exact_as_the_first(depth):
    s, nearly, power = 3.0, 3.0 * (1 - 1e-8), 1 - 2 / depth
    low, high = np.log(0.5 / (s - 0.5)), np.log(nearly / (s - nearly))
    exact = quad(lambda x: (1 + np.exp(-x)) ** power / (depth * s ** (1 + power)), low, high, epsabs=0, epsrel=1e-12)[0]
    assert float(modes.time_to_reach(nearly, s, 0.5, depth)) == pytest.approx(exact, rel=1e-9)


def test_two_layers_is_saxes_formula():
    t, s, a0 = np.linspace(0, 5, 60), 3.0, 1e-3
    growth = np.exp(2 * s * t)
    assert modes.mode(t, s, a0) == pytest.approx(s * growth / (growth - 1 + s / a0), rel=1e-12)


def test_one_layer_does_not_care_about_the_strength():
    assert modes.half_time(1.0, 1e-9, 1) == pytest.approx(np.log(2), rel=1e-6)
    assert modes.half_time(50.0, 1e-9, 1) == pytest.approx(np.log(2), rel=1e-6)


def test_the_wait_is_a_logarithm_at_two_layers_and_a_power_at_three():
    assert modes.half_time(2.0, 1e-9) - modes.half_time(2.0, 1e-6) == pytest.approx(np.log(1000) / 4, rel=1e-5)
    assert modes.half_time(2.0, 1e-12, 3) / modes.half_time(2.0, 1e-9, 3) == pytest.approx(10, rel=0.02)


def test_an_unbalanced_mode_obeys_its_equation_and_has_the_balanced_limit():
    s, a0, gap = 2.0, 1e-3, 0.7
    exact = quad(lambda a: 1 / (np.hypot(gap, 2 * a) * (s - a)), a0, 1.5, epsabs=1e-13, epsrel=1e-12)[0]
    assert float(modes.unbalanced_time(1.5, s, a0, gap)) == pytest.approx(exact, rel=1e-10)
    assert float(modes.unbalanced_time(1.5, s, a0, 1e-7)) == pytest.approx(
        float(modes.time_to_reach(1.5, s, a0)), rel=1e-6
    )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: modes.mode(1.0, 2.0, 0.0), "a0 must lie strictly between 0 and s"),
        (lambda: modes.mode(-1.0, 2.0, 0.1), "t must be >= 0, got -1.0"),
        (lambda: modes.half_time(-2.0, 0.1), "s must be > 0, got -2.0"),
        (lambda: modes.mode(1.0, 2.0, 0.1, depth=0), "depth must be a whole number"),
        (lambda: modes.time_to_reach(3.0, 2.0, 0.1), "got 3.0"),
        (lambda: flows.descend([], np.eye(2), 0.0, 1), "rate must be > 0, got 0.0"),
        (lambda: flows.typical_start(2, 3, 0.1), "modes must be between 1 and hidden = 2, got 3"),
        (lambda: landscape.critical_point(target(2), [5], numpy_generator(0, "t")), "mode 5"),
        (lambda: digits.train(None, "gelu", []), "got 'gelu'"),
    ],
)
def test_bad_input_names_the_value_and_the_rule(call, words):
    with pytest.raises(ValueError, match=words.replace("(", r"\(")):
        call()


def target(size=3, seed=0):
    return flows.random_target([3.0, 2.0, 1.0][:size], size, numpy_generator(seed, "test-target"))


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_descent_directions_are_minus_the_gradient(depth):
    import torch

    rng = numpy_generator(depth, "gradient")
    weights, goal = flows.random_weights(3, 0.7, depth, rng), target()
    theta = landscape.flatten(weights).requires_grad_()
    loss = landscape.loss(theta, torch.tensor(goal.matrix), [w.shape for w in weights])
    (slope,) = torch.autograd.grad(loss, theta)
    found = np.concatenate([d.ravel() for d in flows.descent_directions(weights, goal.matrix)])
    assert found == pytest.approx(-slope.numpy(), abs=1e-12)


def test_one_step_changes_the_conserved_matrix_by_second_order_terms_only():
    weights, goal, rate = flows.random_weights(3, 0.5, 2, numpy_generator(0, "drift")), target(), 0.05
    residual = goal.matrix - flows.product(weights)
    read, write = residual @ weights[0].T, weights[1].T @ residual
    expected = rate**2 * (read.T @ read - write @ write.T)
    after = flows.descend(weights, goal.matrix, rate, 1)
    assert flows.conserved(after)[0] - flows.conserved(weights)[0] == pytest.approx(expected, abs=1e-14)


def test_an_aligned_balanced_start_stays_balanced_even_with_finite_steps():
    goal = target()
    weights = flows.aligned_weights(goal, 1e-2, 2, numpy_generator(0, "aligned"))
    assert flows.drift(weights, flows.descend(weights, goal.matrix, 0.05, 200)) < 1e-12


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_aligned_weights_are_balanced_and_have_the_strength_asked_for(depth):
    goal = target()
    weights = flows.aligned_weights(goal, 1e-2, depth, numpy_generator(1, "aligned"))
    assert flows.strengths([weights], goal)[0] == pytest.approx([1e-2] * 3, rel=1e-12)
    assert max(np.abs(c).max() for c in flows.conserved(weights)) < 1e-15


def test_the_whole_orbit_of_a_minimum_is_minima_with_one_flat_direction_for_each_number_in_G():
    rng = numpy_generator(0, "orbit")
    goal = target()
    moved = landscape.gl_step(landscape.critical_point(goal, range(3), rng), rng.standard_normal((3, 3)))
    assert flows.product(moved) == pytest.approx(goal.matrix, abs=1e-10)
    slope, eigenvalues = landscape.curvature(moved, goal.matrix)
    assert slope < 1e-9
    assert np.sum(np.abs(eigenvalues) < 1e-9) == 9  # the dimension of GL(3)


def test_the_typical_start_is_the_mean_of_the_effective_start():
    rng, goal = numpy_generator(0, "typical"), target()
    draws = [
        flows.effective_start([0.1 * rng.standard_normal((6, 3)), 0.1 * rng.standard_normal((3, 6))], goal)
        for _ in range(4000)
    ]
    spread = np.std(draws, axis=0) / len(draws) ** 0.5
    assert np.all(np.abs(np.mean(draws, axis=0) - flows.typical_start(6, 3, 0.1)) < 4 * spread)


def test_off_balance_the_way_out_of_a_saddle_is_less_steep():
    goal, rng = target(), numpy_generator(0, "off-balance")
    saddle = landscape.critical_point(goal, [0, 1], rng)
    moved = landscape.gl_step(saddle, np.eye(3) + 0.5 * rng.standard_normal((3, 3)))
    slope, eigenvalues = landscape.curvature(moved, goal.matrix)
    assert slope < 1e-10
    assert -goal.s[2] * (1 - 1e-3) < eigenvalues[0] < -1e-3


def test_a_deep_random_start_waits_below_every_mode_and_then_learns_them_all():
    run = deep_start(0, 3, 0.1, 4, (4.0, 2.0))
    assert run.strengths[0] == pytest.approx([0, 0], abs=0.01)
    assert run.strengths[-1] == pytest.approx([4, 2], rel=1e-4)
    assert run.half_times[0] < run.half_times[1]
    assert np.all(np.isnan(run.predicted))
    with pytest.raises(ValueError, match="depth must be at least 3, got 2"):
        deep_start(0, 2)


def test_crossing_times_interpolates_and_says_nan():
    t = np.array([0.0, 1.0, 2.0])
    values = np.array([[0.0, 5.0, 0.0], [1.0, 6.0, 0.1], [2.0, 7.0, 0.2]])
    found = flows.crossing_times(t, values, np.array([1.5, 4.0, 1.0]))
    assert found[:2].tolist() == [1.5, 0.0]
    assert np.isnan(found[2])


def test_whitened_digits_are_white_and_have_nine_modes():
    task = digits.whitened_digits(0)
    assert (task.x.T @ task.x / len(task.x)).numpy() == pytest.approx(np.eye(12), abs=1e-10)
    assert task.x.mean(0).abs().max() < 1e-10
    correlation = (task.y.T @ task.x / len(task.x)).numpy()
    assert task.target.matrix == pytest.approx(correlation, abs=1e-12)


def test_mirrored_digits_have_the_same_modes_and_no_even_part():
    task = digits.whitened_digits(0, examples=300)
    both = digits.mirrored(task)
    assert both.target is task.target
    assert np.allclose(both.y.T @ both.x / len(both.x), task.y.T @ task.x / len(task.x))
    assert (both.y.T @ both.x.abs()).abs().max() < 1e-9


def test_effective_rank_limits():
    assert digits.effective_rank(np.outer([1.0, 2.0], [3.0, 4.0])) == pytest.approx(1)
    assert digits.effective_rank(np.eye(5)) == pytest.approx(5)


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("a0", [1e-8, 1e-3, 0.4])
def test_the_explorable_computes_what_python_computes(explorable, depth, a0):
    page, python = explorable("deep_linear_networks"), twin.picture(a0, depth, points=40)
    values, times = list(twin.SINGULAR_VALUES), python.times.tolist()
    assert page("singularValues") == values
    for s, wait, strengths in zip(values, python.half_times, python.strengths):
        assert page(f"halfTime({s}, {a0}, {depth})") == pytest.approx(wait, rel=1e-10)
        assert page(f"mode({times}, {s}, {a0}, {depth})") == pytest.approx(strengths, abs=1e-6 * s, rel=0)
    assert page(f"staircase({times}, {values}, {a0}, {depth})") == pytest.approx(python.loss, abs=1e-5, rel=0)


def test_the_explorable_refuses_what_python_refuses(explorable):
    from py_mini_racer import JSEvalException

    with pytest.raises(JSEvalException, match="a0 must lie between 0 and s"):
        explorable("deep_linear_networks")("halfTime(1, 2, 2)")
    with pytest.raises(ValueError, match="a0 must lie strictly between 0 and s"):
        twin.picture(2.0, 2)
