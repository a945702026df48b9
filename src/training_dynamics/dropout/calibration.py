"""Scores for predicted probabilities: calibration error with its bias, likelihood, detection, parts of uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.stats import rankdata

Probabilities = Float[ndarray, "n k"]


def calibration_error(probabilities: Probabilities, labels: Int[ndarray, " n"], bins: int = 15) -> float:
    """ECE: ``sum_b (n_b / n) |accuracy_b - confidence_b|`` over equal bins ``(lo, hi]`` of the largest probability.

    Raises ValueError for fewer than one bin.  Source: Guo et al. 2017, section 2.
    """
    return float(ece_of(probabilities.max(1), (probabilities.argmax(1) == labels).astype(float), bins))


def ece_of(confidence: Float[ndarray, " n"], correct: Float[ndarray, "... n"], bins: int = 15) -> ndarray:
    """ECE of stated confidences for one or more rows of outcomes (1 for right, 0 for wrong)."""
    if bins < 1:
        raise ValueError(f"bins must be at least 1, got {bins}")
    place = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    member = (place[:, None] == np.arange(bins)).astype(float)  # (n, bins)
    return np.abs((correct - confidence) @ member).sum(-1) / len(confidence)


def perfect_ece(
    confidence: Float[ndarray, " n"], rng: np.random.Generator, repeats: int = 200, bins: int = 15
) -> float:
    """Mean ECE of a predictor with these confidences that is perfectly calibrated: outcomes drawn with those chances.

    It is not zero: in each bin the accuracy of finitely many outcomes misses its own mean.
    """
    outcomes = (rng.random((repeats, len(confidence))) < confidence).astype(float)
    return float(ece_of(confidence, outcomes, bins).mean())


def likelihood_loss(probabilities: Probabilities, labels: Int[ndarray, " n"]) -> float:
    """Mean negative log-likelihood (nats)."""
    return float(-np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-12)).mean())


def auroc(negative: Float[ndarray, " n"], positive: Float[ndarray, " m"]) -> float:
    """Chance that a score of ``positive`` exceeds one of ``negative``, ties counting half: the area under the ROC curve."""
    ranks = rankdata(np.concatenate([negative, positive]))[len(negative) :]
    m = len(positive)
    return float((ranks.sum() - m * (m + 1) / 2) / (m * len(negative)))


def entropy(probabilities: Float[ndarray, "... k"]) -> ndarray:
    """``-sum_k p_k log p_k`` in nats, with ``0 log 0 = 0``."""
    return -(probabilities * np.log(np.maximum(probabilities, 1e-300))).sum(-1)


@dataclass(frozen=True)
class Parts:
    """Entropy of the mean prediction, split: ``total = aleatoric + epistemic``, ``(n,)`` each, in nats."""

    total: Float[ndarray, " n"]
    aleatoric: Float[ndarray, " n"]

    @property
    def epistemic(self) -> Float[ndarray, " n"]:
        """Mutual information between prediction and network, never negative (entropy is concave)."""
        return self.total - self.aleatoric


def split_entropy(samples: Float[ndarray, "s n k"]) -> Parts:
    """The entropy of the mean over ``s`` networks, and the mean of their entropies."""
    return Parts(entropy(samples.mean(0)), entropy(samples).mean(0))
