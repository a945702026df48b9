"""What the chapter asserts about quadratics, Lanczos, and models with two numbers."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch

from coursekit.claim import Measured, claim
from training_dynamics.edge_of_stability.networks import Tanh, chebyshev
from training_dynamics.edge_of_stability.thresholds import averaged_threshold, heavy_ball_threshold, measured_threshold
from training_dynamics.edge_of_stability.toys import (
    Cycles,
    catapult_from,
    cycles,
    descend_valley,
    noisy_excess,
    self_stabilise,
    valley_point,
    valley_sharpness,
)
from training_dynamics.lab.curvature import lanczos, product_by_differences
from training_dynamics.toolbox.seeds import numpy_generator


@claim(
    "edge_of_stability.threshold",
    "On a quadratic, descent tolerates a curvature of 2/η; a heavy ball (2 + 2β)/η; averaged gradients (2 + 2β)/((1 − β)η).",
    source="cohen2022adaptive",
    verdict="holds",
    seeds=None,
)
def threshold() -> Measured:
    """Largest relative distance between formula and bisection of the iteration, over rates and momenta."""
    gaps = []
    for rate in (1e-3, 0.1, 2.0):
        for beta in (0.0, 0.5, 0.9, 0.99):
            gaps.append(measured_threshold(rate, beta) / heavy_ball_threshold(rate, beta) - 1)
            gaps.append(measured_threshold(rate, beta, averaged=True) / averaged_threshold(rate, beta) - 1)
    return Measured(float(np.abs(gaps).max()), "relative", at_most=1e-6)


def dense_hessian(net: Tanh, theta: np.ndarray, degree: int = 4) -> np.ndarray:
    """The whole Hessian of one network by torch's automatic differentiation: an independent path to the same numbers."""
    task = chebyshev(degree)
    x, y = torch.tensor(task.x), torch.tensor(task.y)

    def loss(flat: torch.Tensor) -> torch.Tensor:
        h, k = x, 0
        for l, (i, o) in enumerate(zip(net.sizes, net.sizes[1:])):
            h = h @ flat[k : k + i * o].view(i, o) + flat[k + i * o : k + (i + 1) * o]
            h, k = (torch.tanh(h) if l < len(net.sizes) - 2 else h), k + (i + 1) * o
        return 0.5 * (h - y).square().sum() / len(x)

    return torch.func.hessian(loss)(torch.tensor(theta)).numpy()


@claim(
    "edge_of_stability.lanczos",
    "Twenty-five Lanczos steps, with products from differences of two gradients, give the sharpness of the whole Hessian.",
    verdict="holds",
    vary={"width": (8, 12, 16), "degree": (2, 4)},
)
def lanczos_agrees(seed: int, width: int = 12, degree: int = 4) -> Measured:
    """Relative distance of the sharpness from the dense Hessian's, at random weights of a small network."""
    net, task = Tanh((1, width, width, 1)), chebyshev(degree)
    theta = 2 * net.initial([seed])
    start = numpy_generator(seed, "lanczos start").standard_normal(theta.shape)
    values, _ = lanczos(lambda v: product_by_differences(lambda t: net.gradients(t, task), theta, v), start, 25)
    exact = np.linalg.eigvalsh(dense_hessian(net, theta[0], degree))[-1]
    return Measured(float(abs(values[0, -1] / exact - 1)), "relative", at_most=1e-6)


@claim(
    "edge_of_stability.beyond_diverges",
    "Where the sharpness is above 2/η, gradient descent diverges.",
    source="lewkowycz2020large",
    verdict="fails",
    instead="On a quadratic it does. A two-layer linear network is thrown to where it is flatter, up to twice that sharpness.",
    vary={"width": (128, 512), "times": (2.5, 3.0, 3.7)},
)
def beyond_diverges(seed: int, width: int = 512, times: float = 3.0) -> Measured:
    """Share of the loss that is left after 100 steps from a start with that many over η for its sharpness."""
    path, _ = catapult_from(seed, times, width, steps=100)
    return Measured(float(path.first[-1] ** 2 / path.first[0] ** 2), "of the loss at the start", at_most=1e-3)


@claim(
    "edge_of_stability.catapult_limit",
    "From four over η on, the two-layer linear network diverges as well.",
    source="lewkowycz2020large",
    verdict="holds",
    seeds=range(20),
    vary={"width": (128, 512), "times": (4.2, 5.0)},
)
def catapult_limit(seed: int, width: int = 512, times: float = 4.2) -> Measured:
    """Powers of ten by which the loss has grown, from a start with that many over η for its sharpness, when it is stopped."""
    path, _ = catapult_from(seed, times, width)
    return Measured(2 * float(np.log10(abs(path.first[-1] / path.first[0]))), "powers of ten more loss", at_least=10)


@claim(
    "edge_of_stability.catapult_fits",
    "From below four over η the two-layer linear network fits its target, and ends below the edge.",
    source="lewkowycz2020large",
    verdict="holds",
    seeds=range(20),
    vary={"width": (128, 256, 512), "times": (3.2, 3.5, 3.8)},
)
def catapult_fits(seed: int, width: int = 512, times: float = 3.5) -> Measured:
    """Rate times sharpness after 4000 steps; NaN unless less than a thousandth of the loss is left."""
    path, rate = catapult_from(seed, times, width, steps=4000)
    fits = path.first[-1] ** 2 < 1e-3 * path.first[0] ** 2
    return Measured(float(rate * path.second[-1]) if fits else np.nan, "(rate times sharpness)", at_most=2, scale=0.2)


