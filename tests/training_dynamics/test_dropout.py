"""Dropout: closed forms against enumeration, sampling against the exact posterior, scores, and the explorable's data."""

import numpy as np
import pytest
import torch
from scipy.stats import norm
from torch.nn.functional import dropout as torch_dropout

from training_dynamics.dropout import (
    averaging,
    batchnorm,
    calibration,
    explorable as twin,
    factors,
    hmc,
    linear,
    logistic,
    regression,
    variational,
)

torch.set_num_threads(1)  # two threads wait for each other on busy cores


@pytest.mark.parametrize("keep", [0.2, 0.7, 1.0])
def test_the_penalty_equals_the_sum_over_masks_and_what_torch_draws(keep):
    data, w = linear.problem(3, n=12, d=6), np.linspace(-1, 1, 6)
    exact = linear.expected_loss(data, w, keep)
    assert linear.enumerated_loss(data, w, keep) == pytest.approx(exact, rel=1e-12)
    torch.manual_seed(0)
    many = torch_dropout(torch.tensor(data.inputs).expand(20_000, -1, -1), 1 - keep)
    drawn = ((torch.tensor(data.targets) - many @ torch.tensor(w)) ** 2).sum(1).mean()
    assert float(drawn) == pytest.approx(exact, rel=0.03)


def test_the_ridge_solution_is_where_the_expected_loss_is_flat_and_least_squares_is_its_limit():
    data = linear.problem(0)
    w = linear.ridge(data, 0.6)
    bumps = 1e-4 * np.eye(len(w))
    slopes = [linear.expected_loss(data, w + b, 0.6) - linear.expected_loss(data, w - b, 0.6) for b in bumps]
    assert np.abs(slopes).max() < 1e-9
    assert np.allclose(linear.ridge(data, 1.0), np.linalg.lstsq(data.inputs, data.targets, rcond=None)[0])


def test_spreads_of_linear_models():
    data, x = linear.problem(0, n=30, d=8), linear.problem(1, n=5, d=8).inputs
    w = linear.ridge(data, 0.8)
    masks = linear.all_masks(8)
    outputs = (masks * w / 0.8) @ x.T
    chance = linear.mask_probabilities(masks, 0.8)
    assert chance.sum() == pytest.approx(1)
    variance = chance @ (outputs - chance @ outputs) ** 2
    assert np.allclose(linear.mask_spread(x, w, 0.8), np.sqrt(variance))
    noiseless = linear.Problem(np.zeros((1, 8)), np.zeros(1), np.zeros(8))
    assert np.allclose(linear.bayes_spread(noiseless, x), np.linalg.norm(x, axis=1))


def test_wrong_values_are_refused_with_the_rule():
    with pytest.raises(ValueError, match="keep must be .* got 0"):
        linear.ridge(linear.problem(0), 0.0)
    with pytest.raises(ValueError, match="between 1 and 20"):
        linear.all_masks(21)
    with pytest.raises(ValueError, match="variance must be > 0"):
        averaging.variance_shift(0.0, 0.0, 0.5)
    with pytest.raises(ValueError, match="width must be > 0"):
        variational.mixture_kl(1.0, 0.5, 0.0)
    with pytest.raises(ValueError, match="bins must be at least 1"):
        calibration.calibration_error(np.eye(2), np.array([0, 1]), 0)
    with pytest.raises(ValueError, match="at least 2"):
        regression.curve(0, 1)
    with pytest.raises(ValueError, match=r"shape \(c, 49\)"):
        hmc.output(np.zeros((2, 48)), hmc.GRID)
    with pytest.raises(ValueError, match="rate must be >= 0"):
        batchnorm.shift(0, rate=1.0)


def test_averages_over_masks_are_exact_where_the_chapter_says_and_not_elsewhere():
    flat, deep = averaging.softmax_averages(7, hidden=False), averaging.softmax_averages(7, hidden=True)
    assert np.allclose(flat.geometric, flat.scaled, atol=1e-12)
    assert not np.allclose(flat.arithmetic, flat.scaled, atol=1e-3)
    assert not np.allclose(deep.geometric, deep.scaled, atol=1e-3)
    for found in (flat, deep):
        assert np.allclose(found.arithmetic.sum(1), 1) and np.allclose(found.geometric.sum(1), 1)
    for means in (averaging.chain_means, averaging.depth_means):
        assert averaging.relative(*means(7, relu=False)) < 1e-12 < 1e-3 < averaging.relative(*means(7, relu=True))


