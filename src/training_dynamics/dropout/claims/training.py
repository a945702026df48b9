"""What the chapter on dropout asserts about trained networks: weights, outputs, penalty, test error, and BatchNorm."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.dropout import batchnorm, factors
from training_dynamics.dropout.digits import EPOCHS, WIDTH
from training_dynamics.dropout.shrinkage import sweep

HALF, MOST = 3, -1  # places of rate 0.5 and of rate 0.7 among the rates; rate 0 is the first
VARIED: dict[str, tuple[object, ...]] = {"epochs": (EPOCHS, 80), "width": (WIDTH, 128)}
PAIRED: dict[str, tuple[object, ...]] = {"pairs": (1, 3), "steps": (400, 800)}
FACTORED: dict[str, tuple[object, ...]] = {"keep": (0.5, 0.7), "units": (8, 12)}
CLEAN, WRONG = 0.0, 0.3  # share of the labels that are wrong


@claim(
    "dropout.equalised",
    "Dropout on the hidden units of a linear network makes the products of their incoming and outgoing norms equal.",
    source="mianjy2018implicit",
    verdict="holds-if",
    condition="the inputs are whitened; at the minimum of the expected squared loss",
    vary=FACTORED,
)
def equalised(seed: int, keep: float = 0.5, units: int = 8) -> Measured:
    """Largest difference of two products at a minimum found from random weights, over their mean."""
    products = factors.minimum(seed, keep, units).products
    return Measured(float(np.ptp(products) / products.mean()), "of their mean", at_most=1e-3)


@claim(
    "dropout.thresholded",
    "The map of that network has the singular values of the target, each less one number, and 0 where that is negative.",
    source="mianjy2018implicit",
    verdict="holds-if",
    condition="the inputs are whitened; at the minimum of the expected squared loss",
    vary=FACTORED,
)
def thresholded(seed: int, keep: float = 0.5, units: int = 8) -> Measured:
    """Largest distance of a singular value from the formula, at a minimum found from random weights."""
    told = factors.thresholded(factors.STRENGTHS, keep, units)
    return Measured(float(np.abs(factors.minimum(seed, keep, units).strengths - told).max()), at_most=1e-4)


@claim(
    "dropout.shrinkage_network",
    "More dropout means smaller weights, in networks too.",
    said_by="srivastava2014dropout",
    verdict="fails",
    instead="On clean digits the weights move further from their start at rate 0.5 than without dropout.",
    vary=VARIED,
)
def shrinkage_network(seed: int, epochs: int = EPOCHS, width: int = WIDTH) -> Measured:
    """How much further from their start the weights are at rate 0.5 than without dropout, means over three networks."""
    found = sweep(seed, epochs, width, CLEAN)
    return Measured(100 * float(found.moved[HALF] / found.moved[0] - 1), "% further", at_least=8)


@claim(
    "dropout.shrinkage_wrong",
    "With wrong labels, which a network without dropout learns by heart, they move less.",
    verdict="holds",
    vary=VARIED | {"wrong": (0.15, WRONG)},
)
def shrinkage_wrong(seed: int, epochs: int = EPOCHS, width: int = WIDTH, wrong: float = WRONG) -> Measured:
    """How much less far from their start the weights are at rate 0.5 than without dropout, 30 % of the labels wrong."""
    found = sweep(seed, epochs, width, wrong)
    return Measured(100 * float(1 - found.moved[HALF] / found.moved[0]), "% less far", at_least=6)


@claim(
    "dropout.shrinkage_outputs",
    "What shrinks in a network trained with much dropout is its outputs.",
    verdict="holds",
    vary=VARIED | {"wrong": (CLEAN, WRONG)},
)
def shrinkage_outputs(seed: int, epochs: int = EPOCHS, width: int = WIDTH, wrong: float = CLEAN) -> Measured:
    """How much smaller the root mean square logit is at rate 0.7 than at rate 0, dropout off, means over three networks."""
    found = sweep(seed, epochs, width, wrong)
    return Measured(100 * float(1 - found.logit[MOST] / found.logit[0]), "% smaller", at_least=12)


@claim(
    "dropout.penalty_network",
    "In a network, too, what masks add to the loss is a penalty that training with dropout makes small.",
    source="wei2020implicit",
    verdict="holds",
    vary=VARIED | {"wrong": (CLEAN, WRONG)},
)
def penalty_network(seed: int, epochs: int = EPOCHS, width: int = WIDTH, wrong: float = CLEAN) -> Measured:
    """What masks of rate 0.5 add to the training loss of networks trained without dropout over that after rate 0.5."""
    found = sweep(seed, epochs, width, wrong)
    return Measured(float(found.penalty[0] / found.penalty[HALF]), "times smaller", at_least=4)


@claim(
    "dropout.helps",
    "Dropout lowers the test error.",
    said_by="srivastava2014dropout",
    source="srivastava2014dropout",
    verdict="holds-if",
    condition="The network would otherwise fit what it should not, here 15 or 30 % wrong labels; clean digits gain nothing.",
    vary=VARIED | {"wrong": (0.15, WRONG)},
)
def helps(seed: int, epochs: int = EPOCHS, width: int = WIDTH, wrong: float = WRONG) -> Measured:
    """Test error without dropout minus that at rate 0.5, dropout off, 30 % wrong training labels, three networks each."""
    found = sweep(seed, epochs, width, wrong)
    return Measured(100 * float(found.error[0] - found.error[HALF]), "points lower", at_least=2)


@claim(
    "dropout.helps_little",
    "On clean digits dropout lowers the test error as much.",
    verdict="fails",
    instead="There is little to overfit, and the test error stays within about a point of what it was.",
    vary=VARIED,
)
def helps_little(seed: int, epochs: int = EPOCHS, width: int = WIDTH) -> Measured:
    """Test error without dropout minus that at rate 0.5, dropout off, all labels right, means over three networks."""
    found = sweep(seed, epochs, width, CLEAN)
    return Measured(100 * float(found.error[0] - found.error[HALF]), "points lower", at_least=-1.2, at_most=1.2)


@claim(
    "dropout.variance_shift",
    "With dropout before BatchNorm, the variance met in use is at least a quarter below the one that BatchNorm remembers.",
    source="li2019disharmony",
    verdict="holds",
    vary=PAIRED,
)
def variance_shift(seed: int, pairs: int = 1, steps: int = 400) -> Measured:
    """Variance with dropout off over the running variance, median over units of the first BatchNorm, rate 0.5."""
    found = batchnorm.shift(seed, pairs=pairs, steps=steps)
    return Measured(found.ratio, "of the remembered variance", at_least=0.45, at_most=0.75)


@claim(
    "dropout.shift_hurts",
    "The variance shift ruins networks that use dropout and BatchNorm together.",
    said_by="li2019disharmony",
    verdict="fails",
    instead="With one such pair on digits, or three, the shift is there, and new statistics leave the error as it is.",
    vary=PAIRED,
)
def shift_hurts(seed: int, pairs: int = 1, steps: int = 400) -> Measured:
    """Test error with the running statistics minus that with statistics estimated anew, dropout off, in points."""
    found = batchnorm.shift(seed, pairs=pairs, steps=steps)
    return Measured(100 * (found.error - found.mended_error), "points more errors", at_most=1.5, scale=0.5)
