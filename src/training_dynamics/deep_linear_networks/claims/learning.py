"""What the chapter on deep linear networks asserts about learning, each bound to an experiment."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.deep_linear_networks.experiments import (
    MODES,
    SIZE,
    aligned_start,
    coupling,
    discretised,
    random_start,
    typical_start_error,
)
from training_dynamics.deep_linear_networks.flow import (
    drift,
    flow,
    random_target,
    random_weights,
)
from training_dynamics.deep_linear_networks.modes import mode, unbalanced_time
from training_dynamics.toolbox.seeds import numpy_generator

A0 = 1e-3


def formula_error(seed: int, depth: int) -> float:
    """The largest distance between the strengths along a flow and the closed form, relative to the strongest mode."""
    run = aligned_start(seed, depth)
    exact = np.stack([mode(run.times, s, A0, depth) for s in MODES], axis=1)
    return float(np.abs(run.strengths - exact).max() / MODES[0])


@claim(
    "deep_linear_networks.sigmoid",
    "Each singular mode of a two-layer linear network is learned along a sigmoid that can be written down.",
    source="saxe2014exact",
    verdict="holds-if",
    condition="the inputs are whitened, the initial weights aligned and balanced, and training is gradient flow",
)
def sigmoid(seed: int) -> Measured:
    """Flow from aligned weights against the closed form, relative to the strongest mode."""
    return Measured(formula_error(seed, 2), "of s₁", at_most=1e-7)


@claim(
    "deep_linear_networks.deeper",
    "At depth 3 and 4, too, every aligned and balanced mode follows its closed form t(a).",
    source="saxe2014exact,arora2018optimization",
    verdict="holds-if",
    condition="the inputs are whitened, the initial weights aligned and balanced, and training is gradient flow",
)
def deeper(seed: int) -> Measured:
    """The worse of depth 3 and depth 4, relative to the strongest mode."""
    return Measured(max(formula_error(seed, 3), formula_error(seed, 4)), "of s₁", at_most=1e-7)


@claim(
    "deep_linear_networks.correlated_inputs",
    "The modes of the input-output correlation are learned independently of each other, whatever the inputs.",
    source="saxe2014exact",
    verdict="fails",
    instead="They decouple for whitened inputs. When the inputs are correlated, modes feed each other.",
    vary={"spread": (2.0, 10**0.5, 10.0), "a0": (1e-2, 1e-3, 1e-4)},
)
def correlated_inputs(seed: int, spread: float = 10**0.5, a0: float = A0) -> Measured:
    """Largest off-diagonal entry in the basis of the modes, inputs whose variances range over spread²."""
    return Measured(coupling(seed, spread, a0), "of s₁", at_least=0.1)


@claim(
    "deep_linear_networks.conserved",
    (
        "Gradient flow conserves the matrices of differences between neighbouring layers, from any start and at "
        "any depth."
    ),
    source="arora2018optimization",
    verdict="holds",
)
def conserved_by_flow(seed: int) -> Measured:
    """The largest drift at depth 2 and 3 from random weights."""
    rng = numpy_generator(seed, "conserved")
    worst = 0.0
    for depth in (2, 3):
        target, weights = random_target(list(MODES), SIZE, rng), random_weights(SIZE, 0.3, depth, rng)
        worst = max(worst, drift(weights, flow(weights, target.matrix, np.array([0.0, 2.0]))[-1]))
    return Measured(worst, "(Frobenius norm)", at_most=1e-10)


@claim(
    "deep_linear_networks.finite_steps_conserve",
    "Gradient descent conserves the differences between neighbouring layers, as the flow does.",
    source="kunin2021neural",
    verdict="fails",
    instead="Over a fixed time the drift is proportional to the learning rate: each of the 1/η steps adds η².",
    vary={"rate": (1e-2, 5e-3), "until": (1.0, 1.5, 3.0)},
)
def finite_steps_conserve(seed: int, rate: float = 1e-2, until: float = 1.5) -> Measured:
    """Drift at one learning rate over drift at a tenth of it, same start, same time."""
    return Measured(
        discretised(seed, rate, until).drift / discretised(seed, rate / 10, until).drift,
        "times as much at ten times the rate",
        at_least=9.2,
        at_most=10.8,
    )


@claim(
    "deep_linear_networks.first_order",
    (
        "Gradient descent is a first-order approximation of the flow: a tenth of the learning rate, a tenth of the"
        " error."
    ),
    source="",
    verdict="holds",
    vary={"rate": (1e-3, 3e-3), "until": (1.0, 1.5)},
)
def first_order(seed: int, rate: float = 1e-3, until: float = 1.5) -> Measured:
    """Error at one learning rate over error at a tenth of it, same start, same time."""
    return Measured(
        discretised(seed, rate, until).error / discretised(seed, rate / 10, until).error,
        "times as much at ten times the rate",
        at_least=9,
        at_most=11,
    )


@claim(
    "deep_linear_networks.time_is_one_over_s",
    "The time to learn a mode is proportional to 1/s.",
    source="saxe2014exact",
    verdict="fails",
    instead=(
        "It is ln(s/a₀ − 1)/(2s): the logarithm makes weak modes earlier than 1/s says, and goes away only as a₀ → 0."
    ),
    seeds=None,
)
def time_is_one_over_s() -> Measured:
    """How much earlier the weakest mode is than eight times the strongest one's half-time; aligned start, a0 = 0.001."""
    run = aligned_start(0, 2)
    ratio = run.half_times[-1] * MODES[-1] / (run.half_times[0] * MODES[0])
    return Measured(1 - float(ratio), "of the time that 1/s predicts too early", at_least=0.15)


