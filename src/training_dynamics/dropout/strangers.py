"""What a network has never seen: four predictors asked how sure they are of strangers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy import ndarray

from training_dynamics.dropout.digits import (
    EPOCHS,
    RATE,
    SAMPLES,
    WIDTH,
    Networks,
    Predictor,
    Scores,
    images,
    probabilities,
    scores,
    train,
)
from training_dynamics.toolbox.seeds import torch_generator

MEMBERS = 5
COPIES = 3


@dataclass(frozen=True)
class Trial:
    """The predictors of one seed by name, several of each kind but the ensemble, and the test labels."""

    predictors: dict[str, list[Predictor]]
    labels: ndarray

    def scores(self, name: str) -> list[Scores]:
        """Scores of the predictors of that name."""
        return [scores(predictor.mean, self.labels) for predictor in self.predictors[name]]

    def detection(self, name: str, kind: str, score: str = "entropy") -> float:
        """Mean AUROC of the predictors of that name."""
        return float(np.mean([p.detection(kind, score) for p in self.predictors[name]]))


def _predictors(nets: Networks, seed: int, samples: int = 0) -> list[Predictor]:
    """One predictor a network: its ``samples`` masks, or itself with dropout off."""
    data, masks = images(seed), torch_generator(seed, "dropout strangers samples")
    test = probabilities(nets, data.x_test, samples, masks)
    strange = {kind: probabilities(nets, x, samples, masks) for kind, x in data.strangers.items()}
    return [Predictor(test[:, i], {k: v[:, i] for k, v in strange.items()}) for i in range(test.shape[1])]


def _together(members: list[Predictor]) -> Predictor:
    strange = {kind: np.concatenate([m.strangers[kind] for m in members]) for kind in members[0].strangers}
    return Predictor(np.concatenate([m.test for m in members]), strange)


@cache
def trial(seed: int, epochs: int = EPOCHS, width: int = WIDTH) -> Trial:
    """Five networks without dropout, ``single`` and as an ``ensemble``; three with rate 0.3, ``off`` and sampled, ``mc``."""
    plain, dropped = (train([rate] * m, seed, epochs, width) for rate, m in ((0.0, MEMBERS), (RATE, COPIES)))
    single = _predictors(plain, seed)
    found = {"single": single, "off": _predictors(dropped, seed), "mc": _predictors(dropped, seed, SAMPLES)}
    return Trial(found | {"ensemble": [_together(single)]}, images(seed).y_test.numpy())
