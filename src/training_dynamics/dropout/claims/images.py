"""What the chapter on dropout asserts about classification: calibration, detection, shrinkage, and the company of BatchNorm."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.dropout import batchnorm, digits, protocol
from training_dynamics.dropout.calibration import perfect_ece
from training_dynamics.toolbox.seeds import numpy_generator

LATE = 600  # epochs


@claim(
    "dropout.calibrated",
    "Dropout gives calibrated uncertainty for free.",
    said_by="gal2016dropout",
    verdict="fails",
    instead="After some 60 epochs averaging over masks calibrates worse than dropout off: too little confidence.",
    judge="mean",
)
def calibrated(seed: int) -> Measured:
    """ECE of MC dropout over ECE of the same network with dropout off."""
    return Measured(protocol.averaged(seed).ece_ratio, "times the ECE with dropout off", at_least=1.5)


@claim(
    "dropout.calibrated_late",
    "Whether averaging over masks helps calibration is a property of dropout.",
    verdict="fails",
    instead="It turns with the length of training: after 600 epochs the network is too confident, and averaging mends that.",
    judge="mean",
)
def calibrated_late(seed: int) -> Measured:
    """ECE of MC dropout over ECE of the same network with dropout off, after long training."""
    return Measured(protocol.averaged(seed, LATE).ece_ratio, "times the ECE with dropout off", at_most=1)


@claim(
    "dropout.likelihood",
    "Averaging over masks improves the likelihood of the test labels.",
    said_by="gal2016dropout",
    verdict="fails",
    instead="After some 60 epochs it costs likelihood, for every seed; after ten times as many it gains.",
)
def likelihood(seed: int) -> Measured:
    """Negative log-likelihood of MC dropout minus that with dropout off."""
    return Measured(protocol.averaged(seed).loss_change, "nats worse", at_least=0.01)


@claim(
    "dropout.likelihood_late",
    "After long training averaging over masks improves the likelihood, on the mean of the seeds.",
    source="gal2016dropout",
    verdict="holds",
    judge="mean",
)
def likelihood_late(seed: int) -> Measured:
    """Negative log-likelihood with dropout off minus that of MC dropout, after long training."""
    return Measured(-protocol.averaged(seed, LATE).loss_change, "nats better", at_least=0.01)


@claim(
    "dropout.ece_floor",
    "An ECE above zero shows that a network is miscalibrated.",
    source="guo2017calibration, kumar2019verified",
    verdict="fails",
    instead="On some 640 test images a perfectly calibrated predictor with the same confidences has an ECE of about that size.",
)
def ece_floor(seed: int) -> Measured:
    """ECE with dropout off over the mean ECE of a perfectly calibrated predictor with its confidences."""
    found = digits.trial(seed)
    confidence = found.predictors["off"].mean.max(1)
    floor = perfect_ece(confidence, numpy_generator(seed, "claim ece"))
    return Measured(found.scores("off").ece / floor, "times the perfect predictor's", at_most=2.4)


@claim(
    "dropout.unseen_classes",
    "MC dropout detects classes never seen in training better than the same network with dropout off, but little better.",
    source="gal2016dropout",
    verdict="holds",
    judge="mean",
)
def unseen_classes(seed: int) -> Measured:
    """Difference of AUROC by predictive entropy, MC dropout minus dropout off."""
    found = digits.trial(seed).predictors
    return Measured(found["mc"].detection("unseen") - found["off"].detection("unseen"), "AUROC", 0.002, 0.02)


@claim(
    "dropout.ensemble_noise",
    "Disagreement within an ensemble of five tells uniform noise from digits.",
    source="lakshminarayanan2017simple",
    verdict="holds",
)
def ensemble_noise(seed: int) -> Measured:
    """1 - AUROC of mutual information; the floor asks for an AUROC of at least 0.94."""
    found = digits.trial(seed).predictors["ensemble"]
    return Measured(1 - found.detection("noise", "information"), "1 − AUROC", at_most=0.06)


@claim(
    "dropout.shrinkage_network",
    "More dropout means smaller weights, in networks too.",
    said_by="srivastava2014dropout",
    verdict="fails",
    instead="At rate 0.5 the weights move further from where they started than without dropout.",
)
def shrinkage_network(seed: int) -> Measured:
    """How much further from their start the weights are after training at rate 0.5 than after training without dropout."""
    found = digits.sweep(seed)
    return Measured(100 * float(found.moved[3] / found.moved[0] - 1), "% further", at_least=2)


@claim(
    "dropout.shrinkage_outputs",
    "What shrinks in a network trained with much dropout is its outputs.",
    source="",
    verdict="holds",
)
def shrinkage_outputs(seed: int) -> Measured:
    """Root mean square logit at rate 0.7 over that at rate 0, dropout off."""
    found = digits.sweep(seed)
    return Measured(float(found.logit[-1] / found.logit[0]), "of the logits without dropout", at_most=0.75)


@claim(
    "dropout.helps",
    "Dropout lowers the test error.",
    said_by="srivastava2014dropout",
    source="srivastava2014dropout",
    verdict="holds-if",
    condition="The network would otherwise fit what it should not, here 30 % wrong labels; on clean digits the gain is small.",
)
def helps(seed: int) -> Measured:
    """Test error without dropout minus that at rate 0.5, both with dropout off, after training on 30 % wrong labels."""
    without, half = protocol.errors_by_rate(seed, (0.0, 0.5), 0.3)
    return Measured(100 * (without - half), "points lower", at_least=3)


@claim(
    "dropout.helps_little",
    "On clean digits dropout lowers the test error as much.",
    verdict="fails",
    instead="There is little to overfit, and the test error stays as it is.",
    judge="mean",
)
def helps_little(seed: int) -> Measured:
    """Test error without dropout minus that at rate 0.5, both with dropout off, all labels right."""
    without, half = protocol.errors_by_rate(seed, (0.0, 0.5))
    return Measured(100 * (without - half), "points lower", at_least=-1, at_most=1)


@claim(
    "dropout.variance_shift",
    "With dropout before BatchNorm, the variance met in use is far below the one that BatchNorm remembers.",
    source="li2019disharmony",
    verdict="holds",
)
def variance_shift(seed: int) -> Measured:
    """Variance with dropout off over the running variance, median over units of the first BatchNorm, rate 0.5."""
    found = batchnorm.shift(seed)
    return Measured(found.ratio, "of the remembered variance", at_least=0.45, at_most=0.75)


@claim(
    "dropout.shift_hurts",
    "The variance shift ruins networks that use dropout and BatchNorm together.",
    said_by="li2019disharmony",
    verdict="fails",
    instead="With one such pair on digits the shift is there, and new statistics leave the error as it is.",
)
def shift_hurts(seed: int) -> Measured:
    """Test error with the running statistics minus that with statistics estimated anew, dropout off, in points."""
    found = batchnorm.shift(seed)
    return Measured(100 * (found.error - found.mended_error), "points more errors", at_most=1.5, scale=0.5)
