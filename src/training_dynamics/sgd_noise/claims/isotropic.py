"""What the chapter asserts about isotropic noise, free energies and fibres."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.sgd_noise import along_fibre, fibre, gas, langevin
from training_dynamics.toolbox.seeds import numpy_generator


@claim(
    "sgd_noise.free_energy_falls",
    "Under isotropic noise the free energy falls from each moment to the next, and ends at minus T times the logarithm of Z.",
    source="jordan1998variational",
    verdict="holds",
    seeds=None,
)
def free_energy_falls() -> Measured:
    """The largest rise between times, or distance to the limit in the end, over temperatures and starts in two valleys."""
    runs = [langevin.relax(t, x, until=400.0) for t in (0.15, 0.3) for x in (-1.0, 0.0, 1.0)]
    rises = [max(float(np.diff(run.free_energy).max()), run.free_energy[-1] - run.limit) for run in runs]
    return Measured(max(rises), "upwards", at_most=1e-9)


@claim(
    "sgd_noise.loss_falls",
    "On average over the noise, the loss falls all along training.",
    verdict="fails",
    instead="From a point near the minimum the mean loss rises, while the free energy falls.",
    seeds=None,
)
def loss_falls() -> Measured:
    """The rise of the mean loss from a narrow start in the lower valley, in temperatures: the least over two temperatures."""
    runs = [(t, langevin.relax(t, -1.0)) for t in (0.15, 0.3)]
    return Measured(
        min(float(run.energy[-1] - run.energy[0]) / t for t, run in runs), "temperatures upwards", at_least=0.2
    )


@claim(
    "sgd_noise.entropic_radius",
    "Around a sphere of minima the mean radius is what energy and the count of directions together say.",
    verdict="holds",
    vary={"d": (10, 2, 30), "temperature": (0.05, 0.02)},
)
def entropic_radius(seed: int, d: int = 10, temperature: float = 0.05) -> Measured:
    """The mean radius of Langevin runs over the integral's."""
    ratio = langevin.mean_radius(seed, d, temperature) / langevin.exact_mean_radius(d, temperature)
    return Measured(ratio, "of the exact mean", at_least=0.995, at_most=1.005)


@claim(
    "sgd_noise.near_minimum",
    "Noise makes the weights fluctuate around a minimum of the loss.",
    verdict="fails",
    instead="In many dimensions they fluctuate around a minimum of the free energy, well off every minimum of the loss.",
    vary={"d": (30, 60), "temperature": (0.05, 0.03)},
)
def near_minimum(seed: int, d: int = 30, temperature: float = 0.05) -> Measured:
    """How far beyond the sphere of minima, of radius 1, the mean radius lies."""
    return Measured(langevin.mean_radius(seed, d, temperature) - 1, "radii beyond all minima", at_least=0.12)


@claim(
    "sgd_noise.fibre_entropy",
    "The volume of a deep linear network's fibre is a product over pairs of singular values.",
    source="menon2025entropy",
    verdict="holds",
    seeds=None,
)
def fibre_entropy() -> Measured:
    """The largest distance between formula and Gram determinant, over two to five layers, sizes 2 to 4 and five spectra each."""
    gaps = []
    for depth in (2, 3, 5):
        for size in (2, 3, 4):
            for seed in range(5):
                generator = numpy_generator(seed, "sgd_noise fibre", depth, size)
                s = generator.uniform(0.2, 4.0, size)
                frames = [np.linalg.qr(generator.standard_normal((size, size)))[0] for _ in range(depth + 1)]
                gaps.append(abs(fibre.orbit_entropy(s, depth) - fibre.gram_entropy(s, frames[:-1], frames[-1])))
    return Measured(max(gaps), "absolute", at_most=1e-10)


@claim(
    "sgd_noise.entropy_low_rank",
    "Entropy drives a deep linear network to low rank, since low-rank maps have more factorisations.",
    verdict="fails",
    instead="The entropy of balanced factorisations is lower near low rank: its force points away from it.",
    seeds=None,
)
def entropy_low_rank() -> Measured:
    """The least loss of entropy when all singular values but the first shrink tenfold at fixed norm, over depths and spectra."""
    drops = []
    for depth in (2, 3, 5):
        for seed in range(20):
            s = np.sort(numpy_generator(seed, "sgd_noise spectra").uniform(0.3, 3.0, 4))[::-1]
            drops.append(fibre.orbit_entropy(s, depth) - fibre.orbit_entropy(fibre.flattened(s, 10.0), depth))
    return Measured(float(min(drops)), "less entropy, near rank one", at_least=1.0)


@claim(
    "sgd_noise.weights_per_map",
    "The volume of balanced weights per unit volume of maps grows towards low rank.",
    verdict="holds",
    seeds=None,
)
def weights_per_map() -> Measured:
    """The least gain in its logarithm when all singular values but the first shrink tenfold at fixed norm."""
    gains = []
    for depth in (2, 3, 5):
        for seed in range(20):
            s = np.sort(numpy_generator(seed, "sgd_noise spectra").uniform(0.3, 3.0, 4))[::-1]
            gains.append(fibre.density_of_weights(fibre.flattened(s, 10.0), depth) - fibre.density_of_weights(s, depth))
    return Measured(float(min(gains)), "in the logarithm, near rank one", at_least=1.0)


