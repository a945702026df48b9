"""What the chapter on normalisation asserts about the smoothness of the loss along the path of training."""

from __future__ import annotations

from math import log

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.normalization.landscape import STEPS, landscape, rescaled, smoothing
from training_dynamics.normalization.rates import BATCH, WIDTH

LONGER: dict[str, tuple[object, ...]] = {"steps": (STEPS, 120), "width": (WIDTH, 64)}
ALIKE = log(1.3)  # one band for all three measures: within a factor of 1.3 the two networks are about alike
RATIO = "(logarithm of plain / BatchNorm)"


def log_ratio(seed: int, measure: str, depth: int, rate: float, steps: int, width: int = WIDTH) -> float:
    """The logarithm of a measure of the plain network over that of BatchNorm, so that its mean has no favourite."""
    return log(smoothing(seed, measure, depth, rate, steps, width))


@claim(
    "normalization.smoother",
    "Along the gradient, the loss of a plain network rises higher than that of one with BatchNorm.",
    source="santurkar2018how",
    verdict="holds-if",
    condition=(
        "the network is deep, six layers here; one learning rate for both, 0.05 (at 0.02 the two are nearly alike); on average "
        "over networks"
    ),
    judge="mean",
    vary=LONGER,
)
def smoother(seed: int, steps: int = STEPS, width: int = WIDTH) -> Measured:
    """Logarithm of the largest loss on a ray, plain over BatchNorm; medians over the path."""
    return Measured(log_ratio(seed, "worst", 6, 0.05, steps, width), RATIO, at_least=ALIKE)


@claim(
    "normalization.smoother_shallow",
    "With four layers it rises about as high with BatchNorm as without.",
    verdict="holds-if",
    condition="32 units a layer (with 64 it rises somewhat higher without BatchNorm); on average over networks",
    judge="mean",
    vary={"steps": (STEPS, 120), "rate": (0.02, 0.05)},
)
def smoother_shallow(seed: int, steps: int = STEPS, rate: float = 0.05) -> Measured:
    """The same with four layers."""
    return Measured(log_ratio(seed, "worst", 4, rate, steps), RATIO, at_least=-ALIKE, at_most=ALIKE)


@claim(
    "normalization.gradient_change",
    "Along the gradient, the gradient of a plain network changes more than that of one with BatchNorm.",
    source="santurkar2018how",
    verdict="holds-if",
    condition="one learning rate for both, 0.05 (at 0.02 the two are nearly alike); on average over networks",
    judge="mean",
    vary=LONGER | {"depth": (4, 6)},
)
def gradient_change(seed: int, depth: int = 6, steps: int = STEPS, width: int = WIDTH) -> Measured:
    """Logarithm of the largest change of the gradient on a ray, plain over BatchNorm; medians over the path."""
    return Measured(log_ratio(seed, "change", depth, 0.05, steps, width), RATIO, at_least=ALIKE)


@claim(
    "normalization.beta",
    "BatchNorm lowers the effective β-smoothness.",
    said_by="santurkar2018how",
    verdict="fails",
    instead=(
        "In short runs of narrow networks, 60 steps and 32 units a layer, the gradient changes as much per distance moved "
        "with BatchNorm as without, or more. Longer runs or wider layers turn this."
    ),
    judge="mean",
    vary={"depth": (4, 6), "rate": (0.02, 0.05)},
)
def beta(seed: int, depth: int = 6, rate: float = 0.05) -> Measured:
    """Logarithm of the effective β, plain over BatchNorm; medians over the path."""
    return Measured(log_ratio(seed, "beta", depth, rate, STEPS), RATIO, at_most=ALIKE)


@claim(
    "normalization.beta_later",
    "BatchNorm lowers the effective β-smoothness.",
    source="santurkar2018how",
    verdict="holds-if",
    condition="six layers, the rate 0.05, and 120 steps (or 64 units a layer); on average over networks",
    judge="mean",
    vary={"steps": (120, 200), "width": (WIDTH, 64)},
)
def beta_later(seed: int, steps: int = 120, width: int = WIDTH) -> Measured:
    """The same where training goes on, or layers are wider."""
    return Measured(log_ratio(seed, "beta", 6, 0.05, steps, width), RATIO, at_least=ALIKE)


@claim(
    "normalization.smoother_is_faster",
    "The smoother landscape makes BatchNorm train faster at that learning rate.",
    source="",
    verdict="fails",
    instead=(
        "At the shared rate the plain network has the lower loss after 60 steps and after 120, though its landscape is "
        "rougher; at 0.02 the two are nearly alike."
    ),
    judge="mean",
    vary={"depth": (4, 6), "batch": (BATCH, 128), "steps": (STEPS, 120), "width": (WIDTH, 64)},
)
def smoother_is_faster(
    seed: int, depth: int = 6, batch: int = BATCH, steps: int = STEPS, width: int = WIDTH
) -> Measured:
    """Loss of BatchNorm minus that of the plain network, mean of the last ten steps."""
    runs = (landscape(seed, kind, depth, 0.05, steps, width, batch=batch) for kind in ("none", "batch"))
    plain, normalised = (float(run.losses[-10:].mean()) for run in runs)
    return Measured(normalised - plain, "nats", at_least=0.05)


@claim(
    "normalization.smoothness_of_function",
    "The measured β-smoothness says how smooth the network's function is.",
    source="dinh2017sharp",
    verdict="fails",
    instead="Hidden weights a quarter or four times as long give the same BatchNorm function and another β.",
    vary={"depth": (6, 4), "width": (WIDTH, 64)},
)
def smoothness_of_function(seed: int, depth: int = 6, width: int = WIDTH) -> Measured:
    """Effective beta with hidden weights a quarter as long over that with weights four times as long."""
    short, long = (rescaled(seed, factor, depth=depth, width=width)[3] for factor in (0.25, 4.0))
    return Measured(short / long, "times", at_least=1.5)


@claim(
    "normalization.intrinsic",
    "Along steps η‖w‖² in the hidden weights, the loss of a BatchNorm network does not depend on their length.",
    source="",
    verdict="holds-if",
    condition="there is no ε in the norm",
)
def intrinsic(seed: int) -> Measured:
    """Largest relative difference of spread and worst loss between halved and doubled hidden weights."""
    one, two = (np.array(rescaled(seed, factor, relative=True)[:2]) for factor in (0.5, 2.0))
    return Measured(float(np.abs(one / two - 1).max()), "relative", at_most=1e-8)
