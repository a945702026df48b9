"""Phase transitions: closed forms against independent computations, limits, refused values."""

from itertools import product

import numpy as np
import pytest
import torch
from scipy.special import erf

from training_dynamics.phase_transitions import (
    committee,
    decayed,
    dmft,
    flips,
    folds,
    late,
    lateness,
    magnet,
    online,
    pairs,
    staircase,
    storage,
)
from training_dynamics.toolbox.seeds import numpy_generator


def test_the_exact_sum_is_the_sum_over_all_states():
    n, temperature, field = 8, 0.9, 0.05
    spins = np.array(list(product((-1, 1), repeat=n)))
    total = spins.sum(1)
    weights = np.exp((total**2 / (2 * n) + field * total) / temperature)
    m = total / n
    found = magnet.moments(n, temperature, field)
    assert found.size == pytest.approx((weights @ np.abs(m)) / weights.sum(), rel=1e-12)
    assert found.square == pytest.approx((weights @ m**2) / weights.sum(), rel=1e-12)


@pytest.mark.parametrize(
    ("temperature", "field", "count"), [(0.6, 0.0, 3), (0.6, 0.3, 1), (1.5, 0.0, 1), (0.6, -0.1, 3)]
)
def test_stationary_points_solve_the_mean_field_equation_and_are_all_of_them(temperature, field, count):
    m = magnet.stationary(temperature, field)
    assert len(m) == count
    assert np.tanh((m + field) / temperature) == pytest.approx(m, abs=1e-12)
    grid = np.linspace(-1, 1, 20001)
    assert np.diff(np.sign(np.tanh((grid + field) / temperature) - grid)).astype(bool).sum() == pytest.approx(
        count, abs=1
    )


def test_at_the_spinodal_the_slope_of_the_free_energy_and_its_change_vanish():
    m, h = magnet.spinodal(0.7)
    grid = m + np.array([-1e-3, 0, 1e-3])
    f = magnet.free_energy(grid, 0.7, -h)
    assert (f[2] - f[0]) / 2e-3 == pytest.approx(0, abs=1e-5)
    assert (f[2] - 2 * f[1] + f[0]) / 1e-6 == pytest.approx(0, abs=1e-4)
    assert magnet.spinodal(1.0) == (0.0, 0.0)


def test_a_cold_magnet_is_solved_too():
    assert magnet.stationary(0.01, 0.5) == pytest.approx([-1, -0.5, 1], abs=0.03)
    assert magnet.magnetisation(0.01, -0.2) == pytest.approx(-1)


def test_a_long_ring_s_transfer_matrix_gives_the_same_magnetisation():
    temperature, h, n = 0.8, 0.1, 200
    s = np.array([1, -1])
    transfer = np.exp((np.outer(s, s) / 2 + h * (s[:, None] + s) / 2) / temperature)
    power = np.linalg.matrix_power(transfer / np.linalg.eigvalsh(transfer).max(), n)
    exact = np.trace(np.diag(s) @ power) / np.trace(power)
    assert magnet.ring_magnetisation(temperature, h) == pytest.approx(exact, rel=1e-6)


def test_the_walk_leaves_the_exact_distribution_alone_and_its_second_eigenvalue_is_the_relaxation_time():
    n, temperature = 12, 0.9
    up, down = flips.rates(n, temperature)
    walk = np.diag(1 - up - down) + np.diag(up[:-1], 1) + np.diag(down[1:], -1)
    p = magnet.distribution(n, temperature)
    assert p @ walk == pytest.approx(p, abs=1e-14)
    second = np.sort(np.linalg.eigvals(walk).real)[-2]
    assert flips.relaxation_time(n, temperature) == pytest.approx(1 / (n * (1 - second)), rel=1e-9)


def test_the_area_between_the_spinodals_is_that_of_a_sweep_that_waits():
    m_s, h_s = magnet.spinodal(0.7)
    fields = np.linspace(-h_s, h_s, 4001)[1:-1]
    upper = np.array([magnet.stationary(0.7, h)[-1] for h in fields])
    assert flips.slow_area(0.7) == pytest.approx(2 * np.trapezoid(upper, fields), rel=1e-3)
    assert flips.slow_area(1.2) == 0


