"""The plainer account of the row on curves: a network that knows of no curve, and that its claim can fail."""

import torch

from training_dynamics.cic import alone, nets
from training_dynamics.cic.claims import alone as claims


def test_the_middle_is_trained_to_the_loss_that_the_curve_has_there(monkeypatch):
    reached = []
    train = nets.train_to

    def watched(net, theta, x, y, target, *rest, **kept):
        found = train(net, theta, x, y, target, *rest, **kept)
        reached.append((len(theta), target, float(nets.loss(net, found, x, y[:1].expand(len(found), -1)).max())))
        return found

    monkeypatch.setattr(alone.nets, "train_to", watched)
    found = alone.alone(7, hidden=20)
    count, target, loss = reached[-1]
    assert count == 2 and loss <= target < 0.05
    assert found.curve.shape == found.alone.shape == found.fresh.shape == (7,)
    assert not torch.equal(found.alone, found.fresh)


def test_a_middle_that_gains_nothing_alone_would_break_the_claim(monkeypatch):
    gain = torch.ones(7, dtype=torch.float64)
    for share, ok in ((0.1, False), (0.9, True)):
        monkeypatch.setattr(claims, "alone", lambda *args, share=share: alone.Alone(gain, share * gain, gain))
        assert claims.curve_alone(0).ok is ok
