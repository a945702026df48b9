"""What the chapter on deep linear networks asserts about the two halves of a ReLU, about steps, and about tanh."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.deep_linear_networks.experiments import digits_run
from training_dynamics.deep_linear_networks.halves import earlier, half_times

VARIED: dict[str, tuple[object, ...]] = {"hidden": (25, 50, 100), "examples": (500, 1000)}
SCALED: dict[str, tuple[object, ...]] = VARIED | {"scale": (1e-3, 1e-5)}


@claim(
    "deep_linear_networks.step_delay",
    "On digits the modes of a linear network come later at a larger learning rate by what the first order in it says.",
    verdict="holds",
    vary={"hidden": (25, 50, 100), "rate": (0.25, 0.5)},
)
def step_delay(seed: int, hidden: int = 50, rate: float = 0.25) -> Measured:
    """How much later a mode comes than at half the rate, over (rate / 4)(s t - 3/2 ln 2): the mean over nine modes."""
    (found, flow, s), (halved, _, _) = (half_times(seed, "linear", hidden, rate=r) for r in (rate, rate / 2))
    told = rate / 4 * (s * flow - 1.5 * np.log(2))
    return Measured(float(np.mean((found - halved) / told)), "of the delay that is told", at_least=0.95, at_most=1.05)


@claim(
    "deep_linear_networks.tanh_saturates",
    "A tanh network's modes come when those of the linear network do, but for about the share by which its units saturate.",
    verdict="holds",
    vary=VARIED,
)
def tanh_saturates(seed: int, hidden: int = 50, examples: int = 1000) -> Measured:
    """Largest relative difference of a half-time from the linear network's, over the sum of the modes per hidden unit."""
    (tanh, _, s), (linear, _, _) = (half_times(seed, name, hidden, examples) for name in ("tanh", "linear"))
    return Measured(float(np.abs(tanh / linear - 1).max() * hidden / s.sum()), "of Σs/h", at_most=1.5)


@claim(
    "deep_linear_networks.relu_images",
    "With labels that are linear in the images, a ReLU network's modes come earlier than half the slope says.",
    verdict="holds",
    vary=SCALED,
)
def relu_images(seed: int, hidden: int = 50, examples: int = 1000, scale: float = 1e-3) -> Measured:
    """By what share of that time they are earlier, mean over the nine modes."""
    value = earlier(seed, "linear labels", hidden, examples, scale).mean()
    return Measured(float(value), "of the time", at_least=0.08)


@claim(
    "deep_linear_networks.relu_small_start",
    "From a start a hundred times smaller the uneven images bring the modes forward by a larger share of the time.",
    verdict="holds",
    vary=VARIED,
)
def relu_small_start(seed: int, hidden: int = 50, examples: int = 1000) -> Measured:
    """By what share of that time they are earlier from scale 1e-5, minus the share from 1e-3: mean over the nine modes."""
    small, usual = (earlier(seed, "linear labels", hidden, examples, scale).mean() for scale in (1e-5, 1e-3))
    return Measured(float(small - usual), "of the time", at_least=0.02)


@claim(
    "deep_linear_networks.relu_labels",
    "On mirrored images whose labels keep what is not linear in them, a ReLU network's last modes come earlier.",
    verdict="holds",
    vary=SCALED,
)
def relu_labels(seed: int, hidden: int = 50, examples: int = 1000, scale: float = 1e-3) -> Measured:
    """By what share of the time of half the slope they are earlier, mean over the three weakest modes."""
    value = earlier(seed, "mirrored images", hidden, examples, scale)[-3:].mean()
    return Measured(float(value), "of the time", at_least=0.2)


@claim(
    "deep_linear_networks.relu_apart",
    "The uneven images bring the three strongest modes forward more than the labels do, the labels the three weakest.",
    verdict="holds",
    vary=SCALED,
)
def relu_apart(seed: int, hidden: int = 50, examples: int = 1000, scale: float = 1e-3) -> Measured:
    """By what share of the time, the smaller of the two differences of means over three modes."""
    images, labels = (earlier(seed, data, hidden, examples, scale) for data in ("linear labels", "mirrored images"))
    value = min((images - labels)[:3].mean(), (labels - images)[-3:].mean())
    return Measured(float(value), "of the time", at_least=0.03)


@claim(
    "deep_linear_networks.tanh_units",
    "A tanh unit conserves the difference of its squared lengths, as a ReLU unit does.",
    verdict="fails",
    instead="It drifts, in the flow and not only by the step: scaling in and out does not cancel in tanh.",
    vary=VARIED,
)
def tanh_units(seed: int, hidden: int = 50, examples: int = 1000) -> Measured:
    """Drift of the diagonal in a tanh network, relative to the final squared length of the first layer."""
    return Measured(digits_run(seed, "tanh", hidden=hidden, examples=examples).unit_drift, "of ‖W₁‖²", at_least=3e-3)
