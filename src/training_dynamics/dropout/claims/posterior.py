"""What the chapter on dropout asserts about the posterior of a network, sampled by HMC, and dropout on the same network."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.dropout import hmc
from training_dynamics.dropout.hmc import DRAWS

FEW, MANY = 10, 160
TIMES = "times smaller with 16 times the data"
INSIDE, FAR = np.abs(hmc.GRID) <= 2, np.abs(hmc.GRID) >= 3
SAMPLED: dict[str, tuple[object, ...]] = {"draws": (DRAWS // 2, DRAWS), "chains": (8, 16)}
TRAINED: dict[str, tuple[object, ...]] = {"rate": (0.1, 0.3), "steps": (2000, 4000)}


def sampled_spread(seed: int, n: int, where: np.ndarray, draws: int = DRAWS, chains: int = 8) -> float:
    """Mean posterior sd of the function at the places ``where``."""
    curves = hmc.posterior(seed, n, chains, draws).predictions(hmc.GRID).reshape(-1, len(hmc.GRID))
    return float(curves.std(0)[where].mean())


def masked_spread(seed: int, n: int, where: np.ndarray, rate: float, steps: int) -> float:
    """Mean sd over masks of the same network at the same places, mean of four networks."""
    return float(hmc.dropout_draws(seed, n, rate, steps).std(1)[:, where].mean())


@claim(
    "dropout.hmc_mixes",
    "Where there are data, chains of HMC roughly agree about the function of a network, on the mean of the seeds.",
    source="neal2011mcmc, gelman1992inference",
    verdict="holds",
    judge="mean",
    vary=SAMPLED,
)
def hmc_mixes(seed: int, draws: int = DRAWS, chains: int = 8) -> Measured:
    """Split R-hat of the function, minus 1, mean over |x| <= 2; the greater of those at 10 and at 160 points."""
    samples = (hmc.posterior(seed, n, chains, draws) for n in (FEW, MANY))
    rhat = [hmc.split_rhat(sample.predictions(hmc.GRID))[INSIDE].mean() for sample in samples]
    return Measured(float(max(rhat) - 1), "R-hat minus 1", at_most=0.06)


@claim(
    "dropout.hmc_contracts",
    "The network's own posterior, sampled by HMC, shrinks as data arrive.",
    source="neal2011mcmc",
    verdict="holds",
    vary=SAMPLED,
)
def hmc_contracts(seed: int, draws: int = DRAWS, chains: int = 8) -> Measured:
    """Mean sd of the function at |x| <= 2, 10 points over 160."""
    few, many = (sampled_spread(seed, n, INSIDE, draws, chains) for n in (FEW, MANY))
    return Measured(few / many, TIMES, at_least=2)


@claim(
    "dropout.same_network",
    "MC dropout approximates the posterior of the network it is run on.",
    said_by="gal2016dropout",
    source="folgoc2021mc",
    verdict="fails",
    instead=(
        "On the network whose posterior HMC shows shrinking, and on the same data, the spread over masks hardly shrinks, on "
        "the mean of the curves."
    ),
    judge="mean",
    vary=TRAINED,
)
def same_network(seed: int, rate: float = 0.1, steps: int = 2000) -> Measured:
    """Mean sd over masks at |x| <= 2, 10 points over 160, mean of four networks; the posterior's has to be at least 2."""
    few, many = (masked_spread(seed, n, INSIDE, rate, steps) for n in (FEW, MANY))
    return Measured(few / many, TIMES, at_least=0.7, at_most=1.4)


@claim(
    "dropout.same_network_far",
    "Far from the data, dropout's spread on a network is near that of the network's own posterior.",
    said_by="gal2016dropout",
    source="foong2020expressiveness",
    verdict="fails",
    instead="With 10 points the posterior of the same 49 weights spreads more, at |x| >= 3.",
    vary=TRAINED,
)
def same_network_far(seed: int, rate: float = 0.1, steps: int = 2000) -> Measured:
    """Mean posterior sd of the function at |x| >= 3 over that over masks, 10 points, dropout the mean of four networks."""
    ratio = sampled_spread(seed, FEW, FAR) / masked_spread(seed, FEW, FAR, rate, steps)
    return Measured(ratio, "times dropout's", at_least=1.0)