def test_variance_shift_against_draws():
    rng = np.random.default_rng(0)
    h = 1.5 + 0.7 * rng.standard_normal(400_000)
    on = h * (rng.random(h.shape) < 0.6) / 0.6
    assert averaging.variance_shift(1.5, 0.49, 0.6) == pytest.approx(h.var() / on.var(), rel=0.02)
    assert averaging.variance_shift(0.0, 2.0, 0.6) == pytest.approx(0.6)


def test_the_divergence_of_a_mixture_in_limits():
    exact = 0.5 * (1.3**2 + 0.2**2 - 1) - np.log(0.2)
    assert variational.mixture_kl(1.3, 1.0, 0.2) == pytest.approx(exact, abs=1e-9)
    assert variational.approximate_kl(1.3, 1.0, 0.2) == pytest.approx(exact, abs=1e-12)
    assert variational.mixture_kl(0.0, 0.4, 1.0) == pytest.approx(0, abs=1e-9)
    # Peaks that overlap: the approximation takes off an entropy that is not there.
    assert variational.mixture_kl(0.0, 0.5, 0.1) - variational.approximate_kl(0.0, 0.5, 0.1) == pytest.approx(np.log(2))


def test_spike_and_slab_in_closed_form_for_one_weight():
    data = linear.Problem(np.array([[1.0], [2.0]]), np.array([0.4, 1.0]), np.zeros(1))
    covariance = 0.25 * np.eye(2) + data.inputs @ data.inputs.T
    density = [norm(0, 0.5).pdf(data.targets).prod(), None]
    inverse = np.linalg.inv(covariance)
    quadratic = data.targets @ inverse @ data.targets
    density[1] = np.exp(-0.5 * quadratic) / (2 * np.pi * np.sqrt(np.linalg.det(covariance)))
    expected = 0.3 * density[1] / (0.3 * density[1] + 0.7 * density[0])
    assert variational.inclusion_probabilities(data, 0.3, 0.5)[0] == pytest.approx(expected)


def test_scores_of_predictions():
    p = np.array([[0.9, 0.1], [0.75, 0.25], [0.4, 0.6], [0.5, 0.5]])
    # Four bins: (0.5, 0.75] holds confidences 0.75 and 0.6, (0.25, 0.5] holds 0.5, the last holds 0.9.
    labels = np.array([0, 1, 1, 0])
    by_hand = abs(1 - 0.9) / 4 + 2 / 4 * abs(0.5 - 0.675) + abs(1 - 0.5) / 4
    assert calibration.calibration_error(p, labels, 4) == pytest.approx(by_hand)
    assert calibration.auroc(np.array([0.0, 1, 1]), np.array([1.0, 2])) == pytest.approx((0.5 * 2 + 1 + 3) / 6)
    assert calibration.likelihood_loss(p, labels) == pytest.approx(-np.log([0.9, 0.25, 0.6, 0.5]).mean())


def test_a_perfect_predictor_has_an_error_that_falls_with_the_root_of_its_number():
    rng = np.random.default_rng(0)
    few, many = (calibration.perfect_ece(np.full(n, 0.8), rng, 400) for n in (100, 1600))
    assert few == pytest.approx(np.sqrt(2 * 0.16 / (np.pi * 100)), rel=0.15)
    assert few / many == pytest.approx(4, rel=0.2)


def test_the_parts_of_uncertainty():
    samples = np.random.default_rng(0).dirichlet(np.ones(5) / 3, (7, 20))
    found = calibration.split_entropy(samples)
    assert (found.epistemic >= -1e-12).all() and (found.total <= np.log(5) + 1e-12).all()
    alike = calibration.split_entropy(np.repeat(samples[:1], 3, axis=0))
    assert np.allclose(alike.epistemic, 0, atol=1e-12)
    certain = calibration.split_entropy(np.eye(2)[:, None])
    assert certain.aleatoric[0] == 0 and certain.epistemic[0] == pytest.approx(np.log(2))


