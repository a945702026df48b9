"""What the chapter asserts about scaling laws."""

from __future__ import annotations

import numpy as np
from scipy.special import zeta

from coursekit.claim import Measured, claim
from training_dynamics.scale.laws import Spectrum, frontier, interpolated, one_pass, simulated_pass, slope
from training_dynamics.scale.sweeps import lowest

SPECTRA = ((1.5, 2.0), (2.0, 1.5), (1.2, 1.6))
COMPUTES = tuple(float(c) for c in np.geomspace(1e5, 1e8, 7))
GRID = 2.0 ** np.arange(-14, 2.0, 0.25)


def best(
    spectrum: Spectrum, size: int, steps: int, batch: int = 1, noise: float = 0.0, top: int = 0
) -> tuple[float, float]:
    """Base-2 logarithm of the best rate of one-pass SGD, and the loss there; of the first ``top`` features only if asked."""
    parts = one_pass(spectrum, size, GRID, steps, batch, noise)
    losses = np.minimum((parts[:, :top] if top else parts).sum(axis=1), 1e6)
    return lowest(GRID, losses), float(losses.min()) + (0.0 if top else float(zeta(spectrum.b, size + 1)))


def duration_power(spectrum: Spectrum, size: int, shortest: int, longest: int) -> float:
    """The power of the number of steps, four times as many each time, with which the best constant rate changes."""
    steps = [shortest * 4**k for k in range(10) if shortest * 4**k <= longest]
    return float(np.polyfit(np.log2(steps), [best(spectrum, size, t, noise=0.1)[0] for t in steps], 1)[0])


@claim(
    "scale.time_law",
    "From a power-law spectrum the loss falls in time with the exponent (b − 1)/a.",
    source="bordelon2024dynamical",
    verdict="holds",
    seeds=None,
    vary={"first": (30, 100, 300), "features": (30_000, 100_000)},
)
def time_law(first: int = 100, features: int = 100_000) -> Measured:
    """Largest relative distance of the measured exponent, three spectra, times from the first to 300 times as late."""
    times = np.geomspace(first, 300 * first, 12)
    gaps = [-slope(times, (s := Spectrum(a, b)).flow(times, features)) / s.time_exponent - 1 for a, b in SPECTRA]
    return Measured(float(np.abs(gaps).max()), "(relative distance)", at_most=0.04)


@claim(
    "scale.size_law",
    "In the number of features it falls with the exponent b − 1, another one than in time.",
    source="bordelon2024dynamical",
    verdict="holds",
    seeds=None,
)
def size_law() -> Measured:
    """Largest relative distance of the measured exponent, sizes 30 to 3000 at time 1e9."""
    sizes = np.unique(np.geomspace(30, 3000, 12).astype(int))
    gaps = []
    for a, b in SPECTRA:
        spectrum = Spectrum(a, b)
        losses = np.array([spectrum.flow(1e9, int(size))[0] for size in sizes])
        gaps.append(-slope(sizes, losses) / spectrum.size_exponent - 1)
    return Measured(float(np.abs(gaps).max()), "(relative distance)", at_most=0.04)


@claim(
    "scale.data_law",
    "In the number of examples without noise the least-norm fit falls with the exponent b − 1, too.",
    source="maloney2022solvable",
    verdict="holds-if",
    condition="the target's shares do not fall too fast beside the variances, b < 2a + 1",
    vary={"a": (1.5, 2.0), "b": (1.5, 2.0, 3.0)},
)
def data_law(seed: int, a: float = 1.5, b: float = 2.0) -> Measured:
    """Exponent of the number of examples, 16 to 256, over b − 1; mean of log losses over six draws."""
    sizes, spectrum = np.array([16, 32, 64, 128, 256]), Spectrum(a, b)
    logs = [[np.log(interpolated(6 * seed + k, spectrum, int(n))) for n in sizes] for k in range(6)]
    found = -slope(sizes, np.exp(np.mean(logs, axis=0)))
    return Measured(found / spectrum.size_exponent, "of b − 1", at_least=0.75, at_most=1.25)


@claim(
    "scale.compute_law",
    "With the best size for each compute the loss falls in compute with the exponent (b − 1)/(1 + a).",
    source="bordelon2024dynamical,paquette2024phases",
    verdict="holds",
    seeds=None,
)
def compute_law() -> Measured:
    """Largest relative distance of the measured exponent, three spectra, computes 1e5 to 1e8."""
    gaps = [
        -slope(np.array(COMPUTES), frontier(a, b, COMPUTES)[:, 1]) / Spectrum(a, b).compute_exponent - 1
        for a, b in SPECTRA
    ]
    return Measured(float(np.abs(gaps).max()), "(relative distance)", at_most=0.04)


@claim(
    "scale.equal_growth",
    "Model and training should grow in equal proportion.",
    said_by="hoffmann2022training",
    source="bordelon2024dynamical",
    verdict="holds-if",
    condition="the spectrum's exponent is 1; in general the best size grows as compute to the power 1/(1 + a)",
    seeds=None,
)
def equal_growth() -> Measured:
    """Largest distance of the exponent of the best size from 1/(1 + a), a from 1 to 2."""
    cases = [(1.0, 2.0), *SPECTRA]
    gaps = [slope(np.array(COMPUTES), frontier(a, b, COMPUTES)[:, 0]) - 1 / (1 + a) for a, b in cases]
    return Measured(float(np.abs(gaps).max()), "", at_most=0.03)


