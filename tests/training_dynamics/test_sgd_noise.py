"""The noise of SGD: moments, currents, fibres, laws and coefficients against independent computations, and the explorable."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest
from scipy.integrate import dblquad
from scipy.linalg import expm, solve_continuous_lyapunov

from training_dynamics.sgd_noise import (
    along_fibre,
    currents,
    degenerate,
    diagonal,
    fibre,
    gas,
    langevin,
    moments,
    plane,
    symmetry,
)
from training_dynamics.sgd_noise.explorable import picture
from training_dynamics.sgd_noise.network import parity, relu_balance
from training_dynamics.toolbox.seeds import numpy_generator


def tiny_task():
    generator = numpy_generator(0, "tiny")
    half = generator.standard_normal((2, 2)) * [1.0, 0.5]
    return moments.Task(np.vstack([half, half]), np.array([0.5, 1.0, -0.5, -1.0]))


@pytest.mark.parametrize("batch", [1, 2])
def test_one_step_of_the_moments_is_the_mean_over_all_batches(batch):
    task, rate = tiny_task(), 0.3
    start = np.array([[0.7, 0.2], [0.2, 0.4]])
    found = moments.evolve(task, rate, batch, start, 1)
    axes, weights = np.linalg.eigh(start)
    total, count = np.zeros((2, 2)), 0
    for direction, sign in product(range(2), (-1, 1)):
        delta = sign * np.sqrt(2 * axes[direction]) * weights[:, direction]
        for drawn in product(range(4), repeat=batch):
            error = task.x[list(drawn)] @ delta - task.r[list(drawn)]
            after = delta - rate * error @ task.x[list(drawn)] / batch
            total, count = total + np.outer(after, after), count + 1
    assert found == pytest.approx(total / count, rel=1e-12)


def test_the_stationary_moments_stay_and_are_reached():
    task = moments.gaussian_task(1, n=60, d=3, condition=5.0)
    settled = moments.stationary(task, 0.2, 2)
    assert moments.evolve(task, 0.2, 2, settled, 1) == pytest.approx(settled, rel=1e-10)
    assert moments.evolve(task, 0.2, 2, np.eye(3), 2000) == pytest.approx(settled, rel=1e-8)


def test_beyond_stability_there_are_no_stationary_moments():
    task = moments.gaussian_task(0)
    assert np.all(np.isinf(moments.stationary(task, 5.0, 1)))
    assert moments.excess(task, moments.stationary(task, 5.0, 1)) == np.inf


def test_small_rates_give_the_solution_of_lyapunovs_equation():
    task, rate = tiny_task(), 1e-4
    expected = solve_continuous_lyapunov(task.hessian, rate * task.noise)
    assert moments.stationary(task, rate, 1) == pytest.approx(expected, rel=1e-3)


def test_the_gap_is_the_least_divergence_from_a_gibbs_law():
    task = moments.gaussian_task(0, d=3)
    m = moments.stationary(task, 0.1, 2)

    def divergence(temperature):
        ratio = task.hessian @ m / temperature
        return (np.trace(ratio) - 3 - np.linalg.slogdet(ratio)[1]) / 2

    least = min(divergence(t) for t in np.geomspace(1e-4, 10, 20_001))
    assert moments.free_energy_gap(task, m) == pytest.approx(least, abs=1e-5)


def test_a_gibbs_law_has_no_gap_and_the_exponent_of_a_posterior():
    task = moments.gaussian_task(0)
    posterior = 0.3 * np.linalg.inv(task.hessian)
    assert moments.free_energy_gap(task, posterior) == pytest.approx(0, abs=1e-10)
    assert moments.variance_exponent(task, posterior) == pytest.approx(-1, abs=1e-10)


def test_no_tilt_no_area_and_a_mirror_turns_its_sign():
    for tilt in (0.0, 0.7):
        areas = [currents.swept_area(*currents.tilted_moments(0, sign * tilt, 0.1, 4), 0.1) for sign in (1, -1)]
        assert areas[0] == pytest.approx(-areas[1], abs=1e-15)
    assert areas[0] > 1e-5


def test_the_area_of_small_rates_is_that_of_the_continuous_motion():
    task, m = currents.tilted_moments(0, 0.9, 1e-4, 4)
    assert currents.swept_area(task, m, 1e-4) == pytest.approx(currents.small_rate_area(task, 1e-4, 4), rel=1e-3)
    speed = currents.speed_of_current(task, m, 1e-4)
    assert np.trace(speed @ m) == pytest.approx(0, abs=1e-18)  # it goes round the ellipses of equal density


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_the_fibres_entropy_has_the_limit_of_equal_singular_values(depth):
    near = fibre.orbit_entropy(np.array([2.0, 2.0 * (1 + 1e-7), 1.0]), depth)
    assert fibre.orbit_entropy(np.array([2.0, 2.0, 1.0]), depth) == pytest.approx(near, rel=1e-6)


def test_the_entropic_force_is_outwards_and_scales_with_the_number_of_pairs():
    s, depth = np.array([3.0, 1.5, 0.4]), 3
    force = fibre.entropic_force(s, depth)
    assert np.all(force > 0)
    assert force @ s == pytest.approx(3 * (1 - 1 / depth), rel=1e-6)  # S(cs) = S(s) + pairs (1 - 1/N) ln c


def test_the_entropic_force_is_the_slope_of_the_entropy():
    s, depth = np.array([3.0, 1.5, 0.4]), 4
    steps = 1e-6 * np.eye(3)
    slopes = [(fibre.orbit_entropy(s + h, depth) - fibre.orbit_entropy(s - h, depth)) / 2e-6 for h in steps]
    assert fibre.entropic_force(s, depth) == pytest.approx(slopes, rel=1e-7)


@pytest.mark.parametrize("depth", [2, 4])
def test_steps_along_the_fibre_are_orthonormal_and_leave_the_map_to_first_order(depth):
    s = np.array([2.0, 1.0, 0.5])
    moves = along_fibre.tangents(s, depth)
    flat = moves.reshape(len(moves), -1)
    assert len(moves) == 3 * (depth - 1)
    assert flat @ flat.T == pytest.approx(np.eye(len(moves)), abs=1e-12)
    root = np.diag(s ** (1 / depth))
    for move in moves:
        products = [np.linalg.multi_dot([*(root + h * move)[::-1]]) for h in (1e-6, -1e-6)]
        assert products[0] == pytest.approx(products[1], abs=1e-14)


def test_the_second_derivative_is_that_of_the_product():
    s, h = np.array([2.0, 1.0, 0.5]), 1e-4
    moves, root = along_fibre.tangents(s, 3), np.diag(s ** (1 / 3))
    maps = [np.linalg.multi_dot([*(root + sign * h * move)[::-1]]) for move in moves for sign in (1, -1)]
    assert along_fibre.second_derivative(s, moves) == pytest.approx(
        (sum(maps) - len(maps) * np.diag(s)) / h**2, abs=1e-6
    )


def test_with_two_layers_noise_along_the_fibre_moves_singular_values_by_their_shares_of_pairs():
    s = np.array([3.0, 1.0, 0.2])
    shares = [sum(a / (a + b) for j, b in enumerate(s) if j != i) for i, a in enumerate(s)]
    assert along_fibre.drift(s, 2) == pytest.approx(shares, rel=1e-12)


def balanced(move, s, depth, frames):
    """All layers, at small turns of the map's frames and of those between the layers, and at moved singular values."""
    d = len(s)
    pairs = [(i, j) for i in range(d) for j in range(i)]
    turned, root = [], np.diag((s + move[:d]) ** (1 / depth))
    for frame, angles in zip(frames, move[d:].reshape(depth + 1, -1)):
        turn = np.zeros((d, d))
        for (i, j), angle in zip(pairs, angles):
            turn[i, j], turn[j, i] = angle, -angle
        turned.append(frame @ expm(turn))
    return np.concatenate([(turned[p + 1] @ root @ turned[p].T).ravel() for p in range(depth)])


