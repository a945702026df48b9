"""The same questions on digits after other lengths of training, at other widths, and with wrong labels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch

from training_dynamics.dropout.digits import RATE, SAMPLES, WIDTH, Scores, images, predict, scores, train
from training_dynamics.toolbox.seeds import torch_generator

EPOCHS = (30, 60, 150, 600)


@dataclass(frozen=True)
class Averaged:
    """One network trained with dropout: scored with dropout off, and averaged over masks."""

    off: Scores
    mc: Scores

    @property
    def ece_ratio(self) -> float:
        """Calibration error of the average over that of the same network with dropout off."""
        return self.mc.ece / self.off.ece

    @property
    def loss_change(self) -> float:
        """What averaging adds to the negative log-likelihood, in nats."""
        return self.mc.loss - self.off.loss


@cache
def averaged(seed: int, epochs: int = 60, width: int = WIDTH) -> Averaged:
    """Train with rate 0.3 for ``epochs``, the learning rate falling to 0 at their end, and average over 50 masks."""
    data, nets = images(seed), train([RATE], seed, epochs, width=width)
    labels = data.y_test.numpy()
    sampled = predict(nets, data, SAMPLES, torch_generator(seed, "dropout digits samples"))
    return Averaged(scores(predict(nets, data), labels), scores(sampled, labels))


@cache
def errors_by_rate(
    seed: int, rates: tuple[float, ...], wrong: float = 0.0, epochs: int = 60, width: int = WIDTH
) -> tuple[float, ...]:
    """Test error at each dropout rate, dropout off, after training with the fraction ``wrong`` of labels changed."""
    data, nets = images(seed, wrong=wrong), train(rates, seed, epochs, width=width, wrong=wrong)
    with torch.no_grad():
        out = nets(data.x_test.expand(len(rates), -1, -1), None)
    return tuple((out.argmax(-1) != data.y_test).double().mean(1).tolist())
