"""What the chapter on dropout asserts about regression: whether its spread is a posterior."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.dropout import hmc, regression

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
    said_by="gal2016dropout",
    source="osband2016risk",
    verdict="fails",
    instead="It stays nearly the same from 10 points to 2,560, with the decay that the variational reading prescribes.",
)
def contracts(seed: int) -> Measured:
    """Mean sd over masks in the range of the data, 10 points over 2,560."""
    found = [regression.comparison(seed).dropout[n, 0.1].inside for n in (10, 2560)]
    return Measured(found[0] / found[1], TIMES, at_least=0.7, at_most=1.45)


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
    said_by="gal2016dropout",
    source="foong2020expressiveness",
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
    said_by="gal2016dropout",
    source="osband2016risk",
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
    said_by="gal2016dropout",
    source="osband2016risk",
    verdict="fails",
    instead="With 2,560 points the spread is clearly larger than the error of the mean.",
)
def too_wide(seed: int) -> Measured:
    """Mean sd over the root mean square error of the mean, in the range of 2,560 points, pooled over four networks."""
    return Measured(regression.width_over_error(seed), "times the error", at_least=1.2)


@claim(
    "dropout.ensemble_band",
    "The spread of an ensemble of five is a 95 % band where there are data.",
    said_by="lakshminarayanan2017simple",
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
    "Where there are data, eight chains of HMC roughly agree about the function of a network, on the mean of the seeds.",
    source="neal2011mcmc, gelman1992inference",
    verdict="holds",
    judge="mean",
)
def hmc_mixes(seed: int) -> Measured:
    """Largest split R-hat of the function at |x| <= 2, minus 1, over both numbers of points."""
    inside = np.abs(hmc.GRID) <= 2
    worst = max(hmc.split_rhat(hmc.posterior(seed, n).predictions(hmc.GRID))[inside].max() for n in (FEW, MANY))
    return Measured(float(worst - 1), "R-hat minus 1", at_most=0.08)


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
    said_by="gal2016dropout",
    source="folgoc2021mc",
    verdict="fails",
    instead="On the network whose posterior HMC shows shrinking, and on the same data, the spread over masks does not shrink.",
)
def same_network(seed: int) -> Measured:
    """Mean sd over masks at |x| <= 2, 10 points over 160, mean of four networks; the posterior's has to be at least 2."""
    inside = np.abs(hmc.GRID) <= 2
    few, many = (hmc.dropout_draws(seed, n).std(1)[:, inside].mean() for n in (FEW, MANY))
    return Measured(float(few / many), "times smaller with 16 times the data", at_least=0.7, at_most=1.4)


@claim(
    "dropout.same_network_far",
    "Far from the data, dropout's spread on a network is near that of the network's own posterior.",
    said_by="gal2016dropout",
    source="foong2020expressiveness",
    verdict="fails",
    instead="With 10 points the posterior of the same 49 weights spreads more, at |x| >= 3.",
)
def same_network_far(seed: int) -> Measured:
    """Mean posterior sd of the function at |x| >= 3 over that over masks, 10 points, dropout the mean of four networks."""
    far = np.abs(hmc.GRID) >= 3
    draws = hmc.posterior(seed, FEW).predictions(hmc.GRID).reshape(-1, len(hmc.GRID))
    return Measured(
        float(draws.std(0)[far].mean() / hmc.dropout_draws(seed, FEW).std(1)[:, far].mean()),
        "times dropout's",
        at_least=1.2,
    )