@pytest.mark.parametrize("depth", [2, 3])
def test_the_density_of_balanced_weights_is_their_volume_over_that_of_the_maps(depth):
    generator, found = numpy_generator(0, "density of weights"), []
    for _ in range(3):
        s = np.sort(generator.uniform(0.5, 3.0, 3))[::-1]
        frames = [np.linalg.qr(generator.standard_normal((3, 3)))[0] for _ in range(depth + 1)]
        steps = 1e-5 * np.eye(3 + 3 * (depth + 1))
        slopes = np.array([balanced(m, s, depth, frames) - balanced(-m, s, depth, frames) for m in steps]) / 2e-5
        of_weights = np.linalg.slogdet(slopes @ slopes.T)[1] / 2
        of_maps = sum(np.log(s[i] ** 2 - s[j] ** 2) for i in range(3) for j in range(i + 1, 3))
        found.append(of_weights - of_maps - fibre.density_of_weights(s, depth))
    assert found == pytest.approx([found[0]] * 3, abs=1e-6)


def test_the_mean_product_is_the_weighed_integral_over_both_layers():
    temperature, decay = 0.3, 0.5

    def weight(b, a):
        return np.exp(-((a * b - 1) ** 2) / (2 * temperature) - decay * (a * a + b * b) / (2 * temperature))

    box = (-6, 6, -6, 6)
    mean = dblquad(lambda b, a: a * b * weight(b, a), *box, epsabs=1e-7)[0] / dblquad(weight, *box, epsabs=1e-7)[0]
    assert langevin.exact_mean_product(1, temperature, decay) == pytest.approx(mean, rel=1e-4)


