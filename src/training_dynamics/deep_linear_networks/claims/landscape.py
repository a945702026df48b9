"""What the chapter on deep linear networks asserts about the landscape and about non-linear networks."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.stats import kendalltau

from coursekit.claim import Measured, claim
from training_dynamics.deep_linear_networks.experiments import MODES, SIZE, digits_run, mirrored_errors
from training_dynamics.deep_linear_networks.flow import product, random_target
from training_dynamics.deep_linear_networks.landscape import (
    bottleneck_gap,
    critical_point,
    curvature,
    gl_step,
    orbit_sharpness,
)
from training_dynamics.toolbox.seeds import numpy_generator

VARIED: dict[str, tuple[object, ...]] = {"hidden": (25, 50, 100), "examples": (500, 1000)}


@claim(
    "deep_linear_networks.strict_saddles",
    (
        "At depth 2 the lowest curvature at each of the 16 balanced critical points of four modes is minus the "
        "strongest mode left out."
    ),
    source="baldi1989neural,kawaguchi2016deep",
    verdict="holds",
)
def strict_saddles(seed: int) -> Measured:
    """The largest of all gradient lengths and eigenvalue errors."""
    rng = numpy_generator(seed, "saddles")
    target = random_target(list(MODES), len(MODES), rng)
    worst = 0.0
    for learned in (set(c) for size in range(5) for c in combinations(range(4), size)):
        slope, eigenvalues = curvature(critical_point(target, sorted(learned), rng), target.matrix)
        left_out = max((s for i, s in enumerate(MODES) if i not in learned), default=0.0)
        worst = max(worst, slope, abs(eigenvalues[0] + left_out))
    return Measured(worst, "(largest error)", at_most=1e-10)


@claim(
    "deep_linear_networks.all_saddles_strict",
    "Every saddle of a deep linear network has a direction of negative curvature.",
    source="kawaguchi2016deep",
    verdict="fails",
    instead=(
        "With three layers or more the Hessian at the origin is zero: the way down exists, but only at higher order."
    ),
    seeds=None,
)
def all_saddles_strict() -> Measured:
    """The most negative curvature at the origin of a three-layer network."""
    target = random_target(list(MODES), 4, numpy_generator(0, "origin"))
    _, eigenvalues = curvature([np.zeros((4, 4))] * 3, target.matrix)
    return Measured(float(np.abs(eigenvalues).max()), "(largest curvature)", at_most=1e-12)


@claim(
    "deep_linear_networks.eckart_young",
    "A linear bottleneck of width 2, trained from random weights, ends at the best map of rank 2.",
    source="baldi1989neural,eckart1936approximation",
    verdict="holds",
)
def eckart_young(seed: int) -> Measured:
    """The worst relative distance over four random targets and starts (20 in all)."""
    rng = numpy_generator(seed, "bottleneck")
    gaps = [bottleneck_gap(random_target(list(MODES), SIZE, rng), 2, rng) for _ in range(4)]
    return Measured(max(gaps), "of s₁", at_most=1e-6)


@claim(
    "deep_linear_networks.orbit",
    "Along the orbit (cW₁, W₂/c) of a minimum the sharpness is s₁(c² + 1/c²).",
    source="",
    verdict="holds",
)
def orbit(seed: int) -> Measured:
    """Largest relative error over stretches from 1 to 5."""
    rng = numpy_generator(seed, "orbit")
    target = random_target(list(MODES), 4, rng)
    errors = [abs(orbit_sharpness(target, c, rng)[0] / (MODES[0] * (c**2 + c**-2)) - 1) for c in (1.0, 1.5, 2.0, 5.0)]
    return Measured(max(errors), "(relative error)", at_most=1e-10)


@claim(
    "deep_linear_networks.sharpness_at_minimum",
    "At a minimum of a two-layer network the largest curvature is ‖W₁‖² + ‖W₂‖², in spectral norms.",
    source="mulayoff2020unique",
    verdict="holds",
)
def sharpness_at_minimum(seed: int) -> Measured:
    """Largest relative error over four random points on the orbit of a minimum."""
    rng = numpy_generator(seed, "minimum")
    target = random_target(list(MODES), 4, rng)
    errors = []
    for _ in range(4):
        layers = gl_step(critical_point(target, range(4), rng), 2 * np.eye(4) + 0.5 * rng.standard_normal((4, 4)))
        formula = sum(np.linalg.norm(layer, 2) ** 2 for layer in layers)
        errors.append(abs(curvature(layers, target.matrix)[1][-1] / formula - 1))
    return Measured(float(max(errors)), "(relative error)", at_most=1e-10)


@claim(
    "deep_linear_networks.sharpness_of_function",
    "Sharpness is a property of the function that was learned.",
    source="dinh2017sharp",
    verdict="fails",
    instead=(
        "The same function can have any sharpness from 2s₁ upwards; the largest stable learning rate changes with it."
    ),
)
def sharpness_of_function(seed: int) -> Measured:
    """Sharpness after a random change of hidden basis over sharpness before it, while the map changes by rounding error only."""
    rng = numpy_generator(seed, "function")
    target = random_target(list(MODES), 4, rng)
    before = critical_point(target, range(4), rng)
    after = gl_step(before, 3 * np.eye(4) + 0.5 * rng.standard_normal((4, 4)))
    if np.abs(product(after) - product(before)).max() > 1e-12:
        raise ArithmeticError("the orbit changed the map, so its two ends cannot be compared")
    return Measured(
        float(curvature(after, target.matrix)[1][-1] / curvature(before, target.matrix)[1][-1]),
        "times as sharp, for the same map",
        at_least=2,
    )


@claim(
    "deep_linear_networks.tanh_times",
    "On whitened digits a tanh network from a small start learns all nine linear modes when the linear theory says.",
    source="saxe2014exact",
    verdict="holds",
    vary=VARIED,
)
def tanh_times(seed: int, hidden: int = 50, examples: int = 1000) -> Measured:
    """Largest relative error of the nine predicted half-times."""
    found = digits_run(seed, "tanh", hidden=hidden, examples=examples)
    return Measured(float(np.abs(found.half_times / found.predicted - 1).max()), "of the half-time", at_most=0.1)


@claim(
    "deep_linear_networks.relu_times",
    "The linear theory's times also hold for a ReLU network.",
    source="",
    verdict="fails",
    instead="The first mode comes much later.",
    vary=VARIED,
)
def relu_times(seed: int, hidden: int = 50, examples: int = 1000) -> Measured:
    """Half-time of the strongest mode over the linear theory's."""
    found = digits_run(seed, "relu", hidden=hidden, examples=examples)
    return Measured(float(found.half_times[0] / found.predicted[0]) - 1, "of the predicted time too late", at_least=0.3)