def test_the_process_is_scikit_learns_and_spreads_less_with_data():
    process, sd = regression.fitted_process(20)
    data = regression.curve(2, 20)
    mean = process.fit(data.x[:, None], data.y).predict(regression.GRID[:, None])
    regression.fitted_process.cache_clear()
    found = regression.exact_process(2, 20)
    assert np.allclose(found.mean, mean, atol=1e-8) and np.allclose(found.sd, sd)
    assert found.inside > 1.5 * regression.exact_process(2, 80).inside


def test_hmc_gradient_energy_and_reversal():
    x, y, _ = hmc.data(0, 12)
    function, rng = hmc.potential(x, y), np.random.default_rng(0)
    theta = 0.3 * rng.standard_normal((2, hmc.PARAMETERS))
    energy, gradient = function(theta)
    for j in (0, 20, 40, 48):
        bump = 1e-5 * np.eye(hmc.PARAMETERS)[j]
        slope = (function(theta + bump)[0] - function(theta - bump)[0]) / 2e-5
        assert np.allclose(slope, gradient[:, j], rtol=1e-5, atol=1e-4)
    start = hmc.State(theta, rng.standard_normal(theta.shape), energy, gradient)
    gone = {h: hmc.leapfrog(function, start, np.full((2, 1), h), round(0.02 / h)) for h in (1e-3, 2e-3)}
    drift = {h: np.abs(s.total - start.total).max() for h, s in gone.items()}
    assert 3 < drift[2e-3] / drift[1e-3] < 5
    turned = hmc.State(gone[1e-3].theta, -gone[1e-3].momentum, gone[1e-3].energy, gone[1e-3].gradient)
    assert np.allclose(hmc.leapfrog(function, turned, np.full((2, 1), 1e-3), 20).theta, theta, atol=1e-10)


def test_hmc_samples_a_gaussian_whose_moments_are_known():
    scale = np.array([1.0, 0.3, 2.0])

    def gaussian(theta):
        return 0.5 * ((theta / scale) ** 2).sum(1), theta / scale**2

    found = hmc.sample(gaussian, np.zeros((8, 3)), np.random.default_rng(0), warmup=100, draws=400, count=10)
    assert np.allclose(found.draws.std((0, 1)), scale, rtol=0.15)
    assert np.abs(found.draws.mean((0, 1)) / scale).max() < 0.2
    assert 0.6 < found.acceptance.mean() < 0.98
    assert hmc.split_rhat(found.draws).max() < 1.1
    apart = found.draws + 3 * scale * np.arange(8)[None, :, None]
    assert hmc.split_rhat(apart).min() > 2


def test_masked_gradient_with_every_unit_kept_is_the_potentials():
    x, y, _ = hmc.data(1, 9)
    rng = np.random.default_rng(1)
    theta = 0.4 * rng.standard_normal((2, hmc.PARAMETERS))
    alike = hmc.masked_gradient(theta, x, y, np.ones((2, 9, hmc.HIDDEN)), 1.0)
    assert np.allclose(alike, hmc.potential(x, y)(theta)[1])
    # One mask for all examples is a network with the output weights masked.
    mask = (rng.random((2, 1, hmc.HIDDEN)) < 0.5) / 0.5
    thinned = theta.copy()
    thinned[:, 32:48] *= mask[:, 0]
    found = hmc.masked_gradient(theta, x, y, np.repeat(mask, 9, axis=1), 0.5)
    expected = hmc.potential(x, y)(thinned)[1]
    assert np.allclose(found[:, :32], expected[:, :32])
    by_output = (expected - thinned)[:, 32:48] * mask[:, 0]
    assert np.allclose(found[:, 32:48], by_output + theta[:, 32:48] / 0.5)


@pytest.mark.parametrize("keep", [0.3, 0.8])
def test_the_penalty_on_factors_is_the_sum_over_masks(keep):
    u, v = np.random.default_rng(0).standard_normal((2, 5, 4))
    exact = factors.expected_loss(u, v, np.eye(5), keep)
    assert factors.enumerated_loss(u, v, np.eye(5), keep) == pytest.approx(exact, rel=1e-12)


