"""What the chapter on Adam asserts about what each term buys, and about weight decay."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.adam import digits, update
from training_dynamics.toolbox.seeds import numpy_generator

HIDDEN: dict[str, tuple[object, ...]] = {"hidden": (32, 64)}
VARIED: dict[str, tuple[object, ...]] = {"steps": (100, 200)} | HIDDEN


def _ratio(seed: int, without: str, with_it: str, units: float, steps: int, hidden: int) -> float:
    """Ratio of the least losses without and with a term; ``units`` is the spread of the pixels' units."""
    losses = [digits.least_loss(seed, method, units, steps, hidden) for method in (without, with_it)]
    return losses[0] / losses[1]


def _gain(seed: int, without: str, with_it: str, steps: int, hidden: int) -> float:
    """The geometric mean of that ratio over plain pixels and pixels in mixed units."""
    ratios = [_ratio(seed, without, with_it, units, steps, hidden) for units in (0.0, 1.0)]
    return float(np.sqrt(ratios[0] * ratios[1]))


@claim(
    "adam.term_root",
    "Dividing by √v lowers the loss that plain SGD reaches, each method at its own best rate.",
    source="",
    verdict="holds-if",
    condition="The inputs are measured in very different units, and v is corrected for its start at zero.",
    vary=VARIED,
)
def term_root(seed: int, steps: int = 100, hidden: int = 32) -> Measured:
    """Training loss on digits in mixed units: plain SGD's over that of RMSProp with bias correction."""
    return Measured(_ratio(seed, "plain", "rmsprop", 1.0, steps, hidden), "× the loss", at_least=1.3)


@claim(
    "adam.term_momentum",
    "Averaging the gradients lowers the loss that RMSProp reaches, each method at its own best rate.",
    source="kingma2015adam",
    verdict="holds",
    judge="mean",
    vary=VARIED,
)
def term_momentum(seed: int, steps: int = 100, hidden: int = 32) -> Measured:
    """Training loss on digits: RMSProp's over Adam's, both bias-corrected."""
    return Measured(_gain(seed, "rmsprop", "adam", steps, hidden), "× the loss", at_least=1.5)


@claim(
    "adam.term_correction",
    "Adam trains worse without bias correction.",
    said_by="kingma2015adam",
    source="",
    verdict="fails",
    instead="In runs of 50 or 100 steps, each at its best rate, Adam ends lower without it on average: its rate then falls.",
    judge="mean",
    vary=HIDDEN | {"steps": (50, 100)},
)
def term_correction(seed: int, steps: int = 100, hidden: int = 32) -> Measured:
    """Logarithm of the training loss on digits, pixels as they are, without the correction over that with it."""
    ratio = _ratio(seed, "adam, uncorrected", "adam", 0.0, steps, hidden)
    return Measured(float(np.log(ratio)), "(log of the ratio of losses)", at_most=0.0, scale=0.1)


@claim(
    "adam.term_correction_longer",
    "What Adam gains by leaving out the correction lasts.",
    source="",
    verdict="fails",
    instead="After 200 steps or more it does not end lower any longer, on average over runs.",
    judge="mean",
    vary=HIDDEN | {"steps": (200, 400)},
)
def term_correction_longer(seed: int, steps: int = 200, hidden: int = 32) -> Measured:
    """The same logarithm after longer training."""
    ratio = _ratio(seed, "adam, uncorrected", "adam", 0.0, steps, hidden)
    return Measured(float(np.log(ratio)), "(log of the ratio of losses)", at_least=-0.1, scale=0.1)


@claim(
    "adam.term_correction_rmsprop",
    "RMSProp trains worse without bias correction, each at its own best rate.",
    source="",
    verdict="holds",
    judge="mean",
    vary=VARIED,
)
def term_correction_rmsprop(seed: int, steps: int = 100, hidden: int = 32) -> Measured:
    """Training loss on digits: RMSProp's without the correction over RMSProp's with it."""
    return Measured(_gain(seed, "rmsprop, uncorrected", "rmsprop", steps, hidden), "× the loss", at_least=1.2)


@claim(
    "adam.decay_same",
    "L2 regularisation and weight decay are the same thing.",
    source="loshchilov2019decoupled",
    verdict="fails",
    instead="True of plain gradient descent. Inside Adam the penalty is divided by √v, and weights with large gradients "
    "are hardly decayed.",
)
def decay_same(seed: int) -> Measured:
    """Weights left of 1 by a penalty inside Adam: gradient noise of 10 against gradient noise of 0.1."""
    small, large = update.decay_by_noise((0.1, 10.0), seed)["l2"]
    return Measured(float(large / small), "× the weight left", at_least=2.5)


@claim(
    "adam.decay_decoupled",
    "AdamW's decay shrinks every weight by the same factor (1 − ηλ)ᵗ, whatever the gradients.",
    source="loshchilov2019decoupled",
    verdict="holds",
)
def decay_decoupled(seed: int) -> Measured:
    """Two weights 1 apart under the same gradients, of scales from 0.01 to 10: deviation of what is left of the 1."""
    rng = numpy_generator(seed, "adam", "decoupled")
    w, trace = rng.standard_normal(60), rng.standard_normal((2000, 60)) * np.repeat((0.01, 0.1, 1.0, 10.0), 15)
    ends = [update.decay_run(first, trace, 1e-3, 0.1, decoupled=True) for first in (w + 1, w)]
    left = (ends[0] - ends[1]) / (1 - 1e-4) ** 2000
    return Measured(float(np.abs(left - 1).max()), "relative error", at_most=1e-12)


@claim(
    "adam.decay_sgd",
    "For plain gradient descent, L2 regularisation and weight decay are the same.",
    source="loshchilov2019decoupled",
    verdict="holds",
    vary={"rate": (0.001, 0.01, 0.1), "decay": (0.01, 0.1, 1.0)},
)
def decay_sgd(seed: int, rate: float = 0.01, decay: float = 0.1) -> Measured:
    """Largest difference of the end points of the two forms."""
    rng = numpy_generator(seed, "adam", "sgd")
    w, trace = rng.standard_normal(50), rng.standard_normal((300, 50))
    ends = [update.decay_run(w, trace, rate, decay, decoupled, adaptive=False) for decoupled in (True, False)]
    return Measured(float(np.abs(ends[0] - ends[1]).max()), "absolute", at_most=1e-12)
