"""Emergence: closed forms against plain steps and slow versions, limits, and refused values."""

import math

import numpy as np
import pytest
import torch

from training_dynamics.emergence import addition, forewarning, lazy, linear, median, metrics, rest, spillover, warning


def test_the_scale_for_a_score_gives_that_score():
    for length, score in ((1, 0.3), (40, 0.9)):
        scale = np.array([metrics.scale_at(score, length, 0.4)])
        assert metrics.exact_match(metrics.token_accuracy(scale, 0.4), length)[0] == pytest.approx(score, rel=1e-12)


def test_the_linear_curves_are_those_of_plain_descent():
    curves = linear.regression(3, 12, 20, 0.05, rate=0.1, start=2.0, steps=200)
    longer = linear.regression(3, 12, 20, 0.05, rate=0.1, start=2.0, steps=2e5)
    assert curves.test[-1] == pytest.approx(np.interp(curves.steps[-1], longer.steps, longer.test), rel=0.05)
    assert longer.norm[-1] < 1 < longer.norm[0]  # decay ends below the teacher's length


def test_what_the_parts_of_a_unit_compute_stays_when_it_reads_more_and_writes_less():
    weights = addition.start(1, 7, 5)
    c = np.array([0.5, 1.0, 2.0, 3.0, 4.0])
    moved = addition.Weights(weights.first * c, weights.second / c[:, None] ** 2)
    assert rest.computed(moved) == pytest.approx(rest.computed(weights), rel=1e-5)
    waves = addition.Weights(rest.strongest(weights.first), weights.second)
    assert rest.computed(waves) == pytest.approx((0, rest.computed(weights)[1]), rel=1e-5, abs=1e-9)


def test_the_delay_is_the_number_of_shrinking_steps():
    steps = linear.delay(10.0, 0.5, 0.1, 0.2)
    assert 10.0 * (1 - 0.02) ** steps == pytest.approx(0.5, rel=1e-12)


def test_the_product_of_both_layers_follows_decay_whatever_the_data():
    high, low = lazy.product_along_descent(0, 1.5, 0.05, 1e-3, 1000)
    assert high == pytest.approx(1, abs=2e-3)
    assert low == pytest.approx(1, abs=2e-3)


def test_the_flow_of_two_answers_is_the_limit_of_small_steps():
    for c, penalty in ((0.5, 0.0), (1.0, 0.2), (2.0, 1.0), (1.0, 5.0)):
        errors = []
        for rate in (2e-3, 1e-3):
            path = spillover.descend(c, penalty, rate, 5.0)
            exact = spillover.flow(c, penalty, path.times)
            errors.append(max(abs(path.asked - exact.asked).max(), abs(path.other - exact.other).max()))
        assert errors[0] < 0.01
        assert errors[1] == pytest.approx(errors[0] / 2, rel=0.1)


def test_a_narrow_update_leaves_all_other_answers_as_they_are():
    update = spillover.least_norm(spillover.features(1.3, 6), narrow=True)
    assert update.answers == pytest.approx(np.eye(6)[0], abs=1e-12)


@pytest.mark.parametrize("c", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("held", [0, 1, 4, 10])
def test_what_is_held_takes_from_the_spill_into_all_others(c, held):
    answers = spillover.shortest(spillover.features(c, held + 3), np.eye(held + 1)[0]).answers
    assert answers[held + 1 :] == pytest.approx([spillover.reach(c, held)] * 2, abs=1e-12)


def test_contexts_that_share_nothing_neither_spill_nor_cost():
    assert spillover.spill(0.0) == 0
    assert spillover.narrow_price(0.0, 7) == 1


def test_a_unit_of_one_frequency_has_concentration_one_and_survives_ablation():
    p = 11
    wave = np.cos(2 * np.pi * 3 * np.arange(p) / p + 0.4)[:, None]
    assert addition.concentrations(np.concatenate([wave, 2 * wave])) == pytest.approx([1.0], abs=1e-12)


def test_a_random_rest_has_each_unit_s_power_and_nothing_of_its_strongest_frequency():
    first = addition.start(0, 11, 16).first
    drawn = rest.random_rest(first, 0)
    assert (drawn**2).sum(0) == pytest.approx(((first - rest.strongest(first)) ** 2).sum(0), rel=1e-4)
    power = [sum(abs(np.fft.rfft(half, axis=0)) ** 2 for half in (w[:11], w[11:])) for w in (first, drawn)]
    best = power[0][1:].argmax(0) + 1
    assert power[1][best, range(16)] == pytest.approx(np.zeros(16), abs=1e-6)


def test_windows_lose_straight_lines_and_keep_the_rest():
    t = np.arange(50.0)
    assert np.abs(warning.windows((3 * t - 7)[None], 10, 5)).max() < 1e-10
    noise = np.random.default_rng(0).standard_normal(50)
    assert warning.windows((noise + 2 * t)[None], 10, 5) == pytest.approx(
        warning.windows(noise[None], 10, 5), abs=1e-10
    )


def test_an_alarm_is_known_at_the_end_of_its_window_and_infinite_when_never():
    values = np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 0.0]])
    assert warning.alarms(values, 1.0, width=100, stride=20).tolist() == [119.0, np.inf]


