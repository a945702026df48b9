"""What the chapter on dropout asserts about networks: spread, calibration, detection, and the company of BatchNorm."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.dropout import batchnorm, digits, hmc, regression
from training_dynamics.dropout.calibration import perfect_ece
from training_dynamics.toolbox.seeds import numpy_generator

TIMES = "times smaller with 256 times the data"
FEW, MANY = 10, 160


@claim(
    "dropout.process_contracts",
    "The spread of the exact Gaussian process shrinks about as one over the square root of the number of points.",
    source="rasmussen2006gaussian",
    verdict="holds",
    seeds=None,
)
def process_contracts() -> Measured:
    """Mean sd in the range of the data, 10 points over 2,560; it depends on the inputs only."""
    found = [regression.exact_process(0, n).inside for n in (10, 2560)]
    return Measured(found[0] / found[1], TIMES, at_least=12, at_most=18)


@claim(
    "dropout.contracts",
    "The spread over dropout masks is a posterior: it shrinks as data arrive.",
    source="gal2016dropout, osband2016risk",
    verdict="fails",
    instead="It stays nearly the same from 10 points to 2,560, with the decay that the variational reading prescribes.",
)
def contracts(seed: int) -> Measured:
    """Mean sd over masks in the range of the data, 10 points over 2,560."""
    found = [regression.comparison(seed).dropout[n, 0.1].inside for n in (10, 2560)]
    return Measured(found[0] / found[1], TIMES, at_most=2)


@claim(
    "dropout.rate_sets_spread",
    "At fixed data the dropout rate sets the spread: a greater rate gives a greater spread.",
    source="osband2016risk",
    verdict="holds-if",
    condition="The network still fits the curve; where the penalty flattens its function, the spread can fall with it.",
)
def rate_sets_spread(seed: int) -> Measured:
    """Least rise of the log spread from one rate to the next, at 160 points; any rise means a rank correlation of 1.

    Rates at which a network explains less than 0.8 of the curve's variance are left out; on seeds 0 to 4 there are none.
    """
    found = [regression.comparison(seed).dropout[160, p] for p in regression.RATES]
    spreads = [band.inside for band in found if regression.explained(seed, band) >= 0.8]
    return Measured(float(np.diff(np.log(spreads)).min()), "log sd gained, least over the steps", at_least=0.05)


@claim(
    "dropout.far_away",
    "Far from the data, MC dropout knows what it does not know.",
    source="gal2016dropout, foong2020expressiveness",
    verdict="fails",
    instead="There its spread is a fraction of the exact one.",
)
def far_away(seed: int) -> Measured:
    """Spread over masks at |x| >= 3 over the exact sd, with 10 points."""
    found = regression.comparison(seed)
    return Measured(found.dropout[10, 0.1].outside / found.process[10].outside, "of the exact sd", at_most=0.8)


@claim(
    "dropout.far_coverage",
    "A 95 % band from MC dropout holds the true curve far from the data.",
    source="gal2016dropout",
    verdict="fails",
    instead="On the mean of the seeds it holds the curve at far fewer places.",
    judge="mean",
)
def far_coverage(seed: int) -> Measured:
    """Share of |x| >= 3 at which mean +- 1.96 sd holds the truth, with 10 points."""
    band = regression.comparison(seed).dropout[10, 0.1]
    return Measured(regression.coverage(seed, band, inside=False), "of the places, not 0.95", at_most=0.6)


@claim(
    "dropout.too_wide",
    "With much data, the spread of MC dropout tells how wrong the mean is.",
    source="gal2016dropout",
    verdict="fails",
    instead="With 2,560 points the spread is clearly larger than the error of the mean.",
)
def too_wide(seed: int) -> Measured:
    """Mean sd over the root mean square error of the mean, in the range of 2,560 points, pooled over four networks."""
    return Measured(regression.width_over_error(seed), "times the error", at_least=1.2)


@claim(
    "dropout.ensemble_band",
    "The spread of an ensemble of five is a 95 % band where there are data.",
    source="lakshminarayanan2017simple",
    verdict="fails",
    instead="On the mean of the seeds it is too narrow: members agree on much of what the noise did to them.",
    judge="mean",
)
def ensemble_band(seed: int) -> Measured:
    """Share of |x| <= 2 outside mean +- 1.96 sd of five networks on 160 points."""
    (band,) = regression.ensembles(seed, 160)
    return Measured(1 - regression.coverage(seed, band), "of the places missed, not 0.05", at_least=0.15)


@claim(
    "dropout.ensemble_far",
    "Far from ten points ensembles of five spread more than dropout at rate 0.1, on the mean of the seeds.",
    source="lakshminarayanan2017simple",
    verdict="holds",
    judge="mean",
)
def ensemble_far(seed: int) -> Measured:
    """Spread of four ensembles, on their mean, over that of dropout at |x| >= 3, 10 points."""
    crowds = np.mean([band.outside for band in regression.ensembles(seed, FEW, 4)])
    dropped = regression.comparison(seed).dropout[FEW, 0.1].outside
    return Measured(float(crowds / dropped), "times dropout's", at_least=1.2)


@claim(
    "dropout.hmc_mixes",
    "Where there are data, eight chains of HMC agree about the function of a 49-parameter network, on the mean of the seeds.",
    source="neal2011mcmc, gelman1992inference",
    verdict="holds",
    judge="mean",
)
def hmc_mixes(seed: int) -> Measured:
    """Largest split R-hat of the function at |x| <= 2, minus 1, over both numbers of points."""
    inside = np.abs(hmc.GRID) <= 2
    worst = max(hmc.split_rhat(hmc.posterior(seed, n).predictions(hmc.GRID))[inside].max() for n in (FEW, MANY))
    return Measured(float(worst - 1), "R-hat minus 1", at_most=0.15)


@claim(
    "dropout.hmc_contracts",
    "The network's own posterior, sampled by HMC, shrinks as data arrive.",
    source="neal2011mcmc",
    verdict="holds",
)
def hmc_contracts(seed: int) -> Measured:
    """Mean sd of the function at |x| <= 2, 10 points over 160."""
    few, many = (hmc_spread(seed, n) for n in (FEW, MANY))
    return Measured(few / many, "times smaller with 16 times the data", at_least=2)


def hmc_spread(seed: int, n: int) -> float:
    """Mean posterior sd of the function at |x| <= 2."""
    draws = hmc.posterior(seed, n).predictions(hmc.GRID).reshape(-1, len(hmc.GRID))
    return float(draws.std(0)[np.abs(hmc.GRID) <= 2].mean())


@claim(
    "dropout.same_network",
    "MC dropout approximates the posterior of the network it is run on.",
    source="gal2016dropout",
    verdict="fails",
    instead="On the network whose posterior HMC shows shrinking, and on the same data, the spread over masks does not shrink.",
)
def same_network(seed: int) -> Measured:
    """Mean sd over masks at |x| <= 2, 10 points over 160, mean of four networks; the posterior's has to be at least 2."""
    inside = np.abs(hmc.GRID) <= 2
    few, many = (hmc.dropout_draws(seed, n).std(1)[:, inside].mean() for n in (FEW, MANY))
    return Measured(float(few / many), "times smaller with 16 times the data", at_most=2)


