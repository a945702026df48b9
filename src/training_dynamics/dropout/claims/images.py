"""What the chapter on dropout asserts about classification: calibration along training, and strangers."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.dropout import strangers
from training_dynamics.dropout.digits import EPOCHS, RATE, WIDTH
from training_dynamics.dropout.length import EARLY, LATE, averaged

WIDTHS, RATES = (WIDTH, 128), (RATE, 0.5)
NETWORKS: dict[str, tuple[object, ...]] = {"width": WIDTHS, "rate": RATES}
EACH: dict[str, tuple[object, ...]] = {"epochs": (EPOCHS, 80), "width": WIDTHS}


@claim(
    "dropout.takes_confidence",
    "Averaging over masks takes confidence away.",
    verdict="holds",
    vary=NETWORKS | {"epochs": (EARLY, LATE)},
)
def takes_confidence(seed: int, epochs: int = LATE, width: int = WIDTH, rate: float = RATE) -> Measured:
    """Mean confidence on test images with dropout off minus that of the average, means over three networks."""
    taken = averaged(seed, epochs, rate, width).confidence_taken
    return Measured(100 * taken, "points of confidence", at_least=1)


@claim(
    "dropout.calibrated",
    "Dropout gives calibrated uncertainty for free.",
    said_by="gal2016dropout",
    verdict="fails",
    instead=(
        "While the network with dropout off is not yet over-confident, here up to 40 epochs with 64 units, averaging over "
        "masks calibrates worse."
    ),
    vary={"rate": RATES, "epochs": (20, EARLY)},
)
def calibrated(seed: int, epochs: int = EARLY, width: int = WIDTH, rate: float = RATE) -> Measured:
    """ECE of MC dropout over ECE of the same networks with dropout off, means over three networks, after 40 epochs."""
    ratio = averaged(seed, epochs, rate, width).ece_ratio
    return Measured(ratio, "times the ECE with dropout off", at_least=1.5)


@claim(
    "dropout.calibrated_late",
    "Whether averaging over masks helps calibration is a property of dropout.",
    verdict="fails",
    instead="It changes as training goes on: the ratio of the two calibration errors falls by more than a quarter, or much more.",
    vary=NETWORKS | {"epochs": (160, LATE)},
)
def calibrated_late(seed: int, epochs: int = LATE, width: int = WIDTH, rate: float = RATE) -> Measured:
    """The ratio of ECEs (MC dropout over dropout off) after 40 epochs over that after eight times as many."""
    early, late = (averaged(seed, e, rate, width).ece_ratio for e in (EARLY, epochs))
    return Measured(early / late, "times smaller in the end", at_least=1.4)


@claim(
    "dropout.overconfident",
    "Trained long enough, the network with dropout off is surer of itself than it is right.",
    source="guo2017calibration",
    verdict="holds-if",
    condition="it is trained on, here for 160 to 320 epochs on 200 images",
    vary=NETWORKS | {"epochs": (160, LATE)},
)
def overconfident(seed: int, epochs: int = LATE, width: int = WIDTH, rate: float = RATE) -> Measured:
    """Mean confidence minus accuracy on test images, dropout off, means over three networks."""
    excess = averaged(seed, epochs, rate, width).off.excess
    return Measured(100 * excess, "points too sure", at_least=0.2)


@claim(
    "dropout.likelihood",
    "Averaging over masks improves the likelihood of the test labels.",
    said_by="gal2016dropout",
    verdict="fails",
    instead="Early in training it costs likelihood, here up to 40 epochs with 64 units; after eight times as many it gains.",
    vary={"rate": RATES, "epochs": (20, EARLY)},
)
def likelihood(seed: int, epochs: int = EARLY, width: int = WIDTH, rate: float = RATE) -> Measured:
    """Negative log-likelihood of MC dropout minus that with dropout off, means over three networks, after 40 epochs."""
    return Measured(averaged(seed, epochs, rate, width).loss_change, "nats worse", at_least=0.01)


@claim(
    "dropout.likelihood_late",
    "After long training averaging over masks improves the likelihood.",
    source="gal2016dropout",
    verdict="holds-if",
    condition=(
        "the network with dropout off has become over-confident: 200 images, and 160 epochs or more at rate 0.3, 320 at rate"
        " 0.5; mean over seeds, since single ones can still be at the turn"
    ),
    vary=NETWORKS | {"epochs": (160, LATE)},
    judge="mean",
)
def likelihood_late(seed: int, epochs: int = LATE, width: int = WIDTH, rate: float = RATE) -> Measured:
    """Negative log-likelihood with dropout off minus that of MC dropout, means over three networks, after 320 epochs."""
    gain = -averaged(seed, epochs, rate, width).loss_change
    return Measured(gain, "nats better", at_least=0, scale=0.008)


@claim(
    "dropout.ece_floor",
    "An ECE above zero shows that a network is miscalibrated.",
    source="guo2017calibration, kumar2019verified",
    verdict="fails",
    instead="On some 640 test images a perfectly calibrated predictor with the same confidences has an ECE of about that size.",
    vary=NETWORKS,
)
def ece_floor(seed: int, width: int = WIDTH, rate: float = RATE) -> Measured:
    """ECE with dropout off after 40 epochs over the mean ECE of perfectly calibrated predictors with its confidences."""
    found = averaged(seed, EARLY, rate, width)
    return Measured(found.off.ece / found.floor, "times the perfect predictor's", at_most=2.4)


@claim(
    "dropout.unseen_classes",
    "MC dropout detects classes never seen in training better than the same network with dropout off.",
    said_by="gal2016dropout",
    verdict="fails",
    instead="By the entropy of the prediction the two are alike, within 0.015 of AUROC.",
    vary=EACH,
)
def unseen_classes(seed: int, epochs: int = EPOCHS, width: int = WIDTH) -> Measured:
    """Difference of AUROC by predictive entropy, MC dropout minus dropout off, means over three networks."""
    found = strangers.trial(seed, epochs, width)
    gain = found.detection("mc", "unseen") - found.detection("off", "unseen")
    return Measured(gain, "AUROC", at_least=-0.015, at_most=0.015)


@claim(
    "dropout.strange_images",
    "MC dropout detects noise and shuffled pixels better than the same network with dropout off.",
    source="gal2016dropout",
    verdict="holds",
    vary=EACH,
)
def strange_images(seed: int, epochs: int = EPOCHS, width: int = WIDTH) -> Measured:
    """Difference of AUROC by predictive entropy, MC dropout minus dropout off: mean of the two kinds, three networks."""
    found = strangers.trial(seed, epochs, width)
    gains = [found.detection("mc", kind) - found.detection("off", kind) for kind in ("noise", "shuffled")]
    return Measured(sum(gains) / 2, "AUROC", at_least=0.005)


@claim(
    "dropout.ensemble_noise",
    "Disagreement within an ensemble of five tells uniform noise from digits.",
    source="lakshminarayanan2017simple",
    verdict="holds",
    vary=EACH,
)
def ensemble_noise(seed: int, epochs: int = EPOCHS, width: int = WIDTH) -> Measured:
    """1 - AUROC of mutual information; the floor asks for an AUROC of at least 0.94."""
    found = strangers.trial(seed, epochs, width)
    return Measured(1 - found.detection("ensemble", "noise", "information"), "1 − AUROC", at_most=0.06)