def test_wrong_values_are_refused_with_the_rule():
    with pytest.raises(ValueError, match="length must be >= 1, got 0"):
        metrics.exact_match(np.array([0.5]), 0)
    with pytest.raises(ValueError, match="fraction must be between 0 and 1, got 1"):
        addition.sums(0, 5, 1)
    with pytest.raises(ValueError, match="got 'skewness'"):
        warning.signal(warning.ramp(0, "test", 2, 500, 2.0, 2.0), "skewness")


def test_training_is_torch_s_adamw_on_the_same_loss():
    task, weights = addition.sums(0, 5, 0.6), addition.start(0, 5, 6)
    weights = addition.Weights(weights.first.astype(float), weights.second.astype(float))
    ours = addition.train(task, weights, decay=0.7, rate=0.02, steps=30, every=31).weights
    layers = [torch.tensor(w, requires_grad=True) for w in (weights.first, weights.second)]
    x, y = torch.tensor(task.x[task.trained]).double(), torch.tensor(task.targets[task.trained]).double()
    optimizer = torch.optim.AdamW(layers, lr=0.02, betas=(0.9, 0.98), weight_decay=0.7)
    for _ in range(31):
        optimizer.zero_grad()
        (((x @ layers[0]) ** 2 @ layers[1] - y) ** 2).sum(1).mean().backward()
        optimizer.step()
    assert ours.first == pytest.approx(layers[0].detach().numpy(), rel=1e-6, abs=1e-9)
    assert ours.second == pytest.approx(layers[1].detach().numpy(), rel=1e-6, abs=1e-9)


def test_training_that_goes_on_is_the_same_until_it_would_have_stopped_and_then_lasts():
    stopped, lasting = (addition.learn(0, p=13, hidden=64, fraction=0.8, steps=200, on=on) for on in (False, True))
    assert stopped.test_accuracy[-1] == 1 and stopped.steps[-1] < 200 == lasting.steps[-1]
    assert (lasting.concentration[: len(stopped.steps)] == stopped.concentration).all()


def test_weights_written_down_by_hand_add_and_need_their_one_frequency():
    p, rng = 11, np.random.default_rng(0)
    k, phases = rng.integers(1, 6, 400), rng.uniform(0, 2 * np.pi, (2, 400))
    angle = 2 * np.pi * np.outer(np.arange(p), k) / p
    tables = np.concatenate([np.cos(angle + phases[0]), np.cos(angle + phases[1])])
    parts = addition.ablate(addition.Weights(tables, np.cos(angle + phases.sum(0)).T))
    assert parts.only == 1
    assert parts.without < 0.3


def test_a_threshold_lets_the_stated_share_of_quiet_runs_pass():
    quiet = np.random.default_rng(0).standard_normal((200, 30))
    assert (quiet.max(1) > warning.threshold(quiet, 0.05)).mean() == pytest.approx(0.05)


def test_the_linear_curves_hold_where_steps_overshoot():
    curves = linear.regression(0, 4, 10, 0.01, rate=0.3, start=1.0, steps=50)
    assert np.isfinite(curves.test).all()
    assert curves.train[-1] < 0.01 < curves.train[0]


def test_leads_and_false_alarms_are_counted_over_runs():
    trial = warning.Trial(np.array([True, False, False, False]), np.array([30.0, -np.inf, 0.0, 10.0, 5.0]))
    assert trial.false_alarms == 0.25
    assert trial.told == 0.6
    assert trial.lead == 5.0


def test_the_interval_of_a_share_is_wilson_s():
    low, high = warning.share_interval(0, 20)  # closed form for none in n: z²/(n + z²)
    assert low == pytest.approx(0, abs=1e-12)
    assert high == pytest.approx(1.959964**2 / (20 + 1.959964**2), rel=1e-6)


def test_the_interval_of_a_median_encloses_it_as_often_as_it_says():
    rng = np.random.default_rng(0)
    draws = rng.exponential(size=(4000, 25))  # the median is ln 2
    held = [low <= np.log(2) <= high for low, high in map(median.median_interval, draws)]
    exact = 1 - 2 * sum(math.comb(25, k) for k in range(8)) / 2**25  # from the eighth to the eighteenth of 25
    assert np.mean(held) == pytest.approx(exact, abs=0.015)
    assert 0.95 <= exact < 0.96


def test_the_interval_of_a_median_may_be_endless_and_needs_six_values():
    never = -np.inf
    assert median.median_interval(np.array([never, never, 3.0, 1.0, 2.0, 5.0])) == (never, 5.0)
    assert median.median_interval(np.array([4.0, 1.0, 2.0, 3.0, 0.0, 5.0])) == (0.0, 5.0)
    with pytest.raises(ValueError, match="an interval of 95% needs more values, got 5"):
        median.median_interval(np.arange(5.0))


def test_an_alarm_that_is_always_at_the_same_step_follows_nothing():
    onset = np.array([100.0, 140.0, 180.0, np.inf])
    late = forewarning.Forewarning(onset - 50, onset)
    fixed = forewarning.Forewarning(np.full(4, 5.0), onset)
    assert late.follows == pytest.approx(1)
    assert late.leads.tolist() == [50, 50, 50]
    assert fixed.follows == 0
    assert fixed.leads.tolist() == [95, 135, 175]
