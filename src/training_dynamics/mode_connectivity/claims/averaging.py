"""What the chapter on mode connectivity asserts about shared starts, averages, bad minima and forgetting."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.mode_connectivity.averaging import (
    CALM,
    STABLE,
    UNSTABLE,
    Crowd,
    instability,
    siblings,
    strangers,
    tail,
)
from training_dynamics.mode_connectivity.limits import bad_minimum, sequel
from training_dynamics.mode_connectivity.lines import CROWD, between

CROWDS: dict[str, tuple[object, ...]] = {"width": (32, 64)}


def crowds(seed: int, width: int) -> tuple[Crowd, Crowd]:
    """Five strangers and five siblings (210 shared steps), all trained by the noisy recipe."""
    return strangers(seed, CROWD, width, UNSTABLE), siblings(seed, 210, CROWD, width, UNSTABLE)


@claim(
    "mode_connectivity.stable_at_init", "Networks that share only their start end up in one valley.",
    source="frankle2020linear", verdict="holds-if",
    condition="SGD noise is mild: learning rate 0.05, momentum 0.9, batches of 50",
)  # fmt: skip
def stable_at_init(seed: int) -> Measured:
    """The barrier between two copies that share the start and not one minibatch, width 64."""
    return Measured(instability(seed, STABLE, (0,)).barriers[0], "nats", at_most=0.02)


@claim(
    "mode_connectivity.unstable_at_init", "The start decides the valley.", source="frankle2020linear",
    verdict="fails", judge="mean",
    instead="With noisy SGD (learning rate 0.5, batches of 20) the order of the data decides too: on average a wall is left.",
)  # fmt: skip
def unstable_at_init(seed: int) -> Measured:
    """The barrier between two copies that share the start and not one minibatch, noisy setting."""
    return Measured(instability(seed).barriers[0], "nats", at_least=0.04)


@claim(
    "mode_connectivity.stable_later",
    "After 210 shared steps the barrier is, on average, below a quarter of what it is after none.",
    source="frankle2020linear",
    verdict="holds", judge="mean",
)  # fmt: skip
def stable_later(seed: int) -> Measured:
    """The barrier after 210 shared steps minus a quarter of the barrier after none, noisy setting."""
    barriers = instability(seed).barriers
    return Measured(barriers[-1] - barriers[0] / 4, "nats", at_most=0, scale=0.01)


@claim(
    "mode_connectivity.average_of_strangers", "Good solutions form a convex set.", source="frankle2020linear", verdict="fails",
    instead="The average of five good networks from independent starts is wrong on many more images than any of them.",
)  # fmt: skip
def average_of_strangers(seed: int) -> Measured:
    """Test error of the averaged parameters over the largest test error of the five, width 64."""
    found = strangers(seed)
    return Measured(found.average / float(found.members.max()), "times", at_least=6)


@claim(
    "mode_connectivity.average_of_siblings", "Averaging parameters gives a network as good as its members.",
    source="izmailov2018averaging,wortsman2022soups", verdict="holds-if",
    condition="the members share their start and their first 210 steps",
)  # fmt: skip
def average_of_siblings(seed: int) -> Measured:
    """Test error of the averaged parameters minus the mean test error of the five."""
    found = siblings(seed)
    return Measured(found.average - float(found.members.mean()), "of the images", at_most=0.01, scale=0.003)


@claim(
    "mode_connectivity.ensemble_needs_strangers",
    "Networks close enough to average disagree much less often than independent ones trained by the same recipe.",
    source="fort2019ensembles", verdict="holds", vary=CROWDS,
)  # fmt: skip
def ensemble_needs_strangers(seed: int, width: int = 64) -> Measured:
    """Disagreement between strangers over that between siblings, one recipe for both."""
    apart, near = crowds(seed, width)
    return Measured(apart.disagreement / near.disagreement, "times", at_least=2)


@claim(
    "mode_connectivity.ensemble_gain",
    "By one recipe the strangers' ensemble and the siblings' average err on nearly the same share of these test images.",
    verdict="holds", judge="mean", vary=CROWDS,
)  # fmt: skip
def ensemble_gain(seed: int, width: int = 64) -> Measured:
    """Test error of the siblings' average minus that of the strangers' ensemble, one recipe for both."""
    apart, near = crowds(seed, width)
    return Measured(near.average - apart.ensemble, "of the images", at_least=-0.012, at_most=0.012)


@claim(
    "mode_connectivity.swa", "Averaging the iterates of late training improves the network, on average over runs.",
    source="izmailov2018averaging", judge="mean",
    verdict="holds-if", condition="SGD is still noisy at the end: constant learning rate 0.1, momentum 0.9, batches of 20",
)  # fmt: skip
def swa(seed: int) -> Measured:
    """Test error of the average of the last ten epochs' networks over their mean test error."""
    found = tail(seed)
    return Measured(found.average_error / float(found.error.mean()), "times", at_most=0.9)


