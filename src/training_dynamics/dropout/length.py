"""Calibration along training: the same networks with dropout off and averaged over masks, after more and more epochs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from training_dynamics.dropout.calibration import perfect_ece
from training_dynamics.dropout.digits import (
    RATE,
    SAMPLES,
    WIDTH,
    Networks,
    Scores,
    images,
    probabilities,
    scores,
    train,
)
from training_dynamics.toolbox.seeds import numpy_generator, torch_generator

STOPS = (10, 20, 40, 80, 160, 240, 320)
EARLY, LATE = 40, 320
EXAMPLES = 200
COPIES = 3


@dataclass(frozen=True)
class Averaged:
    """Networks at one length of training, means over ``COPIES`` of them: dropout ``off``, and averaged over masks, ``mc``.

    ``floor``: ECE of a perfectly calibrated predictor with the confidences of ``off``.
    """

    off: Scores
    mc: Scores
    floor: float

    @property
    def ece_ratio(self) -> float:
        """Calibration error of the average over that of the same networks with dropout off."""
        return self.mc.ece / self.off.ece

    @property
    def loss_change(self) -> float:
        """What averaging adds to the negative log-likelihood, in nats."""
        return self.mc.loss - self.off.loss

    @property
    def confidence_taken(self) -> float:
        """What averaging takes off the mean confidence."""
        return self.off.confidence - self.mc.confidence


def _means(found: list[Scores]) -> Scores:
    return Scores(*np.mean([[s.error, s.loss, s.ece, s.confidence] for s in found], axis=0).tolist())


@cache
def along(seed: int, rate: float = RATE, width: int = WIDTH) -> dict[int, Averaged]:
    """One training of ``COPIES`` networks on ``EXAMPLES`` images, scored after each of ``STOPS`` epochs."""
    data, found = images(seed, EXAMPLES), {}  # type: ignore[var-annotated]
    labels, masks = data.y_test.numpy(), torch_generator(seed, "dropout digits samples")
    outcomes = numpy_generator(seed, "perfect outcomes")

    def score(epoch: int, nets: Networks) -> None:
        if epoch in STOPS:
            off = probabilities(nets, data.x_test)[0]
            averages = probabilities(nets, data.x_test, SAMPLES, masks).mean(0)
            each = [[scores(p, labels) for p in kind] for kind in (off, averages)]
            floor = np.mean([perfect_ece(p.max(1), outcomes) for p in off])
            found[epoch] = Averaged(_means(each[0]), _means(each[1]), float(floor))

    train([rate] * COPIES, seed, STOPS[-1], width, examples=EXAMPLES, after=score)
    return found


def averaged(seed: int, epochs: int, rate: float = RATE, width: int = WIDTH) -> Averaged:
    """The networks after ``epochs``, one of ``STOPS``, from the run that all lengths share."""
    return along(seed, rate, width)[epochs]
