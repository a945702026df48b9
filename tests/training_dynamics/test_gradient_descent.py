"""Quadratics, convex worst cases, noise and schedules against slow or exact versions, and the explorable against Python."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.linalg import solve_discrete_lyapunov

from training_dynamics.gradient_descent import convex, explorable as twin, noise, quadratic, saddles, schedules, surface
from training_dynamics.toolbox.seeds import numpy_generator

rates, momenta, bends = st.floats(0.01, 4), st.floats(0, 0.99), st.floats(-2, 4)


@given(rates, momenta, bends)
@settings(max_examples=80, deadline=None)
def test_the_factor_is_the_spectral_radius_of_the_recursion(rate, momentum, curvature):
    exact = np.abs(np.linalg.eigvals(quadratic.companion(rate, momentum, curvature))).max()
    assert float(quadratic.spectral_radius(rate, momentum, curvature)) == pytest.approx(exact, abs=1e-6)


def test_a_path_is_made_of_powers_of_the_recursion():
    matrix = quadratic.companion(0.3, 0.6, 2.0)
    found = quadratic.path(np.array([2.0]), 0.3, 0.6, np.array([1.5]), 12)[:, 0]
    exact = [(np.linalg.matrix_power(matrix, t) @ [1.5, 1.5])[0] for t in range(13)]
    assert found == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("condition", [1.5, 20, 1e4])
def test_no_neighbour_of_the_best_heavy_ball_is_faster(condition):
    rate, momentum, factor = quadratic.best_heavy_ball(1 / condition, 1)
    ends = np.array([1 / condition, 1.0])
    assert quadratic.spectral_radius(rate, momentum, ends) == pytest.approx([factor] * 2, abs=1e-6)
    for r, m in ((1.01, 1), (0.99, 1), (1, 1.01), (1, 0.99)):
        assert quadratic.spectral_radius(rate * r, momentum * m, ends).max() > factor


def test_the_full_matrix_and_the_eigenbasis_give_the_same_distances():
    hessian, start = quadratic.spread_out(10, 6, numpy_generator(0, "basis"))
    values, axes = np.linalg.eigh(hessian)
    distances = np.linalg.norm(quadratic.path(values, 0.5, 0.4, axes.T @ start, 30), axis=1)
    assert quadratic.descend(hessian, 0.5, 0.4, start, 30) == pytest.approx(distances, rel=1e-10)


def test_the_huber_function_attains_the_exact_bound():
    assert convex.worst_huber(7) == pytest.approx(convex.worst_bound(7), rel=1e-12)


@pytest.mark.parametrize(("rate", "momentum"), [(0.1, 0.0), (1.5, 0.0), (0.4, 0.9)])
def test_the_stationary_variance_solves_the_lyapunov_equation(rate, momentum):
    matrix = quadratic.companion(rate, momentum, 1.3)
    exact = solve_discrete_lyapunov(matrix, np.diag([0.7 * rate**2, 0.0]))[0, 0]
    assert noise.stationary_variance(rate, 1.3, momentum, 0.7) == pytest.approx(exact, rel=1e-9)
    assert noise.stationary_variance(4.0, 1.0, 0.5) == np.inf


def test_the_batch_factor_is_exact_over_all_batches():
    values = numpy_generator(0, "batch").standard_normal((6, 3))
    means = np.array([values[list(pick)].mean(0) for pick in combinations(range(6), 4)])
    exact = means.var(axis=0).sum() / values.var(axis=0).sum()
    assert noise.batch_factor(6, 4, replacement=False) == pytest.approx(exact, rel=1e-12)
    assert noise.batch_factor(6, 6, replacement=False) == 0


def test_the_two_batch_estimates_are_exact_when_the_norms_are_expectations():
    square, trace = noise.two_batch_estimate(np.array([3 + 8 / 4.0]), np.array([3 + 8 / 32.0]), 4, 32)
    assert (square, trace) == pytest.approx((3.0, 8.0))


def test_the_best_gain_is_that_of_a_newton_step_for_a_huge_batch_in_one_dimension():
    one = np.eye(1)
    assert noise.best_gain(np.array([2.0]), 3 * one, one, 10**12) == pytest.approx(2 / 3, rel=1e-9)


def test_the_recursion_is_the_mean_of_simulated_runs():
    eta, h = schedules.rates("WSD", 0.5, 200), schedules.spectrum(20)
    exact = float(schedules.expected_loss(eta, h, 0.1))
    runs = [schedules.simulated_loss(eta, h, 0.1, numpy_generator(seed, "runs"), 300) for seed in range(6)]
    assert abs(np.mean(runs) - exact) < 4 * np.std(runs, ddof=1) / 6**0.5


def test_schedules_start_at_their_peak_and_warm_up_in_a_line():
    for shape in schedules.SHAPES:
        assert schedules.rates(shape, 0.3, 50)[0] == pytest.approx(0.3)
    assert schedules.rates("linear", 1.0, 10, warmup=4)[:4] == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert schedules.rates("cosine", 1.0, 400)[200] == pytest.approx(0.5)


def test_warm_up_carries_two_weights_past_the_catapults_limit():
    rates = np.array([1.5, 3.0]) * 2 / (16 + 0.01)
    assert schedules.two_weights(rates, 0, seed=0).tolist() == [True, False]
    assert schedules.two_weights(rates, 400, seed=0).all()


def test_no_warm_up_carries_two_weights_past_what_the_flattest_minimum_allows():
    """Its sharpness is 2, so no rate above 1 can stay at any minimum: without noise, rounding would hide this."""
    assert not schedules.two_weights(np.array([1.1, 2.0, 4.0]), 800, seed=0).any()


def test_critical_points_are_critical_and_a_minimum_has_no_negative_direction():
    found = saddles.critical_points(1, 2)
    assert len(found.losses) >= 3
    assert np.all((found.index >= 0) & (found.index <= 1))
    assert found.index[np.argmin(found.losses)] == 0
    assert 0 < found.minima < 1


def test_two_components_hold_all_of_a_plane_and_three_quarters_of_a_walk():
    plane = np.outer(np.arange(5.0), [1, 2, 0]) + np.outer([1, 0, 2, 0, 1], [0, 0, 1])
    assert surface.top_two(plane) == pytest.approx(1)
    assert surface.walk_share(0, 400, 4000) == pytest.approx(surface.WALK, abs=0.02)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: quadratic.path(np.ones(1), 0.0, 0.0, np.ones(1), 3), "rate must be > 0, got 0.0"),
        (lambda: quadratic.steps_needed(np.ones(1), 1e-9, 0.0, 1e-6, limit=3), "after 3 steps"),
        (lambda: schedules.rates("triangle", 1.0, 5), "got 'triangle'"),
        (lambda: schedules.rates("linear", 1.0, 5, warmup=5), "warmup must be between 0 and steps - 1 = 4, got 5"),
        (lambda: twin.curvatures(0.5), "condition must be >= 1, got 0.5"),
    ],
)
def test_bad_input_names_the_value_and_the_rule(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.fixture(scope="module")
def script(explorable):
    return explorable("gradient_descent")


@pytest.mark.parametrize("condition", [1, 2, 20, 100])
def test_the_explorable_computes_what_python_computes(script, condition):
    assert script(f"optimum({condition})") == pytest.approx(list(twin.optimum(condition)), abs=1e-14)
    for rate, momentum in ((0.3, 0.0), (1.0, 0.2), (3.0, 0.9), (2.5, 0.1)):
        exact = twin.slowest(rate, momentum, condition)
        assert script(f"slowest({rate}, {momentum}, {condition})") == pytest.approx(exact, rel=1e-12)
        drawn = script.array(f"trajectory({rate}, {momentum}, {condition}, 40)")
        assert drawn == pytest.approx(twin.trajectory(rate, momentum, condition, 40), rel=1e-9, abs=1e-14)


def test_the_explorable_refuses_what_python_refuses(script):
    from py_mini_racer import JSEvalException

    with pytest.raises(JSEvalException, match="condition must be >= 1"):
        script("slowest(1, 0, 0.5)")
