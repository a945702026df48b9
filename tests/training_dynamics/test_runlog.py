"""RunLog and diagnose in somebody's own project: what is measured, against slow obvious versions, and what is refused."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from training_dynamics.toolbox.diagnose import Limits, diagnose
from training_dynamics.toolbox.readings import period, read, weighted_median
from training_dynamics.toolbox.runlog import RunLog


def network(*middle):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), *middle, nn.Linear(8, 3))


def steps(model, optimizer, count, log=None, before=lambda: None):
    draw = torch.Generator().manual_seed(1)
    for _ in range(count):
        x, y = torch.randn(16, 6, generator=draw), torch.randint(0, 3, (16,), generator=draw)
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        before()
        optimizer.step()
        if log is not None:
            log.loss(loss)


def test_watching_changes_nothing_about_the_training():
    watched, plain = network(nn.ReLU()), network(nn.ReLU())
    optimizers = [torch.optim.Adam(m.parameters(), lr=0.01) for m in (watched, plain)]
    with RunLog(watched, optimizers[0], every=2) as log:
        steps(watched, optimizers[0], 12, log)
    steps(plain, optimizers[1], 12)
    assert all(torch.equal(a, b) for a, b in zip(watched.parameters(), plain.parameters()))


def test_the_norms_are_those_of_a_slow_obvious_version():
    model = network(nn.ReLU())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    before = copy.deepcopy(model)
    with RunLog(model, optimizer) as log:
        steps(model, optimizer, 1, log)
    found = log.series()
    for number in (0, 2):
        old, new = before[number].weight, model[number].weight
        layer = number // 2
        assert found.weights[0, layer] == pytest.approx(old.norm().item(), rel=1e-5)
        assert found.updates[0, layer] == pytest.approx((new - old).norm().item(), rel=1e-4)
        assert found.layers[0, layer] == pytest.approx(new.grad.norm().item(), rel=1e-5)
    whole = torch.cat([p.grad.reshape(-1) for p in model.parameters()]).norm().item()
    assert found.gradient[0] == pytest.approx(whole, rel=1e-5) and found.raw[0] == pytest.approx(whole, rel=1e-5)


TENS = [0, 1, 2, 3, 10, 20, 30, 40, 50, 60, 70, 80, 90]


@pytest.mark.parametrize(
    "every, measured",
    [(100, [*TENS, 100]), (200, TENS), (35, sorted([*TENS, 35, 105, 140])), (1, list(range(160)))],
)
def test_losses_are_kept_at_every_step_and_the_rest_often_at_first_and_later_seldom(every, measured):
    model = network(nn.ReLU())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with RunLog(model, optimizer, every=every) as log:
        steps(model, optimizer, 160, log)
    found = log.series()
    assert len(found.loss) == found.taken == 160
    assert found.at.tolist() == measured


def test_a_step_that_is_not_measured_meets_no_hook_but_the_one_that_counts():
    model = network(nn.ReLU())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with RunLog(model, optimizer) as log:
        steps(model, optimizer, 5, log)
        assert not any(m._forward_pre_hooks for m in model.modules())
        assert not any(p._post_accumulate_grad_hooks for p in model.parameters())
        assert not optimizer._optimizer_step_pre_hooks and len(optimizer._optimizer_step_post_hooks) == 1
    assert not optimizer._optimizer_step_post_hooks


def test_a_median_over_steps_minds_for_how_many_a_measured_one_stands():
    values, weights = np.array([3.0, 1.0, np.nan, 2.0, 5.0]), np.array([1, 1, 90, 1, 7])
    slow = np.sort(np.repeat(values, weights)[np.isfinite(np.repeat(values, weights))])
    assert weighted_median(values, weights) == slow[(len(slow) - 1) // 2] == 5.0
    assert weighted_median(np.array([4.0, 2.0]), np.array([1, 1])) == 2.0
    assert np.isnan(weighted_median(np.array([np.nan]), np.array([1])))


def test_dead_units_are_those_that_give_the_same_value_for_every_example():
    model = network(nn.ReLU())
    with torch.no_grad():
        model[0].bias[:3] = -100.0
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    with RunLog(model, optimizer) as log:
        steps(model, optimizer, 1, log)
    assert log.series().dead[0].tolist() == [0.0, 3 / 8]


def test_a_convolution_counts_channels():
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 3), nn.Flatten(), nn.Linear(32, 3))
    with torch.no_grad():
        model[0].bias[0] = -100.0
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    with RunLog(model, optimizer) as log:
        loss = model(torch.randn(5, 1, 8, 8)).square().mean()
        loss.backward()
        optimizer.step()
        log.loss(loss)
    assert log.series().dead[0, 1] == 0.25


def test_a_clip_is_seen_without_being_told():
    model = network(nn.ReLU())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with RunLog(model, optimizer) as log:
        steps(model, optimizer, 30, log, before=lambda: nn.utils.clip_grad_norm_(model.parameters(), 1e-3))
    readings = read(log)
    assert readings.held == 1 and readings.cut < 0.1
    assert diagnose(log).name == "clipping"


def test_steps_that_a_loss_scaler_leaves_out_are_counted():
    model = network(nn.ReLU())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with RunLog(model, optimizer) as log:
        for step in range(20):
            loss = nn.functional.cross_entropy(model(torch.randn(4, 6)), torch.randint(0, 3, (4,)))
            optimizer.zero_grad()
            loss.backward()
            if step % 2:
                optimizer.step()
            log.loss(loss)
    assert read(log).skipped == 0.5 and diagnose(log).name == "fp16_overflow"


def test_the_hooks_leave_with_the_block_even_after_an_error():
    model = network(nn.ReLU())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    log = RunLog(model, optimizer)
    with pytest.raises(ZeroDivisionError), log:
        1 / 0  # noqa: B018
    assert not any(m._forward_pre_hooks for m in model.modules()) and not optimizer._optimizer_step_pre_hooks
    with pytest.raises(RuntimeError, match="with RunLog"):
        log.loss(1.0)


def test_evaluation_between_steps_does_not_disturb_what_a_step_measures():
    model = network(nn.ReLU())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with RunLog(model, optimizer) as log:
        model.eval()
        model(torch.zeros(50, 6))
        model.train()
        steps(model, optimizer, 1, log)
        log.evaluate(1.0, 2.0)
    found = log.series()
    assert found.dead[0, 0] == 0 and found.evaluated.tolist() == [1] and found.val.tolist() == [2.0]


@pytest.mark.parametrize("wrong", [{"every": 0}, {"epoch": 0}, {"chance": 0.0}, {"chance": -1.0}])
def test_wrong_settings_are_refused_with_their_value(wrong):
    model = network()
    with pytest.raises(ValueError, match=f"got {next(iter(wrong.values()))}"):
        RunLog(model, torch.optim.SGD(model.parameters(), lr=0.1), **wrong)


def test_a_model_without_weights_and_a_log_without_losses_are_refused():
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(ValueError, match="nothing to watch"):
        RunLog(nn.ReLU(), optimizer)
    with pytest.raises(ValueError, match="holds no loss"):
        diagnose(RunLog(model, optimizer))


def test_limits_must_be_positive():
    with pytest.raises(ValueError, match="dead must be > 0, got 0"):
        Limits(dead=0)


def test_a_log_with_losses_only_is_enough_to_see_a_divergence():
    model = network()
    with RunLog(model, torch.optim.SGD(model.parameters(), lr=0.1)) as log:
        for value in [1.0, 3.0, 30.0, 1e4, float("nan")]:
            log.loss(value)
    assert diagnose(log).name == "rate_too_high"


def test_the_period_sees_an_order_that_returns_and_no_other():
    rng = np.random.default_rng(0)
    hardness = rng.uniform(0.5, 2.0, 20)
    assert period(np.tile(hardness, 5), 20) > 0.95
    assert abs(period(rng.uniform(0.5, 2.0, 100), 20)) < 0.35
    assert np.isnan(period(hardness, 20))


def trained(model, log_options=None, count=6, examples=16):
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
    draw = torch.Generator().manual_seed(2)
    with RunLog(model, optimizer, **(log_options or {})) as log:
        for _ in range(count):
            x, y = torch.randn(examples, 6, generator=draw), torch.randint(0, 3, (examples,), generator=draw)
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            log.loss(loss)
    return log


def test_an_evaluation_without_gradients_is_not_taken_for_a_steps_batch():
    model = network(nn.ReLU())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with RunLog(model, optimizer) as log:
        with torch.no_grad():  # the model is still in training mode
            model(torch.zeros(50, 6))
        steps(model, optimizer, 1, log)
    assert log.series().sizes[0, 0] > 0.5


def test_a_frozen_first_layer_is_not_called_vanishing():
    model = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 3))
    model[0].requires_grad_(False)
    readings = read(trained(model))
    assert readings.decay > 0.01 and "vanishing" not in (diagnose(readings).name, *diagnose(readings).also)


def test_a_layer_that_begins_at_zero_is_no_leap():
    model = network(nn.ReLU())
    nn.init.zeros_(model[2].weight)
    assert np.isfinite(read(trained(model)).leap)


def test_one_example_tells_nothing_about_dead_units():
    assert np.isnan(read(trained(network(nn.ReLU()), examples=1)).dead_start)


def test_an_evaluation_long_after_the_first_epoch_is_not_taken_for_an_early_one():
    model = network(nn.ReLU())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with RunLog(model, optimizer, epoch=4) as log:
        steps(model, optimizer, 12, log)
        log.evaluate(0.1, 3.0)
    readings = read(log)
    assert np.isnan(readings.early_val) and np.isfinite(readings.val)


def test_what_enters_as_whole_numbers_or_in_half_precision_stops_no_training():
    class Bag(nn.Module):
        def __init__(self):
            super().__init__()
            self.bag, self.head = nn.EmbeddingBag(10, 8), nn.Linear(8, 3)

        def forward(self, x):
            return self.head(self.bag(x))

    model = Bag()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with RunLog(model, optimizer) as log:
        loss = model(torch.randint(0, 10, (4, 5))).square().mean()
        loss.backward()
        optimizer.step()
        log.loss(loss)
    assert np.isfinite(log.series().sizes[0, 1])
    half = nn.Linear(6, 3).half()
    optimizer = torch.optim.SGD(half.parameters(), lr=1e-3)
    with RunLog(half, optimizer) as log:
        loss = half(torch.full((4, 6), 300.0).half()).float().square().mean()
        loss.backward()
        optimizer.step()
        log.loss(loss)
    assert log.series().sizes[0, 0] == pytest.approx(300.0)