@claim(
    "deep_linear_networks.random_half_times",
    (
        "From a random start, the closed form gives the half-time of every mode, once a₀ is the part of the start "
        "that can grow."
    ),
    source="saxe2014exact,atanasov2022neural",
    verdict="holds-if",
    condition=(
        "the start is small (weights of scale 0.01 or less) and a₀ leaves out hidden directions that stronger "
        "modes take"
    ),
    vary={"size": (8, 12, 16), "modes": (MODES, (6.0, 4.0, 3.0, 2.0))},
)
def random_half_times(seed: int, size: int = SIZE, modes: tuple[float, ...] = MODES) -> Measured:
    """Largest relative error of the four predicted half-times, over starts of scale 0.01 and 0.001."""
    runs = [random_start(seed, scale, size, modes) for scale in (1e-2, 1e-3)]
    return Measured(
        max(float(np.abs(r.half_times / r.predicted - 1).max()) for r in runs), "of the half-time", at_most=0.01
    )


@claim(
    "deep_linear_networks.log_factor",
    "From random weights of scale ε in h hidden units, mode i is learned as if it started at a₀ = ε²(h − i + 1)/2.",
    source="",
    verdict="holds-if",
    condition="ε is small (0.01 here) and the layer wide (64 here); with few units single runs scatter widely around it",
    vary={"hidden": (64, 128), "scale": (1e-2, 3e-3)},
)
def log_factor(seed: int, hidden: int = 64, scale: float = 1e-2) -> Measured:
    """Largest relative error of the four half-times; with a0 = eps^2, whatever the width, it would be above 0.25."""
    return Measured(typical_start_error(seed, hidden, scale), "of the half-time", at_most=0.12)


@claim(
    "deep_linear_networks.silent_alignment",
    "The network points along the strongest mode while its output is still 1 % of its final size.",
    source="atanasov2022neural",
    verdict="holds-if",
    condition="the start is small (weights of scale 0.001)",
    vary={"scale": (1e-3, 1e-4), "size": (SIZE, 12)},
)
def silent_alignment(seed: int, scale: float = 1e-3, size: int = SIZE) -> Measured:
    """One minus the product of the two cosines between the strongest singular vectors of the network and the target."""
    return Measured(
        1 - random_start(seed, scale, size).alignment_when_small(), "short of perfect alignment", at_most=0.01
    )


@claim(
    "deep_linear_networks.imbalance",
    "How strong a mode is at the start decides when it is learned.",
    source="tarmoun2021understanding",
    verdict="fails",
    instead=(
        "The imbalance between the layers decides as well: the same map, with one layer scaled up and the other "
        "down, starts faster."
    ),
    seeds=None,
)
def imbalance() -> Measured:
    """Half-time of the weakest mode with layers 100 times apart, over that with balanced layers; the same starting map."""
    ratio = aligned_start(0, 2, A0, 10.0).half_times[-1] / aligned_start(0, 2).half_times[-1]
    return Measured(float(ratio), "of the balanced half-time", at_most=0.8)


@claim(
    "deep_linear_networks.imbalance_formula",
    (
        "An unbalanced aligned mode follows its own closed form, in which the conserved difference of the layers "
        "appears."
    ),
    source="tarmoun2021understanding",
    verdict="holds",
)
def imbalance_formula(seed: int) -> Measured:
    """Largest relative error of the closed form's time, where each mode is nearest to half learned; layers 100 times apart."""
    run = aligned_start(seed, 2, A0, 10.0)
    gap = A0 * (100 - 1 / 100)  # w1 = 10 sqrt(a0), w2 = sqrt(a0) / 10
    halfway = np.abs(run.strengths - np.array(MODES) / 2).argmin(axis=0)
    exact = [unbalanced_time(run.strengths[k, i], s, A0, gap) for i, (k, s) in enumerate(zip(halfway, MODES))]
    return Measured(float(np.abs(np.array(exact) / run.times[halfway] - 1).max()), "of the time", at_most=1e-7)
