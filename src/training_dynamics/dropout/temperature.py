r"""One temperature, fitted on held-out labels, beside the average over masks, which is a temperature of its own kind.

Dividing logits by ``T`` changes no answer.  For two classes and a margin that is :math:`N(m, v)` over masks, the mean
probability is about :math:`\sigma(m/\sqrt{1+\pi v/8})` (MacKay 1992): a temperature that is never below 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.optimize import minimize_scalar
from scipy.special import expit, softmax

from training_dynamics.dropout.calibration import auroc, entropy, likelihood_loss
from training_dynamics.dropout.digits import RATE, SAMPLES, WIDTH, Networks, images, train
from training_dynamics.dropout.length import COPIES, EXAMPLES, LATE, STOPS
from training_dynamics.dropout.strangers import trial
from training_dynamics.toolbox.seeds import torch_generator

FOLDS = 2


def tempered(p: Float[ndarray, "... k"], temperature: float) -> Float[ndarray, "... k"]:
    """The probabilities of logits that are divided by ``temperature``; above 1 takes confidence away, below 1 adds it."""
    if temperature <= 0:
        raise ValueError(f"temperature must be > 0, got {temperature}")
    return softmax(np.log(np.maximum(p, 1e-300)) / temperature, axis=-1)


def fitted(p: Float[ndarray, "n k"], labels: Int[ndarray, " n"]) -> float:
    """The temperature with the least negative log-likelihood; the loss is convex in its inverse."""

    def loss(log: float) -> float:
        return likelihood_loss(tempered(p, float(np.exp(log))), labels)

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def cross_fitted(p: Float[ndarray, "n k"], labels: Int[ndarray, " n"]) -> tuple[float, float]:
    """The loss where each half of the examples is judged at the temperature of the other half, and the mean of the two."""
    place, losses, found = np.arange(len(labels)) % FOLDS, [], []
    for fold in range(FOLDS):
        held = place == fold
        found.append(fitted(p[~held], labels[~held]))
        losses.append(held.mean() * likelihood_loss(tempered(p[held], found[-1]), labels[held]))
    return float(sum(losses)), float(np.mean(found))


@dataclass(frozen=True)
class Warmth:
    """Means over networks: losses with dropout ``off`` and averaged over masks, each as it is and at its own temperature.

    ``needed`` is the temperature fitted with dropout off; ``brought`` the median over images of the factor that masks divide
    the margin by; ``error`` how far the formula is from the average, mean over images; ``by_spread`` the share of the lost
    probability that the spread of the margin takes, the rest being a shift of its mean.
    """

    off: float
    mc: float
    off_tempered: float
    mc_tempered: float
    needed: float
    brought: float
    error: float
    by_spread: float


def _warmth(clean: ndarray, masked: ndarray, labels: ndarray) -> Warmth:
    off, mc = softmax(clean, -1), softmax(masked, -1).mean(0)  # (n, k)
    (off_tempered, needed), (mc_tempered, _) = cross_fitted(off, labels), cross_fitted(mc, labels)
    second, first = np.argsort(clean, -1)[:, -2:].T
    rows = np.arange(len(clean))
    margins, margin = masked[:, rows, first] - masked[:, rows, second], clean[rows, first] - clean[rows, second]
    factor = np.sqrt(1 + np.pi * margins.var(0) / 8)
    average = expit(margins).mean(0)  # of the two classes that lead with dropout off
    at_mean, alone = expit(margins.mean(0)), expit(margin)
    return Warmth(
        likelihood_loss(off, labels),
        likelihood_loss(mc, labels),
        off_tempered,
        mc_tempered,
        needed,
        float(np.median(factor)),
        float(np.abs(expit(margins.mean(0) / factor) - average).mean()),
        float((at_mean - average).mean() / (alone - average).mean()),
    )


@cache
def warmth(seed: int, rate: float = RATE, width: int = WIDTH) -> dict[int, Warmth]:
    """The networks of ``length.along``, after each of ``STOPS`` epochs: two losses, their temperatures, and the formula."""
    data, found = images(seed, EXAMPLES), {}  # type: ignore[var-annotated]
    labels, masks = data.y_test.numpy(), torch_generator(seed, "dropout temperature samples")

    @torch.no_grad()
    def look(epoch: int, nets: Networks) -> None:
        if epoch in STOPS:
            clean = nets(data.x_test).double().numpy()  # (m, n, k)
            masked = torch.stack([nets(data.x_test, masks) for _ in range(SAMPLES)]).double().numpy()  # (s, m, n, k)
            each = [_warmth(clean[i], masked[:, i], labels) for i in range(COPIES)]
            found[epoch] = Warmth(*np.mean([list(vars(one).values()) for one in each], axis=0).tolist())

    train([rate] * COPIES, seed, LATE, width, examples=EXAMPLES, after=look)
    return found


def as_sure(p: Float[ndarray, "n k"], confidence: float) -> float:
    """The temperature at which the mean confidence is that one."""
    low, high = 1e-2, 1e2
    for _ in range(60):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if tempered(p, middle).max(-1).mean() > confidence else (low, middle)
    return middle


def strange_beyond(seed: int, epochs: int, width: int = WIDTH) -> float:
    """AUROC of MC dropout minus that of dropout off at the temperature that makes it as sure on test images.

    By entropy, mean over uniform noise and shuffled pixels and over the networks of ``strangers.trial``.
    """
    predictors, gains = trial(seed, epochs, width).predictors, []
    for off, mc in zip(predictors["off"], predictors["mc"]):
        temperature = as_sure(off.mean, float(mc.mean.max(-1).mean()))
        for kind in ("noise", "shuffled"):
            known, strange = (entropy(tempered(p.mean(0), temperature)) for p in (off.test, off.strangers[kind]))
            gains.append(mc.detection(kind) - auroc(known, strange))
    return float(np.mean(gains))