@claim(
    "mode_connectivity.swa_calm", "Weight averaging always finds a point of lower training loss.", source="",
    verdict="fails", judge="mean",
    instead="Where the noise has died away, the average lies, in the mean over runs, above the last iterate.",
)  # fmt: skip
def swa_calm(seed: int) -> Measured:
    """Training loss of the average of the last ten epochs over that of the last network, at learning rate 0.05."""
    found = tail(seed, CALM)
    return Measured(found.average_loss / float(found.loss[-1]), "times", at_least=1.2)


@claim(
    "mode_connectivity.ordinary_spread", "Any local minimum is as good as any other.", source="choromanska2015loss",
    verdict="holds-if", condition="the minima come from one recipe: same width, same scale of the start, same optimizer",
)  # fmt: skip
def ordinary_spread(seed: int) -> Measured:
    """The largest minus the smallest test error of five networks from independent starts, width 64."""
    members = strangers(seed).members
    return Measured(float(members.max() - members.min()), "of the images", at_most=0.03)


@claim(
    "mode_connectivity.bad_minimum", "Any local minimum is as good as any other.",
    said_by="choromanska2015loss", source="liu2020bad",
    verdict="fails", instead="From five times the usual starting weights, SGD fits the training set too and errs far more often.",
)  # fmt: skip
def bad_minimum_error(seed: int) -> Measured:
    """Test error of the network made bad on purpose over that of an ordinary one."""
    found = bad_minimum(seed).straight.test_error
    return Measured(float(found[-1] / found[0]), "times", at_least=1.7)


@claim(
    "mode_connectivity.bad_fits",
    "The network made bad on purpose fits the training set.",
    source="liu2020bad",
    verdict="holds",
)
def bad_fits(seed: int) -> Measured:
    """Training error of the network made bad on purpose."""
    return Measured(float(bad_minimum(seed).straight.error[-1]), "of the images", at_most=0.01)


@claim(
    "mode_connectivity.bad_is_connected", "A path of low training loss leads from a good minimum to the bad one.",
    source="garipov2018loss", verdict="holds",
)  # fmt: skip
def bad_is_connected(seed: int) -> Measured:
    """The training loss barrier along a trained Bezier curve from an ordinary network to the bad one."""
    return Measured(bad_minimum(seed).curved.barrier, "nats", at_most=0.02)


@claim(
    "mode_connectivity.tuned_together",
    "Networks fine-tuned from one start stay connected: their barrier is a small part of the one between independent networks.",
    source="neyshabur2020transferred",
    verdict="holds",
)  # fmt: skip
def tuned_together(seed: int) -> Measured:
    """The barrier on the second task between two copies fine-tuned on it, over the one between strangers on the first."""
    return Measured(sequel(seed).between[1].barrier / between(seed, 64).barrier, "of the barrier", at_most=0.2)


@claim(
    "mode_connectivity.forgetting", "Fine-tuning stays in the good region, so nothing is forgotten.", source="mirzadeh2021linear",
    verdict="fails", instead="The copies stay connected, yet they come to err on more than a quarter of the first task's images.",
)  # fmt: skip
def forgetting(seed: int) -> Measured:
    """The rise of the test error on the first task through fine-tuning on the second."""
    error = sequel(seed).away[0].test_error
    return Measured(float(error[-1] - error[0]), "of the images", at_least=0.25)


@claim(
    "mode_connectivity.no_compromise", "Somewhere on the line from the start to the fine-tuned network both tasks go well.",
    verdict="fails",
    instead="Every network on that line errs often on one of the two, though one trained on both errs rarely on either.",
)  # fmt: skip
def no_compromise(seed: int) -> Measured:
    """The smallest, over the line, of the larger of the two test errors, over the joint network's larger test error."""
    found = sequel(seed)
    worst = [max(pair) for pair in zip(found.away[0].test_error.tolist(), found.away[1].test_error.tolist())]
    return Measured(min(worst) / max(found.joint), "times", at_least=2)
