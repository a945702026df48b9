"""Dropout in trained networks: side by side, along training, rate by rate, with strangers and with BatchNorm."""

import numpy as np
import pytest
import torch

from training_dynamics.dropout import batchnorm, digits, length, regression, shrinkage, spread, strangers
from training_dynamics.toolbox.seeds import torch_generator

torch.set_num_threads(1)  # two threads wait for each other on busy cores


def test_networks_side_by_side_do_not_touch_each_other():
    members = [regression.Member(10, 0.0), regression.Member(10, 0.5)]
    nets = regression.Networks(members, 0)
    x = torch.randn(2, 30, 1, generator=torch_generator(0, "x"))
    nets(x, None)[0].sum().backward()
    assert all(part.grad[0].any() or k == 5 for k, part in enumerate(nets.parameters))
    assert not any(part.grad[1].any() for part in nets.parameters)
    noisy = nets(x, torch_generator(0, "masks")).detach()
    off = nets(x, None).detach()
    assert torch.allclose(noisy[0], off[0]) and not torch.allclose(noisy[1], off[1])


def test_members_of_one_index_share_start_and_masks_and_others_do_not():
    members = [regression.Member(10, 0.3), regression.Member(40, 0.3), regression.Member(10, 0.3, index=1)]
    nets = regression.Networks(members, 0)
    x = torch.ones(3, 4, 1)
    noisy = nets(x, torch_generator(0, "masks")).detach()
    assert torch.equal(noisy[0], noisy[1]) and not torch.allclose(noisy[0], noisy[2])
    assert len({float(v) for v in noisy[0].flatten()}) > 1, "examples must have masks of their own"


def test_where_the_network_gives_up_the_curve_the_spread_falls():
    fits, flat = regression.mask_bands(regression.train([regression.Member(160, p) for p in (0.2, 0.7)], 101), 101)
    assert spread.explained(101, fits) > 0.8 > 0.4 > spread.explained(101, flat)
    assert flat.inside < 0.9 * fits.inside


def test_digits_networks_train_and_strangers_are_strangers():
    data = digits.images(0)
    assert set(data.y_train.tolist()) == set(range(8)) == set(data.y_test.tolist())
    assert len(data.x_train) == 400 and len(data.strangers["unseen"]) > 300
    seen = []
    nets = digits.train([0.3], 0, epochs=12, after=lambda epoch, _: seen.append(epoch))
    right = (nets(data.x_test).argmax(-1) == data.y_test).double().mean()
    assert right > 0.8 and seen == list(range(1, 13))


def test_other_masks_can_be_asked_of_a_trained_network():
    nets, x = digits.Networks([0.0], 0), torch.rand(20, 64, generator=torch_generator(0, "x"))
    off, own = nets(x), nets(x, torch_generator(0, "masks"))
    assert torch.allclose(off, own), "at rate 0 nothing is dropped"
    assert not torch.allclose(off, nets(x, torch_generator(0, "masks"), keep=0.5))


def test_confidence_beyond_accuracy():
    found = digits.scores(np.array([[0.9, 0.1], [0.7, 0.3]]), np.array([0, 1]))
    assert found.error == 0.5 and found.excess == pytest.approx(0.8 - 0.5)


def test_a_trial_names_its_predictors_and_the_ensemble_is_one_of_all():
    found = strangers.trial(0, epochs=3, width=16)
    assert {name: len(each) for name, each in found.predictors.items()} == {
        "single": 5,
        "off": 3,
        "mc": 3,
        "ensemble": 1,
    }
    assert len(found.predictors["ensemble"][0].test) == 5 and len(found.predictors["mc"][0].test) == digits.SAMPLES
    mean = np.mean([p.mean for p in found.predictors["single"]], axis=0)
    assert np.allclose(found.predictors["ensemble"][0].mean, mean)


def test_a_sweep_has_a_number_for_every_rate():
    found = shrinkage.sweep(0, epochs=3, width=16, rates=(0.0, 0.5))
    assert all(v.shape == (2,) and np.isfinite(v).all() for v in vars(found).values())
    assert found.penalty[0] > 0


def test_lengths_share_one_training(monkeypatch):
    monkeypatch.setattr(length, "STOPS", (10, 20))
    found = length.along.__wrapped__(0)
    assert list(found) == [10, 20] and found[20].off.error < found[10].off.error
    assert found[20].confidence_taken > 0 and found[20].floor > 0


def test_a_comparison_holds_every_network_that_a_claim_asks_for():
    found = spread.comparison.__wrapped__(0, steps=5, width=8)
    assert {n: len(e) for n, e in found.ensembles.items()} == spread.CROWDS
    assert len(found.dropout[10, 0.1]) == len(found.dropout[2560, 0.1]) == spread.COPIES
    assert set(found.process) == set(spread.SIZES)
    assert found.inside(10) == pytest.approx(np.mean([band.inside for band in found.dropout[10, 0.1]]))


def test_new_statistics_change_nothing_without_dropout():
    found = batchnorm.shift(0, rate=0.0, width=20, steps=150)
    assert found.predicted == pytest.approx(1)
    assert found.ratio == pytest.approx(1, abs=0.1)
    assert found.error == pytest.approx(found.mended_error, abs=0.01)


def test_wrong_labels_are_in_the_training_set_only_and_among_the_seen_classes():
    clean, spoiled = digits.images(0), digits.images(0, wrong=0.3)
    assert (clean.y_train != spoiled.y_train).double().mean() == pytest.approx(0.3)
    assert spoiled.y_train.max() < digits.SEEN and torch.equal(clean.y_test, spoiled.y_test)


def test_new_statistics_are_those_of_every_norm_with_dropout_off():
    found = batchnorm.shift(0, rate=0.0, width=20, steps=100, pairs=2)
    assert found.ratio == pytest.approx(1, abs=0.1) and found.error == pytest.approx(found.mended_error, abs=0.02)
