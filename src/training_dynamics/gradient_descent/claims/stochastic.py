"""What the chapter asserts about gradient noise, schedules and random curvature, away from networks."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.gradient_descent import noise, schedules, surface
from training_dynamics.gradient_descent.saddles import EXACT, critical_points, positive_share
from training_dynamics.toolbox.seeds import numpy_generator


@claim(
    "gradient_descent.stationary",
    "On a noisy quadratic SGD settles at variance ησ²(1 + β) / ((1 − β)h(2(1 + β) − ηh)).",
    source="ziyin2022strength",
    verdict="holds",
    judge="mean",
    vary={"rate": (0.1, 0.5, 1.5), "momentum": (0.0, 0.9)},
)
def stationary(seed: int, rate: float = 0.1, momentum: float = 0.0) -> Measured:
    """Relative error of the formula against 2,000 chains."""
    found = noise.simulated_variance(numpy_generator(seed, "gradient descent chains", rate, momentum), rate, momentum)
    return Measured(found / noise.stationary_variance(rate, 1.0, momentum) - 1, "off", at_least=-0.01, at_most=0.01)


@claim(
    "gradient_descent.momentum_averages",
    "Momentum averages the noise of the gradients away.",
    source="wang2024marginal",
    verdict="fails",
    instead="It also takes larger steps. At the same effective rate η/(1 − β) the stationary variance is nearly the same.",
    seeds=None,
    vary={"effective": (0.01, 0.1, 0.3)},
)
def momentum_averages(effective: float = 0.1) -> Measured:
    """Stationary variance with momentum 0.9 over that without, at the same effective rate; an average of ten would give 0.1."""
    with_it = noise.stationary_variance(effective / 10, 1.0, 0.9)
    return Measured(with_it / noise.stationary_variance(effective), "of the variance", at_least=0.7, scale=0.1)


@claim(
    "gradient_descent.help_and_harm",
    "Noise both helps and harms: on a rippled bowl a middle level ends lowest.",
    source="kleinberg2018alternative",
    verdict="holds-if",
    condition="the traps are small beside the valley, and the noise does not vanish in them",
    vary={"height": (0.03, 0.05), "waves": (20.0, 30.0)},
)
def help_and_harm(seed: int, height: float = 0.05, waves: float = 20.0) -> Measured:
    """The lesser of two ratios: loss without noise and loss with five times the noise, each over that at noise 1."""
    none, middle, much = (
        noise.rippled(numpy_generator(seed, "gradient descent ripples", level), level, height, waves)
        for level in (0.0, 1.0, 5.0)
    )
    return Measured(min(none, much) / middle, "times the loss of middle noise", at_least=2)


@claim(
    "gradient_descent.critical_batch",
    "The gain of the best step grows with the batch like 1/(1 + B*/B), where B* is tr(HΣ)/gᵀHg.",
    source="mccandlish2018empirical",
    verdict="holds",
    judge="mean",
    vary={"batch": (1, 4, 16, 64)},
)
def critical_batch(seed: int, batch: int = 4) -> Measured:
    """Relative error of the formula against the mean decrease of 100,000 pairs of steps with opposite noise on a quadratic."""
    rng = numpy_generator(seed, "gradient descent critical", batch)
    hessian, mix = np.diag(np.geomspace(1, 0.05, 10)), rng.standard_normal((10, 10))
    slope, covariance = rng.standard_normal(10), mix @ mix.T
    bend = slope @ hessian @ slope + np.trace(hessian @ covariance) / batch
    step = (slope @ slope) / bend
    noises = rng.multivariate_normal(np.zeros(10), covariance / batch, 100_000)
    seen = slope + np.concatenate([noises, -noises])
    change = -step * seen @ slope + step**2 / 2 * np.einsum("ri,ij,rj->r", seen, hessian, seen)
    return Measured(
        -change.mean() / noise.best_gain(slope, hessian, covariance, batch) - 1, "off", at_least=-0.01, at_most=0.01
    )


@claim(
    "gradient_descent.decay_beats_constant",
    "On a noisy quadratic a linear decay ends below the best constant rate.",
    source="zhang2019which",
    verdict="holds",
    seeds=None,
    vary={"steps": (100, 300, 1000), "noise_level": (0.03, 0.1)},
)
def decay_beats_constant(steps: int = 300, noise_level: float = 0.1) -> Measured:
    """Expected loss of the constant rate over that of the linear decay, each at its own best peak."""
    constant, linear = (schedules.best_loss(shape, steps, noise_level)[0] for shape in ("constant", "linear"))
    return Measured(constant / linear, "times the loss", at_least=1.3)


@claim(
    "gradient_descent.two_lowest",
    "Of six shapes linear and cosine decay end lowest on a noisy quadratic.",
    verdict="holds",
    seeds=None,
    vary={"steps": (100, 300, 1000), "noise_level": (0.03, 0.1)},
)
def two_lowest(steps: int = 300, noise_level: float = 0.1) -> Measured:
    """Least expected loss of the other four shapes over the larger one of these two, each at its own best peak."""
    found = {shape: schedules.best_loss(shape, steps, noise_level)[0] for shape in schedules.SHAPES}
    two = max(found.pop("linear"), found.pop("cosine"))
    return Measured(min(found.values()) / two, "times the loss", at_least=1.1, scale=0.05)


@claim(
    "gradient_descent.linear_or_cosine",
    "Between linear and cosine decay the difference is at most one part in twenty.",
    verdict="holds-if",
    condition="shown for runs of 100 to 1,000 steps, each shape at its own best peak",
    seeds=None,
    vary={"steps": (100, 300, 1000), "noise_level": (0.03, 0.1)},
)
def linear_or_cosine(steps: int = 300, noise_level: float = 0.1) -> Measured:
    """By what part the larger of the two expected losses exceeds the smaller."""
    linear, cosine = (schedules.best_loss(shape, steps, noise_level)[0] for shape in ("linear", "cosine"))
    return Measured(max(linear / cosine, cosine / linear) - 1, "of the smaller loss", at_most=0.05)


@claim(
    "gradient_descent.order_of_shapes",
    "Whatever the length of the run, the shapes end in one order: constant, 1/√t, step, WSD, the worst first.",
    verdict="fails",
    instead="In a run of 1,000 steps they do. In one of 100 the step decay ends above 1/√t.",
    seeds=None,
    vary={"noise_level": (0.03, 0.1)},
)
def order_of_shapes(noise_level: float = 0.1) -> Measured:
    """Loss of step decay over that of 1/√t in 100 steps, each at its best peak; 0 unless the order is right in 1,000."""
    order = ("constant", "1/√t", "step", "WSD", "linear")
    long = [schedules.best_loss(shape, 1000, noise_level)[0] for shape in order]
    short = [schedules.best_loss(shape, 100, noise_level)[0] for shape in ("step", "1/√t")]
    return Measured(
        short[0] / short[1] if long == sorted(long, reverse=True) else 0.0, "times the loss", at_least=1.05, scale=0.03
    )


@claim(
    "gradient_descent.decay_only_settles",
    "Decay helps only because it lets one settle: without noise there is nothing to gain.",
    verdict="fails",
    instead="Without noise a linear decay from above 2/Λ wins, too: early steps clear flat directions, late ones steep ones.",
    seeds=None,
    vary={"steps": (100, 300)},
)
def decay_only_settles(steps: int = 100) -> Measured:
    """Loss of the best constant rate over that of the best linear decay, no noise; 0 unless that decay starts above 2/Λ."""
    (constant, _), (linear, peak) = (schedules.best_loss(shape, steps, 0.0) for shape in ("constant", "linear"))
    above = peak > 2 / float(schedules.spectrum().max())
    return Measured(constant / linear if above else 0.0, "times the decay's loss", at_least=1.25)


@claim(
    "gradient_descent.decay_peak",
    "Without noise the best linear decay begins far above 2/Λ, but below 4.59/Λ, from where on steep directions would grow.",
    verdict="holds-if",
    condition="shown for runs of 50 to 800 steps, with curvatures 1/k up to k = 100",
    seeds=None,
    vary={"steps": (50, 100, 300, 800)},
)
def decay_peak(steps: int = 100) -> Measured:
    """The best peak rate of a linear decay times the largest curvature Λ."""
    _, peak = schedules.best_loss("linear", steps, 0.0)
    return Measured(peak * float(schedules.spectrum().max()), "over Λ", at_least=3.0, at_most=4.592, scale=0.05)


@claim(
    "gradient_descent.step_decay",
    "Any decay of the rate gains over the best constant rate, each at its own best peak.",
    verdict="fails",
    instead="Without noise one that steps down by ten at a half and at three quarters ends far above it.",
    seeds=None,
    vary={"steps": (100, 300)},
)
def step_decay(steps: int = 100) -> Measured:
    """Loss of the best step decay over that of the best constant rate, no noise."""
    stepped, constant = (schedules.best_loss(shape, steps, 0.0)[0] for shape in ("step", "constant"))
    return Measured(stepped / constant, "times the loss of the constant rate", at_least=2)


@claim(
    "gradient_descent.warmup",
    "Warm-up lets a run reach a learning rate at which it could not have started.",
    source="kalra2024why",
    verdict="holds-if",
    condition="curvature falls while the rate rises, and warm-up is slow enough for it (shown: 200 steps and more)",
    seeds=None,
    vary={"steps": (200, 800), "far": (3.0, 4.0, 6.0)},
)
def warmup(steps: int = 200, far: float = 4.0) -> Measured:
    """Largest rate with warm-up over the largest without, two weights that start unequal; the least of five draws of noise."""
    found = [schedules.valley(seed, steps, far) for seed in range(5)]
    return Measured(min(v.with_warmup / v.without for v in found), "times the rate", at_least=1.5)


@claim(
    "gradient_descent.high_saddles",
    "Critical points of a small network with a high loss have many negative directions, those with a low loss few.",
    source="dauphin2014identifying",
    verdict="holds",
    judge="mean",
    vary={"hidden": (3, 4), "examples": (30, 40)},
)
def high_saddles(seed: int, hidden: int = 4, examples: int = 40) -> Measured:
    """Correlation of the loss and the share of negative eigenvalues, over the critical points that Newton's method finds."""
    found = critical_points(seed, hidden, examples=examples)
    return Measured(float(np.corrcoef(found.losses, found.index)[0, 1]), "(correlation)", at_least=0.4)


@claim(
    "gradient_descent.positive",
    "A random symmetric matrix of size 2 or 3 has no negative eigenvalue with probability (2 − √2)/4 or (π − 2√2)/(4π).",
    source="dean2006large",
    verdict="holds",
    judge="mean",
    vary={"size": (2, 3)},
)
def positive(seed: int, size: int = 3) -> Measured:
    """Relative error of the probability, from 100,000 Gaussian matrices."""
    return Measured(positive_share(seed, size) / EXACT[size] - 1, "off", at_least=-0.05, at_most=0.05)


@claim(
    "gradient_descent.walk_in_two",
    "A training path lies nearly in two dimensions: two principal components carry most of it.",
    source="antognini2018pca",
    verdict="fails",
    instead="They carry most of a random walk in thousands of dimensions, too: the number says nothing about the path.",
    vary={"steps": (100, 300), "dimensions": (1000, 3000)},
)
def walk_in_two(seed: int, steps: int = 300, dimensions: int = 1000) -> Measured:
    """Share of the variance of a random walk in its first two principal components; the theory of long walks gives 0.76."""
    return Measured(surface.walk_share(seed, steps, dimensions), "of the variance", at_least=0.5, scale=0.15)
