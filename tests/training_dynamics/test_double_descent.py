"""Double descent: closed forms against limits and slow versions, fast paths, the explorable against Python."""

import numpy as np
import pytest
import torch
from scipy.special import digamma
from sklearn.linear_model import Ridge

from training_dynamics.double_descent import benign, digits, epochs, explorable as twin, gaussian as dd, networks, paths
from training_dynamics.lab.widths import WidthStack
from training_dynamics.toolbox.data import one_hot
from training_dynamics.toolbox.nets import mlp
from training_dynamics.toolbox.seeds import torch_generator


def test_ridgeless_risk_in_its_limits():
    assert dd.ridgeless_risk(50, 0, 0.0, 1.0) == 0
    assert dd.ridgeless_risk(50, 20, 9.0, 0.0) == 0, "below n and without noise the fit is exact"
    assert dd.ridgeless_risk(50, 10**9, 2.0, 1.0) == pytest.approx(2.0), "a huge model predicts zero"
    assert all(np.isinf(dd.ridgeless_risk(50, p, 1.0, 0.1)) for p in (49, 50, 51))
    assert np.isfinite([dd.ridgeless_risk(50, p, 1.0, 0.1) for p in (48, 52)]).all()
    assert dd.ridgeless_risk(30, 70, 1.0, 0.5) == pytest.approx(1 - 30 / 70 + 0.5 * 30 / 39)
    with pytest.raises(ValueError, match="noise=-1"):
        dd.ridgeless_risk(10, 5, 1.0, -1)
    with pytest.raises(ValueError, match="n=0"):
        dd.ridgeless_risk(0, 5, 1.0, 1)


def test_the_three_parts_are_what_their_names_say():
    n, p, draws = 20, 50, 4000
    rng = np.random.default_rng(0)
    beta = np.zeros(p)
    beta[0] = 1.0
    x = rng.standard_normal((draws, n, p))
    clean = dd.fit(x, x @ beta)
    noisy = dd.fit(x, rng.standard_normal((draws, n)))
    parts = dd.ridgeless_parts(n, p, 1.0, 0.3)
    mean = clean.mean(0)
    assert np.square(mean - beta).sum() == pytest.approx(parts.bias, rel=0.06)
    assert np.square(clean - mean).sum(1).mean() == pytest.approx(parts.variance_of_inputs, rel=0.06)
    assert 0.3 * np.square(noisy).sum(1).mean() == pytest.approx(parts.variance_of_noise, rel=0.06)
    assert parts.total == pytest.approx(dd.ridgeless_risk(n, p, 1.0, 0.3))


@pytest.mark.parametrize("n, p", [(12, 5), (12, 12), (5, 12)])
def test_fit_is_minimum_norm_least_squares_and_ridge(n, p):
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((3, n, p)), rng.standard_normal((3, n))
    assert np.allclose(dd.fit(x, y), [np.linalg.pinv(a) @ b for a, b in zip(x, y)], atol=1e-8)
    sk = [Ridge(0.7, fit_intercept=False, solver="svd").fit(a, b).coef_ for a, b in zip(x, y)]
    assert np.abs(dd.fit(x, y, 0.7) - sk).max() < 1e-10


@pytest.mark.parametrize("gamma", [0.4, 1.0, 3.0])
def test_ridge_limit_is_the_integral_over_the_spectrum(gamma):
    """Against its definition, bias and variance summed over the eigenvalues of one very large Gram matrix."""
    n, lam, signal, noise = 400, 0.3, 1.3, 0.4
    p = int(gamma * n)
    values = dd.singular_values(2, n, p, 1)[0]
    direct = dd.risk_given_inputs(values, p, signal, noise, n * lam)
    assert dd.ridge_risk_limit(gamma, lam, signal, noise) == pytest.approx(direct, rel=0.015)


