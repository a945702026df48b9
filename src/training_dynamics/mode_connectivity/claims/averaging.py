"""What the chapter on mode connectivity asserts about shared starts, averages and ensembles."""

from __future__ import annotations

from dataclasses import replace

from coursekit.claim import Measured, claim
from training_dynamics.mode_connectivity.averaging import (
    CALM,
    NOISY,
    SPAWNS,
    STABLE,
    UNSTABLE,
    Crowd,
    instability,
    siblings,
    strangers,
    tail,
)

VARIED: dict[str, tuple[object, ...]] = {"epochs": (15, 30), "width": (64, 128)}
CROWDS: dict[str, tuple[object, ...]] = {"epochs": (15, 30), "width": (32, 64)}
PART = SPAWNS[-1] // UNSTABLE.epochs  # siblings share 14 steps for each of their epochs, more than a quarter of all


def crowds(seed: int, epochs: int, width: int) -> tuple[Crowd, Crowd]:
    """Five strangers and five siblings, all trained by the noisy recipe."""
    recipe = replace(UNSTABLE, epochs=epochs)
    return strangers(seed, width, recipe), siblings(seed, PART * epochs, width, recipe)


def parted(seed: int, epochs: int, width: int) -> tuple[float, float]:
    """The barriers between two copies of a network in the noisy setting: after no shared step, and after the siblings' part."""
    first, last = instability(seed, replace(UNSTABLE, epochs=epochs), (0, PART * epochs), width).barriers
    return first, last


@claim(
    "mode_connectivity.stable_at_init", "Networks that share only their start end up in one valley.",
    source="frankle2020linear", verdict="holds-if",
    condition="SGD noise is mild: peak learning rate 0.05, momentum 0.9, batches of 50", vary=VARIED,
)  # fmt: skip
def stable_at_init(seed: int, epochs: int = 15, width: int = 64) -> Measured:
    """The barrier between two copies that share the start and not one minibatch."""
    return Measured(instability(seed, replace(STABLE, epochs=epochs), (0,), width).barriers[0], "nats", at_most=0.02)


@claim(
    "mode_connectivity.unstable_at_init", "The start decides the valley.", source="frankle2020linear",
    verdict="fails", judge="mean", vary=CROWDS,
    instead="With noisy SGD (peak rate 0.5, batches of 20) the order of the data decides too: on average a wall is left.",
)  # fmt: skip
def unstable_at_init(seed: int, epochs: int = 15, width: int = 64) -> Measured:
    """The barrier between two copies that share the start and not one minibatch, noisy setting."""
    return Measured(parted(seed, epochs, width)[0], "nats", at_least=0.04)


@claim(
    "mode_connectivity.stable_later",
    "After more than a quarter of the steps was shared the barrier is, on average, below half of what it is after none.",
    source="frankle2020linear", verdict="holds", judge="mean", vary=CROWDS,
)  # fmt: skip
def stable_later(seed: int, epochs: int = 15, width: int = 64) -> Measured:
    """The barrier after 210 of 750 shared steps minus half of the barrier after none, noisy setting."""
    first, last = parted(seed, epochs, width)
    return Measured(last - first / 2, "nats", at_most=0, scale=0.01)


@claim(
    "mode_connectivity.average_of_strangers", "Good solutions form a convex set.", source="frankle2020linear", verdict="fails",
    instead="The average of five good networks from independent starts is wrong on many more images than any of them.",
    vary=CROWDS,
)  # fmt: skip
def average_of_strangers(seed: int, epochs: int = 15, width: int = 64) -> Measured:
    """Test error of the averaged parameters over the largest test error of the five."""
    found = crowds(seed, epochs, width)[0]
    return Measured(found.average / float(found.members.max()), "times", at_least=6)


@claim(
    "mode_connectivity.average_of_siblings", "Averaging parameters gives a network as good as its members.",
    source="izmailov2018averaging,wortsman2022soups", verdict="holds-if",
    condition="the members share their start and more than the first quarter of their steps", vary=CROWDS,
)  # fmt: skip
def average_of_siblings(seed: int, epochs: int = 15, width: int = 64) -> Measured:
    """Test error of the averaged parameters minus the mean test error of the five."""
    found = crowds(seed, epochs, width)[1]
    return Measured(found.average - float(found.members.mean()), "of the images", at_most=0.01, scale=0.003)


@claim(
    "mode_connectivity.ensemble_needs_strangers",
    "Networks close enough to average disagree much less often than independent ones trained by the same recipe.",
    source="fort2019ensembles", verdict="holds", vary=CROWDS,
)  # fmt: skip
def ensemble_needs_strangers(seed: int, epochs: int = 15, width: int = 64) -> Measured:
    """Disagreement between strangers over that between siblings, one recipe for both."""
    apart, near = crowds(seed, epochs, width)
    return Measured(apart.disagreement / near.disagreement, "times", at_least=1.5)


@claim(
    "mode_connectivity.ensemble_gain",
    "By one recipe the strangers' ensemble and the siblings' average err on nearly the same share of these test images.",
    verdict="holds", judge="mean", vary={"epochs": (10, 15), "width": (32, 64)},
)  # fmt: skip
def ensemble_gain(seed: int, epochs: int = 15, width: int = 64) -> Measured:
    """Test error of the siblings' average minus that of the strangers' ensemble, one recipe for both."""
    apart, near = crowds(seed, epochs, width)
    return Measured(near.average - apart.ensemble, "of the images", at_least=-0.012, at_most=0.012)


@claim(
    "mode_connectivity.swa", "Averaging the iterates of late training improves the network, on average over runs.",
    source="izmailov2018averaging", judge="mean", vary=CROWDS,
    verdict="holds-if", condition="SGD is still noisy at the end: constant learning rate 0.1, momentum 0.9, batches of 20",
)  # fmt: skip
def swa(seed: int, epochs: int = 15, width: int = 64) -> Measured:
    """How much less the average of the last ten epochs' networks errs than they do on average, as a share of their errors."""
    found = tail(seed, replace(NOISY, epochs=epochs), 10, width)
    return Measured(1 - found.average_error / float(found.error.mean()), "of the errors less", at_least=0.1)


@claim(
    "mode_connectivity.swa_calm", "Weight averaging always finds a point of lower training loss.",
    verdict="fails", judge="mean", vary={"epochs": (20, 40), "width": (64, 128)},
    instead="Where the noise has died away, the average lies, in the mean over runs, above the last iterate.",
)  # fmt: skip
def swa_calm(seed: int, epochs: int = 20, width: int = 64) -> Measured:
    """How far the training loss of the average of the last ten epochs lies above the last network's, at learning rate 0.05."""
    found = tail(seed, replace(CALM, epochs=epochs), 10, width)
    return Measured(100 * (found.average_loss / float(found.loss[-1]) - 1), "% above", at_least=5)