@claim(
    "scale.larger_is_longer",
    "A given compute is best spent on the largest model.",
    source="hoffmann2022training",
    verdict="fails",
    instead="A model ten times the best size, trained a tenth of the time, loses more than it gains.",
    seeds=None,
)
def larger_is_longer() -> Measured:
    """Loss at ten times the best size and the same compute, above the least; the smallest excess of three spectra."""
    ratios = []
    for a, b in SPECTRA:
        size, least = frontier(a, b, COMPUTES)[3]
        ratios.append(Spectrum(a, b).flow(COMPUTES[3] / (10 * size), int(10 * size))[0] / least)
    return Measured(float(min(ratios)) - 1, "more loss (share)", at_least=0.3)


@claim(
    "scale.one_pass",
    "The mean loss of SGD on new Gaussian examples is known after every step.",
    source="paquette2024phases",
    verdict="holds",
)
def one_pass_exact(seed: int) -> Measured:
    """Mean of 400 simulated runs over the recursion, 50 steps, 30 features."""
    spectrum = Spectrum(1.5, 2.0)
    exact = one_pass(spectrum, 30, np.array([0.1]), 50, 2, 0.1).sum()
    return Measured(
        simulated_pass(seed, spectrum, 30, 0.1, 50, 2, 0.1) / exact, "of the recursion", at_least=0.92, at_most=1.08
    )


@claim(
    "scale.stable_part",
    "More features, which are learned later, leave the best rate nearly where it is.",
    source="ghosh2025understanding",
    verdict="holds-if",
    condition="the variances have a finite sum, a > 1",
    seeds=None,
)
def stable_part() -> Measured:
    """Octaves between the best rates of 128, 512 and 1024 features, the largest of two spectra, 1000 steps."""
    drifts = [
        np.ptp([best(Spectrum(a, b), size, 1000)[0] for size in (128, 512, 1024)]) for a, b in SPECTRA[:1] + SPECTRA[2:]
    ]
    return Measured(float(max(drifts)), "octaves", at_most=0.5)


@claim(
    "scale.first_features",
    "For the loss along the first features alone, size moves the best rate hardly at all.",
    source="ghosh2025understanding",
    verdict="holds",
    seeds=None,
)
def first_features() -> Measured:
    """The same for the first 16 features."""
    drifts = [
        np.ptp([best(Spectrum(a, b), size, 1000, top=16)[0] for size in (128, 1024)])
        for a, b in SPECTRA[:1] + SPECTRA[2:]
    ]
    return Measured(float(max(drifts)), "octaves", at_most=0.1)


@claim(
    "scale.spectrum_decides",
    "A rate that is best for a small model is best for a large one: one number at every size.",
    source="ghosh2025understanding",
    verdict="fails",
    instead="It is a matter of the problem: where the variances' sum grows with the size, the best rate falls with it.",
    seeds=None,
)
def spectrum_decides() -> Measured:
    """Octaves by which the best rate falls from 128 features to 1024, a = 0.5, b = 3, 1000 steps."""
    rates = [best(Spectrum(0.5, 3.0), size, 1000)[0] for size in (128, 1024)]
    return Measured(rates[0] - rates[1], "octaves", at_least=1.2)


@claim(
    "scale.longer_slower",
    "The longer the training, the smaller the best constant rate.",
    verdict="holds",
    seeds=None,
)
def longer_slower() -> Measured:
    """Exponent of the number of steps, 250 to 4000, the one nearest to 0 of three spectra; noise in the labels."""
    steps = (250, 1000, 4000)
    powers = [
        np.polyfit(np.log2(steps), [best(Spectrum(a, b), 256, t, noise=0.1)[0] for t in steps], 1)[0]
        for a, b in ((1.5, 2.0), (1.2, 1.6), (2.0, 3.0))
    ]
    return Measured(float(max(powers)), "", at_most=-0.1)


@claim(
    "scale.root_of_duration",
    "The best constant rate falls as one over the root of the duration.",
    verdict="fails",
    instead=(
        "SGD on a linear model with noise in the targets: on the spectrum a = b = 2 the power is less than three quarters of "
        "−1/2, up to 64,000 steps. "
        "Where few features are learned to the end, it is more than −1/2."
    ),
    seeds=None,
    vary={"longest": (16_000, 64_000), "size": (256, 384)},
)
def root_of_duration(longest: int = 64_000, size: int = 256) -> Measured:
    """Exponent of the number of steps for a = b = 2, from 1000 steps on, over −1/2."""
    return Measured(duration_power(Spectrum(2.0, 2.0), size, 1000, longest) / -0.5, "times −1/2", at_most=0.75)


@claim(
    "scale.duration_of_few",
    "No problem wants a rate that falls faster than one over the root of the duration.",
    verdict="fails",
    instead="Where few features are learned to the end, the power lies between −1/2 and −1.",
    seeds=None,
    vary={"b": (1.6, 2.0), "size": (4, 8)},
)
def duration_of_few(b: float = 2.0, size: int = 8) -> Measured:
    """Exponent of the number of steps for a = 2 and eight features, from 4000 to 64,000 steps, over −1/2."""
    return Measured(
        duration_power(Spectrum(2.0, b), size, 4000, 64_000) / -0.5, "times −1/2", at_least=1.2, at_most=2.0
    )


@claim(
    "scale.batch_rate",
    "With SGD on new examples the best rate grows with the batch by less than in proportion.",
    verdict="holds",
    seeds=None,
)
def batch_rate() -> Measured:
    """Exponent of the batch from 1 to 16 at 1000 steps, the largest of three spectra."""
    batches = (1, 4, 16)
    powers = [
        np.polyfit(np.log2(batches), [best(Spectrum(a, b), 256, 1000, k, 0.1)[0] for k in batches], 1)[0]
        for a, b in ((1.5, 2.0), (1.2, 1.6), (2.0, 3.0))
    ]
    return Measured(float(max(powers)), "", at_most=0.8, at_least=0.2)