def test_risk_given_inputs_is_the_mean_over_noise_and_truth():
    n, p, signal, noise, lam = 8, 12, 2.0, 0.5, 1.5
    rng = np.random.default_rng(6)
    x, draws = rng.standard_normal((n, p)), 40_000
    beta = rng.standard_normal((draws, p))
    beta *= np.sqrt(signal) / np.linalg.norm(beta, axis=1, keepdims=True)
    y = beta @ x.T + np.sqrt(noise) * rng.standard_normal((draws, n))
    solve = np.linalg.solve(x.T @ x + lam * np.eye(p), x.T)
    risk = np.square(y @ solve.T - beta).sum(1).mean()
    exact = dd.risk_given_inputs(np.linalg.svd(x, compute_uv=False), p, signal, noise, lam)
    assert risk == pytest.approx(exact, rel=0.02)
    simulated = dd.simulated_risks(0, n, p, signal, noise, 3000, lam).mean()
    spread = dd.risk_given_inputs(dd.singular_values(0, n, p, 3000), p, signal, noise, lam).mean()
    assert simulated == pytest.approx(spread, rel=0.05)


def test_best_ridge_is_a_minimum_and_ridge_tends_to_ridgeless():
    gamma, signal, noise = 1.5, 1.0, 0.3
    best = dd.best_ridge(150, signal, noise) / 100
    risks = [dd.ridge_risk_limit(gamma, best * f, signal, noise) for f in (0.9, 1.0, 1.1)]
    assert risks[1] < min(risks[0], risks[2])
    exact = signal * (1 - 1 / gamma) + noise / (gamma - 1)
    assert dd.ridge_risk_limit(gamma, 1e-9, signal, noise) == pytest.approx(exact, rel=1e-6)
    assert dd.ridge_risk_limit(gamma, np.inf, signal, noise) == signal
    with pytest.raises(ValueError, match="use ridgeless_risk"):
        dd.ridge_risk_limit(gamma, 0.0, signal, noise)


def test_subset_curve_adds_what_is_not_seen_to_the_noise():
    squares = dd.truth(60, 1.0)
    assert squares.sum() == pytest.approx(1) and squares[0] == pytest.approx(2 * squares[1])
    curve = dd.subset_curve(20, [0, 5, 60], squares, 0.1)
    unseen = 0.1 + squares[5:].sum()
    assert curve == pytest.approx([1.1, unseen * (1 + 5 / 14), 1 - 20 / 60 + 0.1 * (1 + 20 / 39)])
    simulated = dd.simulated_subset_curves(0, 20, [0, 5, 60], squares, 0.1, 600).mean(0)
    assert simulated == pytest.approx(curve, rel=0.05)


def test_copied_features_have_the_risk_of_the_plain_ones_once_all_are_seen():
    """Where every copy is present, splitting a coefficient over two equal features changes nothing but its price."""
    curve = dd.copied_curve(0, 12, (8, 60), 30, 0.1, 400)
    assert curve[:, 0].mean() == pytest.approx(dd.ridgeless_risk(12, 4, 4 / 30, 0.1 + 26 / 30) + 26 / 30, rel=0.12)
    assert curve[:, 1].mean() == pytest.approx(dd.ridgeless_risk(12, 30, 1.0, 0.1), rel=0.05)


def test_every_path_is_scikit_learns_ridge():
    rng = np.random.default_rng(3)
    x, y, lams = rng.standard_normal((15, 40)), rng.standard_normal((15, 2)), [0.01, 1.0, 50.0]
    sk = np.array([Ridge(lam, fit_intercept=False, solver="svd").fit(x, y).coef_.T for lam in lams])
    for name, path in paths.PATHS.items():
        assert np.abs(path(x, y, lams) - sk).max() < 1e-10, name


@pytest.mark.parametrize("p", [8, 20, 45])
def test_spectral_filters_against_slow_versions(p):
    rng = np.random.default_rng(4)
    f, y, new = rng.standard_normal((20, p)), rng.standard_normal((20, 2)), rng.standard_normal((6, p))
    fit = paths.spectral(f, y, new)
    assert np.abs(fit.predict(fit.ridgeless()) - new @ np.linalg.pinv(f) @ y).max() < 1e-8
    lam = 0.8
    assert np.abs(fit.predict(fit.ridge(lam)) - new @ paths.path_primal(f, y, [lam])[0]).max() < 1e-10
    beta, rate = np.zeros((p, 2)), 1 / np.linalg.norm(f, 2) ** 2
    for _ in range(25):
        beta -= rate * f.T @ (f @ beta - y)
    assert np.abs(fit.predict(fit.descent(25)) - new @ beta).max() < 1e-10
    left_out = [y[i] - f[i] @ paths.path_primal(np.delete(f, i, 0), np.delete(y, i, 0), [lam])[0] for i in range(20)]
    assert fit.leave_one_out(lam) == pytest.approx(np.square(left_out).sum(1).mean(), rel=1e-10)


