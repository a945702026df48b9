"""What the chapter asserts about label noise, degenerate minima and learning coefficients."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.sgd_noise import degenerate, diagonal, plane


def _five(seed: int) -> tuple[tuple[int, ...], int]:
    """Five seeds that are run side by side, with the place of this one."""
    first = seed - seed % 5
    return tuple(range(first, first + 5)), seed % 5


@claim(
    "sgd_noise.label_noise_sparse",
    "Label noise takes a diagonal network to the sparse solution, from a start from which gradient descent does not find it.",
    source="haochen2021shape",
    verdict="holds",
    vary={"start": (1.0, 0.5), "size": (2.0, 1.5), "steps": (40_000, 30_000)},
)
def label_noise_sparse(seed: int, start: float = 1.0, size: float = 2.0, steps: int = 40_000) -> Measured:
    """Squared distance to the sparse target, over that of gradient descent from the same start."""
    seeds, place = _five(seed)
    noisy = diagonal.label_noise_errors(seeds, "labels", start, size, steps=steps)[place]
    return Measured(noisy / diagonal.descent_errors(seeds, start)[place], "of descent's error", at_most=0.04)


@claim(
    "sgd_noise.batches_sparse",
    "The noise of batches does what label noise does.",
    verdict="fails",
    instead="At the same small rate, one example a step ends as far from the sparse target as full batches, within a twentieth.",
    vary={"start": (1.0, 0.5), "rate": (0.004, 0.002)},
)
def batches_sparse(seed: int, start: float = 1.0, rate: float = 0.004) -> Measured:
    """By how much the squared distance to the sparse target after one example a step differs from that of full batches."""
    seeds, place = _five(seed)
    single = diagonal.label_noise_errors(seeds, "none", start, rate=rate)[place]
    descent = diagonal.descent_errors(seeds, start)[place]
    return Measured(abs(float(single / descent) - 1), "of descent's error", at_most=0.05)


@claim(
    "sgd_noise.valley_share",
    "SGD ends in a valley as often as the posterior has mass there.",
    verdict="fails",
    instead="The posterior knows no rate. At a small one runs stay where they start; at a larger one the degenerate valley "
    "gets all.",
    vary={"fast": (0.05, 0.04), "steps": (4000, 8000)},
)
def valley_share(seed: int, fast: float = 0.05, steps: int = 4000) -> Measured:
    """The share of runs in the degenerate valley at a larger rate, less that at rate 0.01."""
    shares = [degenerate.sgd_valleys(seed, rate, steps=steps).degenerate for rate in (fast, 0.01)]
    return Measured(shares[0] - shares[1], "more runs, at the larger rate", at_least=0.15)


@claim(
    "sgd_noise.valley_kept",
    "At a small rate runs between two minima, under label noise, end in the valley where they start.",
    verdict="holds",
    vary={"rate": (0.01, 0.005), "steps": (4000, 8000)},
)
def valley_kept(seed: int, rate: float = 0.01, steps: int = 4000) -> Measured:
    """The share of 1,000 runs that end in the other valley."""
    return Measured(1 - degenerate.sgd_valleys(seed, rate, steps=steps).stayed, "of the runs change", at_most=0.02)


@claim(
    "sgd_noise.valley_filled",
    "At a larger rate runs leave the curved minimum for the degenerate one, and do not come back.",
    verdict="holds",
    vary={"rate": (0.05, 0.04), "steps": (4000, 8000)},
)
def valley_filled(seed: int, rate: float = 0.05, steps: int = 4000) -> Measured:
    """The share of 1,000 runs that do not end in the degenerate valley."""
    return Measured(
        1 - degenerate.sgd_valleys(seed, rate, steps=steps).degenerate, "of the runs elsewhere", at_most=0.02
    )


@claim(
    "sgd_noise.odds",
    "The posterior's odds between two valleys go as the number of examples to the difference of their coefficients.",
    source="watanabe2009algebraic",
    verdict="holds",
    seeds=None,
)
def odds() -> Measured:
    """The power of n with which the regular valley's odds against the degenerate one fall, from 10,000 to a million examples."""
    falls = [(1 - share) / share for share in (degenerate.posterior_share(10**4), degenerate.posterior_share(10**6))]
    return Measured(
        float(np.log(falls[1] / falls[0]) / np.log(100)), "as the power of n", at_least=-0.27, at_most=-0.23
    )


@claim(
    "sgd_noise.coefficient",
    "Langevin runs give the learning coefficient of a sum of even powers, regular or not, to within 10 per cent.",
    source="lau2025local",
    verdict="holds",
    vary={"name": ("w^4", "w^2", "x^2 + y^2", "x^2 + y^4"), "n_beta": (1000.0, 3000.0)},
)
def coefficient(seed: int, name: str = "w^4", n_beta: float = 1000.0) -> Measured:
    """The estimate over the exact coefficient."""
    ratio = degenerate.sampled_coefficient(seed, name, n_beta) / degenerate.learning_coefficient(name)
    return Measured(ratio, "of the exact coefficient", at_least=0.9, at_most=1.1)


