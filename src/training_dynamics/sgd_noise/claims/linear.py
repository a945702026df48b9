"""What the chapter asserts about SGD on least squares: posterior, temperature, free energy, noise scale and current."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.sgd_noise import currents, moments


@claim(
    "sgd_noise.moments_exact",
    "Sampled runs of SGD on least squares have the mean loss that the recursion of second moments gives.",
    source="ziyin2022strength",
    verdict="holds",
    vary={"rate": (0.1, 0.4), "batch": (4, 1, 16)},
)
def moments_exact(seed: int, rate: float = 0.1, batch: int = 4) -> Measured:
    """Mean loss above the minimum of 1,000 runs over 300 late steps, over the solution of the recursion."""
    task = moments.gaussian_task(seed)
    sampled = moments.excess(task, moments.sample(task, rate, batch, seed, steps=600, burn=300)[0])
    exact = moments.excess(task, moments.stationary(task, rate, batch))
    return Measured(sampled / exact, "of the exact loss", at_least=0.98, at_most=1.02)


@claim(
    "sgd_noise.posterior",
    "With a constant rate SGD samples the posterior, at a temperature that rate and batch size set.",
    source="mandt2017stochastic",
    verdict="fails",
    instead="A posterior is narrow where the loss is curved; SGD on equally noisy labels is about as wide in all directions.",
    vary={"rate": (0.1, 0.3), "batch": (4, 1), "condition": (30.0, 300.0)},
)
def posterior(seed: int, rate: float = 0.1, batch: int = 4, condition: float = 30.0) -> Measured:
    """The power of the curvature with which the variance goes; a posterior has -1."""
    task = moments.gaussian_task(seed, condition=condition)
    power = moments.variance_exponent(task, moments.stationary(task, rate, batch))
    return Measured(power, "", at_least=-0.3, at_most=0.3, scale=0.15)


@claim(
    "sgd_noise.least_free_energy",
    "SGD minimises a free energy: mean loss less temperature times entropy.",
    said_by="sadrtdinov2025sgd",
    source="chaudhari2018stochastic",
    verdict="fails",
    instead="Whatever the temperature, another distribution has less; the gap grows with the spread of the curvatures.",
    vary={"rate": (0.1, 0.3), "batch": (4, 1), "condition": (30.0, 100.0)},
)
def least_free_energy(seed: int, rate: float = 0.1, batch: int = 4, condition: float = 30.0) -> Measured:
    """Free energy above the least possible, in units of the temperature that makes this smallest."""
    task = moments.gaussian_task(seed, condition=condition)
    gap = moments.free_energy_gap(task, moments.stationary(task, rate, batch))
    return Measured(gap, "temperatures above the least", at_least=0.7)


@claim(
    "sgd_noise.least_among_rates",
    "Among what other rates leave, each rate's own distribution has the least free energy, at the temperature dU/dS.",
    source="sadrtdinov2025sgd",
    verdict="holds",
    seeds=None,
)
def least_among_rates() -> Measured:
    """How many of the comparisons, over five data sets and 12 times 12 rates, go the other way."""
    wrong = 0
    for seed in range(5):
        task = moments.gaussian_task(seed)
        rates = np.geomspace(0.005, 0.4, 12)
        pairs = [moments.energy_and_entropy(task, moments.stationary(task, rate, 4)) for rate in rates]
        for rate, own in zip(rates, pairs):
            up, down = (
                moments.energy_and_entropy(task, moments.stationary(task, rate * f, 4)) for f in (1.001, 1 / 1.001)
            )
            temperature = (up[0] - down[0]) / (up[1] - down[1])
            wrong += sum(u - temperature * s < own[0] - temperature * own[1] - 1e-12 for u, s in pairs)
    return Measured(float(wrong), "comparisons lost", at_least=0, at_most=0)


@claim(
    "sgd_noise.constant_rate_stalls",
    "At a constant rate noise keeps the loss above its minimum.",
    source="sadrtdinov2025sgd",
    verdict="fails",
    instead="Where every example can be fitted and the rate is stable, noise dies with the errors; the mean loss goes to 0.",
    vary={"rate": (0.2, 0.1), "batch": (1, 4), "n": (200, 60)},
)
def constant_rate_stalls(seed: int, rate: float = 0.2, batch: int = 1, n: int = 200) -> Measured:
    """Decimal powers by which the exact mean loss falls in 3,000 steps from a random start, all examples fitted."""
    task = moments.gaussian_task(seed, n=n, condition=10.0, residual=0.0)
    start = np.eye(6)
    late = moments.excess(task, moments.evolve(task, rate, batch, start, 3000))
    return Measured(float(np.log10(moments.excess(task, start) / max(late, 1e-300))), "powers of ten", at_least=10)


@claim(
    "sgd_noise.noise_scale",
    "Four times the batch and four times the rate leave the loss above its minimum where it was.",
    source="smith2018bayesian",
    verdict="holds-if",
    condition="the larger rate stays below a tenth of 2/λ₁",
    vary={"rate": (0.02, 0.01), "batch": (4, 16), "condition": (30.0, 100.0)},
)
def noise_scale(seed: int, rate: float = 0.02, batch: int = 4, condition: float = 30.0) -> Measured:
    """The loss at four times rate and batch over the loss before, exactly."""
    task = moments.gaussian_task(seed, condition=condition)
    large, small = (moments.excess(task, moments.stationary(task, k * rate, k * batch)) for k in (4, 1))
    return Measured(large / small, "times the loss", at_least=0.92, at_most=1.08)


@claim(
    "sgd_noise.only_the_ratio",
    "Small batches act as temperature: only the ratio of rate and batch size counts.",
    source="ziyin2022strength",
    verdict="fails",
    instead="Towards 2/λ₁ the same ratio leaves several times the loss, and beyond it nothing settles.",
    vary={"rate": (0.01, 0.02), "batch": (1, 8), "condition": (30.0, 100.0)},
)
def only_the_ratio(seed: int, rate: float = 0.01, batch: int = 1, condition: float = 30.0) -> Measured:
    """The loss at 0.9 times 2 over the sharpness, over that at ``rate`` with the same ratio of rate and batch, exactly."""
    task = moments.gaussian_task(seed, condition=condition)
    largest = 0.9 * 2 / float(np.linalg.eigvalsh(task.hessian)[-1])
    scaled = moments.stationary(task, largest, max(1, round(batch * largest / rate)))
    small = moments.excess(task, moments.stationary(task, rate, batch))
    return Measured(moments.excess(task, scaled) / small, "times the loss", at_least=3)


@claim(
    "sgd_noise.looks_the_same_backwards",
    "Once a run is stationary, nothing distinguishes it from the same run played backwards.",
    source="chaudhari2018stochastic",
    verdict="fails",
    instead="Where the noise does not have the Hessian's axes, the weights circulate, by the area that the moments give.",
    vary={"tilt": (0.9, 0.5), "rate": (0.1, 0.3), "batch": (4, 1)},
)
def looks_the_same_backwards(seed: int, tilt: float = 0.9, rate: float = 0.1, batch: int = 4) -> Measured:
    """The mean area that a step of 4,000 sampled runs sweeps, over the exact one; 0 if both directions were alike."""
    task, exact = currents.tilted_moments(seed, tilt, rate, batch)
    area = moments.sample(task, rate, batch, seed, chains=4000, steps=300, burn=100)[1]
    return Measured(area / currents.swept_area(task, exact, rate), "of the exact area", at_least=0.9, at_most=1.1)


@claim(
    "sgd_noise.balance",
    "A stationary run has no current: the mean area that it sweeps is zero.",
    verdict="holds-if",
    condition="the noise has the axes of the Hessian, as with equally noisy labels on mirrored inputs",
    seeds=None,
)
def balance() -> Measured:
    """The exact area without tilt over that with tilt 0.9: the largest over five data sets, two rates and two batch sizes."""
    worst = 0.0
    for seed in range(5):
        for rate, batch in ((0.1, 4), (0.3, 1)):
            areas = [
                currents.swept_area(*currents.tilted_moments(seed, tilt, rate, batch), rate) for tilt in (0.0, 0.9)
            ]
            worst = max(worst, abs(areas[0] / areas[1]))
    return Measured(worst, "of the tilted area", at_most=1e-9)


@claim(
    "sgd_noise.unshaken",
    "The noise of batches shakes all weights.",
    verdict="fails",
    instead="It lies in the span of the inputs: with fewer examples than weights, a part of the weights never moves.",
    seeds=None,
)
def unshaken() -> Measured:
    """The largest move, off the span of 8 inputs in 20 dimensions, over 500 steps of one example, per largest move in it."""
    worst = 0.0
    for seed in range(5):
        task = moments.gaussian_task(seed, n=8, d=20)
        spread = moments.sample(task, 0.1, 1, seed, chains=50, steps=500, burn=0)[0]
        outside = np.eye(20) - np.linalg.pinv(task.x) @ task.x
        worst = max(worst, float(np.sqrt(np.abs(np.trace(outside @ spread @ outside)) / np.trace(spread))))
    return Measured(worst, "of the move", at_most=1e-6)
