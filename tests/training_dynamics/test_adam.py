"""Identities and limits behind the chapter on Adam, against torch, autograd and slow obvious versions."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from training_dynamics.adam import (
    classes,
    digits,
    explorable as bowl,
    fisher,
    invariance,
    network as networks,
    update,
)
from training_dynamics.lab.optimizers import EXACT, AdamSettings
from training_dynamics.toolbox.curvature import loss_of_parameters
from training_dynamics.toolbox.seeds import torch_generator

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def small():
    network = networks.pooled_digits(0, 40, 5)
    return network, network.start(3) + 0.1


@pytest.fixture(scope="module")
def in_torch(small):
    network, theta = small
    model = torch.nn.Sequential(torch.nn.Linear(16, 5), torch.nn.Tanh(), torch.nn.Linear(5, 10)).double()
    x, y = torch.tensor(network.x), torch.tensor(network.y)
    loss = loss_of_parameters(model, lambda z: torch.nn.functional.cross_entropy(z, y), x)
    logits = loss_of_parameters(model, lambda z: z, x)
    return torch.tensor(theta), loss, logits


@pytest.mark.parametrize("name", ["Adam", "AdamW", "L2"])
def test_updates_agree_with_torch(name):
    trace, w0 = RNG.standard_normal((40, 6)), RNG.standard_normal(6)
    w = torch.tensor(w0, requires_grad=True)
    decay = 0.0 if name == "Adam" else 0.1
    optimizer = (torch.optim.AdamW if name == "AdamW" else torch.optim.Adam)([w], lr=0.02, weight_decay=decay)
    for g in trace:
        w.grad = torch.tensor(g)
        optimizer.step()
    found = update.decay_run(w0, trace, 0.02, decay, decoupled=name == "AdamW")
    assert np.abs(found - w.detach().numpy()).max() < 1e-13


def test_averages_without_memory_are_sign_descent():
    trace = RNG.standard_normal((5, 4))
    assert np.array_equal(update.rates(trace, AdamSettings(0, 0, 0)), np.sign(trace))
    assert np.array_equal(update.rates(np.zeros((3, 2)), EXACT), np.zeros((3, 2)))


def test_averages_are_the_weighted_sums_they_stand_for():
    trace = RNG.standard_normal((30, 3))
    age = np.arange(29, -1, -1)[:, None]
    m = (0.1 * 0.9**age * trace).sum(0) / (1 - 0.9**30)
    v = (0.001 * 0.999**age * trace**2).sum(0) / (1 - 0.999**30)
    assert np.allclose(update.rates(trace, EXACT)[-1], m / np.sqrt(v), atol=1e-13)


def test_uncorrected_factor_is_the_ratio_of_the_two_updates():
    trace = RNG.standard_normal((50, 4))
    ratio = update.rates(trace, replace(EXACT, corrected=False)) / update.rates(trace, EXACT)
    assert np.allclose(ratio, update.uncorrected_factor(np.arange(1, 51))[:, None], rtol=1e-12)
    assert update.uncorrected_factor(1) == pytest.approx(np.sqrt(10), rel=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 0.95), st.floats(0.95, 0.9999), st.integers(0, 10**6))
def test_no_trace_beats_the_largest_rate(beta1, beta2, seed):
    s = AdamSettings(beta1, beta2, 0.0)
    trace = np.random.default_rng(seed).standard_normal((60, 20)) ** 3
    assert np.abs(update.rates(trace, s)).max() <= update.largest_rate(s) * (1 + 1e-9)


def test_the_worst_trace_reaches_the_largest_rate():
    for s in (EXACT, AdamSettings(0.9, 0.99, 0.0), AdamSettings(0.5, 0.95, 0.0)):
        found = update.rates(update.worst_trace(round(9 / (1 - s.beta2)), s, growing=300), s)[-1, 0]
        assert found == pytest.approx(update.largest_rate(s), rel=1e-3)


def test_closed_form_gradient_hessian_and_jacobian_agree_with_autograd(small, in_torch):
    network, theta = small
    point, loss, logits = in_torch
    assert np.abs(network.gradient(theta) - torch.func.grad(loss)(point).numpy()).max() < 1e-14
    assert np.abs(network.gradients(theta).mean(0) - network.gradient(theta)).max() < 1e-15
    assert np.abs(network.jacobian(theta) - torch.func.jacrev(logits)(point).numpy()).max() < 1e-14
    assert np.abs(network.hessian(theta) - torch.func.hessian(loss)(point).numpy()).max() < 1e-13
    assert network.loss(theta) == pytest.approx(float(loss(point)), abs=1e-14)


def test_fisher_is_the_second_order_of_the_divergence(small):
    network, theta = small
    move = RNG.standard_normal(theta.size)
    p = network.forward(theta).p
    quadratic = 0.5 * move @ network.fisher(theta) @ move

    def divergence(size):
        q = network.forward(theta + size * move).p
        return float((p * np.log(p / q)).sum(1).mean())

    errors = [abs(divergence(size) / size**2 - quadratic) for size in (1e-2, 1e-3)]
    assert errors[1] < 1e-2 * quadratic and 5 < errors[0] / errors[1] < 20


def test_fisher_matrices_by_their_definitions(small):
    network, theta = small
    p, jac = network.forward(theta).p, network.jacobian(theta)
    slow = sum(
        p[i, c] * np.outer(s, s) for i in range(len(p)) for c in range(10) for s in [jac[i, c] - p[i] @ jac[i]]
    ) / len(p)
    assert np.allclose(network.fisher(theta), slow, atol=1e-13)
    assert np.allclose(network.gauss_newton(theta), slow, atol=1e-13)
    many = network.monte_carlo_fisher(theta, 200_000, np.random.default_rng(0))
    assert np.linalg.norm(many - slow) < 0.01 * np.linalg.norm(slow)


def test_kronecker_solution_is_the_solution_with_the_kronecker_product(small):
    network, theta = small
    layer = fisher.kronecker_factors(network, theta)[0]
    g = RNG.standard_normal((5, 17))
    full = np.kron(layer.outputs, layer.inputs) + 0.01 * np.eye(85)
    assert np.allclose(layer.solve(g, 0.01).ravel(), np.linalg.solve(full, g.ravel()), rtol=1e-8)


def test_kronecker_factors_are_exact_for_a_single_example(small):
    network, theta = small
    one = networks.Network(network.x[:1], network.y[:1], network.hidden)
    f, g = one.fisher(theta), RNG.standard_normal(theta.size)
    blocks = [fisher.damped(f[b, b], g[b], 0.1) for b in fisher.layer_blocks(one)]
    assert np.allclose(fisher.kfac_direction(one, theta, g, 0.1), np.concatenate(blocks), atol=1e-10)


def test_expected_square_is_the_average_over_all_batches(small):
    from itertools import combinations

    network, theta = small
    few = networks.Network(network.x[:7], network.y[:7], network.hidden)
    slow = np.mean([few.gradient(theta, list(b)) ** 2 for b in combinations(range(7), 3)], axis=0)
    assert np.allclose(fisher.expected_square(few, theta, 3), slow, atol=1e-15)
    assert np.allclose(fisher.expected_square(few, theta, 7), few.gradient(theta) ** 2, atol=1e-18)
    with pytest.raises(ValueError, match="got 8"):
        fisher.expected_square(few, theta, 8)


def test_large_damping_turns_the_natural_step_into_the_gradient():
    found = fisher.cosines(0, 50, 1e3)
    assert found["gradient"] > 1 - 1e-6 and found["kfac"] > 1 - 1e-6 and found["newton"] > 1 - 1e-6


def test_shares_are_what_the_best_length_of_a_step_gains_and_do_not_see_coordinates(small):
    found, c, damping = fisher.directions(0, 50, 1e-4), fisher.curvatures(0, 50), 1e-4
    metric = c.fisher + damping * np.eye(len(c.gradient))

    def fall(d, matrix, g):
        sizes = np.linspace(0, 2, 20_001) * (g @ d) / (d @ matrix @ d)
        return (sizes * (g @ d) - sizes**2 / 2 * (d @ matrix @ d)).max()

    shares = fisher.shares(0, 50, damping)
    most = fall(found["natural"], metric, c.gradient)
    units = np.exp(RNG.standard_normal(len(c.gradient)))
    for name in ("gradient", "adam", "kfac"):
        assert shares[name] == pytest.approx(fall(found[name], metric, c.gradient) / most, rel=1e-6)
        moved = fall(found[name] / units, units[:, None] * metric * units, units * c.gradient)
        assert shares[name] == pytest.approx(moved / most, rel=1e-6)
    assert all(0 <= share <= 1 for share in shares.values())


def test_noise_has_mean_zero_and_variance_one_whatever_its_tails():
    for tails in (np.inf, 5.0):
        noise = update.steady_noise(np.random.default_rng(0), (400, 500), tails)
        assert abs(noise.mean()) < 0.01 and noise.std() == pytest.approx(1, rel=0.03)
    with pytest.raises(ValueError, match="got 2"):
        update.steady_noise(np.random.default_rng(0), (1, 1), 2.0)


def test_only_a_long_memory_gets_the_cycle_of_gradients_right():
    assert update.cycle_end(0.1) > 0.5 and update.cycle_end(0.999) < -0.9
    assert update.cycle_end(0.1, longest=True) < -0.9
    with pytest.raises(ValueError, match="got 2"):
        update.cycle_end(0.1, 2.0)


def test_neuron_blocks_cover_every_parameter_once(small):
    network, theta = small
    layers = fisher.neuron_blocks(network)
    assert sorted(np.concatenate([u for layer in layers for u in layer])) == list(range(theta.size))
    assert [len(u) for u in layers[0]] == [17] * 5 and [len(u) for u in layers[1]] == [6] * 10


def test_maps_are_what_they_say():
    rotation = invariance.linear_map("rotation", 12, 0)
    signed = invariance.linear_map("signed permutation", 12, 0)
    assert np.allclose(rotation @ rotation.T, np.eye(12), atol=1e-12)
    assert set(np.unique(signed)) <= {-1.0, 0.0, 1.0} and np.all(np.abs(signed).sum(0) == 1)
    with pytest.raises(ValueError, match="'shear'"):
        invariance.linear_map("shear", 3, 0)


def test_a_rescaled_parameter_moves_by_the_scale_under_adam(small):
    network, theta = small
    scale = np.exp(RNG.standard_normal(theta.size))
    plain, mapped = (invariance.path("adam", network, theta, a)[:2] for a in (None, np.diag(scale)))
    assert np.allclose(mapped[1] - mapped[0], scale * (plain[1] - plain[0]), atol=1e-14)


def test_a_curved_change_costs_the_gradient_first_order_and_the_natural_step_second_order():
    natural = [invariance.curved_gap(0, lr) for lr in (4e-3, 1e-3)]
    plain = [invariance.curved_gap(0, lr, 1, invariance.gradient_move) for lr in (4e-3, 1e-3)]
    assert natural[0] / natural[1] == pytest.approx(16, rel=0.05)
    assert plain[0] / plain[1] == pytest.approx(4, rel=0.05)


def test_scaling_the_loss_lengthens_the_natural_step_but_not_adams(small):
    network, theta = small
    ends = [invariance._scaled_path("natural", network, theta, np.full(theta.size, f), EXACT)[1] for f in (1.0, 2.0)]
    assert np.allclose(ends[1] - theta, 2 * (ends[0] - theta), rtol=1e-12)
    assert (
        invariance.scaled_gradient("adam", "loss", 0, 2.0)
        < 1e-14
        < invariance.scaled_gradient("natural", "loss", 0, 2.0)
    )


def test_the_bound_on_the_step_is_smaller_while_bias_correction_lasts():
    def bound(t, s):
        age = np.arange(t)
        w, u = s.beta1**age * (1 - s.beta1), s.beta2**age * (1 - s.beta2)
        return np.sqrt((w**2 / u).sum() * (1 - s.beta2**t)) / (1 - s.beta1**t)

    for s in (EXACT, AdamSettings(0.9, 0.95, 0.0), AdamSettings(0.5, 0.9, 0.0)):
        bounds = [bound(t, s) for t in range(1, 300)]
        assert bounds[0] == pytest.approx(1) and np.all(np.diff(bounds) > -1e-12)
        assert bounds[-1] <= update.largest_rate(s) * (1 + 1e-12)


def test_bad_input_is_named(small):
    network, theta = small
    cases = [
        (lambda: AdamSettings(beta1=1.0), "got 1.0"),
        (lambda: AdamSettings(eps=-1.0), "got -1.0"),
        (lambda: update.uncorrected_factor(0), "got 0"),
        (lambda: update.largest_rate(AdamSettings(0.99, 0.9)), "beta1 = 0.99"),
        (lambda: network.parts(theta[1:]), "shape"),
        (lambda: invariance.path("newton", network, theta), "'newton'"),
        (lambda: invariance.scaled_gradient("adam", "both", 0), "'both'"),
        (lambda: classes.frequencies(1), "got 1"),
        (lambda: classes.one_hot_run(np.ones(2), "lion", 0.1, 1), "'lion'"),
        (lambda: classes.train_linear(classes.dense(0, 2), "lion", np.ones(1), 1), "'lion'"),
        (lambda: classes.sweep(0, "adam", "images"), "'images'"),
        (lambda: digits.digits_sweep(0, "lion"), "'lion'"),
        (lambda: digits.pixel_units(0, -1.0), "got -1.0"),
        (lambda: invariance.scaled_gradient("lion", "loss", 0), "'lion'"),
        (lambda: digits.with_noise(torch.ones(1, 1), -1.0, torch_generator(0, "t")), "got -1.0"),
    ]
    for call, text in cases:
        with pytest.raises(ValueError, match=text):
            call()


@pytest.fixture(scope="module")
def page(explorable):
    return explorable("adam").array


@pytest.mark.parametrize("kind", ["none", "signs", "stretch", "turn", "both"])
def test_explorable_computes_what_python_computes(page, kind):
    a = page(f"map('{kind}', 35, 4)")
    assert np.allclose(page("bowl()"), bowl.bowl(), atol=1e-14)
    for method in bowl.RATES:
        for carried in (True, False):
            found = page(f"path('{method}', {a.tolist()}, [-2, 1.3], 60, 0.2, {str(carried).lower()})")
            expected = bowl.bowl_path(method, a, np.array([-2.0, 1.3]), 60, 0.2, carried)
            assert np.abs(found - expected).max() < 1e-8, (method, carried)


def test_explorable_shows_the_invariances_it_is_about(page):
    def gap(method, kind, carried="true"):
        paths = (
            f"path('{method}', TD.adam.map('{k}', 40, 6), [-2.2, 1.4], 60, 0.05, {carried})" for k in ("none", kind)
        )
        plain, mapped = (page(call) for call in paths)
        return np.abs(plain - mapped).max()

    same = [("gradient", "turn"), ("adam", "signs"), ("diagonal", "stretch"), ("natural", "both")]
    other = [("gradient", "stretch"), ("adam", "stretch"), ("adam", "turn"), ("diagonal", "turn")]
    assert all(gap(*case) < 1e-9 for case in same) and all(gap(*case) > 0.1 for case in other)
    assert gap("natural", "stretch", "false") > 0.01
    with pytest.raises(ValueError, match="'newton'"):
        bowl.bowl_path("newton", np.eye(2), np.ones(2), 1, 0.1, True)