@claim(
    "sgd_noise.volume",
    "Near the minimum of a sum of even powers the volume below a level grows with the learning coefficient as its power.",
    source="watanabe2009algebraic",
    verdict="holds",
    vary={"name": ("x^2 + y^2", "w^2", "w^4", "x^2 + y^4"), "low": (1e-3, 5e-4)},
)
def volume(seed: int, name: str = "x^2 + y^2", low: float = 1e-3) -> Measured:
    """The power, from two million random points and two levels a factor of 100 apart, less the exact coefficient."""
    gap = degenerate.volume_slope(seed, name, low) - degenerate.learning_coefficient(name)
    return Measured(gap, "from the exact coefficient", at_least=-0.03, at_most=0.03)


@claim(
    "sgd_noise.volume_slope",
    "The slope of the volume in the logarithm of the level is the learning coefficient.",
    source="watanabe2009algebraic",
    verdict="fails",
    instead="Where two valleys cross it is too small: the volume has a logarithm as a factor.",
    vary={"low": (1e-6, 1e-5, 1e-4)},
)
def volume_slope(seed: int, low: float = 1e-6) -> Measured:
    """How far below 1/2 the power is for two crossing valleys, from two million random points."""
    return Measured(0.5 - degenerate.volume_slope(seed, "x^2 y^2", low), "below the coefficient", at_least=0.04)


@claim(
    "sgd_noise.volume_crossing",
    "Where two valleys cross, the volume over a logarithm grows with the learning coefficient as its power.",
    source="watanabe2009algebraic",
    verdict="holds",
    vary={"low": (1e-6, 3e-7)},
)
def volume_crossing(seed: int, low: float = 1e-6) -> Measured:
    """The power of the same volume over the logarithm of one over the level, less 1/2."""
    gap = degenerate.volume_slope(seed, "x^2 y^2", low, multiplicity=2) - 0.5
    return Measured(gap, "from the exact coefficient", at_least=-0.03, at_most=0.03)


@claim(
    "sgd_noise.half_count",
    "Half the number of parameters is the complexity of a model.",
    source="watanabe2009algebraic",
    verdict="fails",
    instead="A hidden linear unit that has nothing to learn has half the smaller of its inputs and outputs.",
    seeds=None,
)
def half_count() -> Measured:
    """The exact estimate over half the number of weights, at nβ = 10,000: the largest over 2 to 6 inputs and outputs."""
    sizes = [(m, n) for m in (2, 3, 4, 6) for n in (2, 3, 4, 6) if m != n]
    shares = [degenerate.unit_estimate(m, n, 1e4) / ((m + n) / 2) for m, n in sizes]
    return Measured(max(shares), "of half the weights", at_most=0.7)


@claim(
    "sgd_noise.estimate_is_coefficient",
    "The estimate at one temperature is the learning coefficient.",
    source="watanabe2009algebraic",
    verdict="fails",
    instead="Where two valleys cross it is too small by one over a logarithm of nβ, which no usable temperature makes small.",
    seeds=None,
)
def estimate_is_coefficient() -> Measured:
    """How far below 1/2 the exact estimate is for two crossing valleys: the least over nβ from 100 to 100 million."""
    return Measured(
        0.5 - max(degenerate.cross_estimate(t) for t in (1e2, 1e4, 1e6, 1e8)), "below the coefficient", at_least=0.03
    )


@claim(
    "sgd_noise.time_at_the_crossing",
    "Label noise spends its time where two valleys cross, far more of it than isotropic noise from coins of the same size.",
    source="li2022what",
    verdict="holds",
    vary={"target": (0.0, 0.5, 1.0), "size": (1.0, 0.8), "steps": (4000, 8000)},
)
def time_at_the_crossing(seed: int, target: float = 0.0, size: float = 1.0, steps: int = 4000) -> Measured:
    """The share of late time near the crossing, or near balance on a curved valley, under label noise less under isotropic."""
    stays = [plane.stay(noise, 0.05, size, target, steps, seed=seed) for noise in ("labels", "isotropic")]
    shares = [plane.near_balance(stay.shares) for stay in stays]
    return Measured(shares[0] - shares[1], "more of the time", at_least=0.2)


@claim(
    "sgd_noise.sticks",
    "The noise of batches carries a run along a valley of minima.",
    verdict="fails",
    instead="Where all examples can be fitted this noise vanishes on the valley, and a run stays where it arrived.",
    seeds=None,
)
def sticks() -> Measured:
    """The farthest that any of 160 runs moves from its 2,000th to its 4,000th step, over two curved valleys."""
    moves = []
    for target in (0.5, 1.0):
        for seed in range(5):
            ends = [plane.stay("examples", 0.05, 0.8, target, steps, seed=seed).ends for steps in (2000, 4000)]
            moves.append(float(np.abs(ends[1] - ends[0]).max()))
    return Measured(max(moves), "", at_most=1e-6)
