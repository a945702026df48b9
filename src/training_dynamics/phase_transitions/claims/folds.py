"""What the chapter asserts about transitions under weight decay, the slowing before them, and what a delay alone shows."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.phase_transitions import folds, late


@claim(
    "phase_transitions.three_jump",
    "With three layers or more the learned state is lost at the decay where the fold is.",
    verdict="holds",
    vary={"layers": (3, 4), "width": (3, 4, 6), "wait": (150, 300)},
)
def three_jump(seed: int, layers: int = 3, width: int = 4, wait: int = 150) -> Measured:
    """Decay at which the output falls below a tenth over the chain's fold; the ramp's decays are a thirtieth of that apart."""
    lost = folds.ramp(seed, layers, width, wait).lost
    return Measured(lost / folds.fold(layers)[1], "of the fold's decay", at_least=0.93, at_most=1.15)


@claim(
    "phase_transitions.three_falls",
    "In a sweep of small steps of the decay most of what is left of the output at the fold is lost in one step.",
    verdict="holds",
    vary={"layers": (3, 4), "width": (3, 4, 6), "wait": (150, 300)},
)
def three_falls(seed: int, layers: int = 3, width: int = 4, wait: int = 150) -> Measured:
    """Largest fall between two neighbouring decays, over the output of the chain at its fold."""
    falls = -np.diff(folds.ramp(seed, layers, width, wait).up)
    return Measured(float(falls.max() / folds.fold(layers)[0] ** layers), "of it", at_least=0.5)


@claim(
    "phase_transitions.no_way_back",
    "Lower the decay again, and what was lost comes back.",
    verdict="fails",
    instead=(
        "With two layers it does, late if the sweep is fast. With three zero stays a minimum for "
        "every decay above 0: it does not."
    ),
    vary={"layers": (3, 4), "width": (3, 4, 6), "wait": (150, 300)},
)
def no_way_back(seed: int, layers: int = 3, width: int = 4, wait: int = 150) -> Measured:
    """Output on the way down at a fiftieth of the collapse's decay, over what it was at that decay on the way up."""
    done = folds.ramp(seed, layers, width, wait)
    return Measured(float(done.down[0] / done.up[0]), "of what it was", at_most=0.05, scale=0.02)


@claim(
    "phase_transitions.fold_loop",
    "The slower the sweep, the closer is its loop to the whole area under the learned branch, from the fold down.",
    verdict="holds",
    vary={"layers": (3, 4), "wait": (300, 600)},
)
def fold_loop(seed: int, layers: int = 3, wait: int = 600) -> Measured:
    """Area between the way up and the way down, over that area of the chain."""
    area = folds.ramp(seed, layers, wait=wait).area / folds.branch_area(layers)
    return Measured(area, "of that area", at_least=0.95, at_most=1.05)


@claim(
    "phase_transitions.fold_wait",
    "Noise carries a chain out of its learned state after a wait that grows exponentially with the barrier over the noise.",
    source="ersoy2026noise",
    verdict="holds",
    judge="mean",
    vary={"layers": (3, 4), "share": (0.8, 0.9)},
)
def fold_wait(seed: int, layers: int = 3, share: float = 0.8) -> Measured:
    """Growth of the logarithm of the mean wait from a barrier of two temperatures to one of four, over the two."""
    long, short = (folds.mean_wait(seed, height, share, layers) for height in (4.0, 2.0))
    return Measured(float(np.log(long / short) / 2), "of the barrier's growth", at_least=0.75, at_most=1.25)