def test_sweep_is_least_squares_on_the_features():
    sweep = digits.width_sweep(7, n=60, widths=(20, 60, 100), test=50)
    split = digits.digits(7, train=60)
    x, new = digits._centred(split, 50)
    weights = digits.numpy_generator(7, "features").standard_normal((64, 100))
    beta = np.linalg.pinv(digits.relu_features(x, weights)) @ one_hot(split.y_train).double().numpy()
    out = digits.relu_features(new, weights) @ beta
    truth = one_hot(split.y_test[:50]).double().numpy()
    assert np.abs(x.mean(0)).max() < 1e-12, "the mean training image is subtracted"
    raw = split.x_test[:50].double().numpy() - split.x_train.double().numpy().mean(0)
    assert np.abs(new - raw).max() < 1e-12, "the test images lose the same image"
    assert sweep.mse[0, 2] == pytest.approx(np.square(out - truth).sum(1).mean(), rel=1e-8)
    assert sweep.error[0, 2] == pytest.approx((out.argmax(1) != truth.argmax(1)).mean())
    assert sweep.norm[0, 2] == pytest.approx(np.linalg.norm(beta), rel=1e-8)
    assert sweep.mse.shape == (2, 3) and sweep.ridge_mse.shape == (2, 3, len(digits.LAMBDAS))


def test_blocks_of_one_layer_are_the_networks_themselves():
    models = [mlp([64, h, 10], torch_generator(0, h)) for h in (3, 7)]
    with torch.no_grad():
        for parameter in (p for m in models for p in m.parameters()):
            parameter.add_(torch.randn(parameter.shape, generator=torch_generator(2)))
    x = torch.randn(5, 64, generator=torch_generator(1))
    out = WidthStack(models)(x)
    assert torch.allclose(out, torch.stack([m(x) for m in models]), rtol=1e-4, atol=1e-3)
    assert [networks.parameters_of(h) for h in (3, 7)] == [sum(p.numel() for p in m.parameters()) for m in models]


def test_each_width_trains_as_if_it_were_alone():
    both = networks.width_run(3, n=40, hidden=(4, 9), steps=20)
    alone = networks.width_run(3, n=40, hidden=(9,), steps=20)
    assert both.mse[1] == pytest.approx(alone.mse[0], rel=1e-4)


def test_epochwise_risk_from_its_start_to_its_end():
    problem = epochs.TwoScales()
    ends = epochs.epochwise_risk(np.array([0.0, 1e9]), problem.scales, problem.theta, problem.noise, problem.n)
    assert ends[0] == pytest.approx(problem.fast_signal + problem.slow_signal)
    assert ends[1] == pytest.approx(problem.noise * (problem.fast + problem.slow) / problem.n)
    with pytest.raises(ValueError, match=r"\(0, 1\]"):
        epochs.epochwise_risk(1.0, np.array([2.0]), np.array([1.0]), 1.0, 10, 0.5)


def test_products_drawn_without_inputs_are_those_of_gaussian_inputs():
    """The determinant of a Wishart matrix is a product of chi-squared variables, and the noise is normal in its metric."""
    problem = epochs.TwoScales(n=30, fast=4, slow=3, slow_scale=0.2, noise=2.0)
    squares, spoiled = epochs.gaussian_products(np.random.default_rng(0), problem, 4000)
    i = np.arange(7)
    expected = digamma((30 - i) / 2).sum() + 7 * np.log(2) + 2 * np.log(problem.scales).sum()
    assert np.linalg.slogdet(squares)[1].mean() == pytest.approx(expected, abs=0.05)
    mean = squares.mean(0) / 30
    assert np.abs(mean / np.outer(problem.scales, problem.scales) - np.eye(7)).max() < 0.05
    lengths = (spoiled * np.linalg.solve(squares, spoiled[..., None])[..., 0]).sum(1)
    assert lengths.mean() == pytest.approx(2.0 * 7, rel=0.05)
    assert lengths.var() == pytest.approx(2 * 7 * 2.0**2, rel=0.15)