def test_the_best_map_under_dropout_is_cut_as_the_formula_says_and_whole_without_dropout():
    strengths = factors.STRENGTHS
    assert np.allclose(factors.thresholded(strengths, 1.0, 8), strengths)
    found = factors.minimum(7, 0.3)
    cut = factors.thresholded(strengths, 0.3, 8)
    assert 0 < (cut > 0).sum() < len(strengths) and np.allclose(found.strengths, cut, atol=1e-5)
    nuclear = 0.7 / (0.3 * 8) * cut.sum() ** 2  # the penalty at its least, for this map
    least = ((np.array(strengths) - cut) ** 2).sum() + nuclear
    assert factors.expected_loss(found.u, found.v, found.target, 0.3) == pytest.approx(least, rel=1e-8)


@pytest.fixture(scope="module")
def page(explorable):
    return explorable("dropout")


def test_the_explorables_process_is_the_exact_one(page):
    assert page.data["sizes"] == list(twin.SIZES)
    assert np.allclose(page.data["grid"], regression.GRID)
    for n in (10, 160, 1280):
        exact = regression.exact_process(0, n)
        shown = page(f"band({n}, 'process')")
        for name in ("mean", "sd"):
            assert np.abs(np.array(shown[name]) - getattr(exact, name)).max() <= 0.000501


@pytest.mark.processor
def test_the_explorables_networks_are_those_of_the_function_that_wrote_them(page):
    for name, band in twin.column(0, 10).items():
        shown = page(f"band(10, '{name}')")
        # Training magnifies rounding, which differs between processors; on one machine the difference is rounding alone.
        tolerance = 0.05 if name != "process" else 0.0006
        assert np.abs(np.array(shown["sd"]) - band.sd).mean() < tolerance


def test_the_chains_behind_the_explorables_hmc_agree_where_there_are_data():
    inside = np.abs(regression.GRID) <= regression.INSIDE
    assert hmc.split_rhat(twin.posterior_chains(0, 10))[inside].max() < 1.1


def test_hmc_is_shown_up_to_160_points_and_its_band_shrinks(page):
    shown = {n: page(f"has({n}, 'hmc')") for n in twin.SIZES}
    assert shown == {n: n <= twin.SAMPLED for n in twin.SIZES}
    assert page("spread(10, 'hmc')") > 2 * page("spread(160, 'hmc')")


def test_the_page_and_python_compute_the_same_spread_and_coverage(page):
    for n, name in ((10, "dropout 0.1"), (640, "ensemble")):
        shown = page(f"band({n}, '{name}')")
        band = regression.Band(np.array(shown["mean"]), np.array(shown["sd"]))
        assert page(f"spread({n}, '{name}')") == pytest.approx(band.inside, abs=1e-9)
        assert page(f"spread({n}, '{name}', false)") == pytest.approx(band.outside, abs=1e-9)
        truth = np.array(page.data["truth"]) / 1000
        hit = (np.array(shown["low"]) <= truth) & (truth <= np.array(shown["high"]))
        far = np.abs(regression.GRID) >= 3
        assert page(f"coverage({n}, '{name}', false)") == pytest.approx(hit[far].mean(), abs=1e-9)
        assert np.allclose(np.array(shown["high"]) - shown["mean"], 2 * band.sd)


def test_the_logistic_penalty_is_what_draws_of_masks_cost_and_its_quadratic_form_the_limit_of_little_dropout():
    rng = np.random.default_rng(0)
    x, w, labels = rng.standard_normal((12, 6)), rng.standard_normal(6), rng.integers(0, 2, 12)
    torch.manual_seed(0)
    many = torch_dropout(torch.tensor(x).expand(20_000, -1, -1), 0.5) @ torch.tensor(w)
    drawn = logistic.loss(many.numpy(), labels).sum(1).mean() - logistic.loss(x @ w, labels).sum()
    assert logistic.penalty(x, w, 0.5) == pytest.approx(drawn, rel=0.05)
    for y in (labels, 1 - labels):
        added = logistic.enumerated_loss(x, y, w, 0.5) - logistic.loss(x @ w, y).sum()
        assert added == pytest.approx(logistic.penalty(x, w, 0.5), rel=1e-12)
    assert logistic.quadratic_penalty(x, 0.01 * w, 0.5) == pytest.approx(logistic.penalty(x, 0.01 * w, 0.5), rel=1e-3)
