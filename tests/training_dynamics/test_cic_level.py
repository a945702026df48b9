"""The milder reading, asked directly: networks of one loss, kicks that keep norms, and claims that can fail."""

import torch

from training_dynamics.cic import level, nets
from training_dynamics.cic.claims import level as claims
from training_dynamics.cic.preregistration import PROXIES


def test_a_kick_moves_every_matrix_and_bias_and_gives_it_its_norm_again():
    net, theta = nets.shape(8), nets.start(0, 8) + 0.1
    found = level.kicked(net, theta.expand(5, -1), theta, 0.5, torch.Generator().manual_seed(0))
    for new, old in zip(net.layers(found), net.layers(theta), strict=True):
        for a, b in zip(new, old, strict=True):
            assert torch.allclose(a.flatten(1).norm(dim=1), b.norm().expand(5), rtol=1e-5)
            assert ((a - b).flatten(1).norm(dim=1) > 0.3 * b.norm()).all()


def test_every_network_is_trained_back_to_the_loss(monkeypatch):
    reached, train = [], nets.train_to

    def watched(net, theta, x, y, target, *rest, **kept):
        found = train(net, theta, x, y, target, *rest, **kept)
        reached.append((len(theta), float(nets.loss(net, found, x, y).max())))
        return found

    monkeypatch.setattr(level.nets, "train_to", watched)
    found = level.level(3, hidden=20, target=0.4, kicks=1, count=3)
    assert [count for count, _ in reached] == [1, 3, 3] and all(loss <= 0.4 for _, loss in reached)
    assert found.trained.shape == found.kicked.shape == (2, 7) and 0.9 < found.longer < 1.3


def test_networks_that_are_the_same_differ_by_nothing_and_silent_units_are_left_out():
    data, net, theta = nets.problem(0, 100), nets.shape(8), nets.start(0, 8)
    same, _ = level.means(net, (theta, theta.expand(3, -1)), data.held_out)
    assert (same[0] - same[1]).abs().max() < 1e-4
    silenced = theta.clone()
    net.layers(silenced)[1][1][:, :2] -= 1e3  # two units of the last hidden layer never fire
    found, count = level.means(net, (silenced, theta), data.held_out)
    whole, firing = found[0] - found[1]
    entropy, total = PROXIES.index("h_rep"), PROXIES.index("tc")
    assert whole[entropy] < -0.5 and firing[entropy].abs() < 1e-4 and firing[total].abs() < 1e-4
    assert count == level.means(net, (silenced,), data.held_out)[1] <= 6


def test_a_unit_that_is_silent_in_one_group_is_left_out_of_all():
    data, net, theta = nets.problem(0, 100), nets.shape(8), nets.start(0, 8)
    silenced = theta.clone()
    net.layers(silenced)[1][1][:, 0] -= 1e3
    other = nets.start(1, 8)
    for last in (theta, silenced):  # the third group alone decides which units the first two are read on
        found, count = level.means(net, (theta, other, last), data.held_out)
        assert count == level.means(net, (theta, other), data.held_out)[1] - (last is silenced)
        assert torch.equal(found[0, 0], level.means(net, (theta,), data.held_out)[0][0, 0])


def test_networks_that_descent_does_not_part_from_kicked_ones_would_break_the_claims(monkeypatch):
    signs = torch.zeros(2, 7)
    signs[:, PROXIES.index("log_rank")], signs[1, PROXIES.index("tc")] = -1.0, 1.0
    for size, ok in ((0.3, True), (-0.1, False)):
        found = level.Level(size * signs, signs, 1.0, 8)
        monkeypatch.setattr(claims, "level", lambda *args, found=found: found)
        assert claims.level_rank(0).ok is ok and claims.level_total_correlation(0).ok is ok
    half = 0.3 * signs * torch.tensor([[1.0], [-1.0]])  # smaller by all units alone is not enough
    monkeypatch.setattr(claims, "level", lambda *args: level.Level(half, signs, 1.0, 8))
    assert not claims.level_rank(0).ok
