"""What the chapter asserts about balance in linear networks, and about frequencies."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.toolbox.seeds import numpy_generator
from training_dynamics.wide_networks.balanced import exact, kernel_change, simulated, start, tangent_kernel
from training_dynamics.wide_networks.circle import learn_waves, spectrum
from training_dynamics.wide_networks.kernel import distance

SIZE = 5
STRENGTHS = np.array([4.0, 3.0, 2.0, 1.5, 1.0])
SMALL = np.full(SIZE, 0.05)


def problem(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A random target with singular values ``STRENGTHS``, and two rotations for a start from which the flow can reach it."""
    rng = numpy_generator(seed, "wide_networks balanced")
    left, right, u, v = (np.linalg.qr(rng.standard_normal((SIZE, SIZE)))[0] for _ in range(4))
    target = (u * STRENGTHS) @ v.T
    if np.linalg.det(target) * np.linalg.det(left @ right.T) < 0:
        left[:, -1] *= -1  # with equal layers the sign of the determinant cannot change
    return target, left, right


@claim(
    "wide_networks.balanced_exact",
    "Gradient flow of two linear layers with balance λI has a closed form, whatever λ.",
    source="domine2025lazy",
    verdict="holds",
)
def balanced_exact(seed: int) -> Measured:
    """Largest distance to the flow solved numerically, at five balances from −20 to 20 and three times."""
    target, left, right = problem(seed)
    worst = 0.0
    for balance in (-20.0, -1.0, 0.0, 5.0, 20.0):
        layers = start(left, right, SMALL, balance)
        for time in (0.1, 0.5, 2.0):
            gap = exact(layers, target, balance, time) - simulated(layers, target, time)
            worst = max(worst, float(np.abs(gap).max()))
    return Measured(worst, "(largest error)", at_most=1e-8)


@claim(
    "wide_networks.balance_decides",
    "How much the kernel of two linear layers grows is Σ√(λ²+4s²) over the same sum at the start.",
    source="domine2025lazy",
    verdict="holds",
)
def balance_decides(seed: int) -> Measured:
    """Largest error of the formula over five balances, when training has ended."""
    target, left, right = problem(seed)
    errors = []
    for balance in (-20.0, -1.0, 0.0, 5.0, 20.0):
        layers = start(left, right, SMALL, balance)
        before, behind = (np.trace(tangent_kernel(exact(layers, target, balance, t), SIZE)) for t in (0.0, 60.0))
        formula = kernel_change(SMALL, STRENGTHS, balance)
        errors.append(abs(behind / before - 1 - formula) / formula)
    return Measured(float(max(errors)), "(relative error)", at_most=1e-8)


@claim(
    "wide_networks.linear_either_way",
    "As with ReLU, it matters which of two square linear layers is the larger at the start.",
    source="kunin2024get",
    verdict="fails",
    instead=(
        "Square linear layers are lazy when they are unbalanced in either direction, and the kernel turns equally far for λ"
        " and −λ."
    ),
)
def linear_either_way(seed: int) -> Measured:
    """Difference of the kernel's turning between λ = 5 and −5, relative."""
    target, left, right = problem(seed)
    turned = []
    for balance in (5.0, -5.0):
        layers = start(left, right, SMALL, balance)
        before, behind = (tangent_kernel(exact(layers, target, balance, t), SIZE) for t in (0.0, 60.0))
        turned.append(distance(behind, before))
    return Measured(abs(turned[0] / turned[1] - 1), "(relative difference)", at_most=1e-8)


@claim(
    "wide_networks.unbalanced_is_lazy",
    "Two linear layers of balance 20 turn their kernel hardly at all beside balanced ones, for the same start and target.",
    source="domine2025lazy",
    verdict="holds",
)
def unbalanced_is_lazy(seed: int) -> Measured:
    """One minus the cosine between kernel before and after, balanced over unbalanced."""
    target, left, right = problem(seed)
    turned = []
    for balance in (0.0, 20.0):
        layers = start(left, right, SMALL * np.linspace(0.8, 1.2, SIZE), balance)
        before, behind = (tangent_kernel(exact(layers, target, balance, t), SIZE) for t in (0.0, 60.0))
        turned.append(distance(behind, before))
    return Measured(turned[0] / turned[1], "times as much", at_least=100)


@claim(
    "wide_networks.spectrum",
    "On a circle, with biases, the kernel's eigenvalue of a wave falls as its frequency to the power −2.",
    source="basri2019convergence",
    verdict="holds",
    seeds=None,
)
def spectrum_falls() -> Measured:
    """Slope of log eigenvalue in log frequency, frequencies 8 to 40, 4096 points."""
    k = np.arange(8, 41)
    slope = np.polyfit(np.log(k), np.log(spectrum(4096, True)[k]), 1)[0]
    return Measured(float(slope), "", at_least=-2.1, at_most=-1.9)


@claim(
    "wide_networks.wave_times",
    "A wide network learns each wave when its kernel's eigenvalue says, the slow ones long after the fast ones.",
    source="basri2019convergence",
    verdict="holds",
    vary={"width": (1024, 2048, 4096), "scale": (3.0, 10.0), "points": (32, 64)},
)
def wave_times(seed: int, width: int = 2048, scale: float = 10.0, points: int = 64) -> Measured:
    """Largest factor between measured and predicted half-times, frequencies 1 to 4."""
    found = learn_waves(seed, width=width, scale=scale, points=points)
    factor = found.half_times / found.predicted
    return Measured(float(np.maximum(factor, 1 / factor).max() - 1), "", at_most=0.45)


@claim(
    "wide_networks.lower_first",
    "Waves are learned in the order of their frequency, and the last takes many times as long as the second.",
    source="rahaman2019spectral,basri2019convergence",
    verdict="holds",
    vary={"width": (1024, 2048, 4096), "scale": (1.0, 10.0), "points": (32, 64)},
)
def lower_first(seed: int, width: int = 2048, scale: float = 10.0, points: int = 64) -> Measured:
    """Half-time of frequency 4 over that of frequency 2; zero where the order is another."""
    times = learn_waves(seed, width=width, scale=scale, points=points).half_times
    return Measured(float(times[3] / times[1]) if np.all(np.diff(times) > 0) else 0.0, "times as long", at_least=4)


@claim(
    "wide_networks.any_function",
    "A network that is wide enough can make any function.",
    source="basri2019convergence",
    verdict="fails",
    instead=(
        "Without biases a two-layer ReLU network cannot make an odd frequency above 1, at any width: nothing of it is ever"
        " learned."
    ),
    vary={"width": (128, 512, 2048), "scale": (1.0, 3.0, 10.0), "steps": (400, 2000)},
)
def any_function(seed: int, width: int = 512, scale: float = 3.0, steps: int = 400) -> Measured:
    """Share learned of the wave of frequency 3, while more than 0.9 of frequency 4 is learned (else 1)."""
    found = learn_waves(seed, bias=False, width=width, scale=scale, steps=steps).shares[-1]
    return Measured(abs(float(found[2])) if found[3] > 0.9 else 1.0, "", at_most=1e-6)
