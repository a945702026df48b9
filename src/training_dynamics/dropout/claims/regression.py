"""What the chapter on dropout asserts about regression: whether its spread is a posterior."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.dropout import spread
from training_dynamics.dropout.crowd import narrower
from training_dynamics.dropout.regression import RATES, WIDTH, exact_process
from training_dynamics.dropout.spread import FEW, HIGH, MANY, RATE, SOME, STEPS, comparison

TIMES = "times smaller with 256 times the data"
VARIED: dict[str, tuple[object, ...]] = {"steps": (STEPS, 2 * STEPS), "width": (25, WIDTH)}
RATED = VARIED | {"rate": (RATE, HIGH)}
MEAN: dict[str, tuple[object, ...]] = {"steps": (STEPS // 2, STEPS), "width": (25, WIDTH)}


@claim(
    "dropout.process_contracts",
    "The spread of the exact Gaussian process shrinks about as one over the square root of the number of points.",
    source="rasmussen2006gaussian",
    verdict="holds",
    seeds=None,
)
def process_contracts() -> Measured:
    """Mean sd in the range of the data, 10 points over 2,560; it depends on the inputs only."""
    found = [exact_process(0, n).inside for n in (FEW, MANY)]
    return Measured(found[0] / found[1], TIMES, at_least=12, at_most=18)


@claim(
    "dropout.contracts",
    "The spread over dropout masks is a posterior: it shrinks as data arrive.",
    said_by="gal2016dropout",
    source="osband2016risk",
    verdict="fails",
    instead="It stays nearly the same from 10 points to 2,560, with the decay that the variational reading prescribes.",
    vary=RATED,
)
def contracts(seed: int, steps: int = STEPS, width: int = WIDTH, rate: float = RATE) -> Measured:
    """Mean sd over masks in the range of the data, 10 points over 2,560; at rate 0.1 means over two networks."""
    found = comparison(seed, steps, width)
    return Measured(found.inside(FEW, rate) / found.inside(MANY, rate), TIMES, at_least=0.7, at_most=1.45)


@claim(
    "dropout.rate_sets_spread",
    "At fixed data the dropout rate sets the spread: a greater rate gives a greater spread.",
    source="osband2016risk",
    verdict="holds-if",
    condition=(
        "The network still fits the curve; where the penalty flattens its function, the spread can fall with it."
        " This is the mean over runs."
    ),
    vary=VARIED,
    judge="mean",
)
def rate_sets_spread(seed: int, steps: int = STEPS, width: int = WIDTH) -> Measured:
    """Least rise of the log spread from one rate to the next, at 160 points; any rise means a rank correlation of 1.

    Rates at which a network explains less than 0.8 of the curve's variance are left out; on seeds 0 to 4 there are none.
    """
    bands = [comparison(seed, steps, width).dropout[SOME, p][0] for p in RATES]
    spreads = [band.inside for band in bands if spread.explained(seed, band) >= 0.8]
    return Measured(float(np.diff(np.log(spreads)).min()), "log sd gained, least over the steps", at_least=0.05)


@claim(
    "dropout.longer_is_narrower",
    "The length of training sets the spread, too: trained four times as long, the same network spreads less.",
    verdict="holds",
    vary=VARIED,
)
def longer_is_narrower(seed: int, steps: int = STEPS, width: int = WIDTH) -> Measured:
    """Mean sd over masks in the range of 2,560 points after a quarter of the steps over that after all."""
    short, long = (comparison(seed, s, width).inside(MANY) for s in (steps // 4, steps))
    return Measured(short / long, "times the spread after four times as many steps", at_least=1.1, scale=0.1)


@claim(
    "dropout.far_away",
    "Far from the data, MC dropout knows what it does not know.",
    said_by="gal2016dropout",
    source="foong2020expressiveness",
    verdict="fails",
    instead="There its spread is a fraction of the exact one.",
    vary=RATED,
)
def far_away(seed: int, steps: int = STEPS, width: int = WIDTH, rate: float = RATE) -> Measured:
    """Spread over masks at |x| >= 3 over the exact sd, with 10 points; at rate 0.1 means over two networks."""
    found = comparison(seed, steps, width)
    return Measured(found.outside(FEW, rate) / found.process[FEW].outside, "of the exact sd", at_most=0.85)


@claim(
    "dropout.far_coverage",
    "A 95 % band from MC dropout holds the true curve far from the data.",
    said_by="gal2016dropout",
    source="osband2016risk",
    verdict="fails",
    instead="On the mean of the seeds it holds the curve at far fewer places.",
    judge="mean",
    vary=MEAN,
)
def far_coverage(seed: int, steps: int = STEPS, width: int = WIDTH) -> Measured:
    """Share of |x| >= 3 at which mean +- 1.96 sd holds the truth, with 10 points, mean over two networks."""
    bands = comparison(seed, steps, width).dropout[FEW, RATE]
    shares = [spread.coverage(seed, band, inside=False) for band in bands]
    return Measured(float(np.mean(shares)), "of the places, not 0.95", at_most=0.6)


@claim(
    "dropout.too_wide",
    "With much data, the spread of MC dropout tells how wrong the mean is.",
    said_by="gal2016dropout",
    source="osband2016risk",
    verdict="fails",
    instead="With 2,560 points the spread is clearly larger than the error of the mean.",
    vary=RATED,
)
def too_wide(seed: int, steps: int = STEPS, width: int = WIDTH, rate: float = RATE) -> Measured:
    """Mean sd over the root mean square error of the mean, in the range of 2,560 points, pooled over the networks."""
    bands = comparison(seed, steps, width).dropout[MANY, rate]
    return Measured(spread.width_over_error(seed, bands), "times the error", at_least=1.2)


@claim(
    "dropout.ensemble_band",
    "The spread of an ensemble of five is a 95 % band where there are data.",
    said_by="lakshminarayanan2017simple",
    verdict="fails",
    instead="On the mean of the seeds it is too narrow: members agree on much of what the noise did to them.",
    judge="mean",
    vary=MEAN,
)
def ensemble_band(seed: int, steps: int = STEPS, width: int = WIDTH) -> Measured:
    """Share of |x| <= 2 outside mean +- 1.96 sd of five networks on 160 points."""
    (band,) = comparison(seed, steps, width).ensembles[SOME]
    return Measured(1 - spread.coverage(seed, band), "of the places missed, not 0.05", at_least=0.15)


@claim(
    "dropout.ensemble_contracts",
    "The spread of an ensemble of five shrinks as the data ask, like one over the square root of their number.",
    said_by="lakshminarayanan2017simple",
    verdict="fails",
    instead="On the mean it becomes less than five times smaller where the root says sixteen.",
    judge="mean",
    vary={"steps": (STEPS, 2 * STEPS), "width": (25, WIDTH)},
)
def ensemble_contracts(seed: int, steps: int = STEPS, width: int = WIDTH) -> Measured:
    """Mean sd of five networks where there are data, 10 points over 2,560; the two spreads are of ensembles of their own."""
    return Measured(narrower(seed, steps, width), TIMES, at_most=5)


@claim(
    "dropout.ensemble_far",
    "Far from ten points ensembles of five spread more than dropout at rate 0.1, on the mean of the seeds.",
    source="lakshminarayanan2017simple",
    verdict="holds",
    judge="mean",
    vary=MEAN,
)
def ensemble_far(seed: int, steps: int = STEPS, width: int = WIDTH) -> Measured:
    """Spread of ensembles, on the mean of two, over that of dropout, on the mean of two, at |x| >= 3, 10 points."""
    found = comparison(seed, steps, width)
    crowds = np.mean([band.outside for band in found.ensembles[FEW]])
    return Measured(float(crowds / found.outside(FEW)), "times dropout's", at_least=1.0)