@claim(
    "phase_transitions.two_continuous",
    "With two layers the output fades continuously, one minus the decay, on both ways, away from the transition itself.",
    source="ziyin2022exact",
    verdict="holds",
    vary={"width": (3, 4, 6), "wait": (150, 300)},
)
def two_continuous(seed: int, width: int = 4, wait: int = 150) -> Measured:
    """Largest distance of the output from max(0, 1 - decay) on both ways, away from the transition itself."""
    done = folds.ramp(seed, 2, width, wait)
    told = np.maximum(0, 1 - done.decays)
    far = np.abs(done.decays - 1) > 0.2
    return Measured(
        float(np.abs(np.r_[done.up - told, done.down - told])[np.r_[far, far]].max()), "of the output", at_most=0.1
    )


@claim(
    "phase_transitions.slowing_exponents",
    "Before a fold the curvature vanishes as the root of the distance, before a continuous transition in "
    "proportion to it.",
    source="scheffer2009early",
    verdict="holds",
    seeds=None,
    vary={"layers": (3, 4, 5)},
)
def slowing_exponents(layers: int = 3) -> Measured:
    """Exponent of the curvature at a fold in the distance to it, 1e-3 to 1e-5; that of two layers is 1 by its formula."""
    most, gaps = folds.fold(layers)[1], (1e-3, 1e-4, 1e-5)
    curvatures = [folds.curvature(most * (1 - gap), layers) for gap in gaps]
    return Measured(
        float(np.polyfit(np.log(gaps), np.log(curvatures), 1)[0]), "(exponent)", at_least=0.47, at_most=0.53
    )


@claim(
    "phase_transitions.fold_variance",
    "Noisy descent fluctuates before a fold as the exact formula says, with a variance set by the curvature alone.",
    source="scheffer2009early",
    verdict="holds-if",
    condition="the fluctuations are small beside the distance to the fold",
    vary={"share": (0.5, 0.8, 0.95), "layers": (3, 4), "rate": (0.02, 0.05, 0.1), "noise": (1e-4, 1e-3)},
)
def fold_variance(seed: int, share: float = 0.8, layers: int = 3, rate: float = 0.05, noise: float = 1e-3) -> Measured:
    """Variance along the common direction of the layers at a share of the fold's decay, over the formula."""
    decay = share * folds.fold(layers)[1]
    variance, _ = folds.noisy_chain(seed, decay, layers, rate, noise)
    return Measured(
        variance / folds.stationary_variance(decay, layers, rate, noise), "of the formula", at_least=0.85, at_most=1.15
    )


@claim(
    "phase_transitions.fold_memory",
    "A fluctuation before a fold is forgotten at the rate times the curvature a step.",
    source="scheffer2009early",
    verdict="holds-if",
    condition="the fluctuations are small beside the distance to the fold",
    vary={"share": (0.5, 0.8, 0.95), "layers": (3, 4), "rate": (0.02, 0.05, 0.1), "noise": (1e-4, 1e-3)},
)
def fold_memory(seed: int, share: float = 0.8, layers: int = 3, rate: float = 0.05, noise: float = 1e-3) -> Measured:
    """One minus the correlation from step to step along the common direction, over rate times curvature."""
    decay = share * folds.fold(layers)[1]
    _, correlation = folds.noisy_chain(seed, decay, layers, rate, noise)
    return Measured(
        (1 - correlation) / (rate * folds.curvature(decay, layers)), "of the formula", at_least=0.85, at_most=1.15
    )


@claim(
    "phase_transitions.grokking_first_order",
    "Late generalisation shows a first-order phase transition.",
    verdict="fails",
    instead=(
        "It does not: it can come very late in a convex problem, too, which has "
        "one state at every setting. "
        "Where two states coexist, as with three layers and decay, there are more signs to ask for, such as "
        "hysteresis and a barrier."
    ),
    vary={"decay": (1e-3, 1e-2), "n": (30, 40, 60), "size": (5.0, 10.0)},
)
def grokking_first_order(seed: int, decay: float = 1e-3, n: int = 40, size: float = 10.0) -> Measured:
    """How many times later than the training error the test error of convex regression falls to a tenth."""
    return Measured(late.late_regression(seed, n, 80, decay, size).ratio, "times later", at_least=10)