def test_the_density_of_langevin_motion_ends_at_the_gibbs_law():
    run = langevin.relax(0.25, 1.0, until=400.0)
    weight = np.exp(-langevin.double_well(run.grid) / 0.25)
    assert run.density[-1] == pytest.approx(weight / weight.sum() / (run.grid[1] - run.grid[0]), abs=1e-8)
    assert np.all(np.diff(run.free_energy) < 1e-10)


@pytest.mark.parametrize(
    "law", [symmetry.rescaling_law, symmetry.translation_law, symmetry.scale_law, symmetry.diagonal_law]
)
def test_the_laws_of_one_step_hold_along_a_run_and_not_for_another_start(law):
    assert law(3).error < 1e-12
    assert not np.allclose(law(3).found, law(4).told)


def test_label_noise_balances_and_exact_labels_do_not():
    assert symmetry.imbalance_left(0, "labels", steps=3000, chains=20) < 0.25
    assert symmetry.imbalance_left(0, "none", steps=3000, chains=20) > 0.8
    assert symmetry.predicted_trace("one", 9) == pytest.approx(10 / 6)


def test_without_labels_noise_a_diagonal_network_ends_near_descent():
    single = diagonal.label_noise_errors((0,), "none", steps=8000)
    full = diagonal.descent_errors((0,), steps=8000)
    assert single[0] == pytest.approx(full[0], rel=0.1)


def test_the_digits_components_are_white_and_their_parity_is_a_sign():
    x, y = parity(0, n=60, components=4)
    assert x.T @ x / 60 == pytest.approx(np.eye(4), abs=1e-10)
    assert set(y) == {-1.0, 1.0}


@pytest.mark.processor
def test_networks_side_by_side_train_as_each_alone_and_label_noise_brings_their_gradients_together():
    both = relu_balance((0, 1), 1.0, steps=3000)
    assert relu_balance((1,), 1.0, steps=3000)[0].end == pytest.approx(both[1].end, rel=1e-3)
    assert all(abs(np.log(run.end)) < abs(np.log(run.start)) for run in both)


@pytest.mark.parametrize(("inputs", "outputs"), [(4, 6), (6, 2)])
def test_the_units_estimate_is_the_mean_over_sampled_weights(inputs, outputs):
    generator = numpy_generator(0, "unit prior")
    a = np.sum(generator.standard_normal((400_000, inputs)) ** 2, axis=1)
    weight = (1 + 3 * a) ** (-outputs / 2)
    expected = np.sum(weight * outputs / 2 * 3 * a / (1 + 3 * a)) / weight.sum()
    assert degenerate.unit_estimate(inputs, outputs, 3.0) == pytest.approx(expected, rel=5e-3)


def test_the_crossings_estimate_lags_by_one_over_a_logarithm():
    for t in (1e4, 1e8):
        lag = 1 / (np.log(t) + np.euler_gamma + np.log(4))
        assert degenerate.cross_estimate(t) == pytest.approx(0.5 - lag, rel=1e-3)


def test_counted_volumes_are_the_exact_ones():
    levels = (1e-4, 1e-2)
    cross = [np.sqrt(e) * (1 + np.log(1 / e) / 2) for e in levels]  # the area below a hyperbola
    assert degenerate.counted_volume(0, "x^2 y^2", levels) == pytest.approx(cross, rel=0.02)
    assert degenerate.counted_volume(0, "w^4", levels) == pytest.approx([e**0.25 for e in levels], rel=0.02)
    disc = [np.pi * e / 4 for e in levels]  # 157 points in the smaller
    assert degenerate.counted_volume(0, "x^2 + y^2", levels) == pytest.approx(disc, rel=0.3)