@claim(
    "sgd_noise.fibre_drift",
    "On average over the directions of the fibre a straight step moves the map along the slope of the entropy, exactly.",
    source="menon2024geometry",
    verdict="holds",
    seeds=None,
)
def fibre_drift() -> Measured:
    """The largest entry of second derivatives along the fibre less that slope, over its norm; the layers and sizes as above."""
    gaps = []
    for depth in (2, 3, 5):
        for size in (2, 3, 4):
            for seed in range(5):
                s = numpy_generator(seed, "sgd_noise fibre", depth, size).uniform(0.2, 4.0, size)
                slope = np.diag(along_fibre.drift(s, depth))
                found = along_fibre.second_derivative(s, along_fibre.tangents(s, depth))
                gaps.append(float(np.abs(found - slope).max() / np.linalg.norm(slope)))
    return Measured(max(gaps), "relative", at_most=1e-10)


@claim(
    "sgd_noise.fibre_walk",
    "Noise along the fibre of balanced weights moves the map where the entropy rises, by the amount that its slope says.",
    source="menon2024geometry",
    verdict="holds",
    vary={"depth": (3, 2, 4), "size": (3, 4), "time": (0.3, 0.1)},
)
def fibre_walk(seed: int, depth: int = 3, size: int = 3, time: float = 0.3) -> Measured:
    """How far singular values end from where the computed drift takes them, over how far it takes them."""
    start, end = along_fibre.walked(seed, depth, size, time)
    exact = along_fibre.drifted(start, depth, time)
    return Measured(float(np.linalg.norm(end - exact) / np.linalg.norm(exact - start)), "of the way", at_most=0.1)


@claim(
    "sgd_noise.fibre_force",
    "In a linear network with decay, isotropic noise moves the map that is computed, by what the size of the fibre says.",
    verdict="holds",
    vary={"width": (8, 16), "temperature": (0.02, 0.01)},
)
def fibre_force(seed: int, width: int = 8, temperature: float = 0.02) -> Measured:
    """How far the mean map of Langevin runs is from where the loss alone would put it, over the exact shift."""
    decay = 0.1
    still = 1 - decay  # the minimum of (w - 1)^2 / 2 + decay |w|, the least decay for each map put in
    shift = langevin.mean_product(seed, width, temperature, decay) - still
    return Measured(
        shift / (langevin.exact_mean_product(width, temperature, decay) - still),
        "of the exact shift",
        at_least=0.9,
        at_most=1.1,
    )


GAS = {"d": (5, 10, 20), "rate": (0.1, 0.2), "decay": (0.05, 0.1), "noise": (10.0, 5.0, 1.0)}


@claim(
    "sgd_noise.gas_law",
    "On a loss that ignores length, isotropic noise with decay obeys a gas law: decay times squared length is (d − 1) T.",
    source="sadrtdinov2025ideal",
    verdict="holds",
    vary=GAS,
)
def gas_law(seed: int, d: int = 10, rate: float = 0.1, decay: float = 0.05, noise: float = 10.0) -> Measured:
    """The quotient of both sides, late in runs of many chains."""
    return Measured(gas.settle(seed, d, rate, decay, noise).law, "of the law", at_least=0.97, at_most=1.03)


@claim(
    "sgd_noise.gas_gradient",
    "The gas law does not depend on how small the noise is.",
    verdict="fails",
    instead=(
        "With noise far below the gradient, what the gradient adds counts: the squared length is about √(1 + T/c²)"
        " times as large."
    ),
    vary={"d": (5, 10), "noise": (0.1, 0.2), "decay": (0.05, 0.1)},
)
def gas_gradient(seed: int, d: int = 10, rate: float = 0.1, decay: float = 0.05, noise: float = 0.1) -> Measured:
    """By how much runs exceed the law, over the excess that is derived."""
    derived = (1 + gas.temperature(d, rate, decay, noise) / noise**2) ** 0.5 - 1
    return Measured(
        (gas.settle(seed, d, rate, decay, noise).law - 1) / derived, "of the excess", at_least=0.8, at_most=1.3
    )


@claim(
    "sgd_noise.gas_gibbs",
    "The direction of the weights then settles at the Gibbs law of that temperature.",
    source="sadrtdinov2025ideal",
    verdict="holds",
    vary=GAS,
)
def gas_gibbs(seed: int, d: int = 10, rate: float = 0.1, decay: float = 0.05, noise: float = 10.0) -> Measured:
    """The mean loss of the same runs over that of the Gibbs law on the sphere."""
    exact = gas.gibbs_loss(d, gas.temperature(d, rate, decay, noise))
    return Measured(gas.settle(seed, d, rate, decay, noise).loss / exact, "of Gibbs's", at_least=0.92, at_most=1.08)