def test_averages_are_those_of_a_large_sample():
    rng = np.random.default_rng(0)
    A = rng.standard_normal((4, 6)) / 2
    C, k = A @ A.T, 2
    z = rng.multivariate_normal(np.zeros(4), C, 400_000)
    values = erf(z / 2**0.5)
    e, slope = values[:, k:].sum(1) - values[:, :k].sum(1), committee.ROOT * np.exp(-(z[:, :k] ** 2) / 2)
    delta = slope * e[:, None]
    first, second = committee.velocities(C, k, 1.0)
    assert first == pytest.approx(delta.T @ z / len(z), abs=0.01)
    assert second == pytest.approx(delta.T @ delta / len(z), abs=0.01)
    now = committee.Overlaps(C[:k, :k], C[:k, k:], C[k:, k:])
    assert now.error() == pytest.approx((e**2).mean() / 2, abs=0.005)


def test_a_student_that_is_the_teacher_has_no_error_and_stays():
    there = committee.Overlaps(np.eye(3), np.eye(3), np.eye(3))
    path = committee.solve(there, 0.5, np.array([1.0, 5.0]))
    assert path.error() == pytest.approx([0, 0], abs=1e-12)
    assert path.R[-1] == pytest.approx(np.eye(3), abs=1e-9)


@pytest.mark.parametrize("k", [2, 3])
def test_the_symmetric_point_stands_still_and_is_left_exponentially(k):
    at = committee.plateau(k)
    first, _ = committee.velocities(at.covariance(), k, 0.0)
    assert first == pytest.approx(np.zeros_like(first), abs=1e-12)
    assert committee.escape_rate(k) > 0.02


@pytest.mark.processor
def test_one_step_of_the_simulation_moves_the_overlaps_as_the_equations_say_on_average():
    runs, inputs = 4000, 40
    done = online.learn(0, inputs, 0.5, 1 / inputs, runs)
    moved = (done.overlaps.R[1] - done.overlaps.R[0]).mean(0) * inputs
    told = np.mean(
        [0.5 * committee.velocities(done.start(r).covariance(), 2, 0.5)[0][:, 2:] for r in range(0, runs, 40)], axis=0
    )
    assert moved == pytest.approx(told, abs=0.02)


def test_covers_share_is_a_half_at_two_points_a_weight_and_matches_counting():
    for n in (1, 3, 20):
        assert storage.separable_share(2 * n, n) == pytest.approx(0.5, rel=1e-12)
    x = np.random.default_rng(3).standard_normal((5, 2))
    labellings = [np.array(labels) for labels in product((-1.0, 1.0), repeat=5)]
    assert np.mean([storage.separable(x, labels) for labels in labellings]) == storage.separable_share(5, 2)


def test_without_examples_every_wrong_student_is_left():
    assert np.exp(storage.log_wrong_students(6, 0)) == pytest.approx(2**6 - 1, rel=1e-9)
    assert storage.survivors(0, 6, 0, 3)[0] == 2**6 - 1


def test_the_last_rivals_load_tends_to_the_annealed_one():
    overlaps = np.linspace(0.3, 0.99, 4000)
    load, share = storage.last_rivals(20_000)
    assert storage.growth(overlaps, load).max() == pytest.approx(0, abs=2e-3)
    assert 1 - 2 * share == pytest.approx(overlaps[storage.growth(overlaps, load).argmax()], abs=0.01)


def test_the_lazy_limit_of_the_loop_is_a_fixed_kernel():
    given, times = dmft.task(0), np.linspace(0, 3, 61)
    loop = dmft.iterate(given, 1e-3, times)
    values, vectors = np.linalg.eigh(2 * given.kernel)
    told = given.y - (np.exp(-times[:, None] * values) * (vectors.T @ given.y)) @ vectors.T
    assert loop.f == pytest.approx(told, abs=2e-3)
    assert np.abs(loop.G - 1).max() < 1e-5


@pytest.mark.parametrize("gamma", [0.5, 2.0])
def test_on_orthonormal_inputs_the_kernels_end_where_conservation_puts_them(gamma):
    given = dmft.task(1, white=True)
    end = dmft.order_parameters(given, gamma, np.linspace(0, 20, 50))
    assert end.G[-1] == pytest.approx((1 + gamma**2) ** 0.5, rel=1e-6)
    assert given.y @ end.H[-1] @ given.y == pytest.approx((1 + gamma**2) ** 0.5, rel=1e-6)


def test_at_the_fold_slope_and_curvature_of_the_loss_vanish():
    for layers in (3, 4, 6):
        w, decay = folds.fold(layers)
        grid = w + np.array([-1e-3, 0, 1e-3])
        f = folds.loss(grid, decay, layers)
        assert (f[2] - f[0]) / 2e-3 == pytest.approx(0, abs=1e-4)
        assert (f[2] - 2 * f[1] + f[0]) / 1e-6 == pytest.approx(0, abs=1e-3)
        c = folds.coexistence(layers)
        assert folds.loss(folds.trained(c, layers), c, layers) == pytest.approx(0.5, rel=1e-9)
    assert folds.fold(2) == (0.0, 1.0)