@claim(
    "edge_of_stability.catapult_lands",
    "A catapulted network lands at the edge.",
    source="lewkowycz2020large",
    verdict="fails",
    instead="From three over η it lands well inside: the throw takes the sharpness far below 2/η.",
    vary={"width": (256, 512), "times": (3.0, 3.2, 3.3)},
)
def catapult_lands(seed: int, width: int = 512, times: float = 3.0) -> Measured:
    """Rate times sharpness where it ends."""
    path, rate = catapult_from(seed, times, width)
    return Measured(float(rate * path.second[-1]), "(rate times sharpness)", at_most=1.0)


@claim(
    "edge_of_stability.catapult_scatters",
    "How far inside a catapulted network lands, the height of the throw decides.",
    verdict="fails",
    instead="Thrown from near four over η, starts decide: some end almost without sharpness, others not far below the edge.",
    vary={"width": (256, 512), "times": (3.6, 3.7)},
)
def catapult_scatters(seed: int, width: int = 512, times: float = 3.7) -> Measured:
    """The largest rate times sharpness at the end, over forty starts, minus the smallest."""
    ends = [catapult_from(40 * seed + start, times, width) for start in range(40)]
    found = [rate * path.second[-1] for path, rate in ends]
    return Measured(float(max(found) - min(found)), "of rate times sharpness between starts", at_least=0.8)


@cache
def _cycles(seed: int, rate: float, size: float) -> tuple[Cycles, float, float]:
    rng = numpy_generator(seed, "self-stabilisation")
    push, pull = rng.uniform(0.01, 0.05), rng.uniform(0.5, 2.0)
    x = size * (2 * push / pull) ** 0.5
    path = self_stabilise(rate, push, pull, x, 0.0, 60_000)
    return cycles(path), push, pull


@claim(
    "edge_of_stability.mean_square",
    "In the cubic model the mean square of the oscillation is 2a/b: as much as cancels the push of progressive sharpening.",
    source="damian2023self,cohen2025central",
    verdict="holds",
    vary={"rate": (0.03, 0.05, 0.1), "size": (0.5, 0.8, 2.0)},
)
def mean_square(seed: int, rate: float = 0.05, size: float = 0.8) -> Measured:
    """Mean of x² over whole cycles, times b/2a; push, pull and start random."""
    found, push, pull = _cycles(seed, rate, size)
    return Measured(found.mean_square * pull / (2 * push), "of 2a/b", at_least=0.995, at_most=1.005)


@claim(
    "edge_of_stability.mean_excess",
    "In the cubic model the sharpness is 2/η on average over a cycle.",
    source="damian2023self",
    verdict="holds",
    vary={"rate": (0.03, 0.05, 0.1), "size": (0.5, 0.8, 2.0)},
)
def mean_excess(seed: int, rate: float = 0.05, size: float = 0.8) -> Measured:
    """Mean of y over whole cycles, in units of √(2a), the scale of a cycle's swing."""
    found, push, _ = _cycles(seed, rate, size)
    return Measured(abs(found.mean_excess) / (2 * push) ** 0.5, "of √(2a)", at_most=0.01)


@claim(
    "edge_of_stability.noise_gap",
    "With noise in the gradient the cubic model rests below 2/η, by ηbσ²/4a.",
    source="liao2026gap",
    verdict="holds-if",
    condition="the noise is strong enough to break up the cycle; where it is weak, the gap is smaller",
    vary={"rate": (0.03, 0.05, 0.1), "noise": (0.3, 0.5, 1.0), "push": (0.02, 0.03)},
)
def noise_gap(seed: int, rate: float = 0.05, noise: float = 0.5, push: float = 0.03) -> Measured:
    """Mean of −y over 64 noisy runs, as a share of ηbσ²/4a, with b = 1."""
    excess = noisy_excess(rate, push, 1.0, noise, copies=64, steps=20_000, seed=seed)
    return Measured(-excess * 4 * push / (rate * noise**2), "of ηbσ²/4a", at_least=0.9, at_most=1.1)


@claim(
    "edge_of_stability.valley",
    "Descent into the valley of (1 − x²y²)²/4 from above the edge ends just below it.",
    source="zhu2022minimalist",
    verdict="holds",
    seeds=None,
    vary={"rate": (0.05, 0.1, 0.2), "above": (1.15, 1.2, 1.3), "product": (0.95, 0.97, 1.05)},
)
def valley(rate: float = 0.1, above: float = 1.2, product: float = 0.97) -> Measured:
    """2 minus rate times sharpness after 20,000 steps from a point xy near the floor, that many times sharper than 2/η."""
    path = descend_valley(rate, *valley_point(above * 2 / rate, product), 20_000)
    end = float(rate * valley_sharpness(path.first[-1], path.second[-1]))
    return Measured(2 - end, "below 2", at_least=-0.001, at_most=0.03, scale=0.001)
