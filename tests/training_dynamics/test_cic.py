"""A lens put to the test: measures against exact values, the nulls' definitions, what weights can fit, and the explorable."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from scipy.integrate import dblquad
from scipy.stats import multivariate_normal

from training_dynamics.cic import (
    climb,
    exact,
    explorable as twin,
    features,
    freedom,
    invariance,
    measures,
    nets,
    noise,
    norms,
    paths,
    preregistration,
    sensitivity,
    table,
    updates,
)
from training_dynamics.cic.claims import invariance as claims_on_invariance
from training_dynamics.toolbox.seeds import numpy_generator, torch_generator


def covariance(seed, h):
    a = numpy_generator(seed, "test covariance").standard_normal((h, h + 2))
    return torch.tensor(a @ a.T / h + 0.05 * np.eye(h))


def entropy(s):
    return float(multivariate_normal(cov=np.atleast_2d(s)).entropy())


@given(st.integers(0, 500), st.integers(2, 7))
@settings(max_examples=30, deadline=None)
def test_informations_are_differences_of_entropies(seed, h):
    s = covariance(seed, h)
    alone = [entropy(s[i, i]) for i in range(h)]
    others = [entropy(np.delete(np.delete(s.numpy(), i, 0), i, 1)) for i in range(h)]
    joint = entropy(s)
    assert float(measures.total_correlation(s, 0)) == pytest.approx(sum(alone) - joint, abs=1e-9)
    assert float(measures.dual_total_correlation(s, 0)) == pytest.approx(
        joint - sum(joint - o for o in others), abs=1e-9
    )
    assert float(measures.gaussian_entropy(s, 0)) == pytest.approx(joint, abs=1e-9)


def test_rescaling_units_changes_entropy_by_the_logarithms_and_information_not_at_all():
    s, d = covariance(1, 5), torch.tensor([0.5, 2.0, 3.0, 1.0, 7.0], dtype=torch.float64)
    moved = d[:, None] * s * d
    assert float(measures.total_correlation(moved)) == pytest.approx(float(measures.total_correlation(s)), abs=1e-12)
    assert float(measures.o_information(moved)) == pytest.approx(float(measures.o_information(s)), abs=1e-11)
    gained = measures.gaussian_entropy(moved) - measures.gaussian_entropy(s)
    assert float(gained) == pytest.approx(float(d.log().sum()), abs=1e-11)


@pytest.mark.parametrize("rho", [-0.8, 0.0, 0.4, 0.9])
def test_two_gaussians_share_minus_half_the_logarithm_of_one_minus_rho_squared(rho):
    s = torch.tensor(exact.equicorrelated(2, rho))
    assert float(measures.total_correlation(s, 0)) == pytest.approx(-0.5 * np.log(1 - rho**2), abs=1e-12)
    assert float(measures.o_information(s, 0)) == pytest.approx(0, abs=1e-12)


def test_a_constant_unit_counts_as_independent():
    x = torch.randn(50, 3, generator=torch_generator(0, "test constant")).double()
    with_constant = torch.cat([x, torch.full((50, 1), 2.0)], 1)
    found = [float(measures.total_correlation(measures.covariance(z))) for z in (x, with_constant)]
    assert found[0] == pytest.approx(found[1], abs=1e-12)


def test_the_effective_rank_counts_equal_directions_and_predictions_range_from_sure_to_uniform():
    assert float(measures.log_effective_rank(torch.diag(torch.tensor([2.0, 2.0, 2.0, 0.0]).double()))) == pytest.approx(
        np.log(3)
    )
    logits = torch.tensor([[[0.0, 0.0, 0.0, 0.0]], [[900.0, 0.0, 0.0, 0.0]]])
    assert measures.predictive_entropy(logits).tolist() == pytest.approx([np.log(4), 0], abs=1e-12)


def test_cka_ignores_rotation_shift_and_size_and_is_one_for_the_same():
    rng = numpy_generator(0, "test cka")
    x, y = (torch.tensor(rng.standard_normal((40, h))) for h in (5, 3))
    turned = 3 * x @ torch.linalg.qr(torch.tensor(rng.standard_normal((5, 5))))[0] + 2
    assert float(measures.linear_cka(x, turned)) == pytest.approx(1, abs=1e-12)
    assert float(measures.linear_cka(turned, y)) == pytest.approx(float(measures.linear_cka(x, y)), abs=1e-12)
    kernels = [(z - z.mean(0)) @ (z - z.mean(0)).T for z in (x, y)]
    slow = (kernels[0] * kernels[1]).sum() / (kernels[0].norm() * kernels[1].norm())
    assert float(measures.linear_cka(x, y)) == pytest.approx(float(slow), abs=1e-12)


@pytest.mark.parametrize(("n", "h"), [(12, 4), (30, 10)])
def test_the_bias_is_that_of_samples_of_dependent_units_too(n, h):
    rho = 0.6
    x = torch.randn(4000, n, h, generator=torch_generator(0, "test bias", n)).double()
    mixed = x @ torch.linalg.cholesky(torch.tensor(exact.equicorrelated(h, rho))).T
    found = float(measures.total_correlation(measures.covariance(mixed), 0).mean())
    true = exact.equicorrelated_information(h, rho)[0]
    assert found - true == pytest.approx(exact.total_correlation_bias(n, h), rel=0.05)
    assert exact.total_correlation_bias(10_000, h) == pytest.approx(h * (h - 1) / 40_000, rel=0.01)


@pytest.mark.parametrize("rho", [-0.7, 0.5])
def test_the_information_of_two_relu_units_is_the_sum_over_its_parts(rho):
    s, phi = np.sqrt(1 - rho**2), lambda x: np.exp(-x * x / 2) / np.sqrt(2 * np.pi)

    def inside(y, x):
        density = np.exp(-(x * x - 2 * rho * x * y + y * y) / (2 * s * s)) / (2 * np.pi * s)
        return density * np.log(density / (phi(x) * phi(y)))

    from scipy.integrate import quad
    from scipy.special import ndtr

    both = dblquad(inside, 0, 9, 0, 9, epsabs=1e-9)[0]
    one = quad(lambda y: phi(y) * ndtr(-rho * y / s) * np.log(2 * ndtr(-rho * y / s)), 0, 9)[0]
    zero = 0.25 + np.arcsin(rho) / (2 * np.pi)
    assert exact.rectified_pair(rho)[0] == pytest.approx(both + 2 * one + zero * np.log(4 * zero), abs=1e-6)


def test_rescaled_networks_compute_the_same():
    net, theta = nets.shape(6), nets.start(0, 6).double()
    moved = norms.rescaled(net, theta, torch.tensor([0.1, 2.0, 1.0, 5.0, 0.3, 9.0]).double())
    x = torch.randn(7, 64, generator=torch_generator(0, "test rescaled")).double()
    assert net.logits(moved, x).numpy() == pytest.approx(net.logits(theta, x).numpy(), abs=1e-12)
    assert abs(float(moved.norm() / theta.norm()) - 1) > 0.1


def test_every_interpolator_fits_its_training_data():
    found = norms.interpolators(0, 200, 60)
    assert found.apart[0].numpy() == pytest.approx(found.together[0].numpy(), abs=1e-12)
    assert float(found.together[-1, 0]) > float(found.together[1, 0])  # far out, the outputs become copies


def test_random_walks_move_every_part_as_far_as_the_way_that_they_copy():
    net, generator = nets.shape(5), torch_generator(0, "test walks")
    start, end = nets.start(0, 5), nets.start(1, 5)
    for (w, b), (goal, bias) in zip(
        net.layers(updates.random_walks(net, start, end, generator, 3) - start), net.layers(end - start)
    ):
        assert w.flatten(1).norm(dim=1).tolist() == pytest.approx([float(goal.norm())] * 3, rel=1e-5)
        assert b.norm(dim=1).tolist() == pytest.approx([float(bias.norm())] * 3, rel=1e-5, abs=1e-7)


def test_matched_walks_move_what_every_layer_computes_as_far_as_the_way_that_they_copy():
    net, x = nets.shape(5), torch.randn(30, 64, generator=torch_generator(0, "test images"), dtype=torch.float64)
    start, end = nets.start(0, 5).double(), (nets.start(0, 5) + 0.1 * nets.start(1, 5)).double()
    walks = updates.activation_walks(net, start, end, x, torch_generator(0, "test walks"), 3)
    before, after = net.activations(start, x), net.activations(end, x)
    for old, new, walked in zip(before, after, net.activations(walks, x)):
        moved = (walked - old).flatten(1).norm(dim=1)
        assert moved.tolist() == pytest.approx([float((new - old).norm())] * 3, rel=1e-6)


def test_normalised_layers_have_mean_bias_and_variance_one():
    net, theta = (
        noise.BatchNormed((64, 5, 4, 10)),
        nets.shape(5).initial([torch_generator(0, "t")])[:, : 64 * 5 + 5 + 5 * 4 + 4 + 50],
    )
    x = torch.randn(1, 30, 64, generator=torch_generator(0, "test norm"))
    for z in net.activations(theta, x)[:-1]:
        assert z.var(1).numpy() == pytest.approx(1, rel=1e-3)
    small = net.gradient(theta, x, torch.arange(30)[None] % 10)
    leaf = theta.clone()
    leaf[0, 7] += 1e-2
    rise = nets.loss(net, leaf, x, torch.arange(30)[None] % 10) - nets.loss(net, theta, x, torch.arange(30)[None] % 10)
    assert float(rise) == pytest.approx(float(small[0, 7]) * 1e-2, abs=3e-4)


def test_masks_keep_the_mean_and_drop_the_rate():
    h = noise.masks(torch.tensor(0.3), torch_generator(0, "test masks"))(0, torch.ones(200_000))
    assert float((h == 0).float().mean()) == pytest.approx(0.3, abs=0.01)
    assert float(h.mean()) == pytest.approx(1, abs=0.01)


def test_agreement_is_one_for_a_network_that_does_not_see_its_units():
    net, theta = nets.shape(5), nets.start(0, 5)
    deaf = net.flat([*net.layers(theta)[:-1], (torch.zeros(1, 10, 5), torch.arange(10.0)[None])])
    x = torch.randn(20, 64, generator=torch_generator(0, "test agreement"))
    assert noise.agreement(net, deaf, x, torch_generator(0, "test agree")).tolist() == [1.0]
    assert float(noise.agreement(net, theta, x, torch_generator(0, "test agree"))) < 0.9


def test_a_curve_has_its_ends_and_a_straight_bend_makes_a_line():
    a, b, t = torch.tensor([0.0, 1.0]), torch.tensor([2.0, -1.0]), torch.tensor([0.0, 0.25, 1.0])
    assert paths.curve(a, b, (a + b) / 2, t).numpy() == pytest.approx(
        ((1 - t)[:, None] * a + t[:, None] * b).numpy(), abs=1e-6
    )


@pytest.mark.parametrize("shuffle", [True, False])
def test_the_features_do_not_know_the_labels_and_the_outputs_do(shuffle):
    found = features.sweep(0, 40, shuffle)
    assert found.readings[:, :4].numpy() == pytest.approx(
        features.sweep(0, 40, not shuffle).readings[:, :4].numpy(), abs=0
    )
    assert not np.allclose(found.norms, features.sweep(0, 40, not shuffle).norms)


def test_all_of_a_step_is_explained_by_directions_that_hold_it_and_nothing_by_others():
    basis = torch.eye(4)[:2]
    assert climb.explained(basis, torch.tensor([3.0, -1.0, 0.0, 0.0])) == pytest.approx(1)
    assert climb.explained(basis, torch.tensor([0.0, 0.0, 2.0, 1.0])) == pytest.approx(0, abs=1e-12)
    assert climb.explained(basis, torch.tensor([1.0, 0.0, 1.0, 0.0])) == pytest.approx(0.5)


@pytest.mark.processor
def test_slopes_are_the_proxies_differences():
    net, theta, x = nets.shape(6), nets.start(0, 6).double()[0], nets.problem(0, 100).held_out.double()
    way = torch.randn(len(theta), generator=torch_generator(0, "test slopes")).double()
    found = climb.slopes(net, theta, x) @ way
    step = 1e-6 * way
    difference = (nets.read(net, (theta + step)[None], x) - nets.read(net, (theta - step)[None], x))[0] / 2e-6
    assert found.numpy() == pytest.approx(difference.numpy(), rel=1e-3, abs=1e-5)


def test_the_chance_of_a_fit_is_that_of_few_tails():
    assert freedom.chance(2, 3) == 1
    assert freedom.chance(3, 1) == 1 / 8
    assert freedom.chance(6, 3) == pytest.approx(22 / 64)
    assert freedom.simulated_chance(0, 5, 2, 3000) == pytest.approx(freedom.chance(5, 2), abs=0.03)


def test_weights_save_what_can_be_saved_and_nothing_else():
    t = np.arange(8.0)
    assert freedom.rises(np.column_stack([-t, -2 * t, 0 * t]))  # phi falls, H falls faster
    assert not freedom.rises(np.column_stack([-t, t, -t]))
    assert freedom.best_rise(np.column_stack([-t, -(t**2), np.sin(t)])) == pytest.approx(1)
    assert freedom.best_rise(np.column_stack([-t, t, -t])) == pytest.approx(-1)


@pytest.mark.parametrize("seed", range(4))
def test_the_weights_that_are_told_do_what_is_said_of_them_in_units_of_the_terms_spread(seed):
    rng, t = numpy_generator(seed, "test weights"), np.arange(12.0)
    steep = np.column_stack([0.1 * rng.standard_normal(12) - 0.2 * t, -5 * t, 300 * rng.standard_normal(12)])
    phi, h, c = (steep / steep.std(0)).T
    fit = freedom.best_fit(steep)
    for lam, gamma in (freedom.rising_weights(steep), (fit.lam, fit.gamma)):
        assert (np.diff(phi - lam * h + gamma * c) > 0).all()
    assert freedom.rising_weights(np.column_stack([-t, t, -t])) is None


def test_every_effect_has_a_unit():
    for row in preregistration.ROWS:
        for proxy in preregistration.PROXIES:
            assert table.Cell(row.name, proxy, 1, (1.0,), (0.0,)).unit == (row.unit or preregistration.UNITS[proxy])
    assert table.Cell("level", "tc", 1, (1.0,), (0.0,)).unit == "nats a unit"


@pytest.mark.parametrize("seed", [0, 5])
def test_each_change_that_the_weights_out_undo_moves_the_proxies_of_the_table_and_no_other(seed):
    found = invariance.moved(seed, hidden=20)
    assert found.shape == (len(invariance.CHANGES), len(preregistration.PROXIES))
    for row, names in zip(found, invariance.MOVES, strict=True):
        assert {name for name, v in zip(preregistration.PROXIES, row) if v > 1e-6} == set(names)


def test_a_change_that_moves_nothing_would_break_the_claim_on_invariance(monkeypatch):
    found = invariance.moved(0, hidden=20)
    assert claims_on_invariance.invariance(0, 20).ok
    for spoilt in (0 * found, found + 1e-3):
        monkeypatch.setattr(claims_on_invariance, "moved", lambda *args, spoilt=spoilt: spoilt)
        assert not claims_on_invariance.invariance(0, 20).ok


def test_the_row_under_the_sum_weighs_its_terms_and_their_nulls_alike():
    def cell(proxy, effect, null):
        return table.Cell("connectivity", proxy, 1, (effect, 2 * effect), (null, -null))

    found = (cell("tc", 1.0, 0.5), cell("h_rep", 3.0, 0.25), cell("cka", 2.0, 1.0))
    summed = table.summed(("tc", "h_rep", "cka"), 0.5, 2.0, found)
    assert summed.effects == (3.5, 7.0) and summed.null == (2.375, -2.375)
    assert summed.verdict == "supported" and not summed.null_passed
    assert table.summed(("tc", "h_rep", "cka"), 0.5, 0.0, found).verdict == "contradicted"


@pytest.mark.parametrize(
    ("effects", "sign", "verdict"),
    [
        ([0.1, 2], 1, "supported"),
        ([0.1, 2], -1, "contradicted"),
        ([0.1, -2], 1, "undecided"),
        ([0.0, 1], 1, "undecided"),
    ],
)
def test_the_rule_asks_every_seed(effects, sign, verdict):
    assert preregistration.judge(effects, sign) == verdict


def test_slopes_are_even_when_they_are_positive_and_within_the_tolerance():
    assert table.evenness((1.0, 1.4, 1.2)) > 0 > table.evenness((1.0, 1.6))
    assert table.evenness((1.0, 1.6), tolerance=2) > 0
    assert table.evenness((-1.0, -1.1)) < 0 and table.evenness((-1.0, 3.0)) < 0


def test_wrong_values_are_refused_with_the_rule():
    for call, words in (
        (lambda: exact.equicorrelated(3, -0.6), "rho must lie between -0.5 and 1 for 3 units, got -0.6"),
        (lambda: exact.total_correlation_bias(4, 4), "n must be > h >= 1, got n = 4, h = 4"),
        (lambda: exact.rectified_pair(1), "strictly between -1 and 1, got 1"),
        (lambda: measures.covariance(torch.zeros(1, 3)), "at least two rows, got 1"),
        (lambda: freedom.chance(0), "steps and terms must be >= 1, got 0 and 3"),
        (lambda: freedom.best_rise(np.zeros((2, 3))), "at least 3 rows, one a time, got 2"),
    ):
        with pytest.raises(ValueError, match=words):
            call()


def test_training_that_does_not_arrive_says_so():
    data, net = nets.problem(0, 100), nets.shape(6)
    with pytest.raises(RuntimeError, match=r"networks \[0\] did not reach a loss of 0.1 in 5 steps"):
        nets.train_to(net, nets.start(0, 6), data.x, data.y[None], 0.1, "gd", steps=5)


CHOICES = [(p, h, c) for p in ("tc", "synergy") for h in ("h_rep", "log_rank", "h_pred") for c in ("cka", "cka_input")]


@pytest.mark.parametrize("weights", [(1, 1), (0, 0), (5, 0.5)])
def test_the_page_gives_the_verdicts_and_nulls_that_python_gives(explorable, weights):
    script = explorable("cic")
    for choice in CHOICES:
        said = "('{}', '{}', '{}', {}, {})".format(*choice, *weights)
        assert script(f"verdicts{said}") == twin.verdicts(script.data, *choice, *weights)
        assert script(f"nulls{said}") == twin.passed(script.data, *choice, *weights)


def test_the_page_ranks_f_along_every_path_as_python_does(explorable):
    script = explorable("cic")
    for path in ("'training'", "'walk'", "0", "7"):
        for phi, h, c in CHOICES[::5]:
            if path.isdigit():
                terms = np.array(script.data["random"][int(path)], dtype=float)
            else:
                places = [preregistration.PROXIES.index(name) for name in (phi, h, c)]
                terms = np.array(script.data[path.strip("'")], dtype=float)[:, places]
            assert script(f"rise({path}, '{phi}', '{h}', '{c}', 1.5, 0.25)") == pytest.approx(
                twin.rise(terms, 1.5, 0.25), abs=1e-9
            )
            fitted = script(f"fit({path}, '{phi}', '{h}', '{c}')")
            assert fitted["rise"] >= script(f"rise({path}, '{phi}', '{h}', '{c}', 1, 1)") - 1e-9


@pytest.mark.processor
def test_the_page_holds_what_the_rows_give_today(explorable):
    data = explorable("cic").data
    for row in ("norm", "batchnorm", "descent"):
        for proxy, (effect, _) in table.effects(row, 0).items():
            if row != "descent" or proxy.endswith("log_rank"):
                assert np.sign(effect) == np.sign(data["cells"][row][proxy][1][0])


def test_the_page_refuses_a_proxy_of_another_term(explorable):
    with pytest.raises(Exception, match="phi must be one of tc, synergy, got h_rep"):
        explorable("cic")("verdicts('h_rep', 'h_rep', 'cka', 1, 1)")


@pytest.mark.parametrize(
    ("effects", "null", "passed"),
    [
        ((-1.0, -0.9), (-0.9, -1.0), False),
        ((0.3, 0.3), (0.05, -0.05), True),
        ((0.3, 0.3), (0.15, -0.15), False),  # as often up as down, but not nothing
        ((0.3, 0.3), (-0.3, -0.3), False),
    ],
)
def test_one_rule_judges_every_null(effects, null, passed):
    for row in ("norm", "dropout", "connectivity"):
        assert table.Cell(row, "tc", 1, effects, null).null_passed is passed


def test_adams_null_is_the_row_s_number_with_a_walk_in_adams_place(monkeypatch):
    found = updates.Drift(*(torch.tensor([v, 2 * v]) for v in (0.3, 0.4, 0.1, 0.2)))
    monkeypatch.setattr(table, "drift", lambda seed, hidden: found)
    assert table.effects("adam", 0)["cka"] == pytest.approx((-0.1, -0.3), abs=1e-6)


def test_the_null_of_curves_is_the_untrained_line_taken_away_as_the_trained_one_is(monkeypatch):
    def path(middle, ends):
        return paths.Path(torch.zeros(3), torch.tensor([ends, middle, ends])[:, None].expand(3, 7), torch.ones(3))

    found = paths.Paths(path(5.0, 6.0), path(3.0, 6.0), path(1.0, 2.0))
    monkeypatch.setattr(table, "paths", lambda seed, hidden: found)
    assert table.effects("connectivity", 0)["h_rep"] == (2.0, 1.0)


def test_a_lens_wins_a_row_only_with_each_proxy_that_the_row_uses():
    def cell(row, proxy, effect):
        return table.Cell(row, proxy, 1, (effect,) * 5, (0.0,) * 5)

    found = (
        cell("norm", "tc", 1.0),
        cell("norm", "synergy", -1.0),
        cell("both", "tc", 1.0),
        cell("both", "h_pred", 1.0),
        cell("both", "h_rep", -1.0),
        table.Cell("both", "log_rank", 1, (1.0, -1.0), (0.0, 0.0)),
        cell("descent", "tc/h_pred", 1.0),
        cell("descent", "tc/h_rep", -1.0),
    )
    lenses = table.lenses(found)
    assert len(lenses) == 12
    assert lenses["tc", "h_pred", "cka"] == {"norm": "supported", "both": "supported", "descent": "supported"}
    assert lenses["tc", "h_rep", "cka"] == {"norm": "supported", "both": "contradicted", "descent": "contradicted"}
    assert lenses["tc", "log_rank", "cka_input"]["both"] == "undecided"
    assert lenses["synergy", "h_pred", "cka"] == {"norm": "contradicted", "both": "supported", "descent": "undecided"}


def test_a_verdict_by_the_plan_and_on_the_mean_part_where_one_seed_dissents():
    cell = table.Cell("norm", "tc", 1, (1.0, 1.0, -0.5), (0.0,) * 3)
    assert (cell.verdict, cell.mean_verdict) == ("undecided", "supported")
    assert table.Cell("descent", "tc/h_rep", 1, (1.0, 1.0), (0.0, 0.0), pooled=-0.1).mean_verdict == "contradicted"


def test_slopes_are_pooled_before_they_are_compared(monkeypatch):
    rows = {0: (1.0, 2.0, 1.0), 1: (1.0, 2.0, 3.0)}
    monkeypatch.setattr(table, "slopes", lambda pair, seed: rows[seed])
    assert table.pooled_slopes("tc/h_rep", range(2)) == [1.0, 2.0, 2.0]


def test_a_null_takes_a_supported_verdict_away_and_leaves_others():
    strong, weak = (table.Cell("norm", "tc", 1, (1.0, 1.0), null) for null in ((0.5, -0.5), (0.1, 0.1)))
    assert [sensitivity.beside_null(cell) for cell in (strong, weak)] == ["undecided", "supported"]
    assert sensitivity.beside_null(strong, 2 / 3) == "supported"
    assert sensitivity.beside_null(table.Cell("norm", "tc", -1, (1.0, 1.0), (9.0, 9.0))) == "contradicted"


def test_the_best_lens_wins_the_rows_that_one_choice_of_proxies_wins_together():
    def cell(row, proxy, effect, null=0.0):
        return table.Cell(row, proxy, 1, (effect,) * 5, (null,) * 5)

    found = (
        cell("norm", "tc", 1.0, 0.9),
        cell("norm", "synergy", -1.0),
        cell("dropout", "synergy", 1.0),
        cell("batchnorm", "h_pred", 1.0),
    )
    assert sensitivity.most_won(found[:2]) == 1
    assert sensitivity.most_won(found[:2], sensitivity.beside_null) == 0
    assert sensitivity.most_won((*found[:2], found[3])) == 2
