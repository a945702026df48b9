"""The chapter on Adam where networks and rare classes are trained: against torch, full models and slow obvious versions."""

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from training_dynamics.adam import classes, digits, update
from training_dynamics.lab.optimizers import EXACT, AdamSettings, adam, zero_moments
from training_dynamics.toolbox.seeds import torch_generator

RNG = np.random.default_rng(0)


def test_flow_loss_solves_the_equation_it_comes_from():
    pi = classes.frequencies(5, 1.3)
    times = np.array([0.5, 5.0, 50.0])

    def speed(_, w):  # the full K x K model
        w = w.reshape(5, 5)
        p = np.exp(w - w.max(0))
        return (pi * (np.eye(5) - p / p.sum(0))).ravel()

    flow = solve_ivp(speed, (0, 50), np.zeros(25), "DOP853", times, rtol=1e-11, atol=1e-12).y.T.reshape(-1, 5, 5)
    logs = np.log(np.exp(flow).sum(1)) - np.einsum("tkk->tk", flow)
    assert np.allclose(classes.flow_loss(pi, times), logs, rtol=1e-7)
    assert np.allclose(classes.flow_loss(pi, np.zeros(1)), np.log(5))


@pytest.mark.parametrize("method", ["gradient", "sign", "adam"])
def test_two_numbers_a_class_stand_for_the_full_model(method):
    pi = classes.frequencies(4)
    w = np.zeros((4, 4))
    moments = zero_moments(w)
    for _ in range(30):
        p = np.exp(w) / np.exp(w).sum(0)
        g = pi * (p - np.eye(4))
        if method == "adam":
            moments, g = adam(moments, g, EXACT)
        w = w - 0.1 * (np.sign(g) if method == "sign" else g)
    margins = classes.one_hot_run(pi, method, 0.1, 30)[-1]
    assert np.allclose(np.diag(w) - w[(np.arange(4) + 1) % 4, np.arange(4)], margins, atol=1e-12)


def test_sign_descent_gains_two_learning_rates_of_margin_a_step():
    margins = classes.one_hot_run(classes.frequencies(9), "sign", 0.01, 50)
    assert np.allclose(margins, 0.02 * np.arange(51)[:, None], atol=1e-12)


def test_linear_training_agrees_with_torch():
    data = classes.dense(0, groups=3)
    x, y = torch.tensor(data.x), torch.tensor(data.y)
    for method, lr in (("momentum", 0.5), ("adam", 0.05)):
        w = torch.zeros(x.shape[1], int(y.max()) + 1, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.Adam([w], lr) if method == "adam" else torch.optim.SGD([w], lr, momentum=0.9)
        for _ in range(20):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(x @ w, y).backward()
            optimizer.step()
        found = classes.train_linear(data, method, np.array([1e-3, lr]), 20).mean[1]
        assert found == pytest.approx(torch.nn.functional.cross_entropy(x @ w, y).item(), rel=1e-9)


def test_rates_train_independently_of_each_other(monkeypatch):
    full = digits.digits_sweep.__wrapped__(0, "sgd", steps=20)
    monkeypatch.setitem(digits.GRIDS, "sgd", full.lrs[[6]])
    alone = digits.digits_sweep.__wrapped__(0, "sgd", steps=20)
    assert alone.train_loss[0] == pytest.approx(full.train_loss[6], rel=1e-5)
    assert not np.isfinite(full.train_loss[-1]) or full.train_loss[-1] > full.train_loss[6]


@pytest.mark.parametrize("method", ["rmsprop, uncorrected", "rmsprop", "adam, uncorrected", "adam", "plain", "sgd"])
def test_rules_take_the_steps_that_adams_settings_say(method):
    rule, trace = digits.RULES[method], RNG.standard_normal((20, 3))
    theta = torch.zeros(3, dtype=torch.float64)
    moments = zero_moments(theta)
    for g in trace:
        moments, direction = rule.step(moments, torch.tensor(g))
        theta = theta - 0.1 * direction
    moves = update.rates(trace, AdamSettings(rule.beta1, corrected=rule.corrected))
    if not rule.root:  # torch's momentum: the sum over i of beta1^(t - i) g_i
        moves = np.array([sum(rule.beta1 ** (t - i) * trace[i] for i in range(t + 1)) for t in range(20)])
    assert np.allclose(theta.numpy(), -0.1 * moves.sum(0), atol=1e-12)


def test_pixel_units_multiply_each_pixel():
    factors = digits.pixel_units(0, 1.0)
    assert factors.shape == (64,) and 0.1 <= factors.min() < 0.2 and 5 < factors.max() <= 10
    assert torch.equal(digits.pixel_units(0, 0.0), torch.ones(64))


def test_best_rates_of_every_term_lie_inside_their_grids():
    for method in digits.RULES:
        for units in (0.0, 1.0):
            best = digits.digits_sweep(0, method, units=units, steps=100).train_loss.argmin()
            assert 0 < best < len(digits.GRIDS[method]) - 1, (method, units)


def test_noise_columns_leave_the_pixels_alone():
    x = torch.rand(5, 3)
    noisy = digits.with_noise(x, 0.1, torch_generator(0, "t"), 7)
    assert noisy.shape == (5, 10) and torch.equal(noisy[:, :3], x)
    assert digits.with_noise(x, 0, torch_generator(0, "t")) is x