@pytest.mark.parametrize(("layers", "decay"), [(2, 0.4), (3, 0.3), (4, 0.2)])
def test_the_curvature_is_that_of_the_free_weights(layers, decay):
    w, step = folds.trained(decay, layers), 1e-4

    def loss(v):
        return 0.5 * (1 - v.prod()) ** 2 + 0.5 * decay * (v**2).sum()

    along = np.ones(layers) / layers**0.5
    values = [loss(w + t * step * along) for t in (-1, 0, 1)]
    assert folds.curvature(decay, layers) == pytest.approx((values[2] - 2 * values[1] + values[0]) / step**2, rel=1e-4)


@pytest.mark.parametrize("layers", [3, 4])
def test_the_barrier_is_the_highest_loss_between_zero_and_the_trained_state(layers):
    decay = 0.7 * folds.fold(layers)[1]
    path = np.linspace(0, folds.trained(decay, layers), 20001)
    losses = folds.loss(path, decay, layers)
    top, height = folds.barrier(decay, layers)
    assert top == pytest.approx(path[losses.argmax()], abs=1e-4)
    assert height == pytest.approx(losses.max() - losses[-1], rel=1e-6)


def test_the_branch_s_area_is_that_under_the_solved_outputs():
    w = np.linspace(1, folds.fold(3)[0], 20001)
    decays = w * (1 - w**3)
    assert folds.branch_area(3, 0.0) == pytest.approx(np.trapezoid(w**3, decays), rel=1e-3)


def test_the_exact_mean_in_a_small_field_is_that_of_two_states():
    m, n, temperature, field = magnet.magnetisation(0.5), 2000, 0.5, 2e-4
    assert magnet.mean(n, temperature, field) == pytest.approx(m * np.tanh(n * m * field / temperature), rel=1e-2)


def test_many_spins_make_the_loop_of_the_limit_and_a_slow_sweep_follows_the_exact_mean():
    assert flips.finite_loop_area(3000, 1.3, 0.01, dt=0.05) == pytest.approx(flips.loop_area(1.3, 0.01), rel=0.02)
    assert flips.finite_loop_area(8, 0.8, 0.0005) < 0.1 * flips.loop_area(0.8, 0.0005)


def test_a_wide_network_s_step_under_decay_is_the_gradient_of_its_loss():
    gamma, decay, dt = 0.5, 0.3, 0.05
    h, a = decayed.units(0, 7, 3)
    h_, a_ = (torch.tensor(w, requires_grad=True) for w in (h, a))
    error = torch.tensor([2.0, 0.0, 0.0]) - a_ @ h_ / (gamma * 7)
    loss = error @ error / 2 * gamma**2 * 7 + decay / 2 * ((h_**2).sum() + (a_**2).sum())
    loss.backward()
    moved = decayed.move((h, a), decay, gamma, dt, target=2.0)
    assert moved[0] == pytest.approx(h - dt * h_.grad.numpy(), rel=1e-9)
    assert moved[1] == pytest.approx(a - dt * a_.grad.numpy(), rel=1e-9)


def test_convex_regression_forgets_its_start():
    assert late.late_regression(0).apart < 1e-6


def test_training_on_pairs_is_torch_s_adamw_on_the_same_loss():
    p, rng = 5, np.random.default_rng(0)
    start = [rng.standard_normal(shape) / 2 for shape in ((p, 6), (p, 6), (6, p))]
    known = np.array([[0, 0], [1, 4], [3, 2], [1, 2], [4, 4]])
    ours = pairs.adamw(start, known, 0.7, 20)
    layers = [torch.tensor(w, requires_grad=True) for w in start]
    optimizer = torch.optim.AdamW(layers, lr=0.01, betas=(0.9, 0.98), weight_decay=0.7)
    targets = torch.eye(p, dtype=torch.float64)[torch.tensor(known.sum(1) % p)]
    for _ in range(20):
        optimizer.zero_grad()
        out = (layers[0][known[:, 0]] + layers[1][known[:, 1]]) ** 2 @ layers[2]
        ((out - targets) ** 2).sum(1).mean().backward()
        optimizer.step()
    for w, theirs in zip(ours, layers, strict=True):
        assert w == pytest.approx(theirs.detach().numpy(), rel=1e-6, abs=1e-9)