@claim(
    "deep_linear_networks.relu_mirrored",
    "On digits that stand beside their negatives a ReLU network learns all nine modes when a linear one of half the slope does.",
    verdict="holds",
    vary=VARIED | {"scale": (1e-3, 1e-5)},
)
def relu_mirrored(seed: int, hidden: int = 50, examples: int = 1000, scale: float = 1e-3) -> Measured:
    """Largest relative error of the nine half-times, x with y and -x with -y in the data."""
    error = float(np.abs(mirrored_errors(seed, hidden, examples, scale)).max())
    return Measured(error, "of the half-time", at_most=0.25)


@claim(
    "deep_linear_networks.relu_order",
    "In a ReLU network the linear modes still come mostly in the order of the linear theory.",
    source="",
    verdict="holds",
    vary=VARIED,
)
def relu_order(seed: int, hidden: int = 50, examples: int = 1000) -> Measured:
    """Kendall's rank correlation between measured and predicted half-times of nine modes (1: the same order, 0: unrelated)."""
    found = digits_run(seed, "relu", hidden=hidden, examples=examples)
    return Measured(float(kendalltau(found.half_times, found.predicted).statistic), "(Kendall's τ)", at_least=0.4)


@claim(
    "deep_linear_networks.relu_matrix",
    "A ReLU network conserves the whole matrix of differences between its layers, as a linear one does.",
    source="du2018algorithmic",
    verdict="fails",
    instead=(
        "Only its diagonal: one number a hidden unit, because only rescaling a single unit leaves a ReLU network's"
        " function alone."
    ),
    vary=VARIED,
)
def relu_matrix(seed: int, hidden: int = 50, examples: int = 1000) -> Measured:
    """Drift of the off-diagonal part, relative to the final squared length of the first layer."""
    return Measured(digits_run(seed, "relu", hidden=hidden, examples=examples).matrix_drift, "of ‖W₁‖²", at_least=0.15)


@claim(
    "deep_linear_networks.relu_units",
    "For each ReLU unit the squared length of its weights in minus that of its weights out is conserved.",
    source="du2018algorithmic",
    verdict="holds-if",
    condition="the learning rate is small",
    vary=VARIED,
)
def relu_units(seed: int, hidden: int = 50, examples: int = 1000) -> Measured:
    """Drift of the diagonal, relative to the final squared length of the first layer."""
    return Measured(digits_run(seed, "relu", hidden=hidden, examples=examples).unit_drift, "of ‖W₁‖²", at_most=1e-3)


@claim(
    "deep_linear_networks.beyond_linear",
    "The linear theory also tells where a ReLU network ends.",
    source="",
    verdict="fails",
    instead="The ReLU network goes on to a training loss far below that of the linear network.",
    vary=VARIED | {"until": (60, 120)},
)
def beyond_linear(seed: int, hidden: int = 50, examples: int = 1000, until: float = 60) -> Measured:
    """Final training loss of the ReLU network over that of the linear one."""
    relu, linear = (digits_run(seed, name, 1e-3, hidden, examples, until).run.losses[-1] for name in ("relu", "linear"))
    return Measured(float(relu / linear), "of the linear network's training loss", at_most=0.8)