def test_a_volume_of_multiplicity_two_has_a_logarithm_to_be_divided_out():
    plain, divided = (degenerate.volume_slope(1, "x^2 y^2", 1e-6, m) for m in (1, 2))
    assert divided - plain == pytest.approx(np.log(np.log(1e6) / np.log(1e4)) / np.log(100), rel=1e-12)


def test_at_a_vanishing_rate_each_run_ends_in_the_valley_where_it_began():
    found = degenerate.sgd_valleys(0, 1e-3, steps=100)
    assert found.stayed == 1
    assert 0.6 < found.degenerate < 0.75  # where 0.679 of the range of starts lies


def test_the_posterior_moves_to_the_degenerate_valley_with_more_data():
    shares = [degenerate.posterior_share(n) for n in (10, 100, 1000, 10_000)]
    assert all(a < b for a, b in zip(shares, shares[1:]))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: moments.transition(tiny_task(), 0.0, 1), "rate must be > 0, got 0.0"),
        (lambda: moments.transition(tiny_task(), 0.1, 0), "batch must be >= 1, got 0"),
        (lambda: moments.gaussian_task(0, n=7), "n must be even, got 7"),
        (lambda: currents.mirrored_task(0, 1.5), "tilt must lie in [-1, 1], got 1.5"),
        (lambda: fibre.orbit_entropy(np.array([1.0, 2.0]), 1), "depth must be >= 2, got 1"),
        (lambda: fibre.orbit_entropy(np.array([1.0, 0.0]), 2), "singular values must be > 0, got 0.0"),
        (lambda: langevin.relax(0.0, 1.0), "temperature must be > 0, got 0.0"),
        (lambda: symmetry.imbalance_left(0, "pink"), "got 'pink'"),
        (lambda: symmetry.unit_equilibrium(0, "two"), "got 'two'"),
        (lambda: diagonal.label_noise_errors((0,), "pink"), "got 'pink'"),
        (lambda: plane.stay("pink", 0.1, 1.0, 0.0), "got 'pink'"),
        (lambda: plane.stay("labels", 0.0, 1.0, 0.0), "rate must be > 0, got 0.0"),
    ],
)
def test_bad_input_names_the_value_and_the_rule(call, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        call()


@pytest.mark.parametrize("noise", plane.NOISES)
@pytest.mark.parametrize("target", [0.0, 0.7])
def test_the_explorable_computes_what_python_computes(explorable, noise, target):
    page, python = explorable("sgd_noise"), picture(noise, 0.06, 0.8, target, 600)
    call = f'stay("{noise}", 0.06, 0.8, {target}, 600)'
    assert page.array(f"{call}.ends") == pytest.approx(python.found.ends, abs=1e-9)
    assert page.array(f"{call}.shares") == pytest.approx(python.found.shares, abs=2e-4)
    assert page.array(f"gibbs(0.06, 0.8, {target})") == pytest.approx(python.gibbs, abs=1e-9)
    assert page(f"nearBalance(TD.sgd_noise.gibbs(0.06, 0.8, {target}))") == pytest.approx(python.near_gibbs, abs=1e-9)


def test_the_explorable_refuses_what_python_refuses(explorable):
    from py_mini_racer import JSEvalException

    with pytest.raises(JSEvalException, match="noise must be one of isotropic, labels, examples, got pink"):
        explorable("sgd_noise")('stay("pink", 0.1, 1, 0)')
    with pytest.raises(JSEvalException, match="rate must be > 0, got 0"):
        explorable("sgd_noise")('stay("labels", 0, 1, 0)')


def test_the_mean_loss_on_the_sphere_is_an_integral_over_the_angle():
    for d, t in ((3, 0.2), (10, 0.1), (10, 2.0)):
        angle = np.linspace(0, np.pi, 20001)
        weight = np.sin(angle) ** (d - 2) * np.exp((np.cos(angle) - 1) / t)
        assert gas.gibbs_loss(d, t) == pytest.approx(1 - np.average(np.cos(angle), weights=weight), rel=1e-6)


def test_the_gas_sees_rate_and_decay_as_a_product_only():
    one, other = (gas.settle(3, 4, rate, decay, 5.0) for rate, decay in ((0.1, 0.5), (0.4, 0.125)))
    assert one.loss == pytest.approx(other.loss, rel=1e-9)
    assert one.law == pytest.approx(other.law, rel=1e-9)