def test_wrong_values_are_refused_with_the_rule():
    with pytest.raises(ValueError, match="temperature must be > 0, got 0"):
        magnet.moments(10, 0)
    with pytest.raises(ValueError, match="n must be >= 1, got 0"):
        magnet.moments(0, 1.0)
    with pytest.raises(ValueError, match="2000 spins at temperature 0.5 wait longer"):
        flips.relaxation_time(2000, 0.5)
    with pytest.raises(ValueError, match="rate must be > 0, got -1"):
        flips.swept(0.8, -1)
    with pytest.raises(ValueError, match="a barrier needs 3 layers and a decay between 0 and 1, got 2"):
        folds.barrier(0.1, 2)
    with pytest.raises(ValueError, match="share must be between 0 and 1, got 1"):
        pairs.two_starts(0, 1)
    with pytest.raises(ValueError, match="layers must be >= 2, got 1"):
        folds.fold(1)
    with pytest.raises(ValueError, match="points and dimensions must be >= 1, got 0 and 3"):
        storage.separable_share(0, 3)
    with pytest.raises(ValueError, match="rate must be > 0, got 0"):
        committee.solve(committee.plateau(2), 0, np.array([1.0]))


def test_added_up_examples_are_half_wrong_with_few_and_right_as_one_over_the_root_with_many():
    assert storage.hebb_error(1e-9) == pytest.approx(0.5, abs=1e-4)
    for load in (1e5, 4e5):
        assert storage.hebb_error(load) == pytest.approx((np.pi / (2 * load)) ** 0.5 / np.pi, rel=1e-4)
    with pytest.raises(ValueError, match=r"load must be > 0, got 0"):
        storage.hebb_error(0)
    assert storage.hebb_errors(0, 60, 2.0, runs=3).shape == (3,)
    assert np.abs(storage.hebb_errors(1, 60, 2.0, runs=40).mean() - storage.hebb_error(2.0)) < 0.02


def test_what_is_lost_between_two_decays_is_lost_where_a_straight_line_says():
    decays, up = np.array([0.1, 0.2, 0.3, 0.4]), np.array([1.0, 0.5, 0.0, 0.2])
    assert folds.Ramp(decays, up, up).lost == pytest.approx(0.28)


def test_the_time_of_the_exit_is_the_first_and_at_most_the_last():
    there = np.array([[False, False], [True, False], [False, False], [True, False]])
    assert online.first_time(np.array([0.0, 1.0, 2.0, 3.0]), there).tolist() == [1.0, 3.0]


def test_the_staircase_of_a_small_start_has_the_widths_of_the_logistic_curve_and_one_strength_waits_for_none():
    found = staircase.stairs(0, 1e-4)
    assert found.width == pytest.approx(np.log(81) / (2 * np.array(staircase.STRENGTHS)), rel=0.02)
    alone = staircase.stairs(0, 1e-4, strengths=(2.0,))
    later = staircase.stairs(0, 1e-5, strengths=(2.0,)).halfway - alone.halfway
    assert later == pytest.approx(np.log(10) / 2.0, rel=0.02)


def test_the_fit_of_a_wide_network_follows_the_gradient_of_its_loss():
    width, examples, inputs, gamma = 6, 12, 5, 0.3
    done = lateness.fit(3, gamma, width, examples, steps=10, inputs=inputs)
    rng = numpy_generator(3, "phase_transitions lazy fit", inputs)
    b = rng.standard_normal(inputs, dtype=np.float32)
    seen, _, w = (rng.standard_normal((n, inputs), dtype=np.float32) for n in (examples, lateness.UNSEEN, width))
    b, x = torch.tensor(b / np.linalg.norm(b)), torch.tensor(seen)
    y, w = ((x @ b) ** 2 - 1) / 2, torch.tensor(w / inputs**0.5, requires_grad=True)

    def out():
        h = x @ w.T
        return (h + lateness.BEND / 2 * h**2).mean(1) / gamma

    first = out().detach()
    for _ in range(10):
        loss = ((out() - first - y) ** 2).mean() / 2
        (slope,) = torch.autograd.grad(loss, w)
        with torch.no_grad():
            w -= lateness.RATE * gamma**2 * width * slope
    error = out() - first - y
    assert done.train[-1] == pytest.approx(float((error**2).sum().detach() / (y**2).sum()), rel=1e-4)


def test_a_fit_is_late_by_the_ratio_of_two_steps_and_never_without_the_second():
    steps, train = np.arange(0.0, 50, 10), np.array([1, 0.5, 0.04, 0.01, 0.01])
    late = lateness.Fit(steps, train, np.array([1, 0.9, 0.5, 0.2, 0.05]), np.ones(5))
    assert late.fitted == 2
    assert late.late == 2
    assert lateness.Fit(steps, train, np.ones(5), np.ones(5)).late == np.inf
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match="descent diverges at gamma = 50"):
        lateness.fit(0, 50.0, 20, 50, 200, 10)
