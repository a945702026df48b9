"""The positive control of the chapter on the lens: its proxy, and that its claims can fail."""

import torch

from training_dynamics.cic import control, nets
from training_dynamics.cic.claims import nulls
from training_dynamics.toolbox.data import one_hot


class Sees:
    """A network whose last hidden layer is what is given."""

    def __init__(self, hidden: torch.Tensor) -> None:
        self.hidden = hidden

    def activations(self, theta, x):
        return [self.hidden[None], self.hidden[None]]


def test_the_alignment_is_one_where_units_are_the_labels_and_small_where_they_are_noise():
    y = torch.arange(200) % 10
    theta, x = torch.zeros(1, 1), torch.zeros(200, 64)
    labels = control.alignment(Sees(3 * one_hot(y, dtype=torch.float64)), theta, x, y)
    noise = control.alignment(Sees(torch.randn(200, 24, generator=torch.Generator().manual_seed(0))), theta, x, y)
    assert abs(labels.item() - 1) < 1e-12
    assert noise.item() < 0.3


def test_walks_of_the_control_have_the_length_of_training_and_do_not_see_labels():
    found = control.aligned(0)
    assert found.trained > 0.05 > abs(found.walk)


def test_the_control_fails_where_a_null_rises_as_much(monkeypatch):
    for null in ("shuffled", "walk"):
        same = {"trained": 0.1, "shuffled": 0.0, "walk": 0.0} | {null: 0.1}
        monkeypatch.setattr(nulls, "aligned", lambda *args, same=same: control.Aligned(**same))
        assert nulls.control(0).headroom < 1.5 or not nulls.control(0).ok


def test_climbing_starts_from_the_chapters_networks():
    before, after = control.climbed(0, steps=1)
    data, net = nets.problem(0, 100), nets.shape(24)
    assert before == control.probe(net, nets.start(0, 24), data) and abs(after - before) < 0.2