def test_equal_speeds_leave_one_descent():
    problem, t = epochs.TwoScales(), np.geomspace(1, 1e5, 400)
    one = epochs.epochwise_risk(t, problem.scales, problem.theta, problem.noise, problem.n, problem.rate)
    equal = epochs.epochwise_risk(
        t, problem.scales, problem.theta, problem.noise, problem.n, problem.rate / problem.scales**2
    )
    assert (np.diff(np.sign(np.diff(one))) > 0).sum() == 2, "two minima with one step size"
    assert (np.diff(np.sign(np.diff(equal[t < 300]))) > 0).sum() == 1, "one minimum with equal speeds"
    assert equal.min() < one.min()


@pytest.mark.parametrize("decay, sigma2", [(0.0, 0.04), (1.3, 0.5), (3.0, 0.0)])
def test_explorable_theory_is_pythons(explorable, decay, sigma2):
    page, widths = explorable("double_descent"), [1, 5, 38, 42, 90, 240]
    for js, python in (("0", 0.0), ("0.1", 0.1), ("'best'", None)):
        call = f"curve({twin.N}, {widths}, TD.double_descent.truth({twin.FEATURES}, {decay}), {sigma2}, {js})"
        assert np.abs(page.array(call) / twin.theory(decay, sigma2, python, widths) - 1).max() < 1e-9, js


@pytest.mark.parametrize("seed", range(3))
def test_explorable_simulation_is_pythons(explorable, seed):
    rng, widths = np.random.default_rng(seed), [3, 11, 12, 13, 30]
    x, noise = rng.standard_normal((12, 30)), rng.standard_normal(12)
    beta = np.sqrt(dd.truth(30, 0.5))
    y = x @ beta + 0.1 * noise
    for lam in (0.0, 2.0):
        call = f"errors({x.tolist()}, {y.tolist()}, {beta.tolist()}, 0.01, {widths}, {[lam] * 5})"
        python = twin.simulation(x, noise, 0.5, 0.01, lam, widths)
        assert np.abs(explorable("double_descent").array(call) / python - 1).max() < 1e-6


def test_the_cost_of_noise_for_equal_variances_is_the_isotropic_one_and_its_shares_sum_to_n():
    equal = np.ones(100)
    assert benign.cost_of_noise(20, equal) == pytest.approx(100 / 80)
    for spectrum in (equal, benign.power_law(2.0, 300), benign.geometric(0.5, 400), benign.head_and_tail(3, 200)):
        assert benign.learned(20, spectrum).sum() == pytest.approx(20)
    assert benign.cost_of_noise(20, 7 * benign.power_law(1.5, 300)) == pytest.approx(
        benign.cost_of_noise(20, benign.power_law(1.5, 300))
    ), "units do not matter"
    with pytest.raises(ValueError, match="n=100, 100 features"):
        benign.learned(100, equal)


def test_the_simulated_cost_is_the_error_of_fits_to_pure_noise():
    spectrum, n = benign.power_law(1.0, 60), 15
    x = np.random.default_rng(0).standard_normal((n, 60)) * np.sqrt(spectrum)
    noise = np.random.default_rng(1).standard_normal((4000, n))
    errors = np.square(dd.fit(np.broadcast_to(x, (4000, n, 60)), noise)) @ spectrum
    pinv = np.linalg.pinv(x)
    assert errors.mean() == pytest.approx((np.square(pinv).sum(1) * spectrum).sum(), rel=0.05)
    assert benign.simulated_cost(0, n, spectrum, 200).mean() == pytest.approx(
        benign.cost_of_noise(n, spectrum), rel=0.1
    )


def test_the_least_risks_are_those_of_the_curves():
    problem = epochs.TwoScales()
    (fast, slow), t = problem.parts, np.geomspace(1, 1e5, 4000)
    equal = problem.rate / problem.scales**2
    risk = epochs.epochwise_risk(t, problem.scales, problem.theta, problem.noise, problem.n, equal)
    assert epochs.least_at_equal_speeds(problem.parts) == pytest.approx(risk.min(), rel=1e-3)
    assert risk[0] < fast[0] + slow[0] and risk[-1] == pytest.approx(fast[1] + slow[1], rel=1e-3)
    assert epochs.least_risk(problem.parts) <= epochs.least_at_equal_speeds(problem.parts)


def test_fitted_ridge_follows_its_exact_risk():
    curve = dd.simulated_ridge_curve(0, 20, (10, 60), 60, 0.1, 400).mean(0)
    assert curve == pytest.approx(dd.subset_curve(20, [10, 60], dd.truth(60, 0.0), 0.1, None), rel=0.04)
