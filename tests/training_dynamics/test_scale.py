"""Units, symmetries, rules, networks, laws: closed forms against slow computations, and the explorable against its twin."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from training_dynamics.scale import (
    blocks,
    coordinates,
    depth,
    directions,
    explorable as twin,
    laws,
    linear,
    longer,
    networks,
    rules,
    sharpness,
    sweeps,
    symmetry,
    units,
)
from training_dynamics.toolbox.seeds import numpy_generator


@pytest.fixture
def rng():
    return numpy_generator(3, "tests of scale")


def test_units_leave_the_groups_and_the_loss():
    run = units.Run(2.0, 1.5, 0.3, 4, 0.1, 30)
    other = run.in_units(3.0, 0.2)
    assert other.groups == pytest.approx(run.groups)
    assert other.rate != pytest.approx(run.rate)
    assert units.left_of(*run.groups) == pytest.approx(run.left(), rel=1e-12)


def test_groups_are_counted_by_the_rank():
    weight = [-2, 1, -2, 2, 0, 0]  # of curvature, distance, variance, rate, batch, steps
    loss = [1, 0, 2, -1, 0, 0]
    assert units.count_groups(np.array([weight, loss])) == 4
    assert units.count_groups(np.zeros((2, 3))) == 3


@pytest.mark.parametrize("a", [0.0, 2.0, -1.0])
def test_a_rate_at_which_nothing_settles_is_refused(a):
    with pytest.raises(ValueError, match="between 0 and 2"):
        units.left_of(a, 3, 1.0)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_moved_factor_is_the_same_run_and_a_wrong_power_is_not(optimizer):
    setting = symmetry.Setting(factor=(1.3, 0.7))
    first = symmetry.outputs_along(0, setting, optimizer)
    same = symmetry.outputs_along(0, setting.moved((3.0, 0.2), optimizer), optimizer)
    wrong = symmetry.outputs_along(0, setting.moved((3.0, 0.2), "adam" if optimizer == "sgd" else "sgd"), optimizer)
    assert torch.allclose(first, same, atol=1e-10)
    assert (first - wrong)[-1].abs().max() > 1e-3


def test_all_rules_agree_at_the_base_width_and_only_there():
    for optimizer in rules.OPTIMIZERS:
        at, beyond = (
            [rules.rule(name, optimizer, (64, w, w, 10), 64) for name in rules.PARAMETRISATIONS] for w in (64, 256)
        )
        assert all(r == at[0] for r in at)
        assert beyond[0] != beyond[1]


def test_maximal_update_has_the_powers_of_the_table():
    adam, sgd = (rules.rule("mup", name, (64, 1024, 1024, 10), 64) for name in ("adam", "sgd"))
    standard = rules.rule("standard", "adam", (64, 1024, 1024, 10), 64)
    assert adam.rate == (1.0, 1 / 16, 1 / 16)
    assert sgd.rate == (16.0, 1.0, 1 / 16)
    assert adam.std[-1] == pytest.approx(standard.std[-1] / 4)
    assert adam.std[:-1] == standard.std[:-1]


def test_names_that_are_not_known_are_refused():
    with pytest.raises(ValueError, match="got 'lazy' and 'adam'"):
        rules.rule("lazy", "adam", (1, 2, 3), 1)
    with pytest.raises(ValueError, match="got 'muon'"):
        rules.spectral_rates("muon", (1, 2))
    with pytest.raises(ValueError, match="got 'hinge'"):
        networks.losses_of("hinge", torch.zeros(2, 10), torch.zeros(2, dtype=torch.long))
    with pytest.raises(ValueError, match="got 'dense'"):
        depth.branch("dense", 4)
    with pytest.raises(ValueError, match="got 'cube'"):
        longer.batch_losses(0, "cube")
    with pytest.raises(ValueError, match="got 'zero'"):
        linear.draw(0, 4, 2, 3, "zero")
    with pytest.raises(ValueError, match="b > 1"):
        laws.Spectrum(1.0, 1.0)


def test_rates_side_by_side_are_runs_alone():
    how = networks.Training(steps=4)
    together = networks.train(1, 32, [1e-3, 4e-3], how)
    (alone,) = networks.train(1, 32, [4e-3], how)
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(together[1], alone))
    assert not torch.allclose(together[0][1], alone[1], atol=1e-4)


def test_one_step_of_adam_moves_every_weight_by_its_layers_rate():
    how = networks.Training("mup", steps=1, falling=False)
    sizes = networks.sizes_of(128)
    first = networks.start(2, sizes, rules.rule("mup", "adam", sizes, 64))
    (last,) = networks.train(2, 128, [1e-3], how)
    for before, after, rate in zip(first, last, (1e-3, 5e-4, 5e-4)):
        moved = (after - before).abs()
        assert moved.max() == pytest.approx(rate, rel=1e-3)
        assert (moved > 0.9 * rate).float().mean() > 0.3  # pixels that are always dark have no gradient


def test_a_diverged_network_has_an_infinite_loss():
    layers = [torch.full((64, 4), torch.nan), torch.ones(4, 10)]
    assert networks.loss_of(layers, torch.ones(3, 64), torch.tensor([0, 1, 2])) == np.inf


def test_the_lowest_point_of_a_parabola_is_found_between_rates():
    rates = 2.0 ** np.arange(-8, 0)
    losses = np.exp(0.3 * (np.log2(rates) + 4.3) ** 2)
    assert sweeps.lowest(rates, losses) == pytest.approx(-4.3)
    assert (
        sweeps.lowest(rates, np.exp(-((np.log2(rates) + 9) ** 2) / 40)) == -1
    )  # bent the other way: the grid's lowest


def test_a_sweep_knows_drift_and_penalty():
    rates = np.array([1.0, 2.0, 4.0, 8.0])
    found = sweeps.Sweep((1, 2), rates, np.array([[3.0, 2.0, 1.0, 2.0], [2.0, 1.0, 1.5, 3.0]]))
    assert found.penalty() == pytest.approx(1.5)
    assert found.drift > 0.5
    assert list(found.least) == [1.0, 1.0]


def test_slopes_are_powers():
    widths = (2, 4, 8)
    values = np.array([[w**0.5, 3.0 * w] for w in widths])
    assert coordinates.slopes(widths, values) == pytest.approx([0.5, 1.0])


def test_one_step_as_a_polynomial_is_one_step(rng):
    data, net, rate = linear.task(1, 4, 6), linear.draw(1, 9, 3, 4, "mup"), 0.7
    powers = linear.one_step(net, data)
    params = [torch.tensor(w, requires_grad=True) for w in net.hidden]

    def outputs(layers):
        h = torch.tensor(net.w0 @ data.x.T)
        for w in layers:
            h = w @ h
        return torch.tensor(net.v) @ h

    loss = (outputs(params) - torch.tensor(data.y)).square().mean() / 2
    after = [w - rate * g for w, g in zip(params, torch.autograd.grad(loss, params))]
    assert rate ** np.arange(4) @ powers == pytest.approx(outputs(after).detach().numpy(), rel=1e-9)


def test_the_best_rate_is_no_worse_than_its_neighbours():
    data, net = linear.task(2), linear.draw(2, 32, 2, 10, "mup")
    rate, least = linear.best_rate(net, data)
    powers = linear.one_step(net, data)
    near = [np.mean((r ** np.arange(3) @ powers - data.y) ** 2) / 2 for r in (0.98 * rate, rate, 1.02 * rate)]
    assert near[1] == pytest.approx(least) and near[1] < min(near[0], near[2])


@pytest.mark.processor
def test_a_wide_network_has_nearly_the_limits_rate_and_loss():
    data = linear.task(0)
    found = np.median([linear.best_rate(linear.draw(0, 1024, 2, 10, "mup", c), data) for c in range(5)], axis=0)
    assert found == pytest.approx(linear.limit(data, 2), rel=0.2)


def test_the_stream_grows_as_the_formula_says():
    assert depth.growth(4, 1.0, "plain") == pytest.approx(1.5**4)
    assert depth.growth(4 * 10**6, 1.0, "root") == pytest.approx(np.e**2, rel=1e-4)
    assert depth.branch("root", 16) == (0.5, 0.5) and depth.branch("branch", 16) == (0.5, 1.0)


def test_lanczos_finds_the_largest_eigenvalue(rng):
    matrix = rng.standard_normal((30, 6))
    h = torch.tensor(matrix.T @ matrix)
    value, vector = sharpness.leading(
        lambda w: w @ h @ w / 2, torch.zeros(6, dtype=torch.float64), torch.ones(6).double()
    )
    assert value == pytest.approx(np.linalg.eigvalsh(h.numpy())[-1], rel=1e-10)
    assert vector.norm() == pytest.approx(1)


def test_the_share_that_decay_keeps_is_that_of_adamw_without_gradients():
    weight = torch.ones(3, requires_grad=True)
    optimizer = torch.optim.AdamW([weight], lr=0.1, weight_decay=0.3)
    for _ in range(7):
        weight.grad = torch.zeros(3)
        optimizer.step()
    assert weight.detach().numpy() == pytest.approx(np.full(3, longer.kept(0.1, 0.3, 7)), rel=1e-5)


def test_the_law_has_its_limits_at_no_time_and_at_the_end():
    spectrum = laws.Spectrum(1.5, 2.0)
    assert spectrum.flow(0.0, 50)[0] == pytest.approx(np.pi**2 / 6)
    assert spectrum.flow(1e12, 50)[0] == pytest.approx(np.pi**2 / 6 - np.sum(1 / np.arange(1.0, 51) ** 2))


def test_one_pass_with_endless_batches_is_descent_and_diverges_where_descent_does():
    spectrum, lam = laws.Spectrum(1.5, 2.0), np.arange(1.0, 9) ** -1.5
    found = laws.one_pass(spectrum, 8, np.array([0.3]), 5, 10**9)
    assert found[0] == pytest.approx(np.arange(1.0, 9) ** -2.0 * (1 - 0.3 * lam) ** 10, rel=1e-6)
    assert np.isinf(laws.one_pass(spectrum, 8, np.array([30.0]), 2000)).any()


def test_the_page_finds_the_lowest_points_that_python_finds(explorable):
    script = explorable("scale")
    data = script.data
    for task, by_rule in data["losses"].items():
        for rule, rows in by_rule.items():
            page = script.array(f"best('{task}', '{rule}')")
            python = [sweeps.lowest(np.array(data["rates"][task]), np.array(row)) for row in rows]
            assert page == pytest.approx(python, abs=1e-9)
            found = sweeps.Sweep(tuple(data["widths"]), np.array(data["rates"][task]), np.array(rows))
            assert script(f"cost('{task}', '{rule}', 0, {len(rows) - 1})") == pytest.approx(found.penalty())
    with pytest.raises(Exception, match="no curves for task sleep"):
        script("losses('sleep', 'mup')")


def test_the_pages_curves_have_the_shape_that_the_maker_gives(explorable):
    data = explorable("scale").data
    assert tuple(data["widths"]) == sweeps.WIDTHS and set(data["losses"]) == set(twin.TASKS)
    for task, (optimizer, _) in twin.TASKS.items():
        assert data["rates"][task] == list(sweeps.RATES[optimizer])
        for rule in twin.RULES:
            assert np.shape(data["losses"][task][rule]) == (len(sweeps.WIDTHS), len(sweeps.RATES[optimizer]))


def test_the_pages_curves_show_the_chapters_finding(explorable):
    script = explorable("scale")
    standard, mup = (script.array(f"best('adam, squared error', '{rule}')") for rule in twin.RULES)
    assert standard[0] - standard[-1] > 2
    assert np.ptp(mup) < 0.7


@pytest.mark.processor
def test_the_narrow_curve_of_the_page_is_trained_again_nearly(explorable):
    how = networks.Training("mup")
    again = np.mean([np.log(sweeps.sweep(seed, how, (64,)).losses[0]) for seed in twin.SEEDS], axis=0)
    saved = np.log(explorable("scale").data["losses"]["adam, squared error"]["mup"][0])
    assert np.abs(again - saved)[:-2].max() < 0.1  # the largest rates are at the edge


def test_all_directions_are_the_whole_and_one_is_all_of_a_change_of_rank_one(rng):
    change, slope = (torch.tensor(rng.standard_normal((3, 7, 5))) for _ in range(2))
    both, _ = directions.parts(change, slope, torch.eye(5).double().expand(3, -1, -1))
    assert both[0] == pytest.approx(both[1], rel=1e-12)
    flat = change[:, :, :1] @ change[:, :1]
    (first, whole), basis = directions.parts(flat, slope, torch.eye(5, 1).double().expand(3, -1, -1))
    assert first == pytest.approx(whole, rel=1e-12)
    assert basis.abs()[:, :, 0] == pytest.approx((change[:, 0] / change[:, 0].norm(dim=1)[:, None]).abs(), rel=1e-9)


def test_the_first_direction_is_the_longest():
    change, slope = torch.diag(torch.tensor([1.0, 5.0, 2.0])), torch.diag(torch.tensor([1.0, 10.0, 100.0]))
    basis = torch.ones(3, 1)
    for _ in range(4):
        (first, whole), basis = directions.parts(change[None], slope[None], basis[None] if basis.ndim == 2 else basis)
    assert first.item() == pytest.approx(50, rel=1e-4) and whole.item() == pytest.approx(251)


def test_the_parts_add_up_to_the_loss_up_to_the_best_rate():
    first, whole, measured = directions.losses_by_part(0, 32)
    assert whole[:4] == pytest.approx(measured[:4], rel=0.05)
    assert (first[:4] > whole[:4]).all()


def test_independent_decay_shrinks_every_layer_alike():
    how = networks.Training(decay=1.0, independent=True, steps=1, falling=False)
    plain = networks.Training(steps=1, falling=False)
    sizes = networks.sizes_of(256)
    first = networks.start(0, sizes, rules.rule("mup", "adam", sizes, how.base))
    ((decayed,), (kept,)) = (networks.train(0, 256, [0.01], h) for h in (how, plain))
    for a, b, w in zip(decayed, kept, first):
        assert (a - b) == pytest.approx(-0.01 * w, abs=1e-6)


def test_what_is_linear_in_a_blocks_weights_is_its_derivative():
    g = torch.Generator().manual_seed(0)
    h, a, b, da, db = (torch.randn(n, 6, generator=g, dtype=torch.float64) for n in (9, 6, 6, 6, 6))

    def block(inner, outer):
        return torch.relu(h @ inner) @ outer

    for size in (1e-6, 1e-2, 1.0):
        end = (a + size * da, b + size * db)
        change = block(*end) - block(a, b)
        linear = torch.func.jvp(block, (a, b), (size * da, size * db))[1]
        wanted = float((change - linear).norm() / change.norm())
        assert blocks.beyond_linear(h, (a, b), end) == pytest.approx(wanted, rel=1e-6, abs=1e-9)
    assert wanted > 0.1


def test_at_the_base_depth_both_rules_for_blocks_are_one_and_another_rule_is_refused():
    assert blocks.factors("root", 4) == blocks.factors("depth", 4) == (0.5, 1.0)
    assert blocks.factors("root", 64) == (0.125, 0.25) and blocks.factors("depth", 64) == (0.03125, 1.0)
    with pytest.raises(ValueError, match="root, depth, got 'none'"):
        blocks.factors("none", 4)