@claim(
    "dropout.calibrated",
    "Dropout gives calibrated uncertainty for free.",
    source="guo2017calibration",
    verdict="fails",
    instead="On digits, averaging over masks calibrates worse than the same network with dropout off: too little confidence.",
    judge="mean",
)
def calibrated(seed: int) -> Measured:
    """ECE of MC dropout over ECE of the same network with dropout off."""
    found = digits.trial(seed)
    return Measured(found.scores("mc").ece / found.scores("off").ece, "times the ECE with dropout off", at_least=1.5)


@claim(
    "dropout.likelihood",
    "Averaging over masks improves the likelihood of the test labels.",
    source="gal2016dropout",
    verdict="fails",
    instead="On digits it costs likelihood, for every seed.",
)
def likelihood(seed: int) -> Measured:
    """Negative log-likelihood of MC dropout minus that with dropout off."""
    found = digits.trial(seed)
    return Measured(found.scores("mc").loss - found.scores("off").loss, "nats worse", at_least=0.01)


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
    "MC dropout detects classes never seen in training better than the same network with dropout off.",
    source="gal2016dropout",
    verdict="fails",
    instead="The two are nearly equal on the mean of the seeds.",
    judge="mean",
)
def unseen_classes(seed: int) -> Measured:
    """Difference of AUROC by predictive entropy, MC dropout minus dropout off."""
    found = digits.trial(seed).predictors
    return Measured(found["mc"].detection("unseen") - found["off"].detection("unseen"), "AUROC", -0.03, 0.03)


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
    source="srivastava2014dropout",
    verdict="fails",
    instead="From rate 0 to 0.5 the weights of a network on digits keep their norm to within a few per cent.",
)
def shrinkage_network(seed: int) -> Measured:
    """Change of the norm of all weights from rate 0 to rate 0.5."""
    found = digits.sweep(seed)
    return Measured(abs(float(found.norm[3] / found.norm[0]) - 1), "of the norm without dropout", at_most=0.06)


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
    "dropout.variance_shift",
    "With dropout before BatchNorm, the variance met in use is far below the one that BatchNorm remembers.",
    source="li2019disharmony",
    verdict="holds",
)
def variance_shift(seed: int) -> Measured:
    """Variance with dropout off over the running variance, median over units, rate 0.5."""
    return Measured(batchnorm.shift(seed).ratio, "of the remembered variance", at_least=0.45, at_most=0.75)


@claim(
    "dropout.shift_hurts",
    "The variance shift ruins networks that use dropout and BatchNorm together.",
    source="li2019disharmony",
    verdict="fails",
    instead="With one dropout before one BatchNorm on digits the shift is there, and new statistics leave the error as it is.",
)
def shift_hurts(seed: int) -> Measured:
    """Test error with the running statistics minus that with statistics estimated anew, dropout off."""
    found = batchnorm.shift(seed)
    return Measured(abs(found.error - found.mended_error), "change of error rate", at_most=0.012)
