"""What the chapter on mode connectivity asserts about what connection does not promise: bad minima, forgetting, sums."""

from __future__ import annotations

from dataclasses import replace

from coursekit.claim import Measured, claim
from training_dynamics.mode_connectivity.averaging import UNSTABLE, strangers
from training_dynamics.mode_connectivity.limits import FROM_LARGE, BadMinimum, bad_minimum
from training_dynamics.mode_connectivity.lines import between
from training_dynamics.mode_connectivity.tasks import TUNING, Added, Sequel, added, sequel

BAD: dict[str, tuple[object, ...]] = {"epochs": (80, 160), "width": (64, 128)}
TUNED: dict[str, tuple[object, ...]] = {"epochs": (30, 60), "width": (64, 128)}


def _bad(seed: int, epochs: int, width: int) -> BadMinimum:
    return bad_minimum(seed, width, recipe=replace(FROM_LARGE, epochs=epochs))


def _sequel(seed: int, epochs: int, width: int) -> Sequel:
    return sequel(seed, width, replace(TUNING, epochs=epochs))


def _added(seed: int, epochs: int, width: int) -> Added:
    return added(seed, width, replace(TUNING, epochs=epochs))


@claim(
    "mode_connectivity.ordinary_spread", "The minima that SGD finds are of nearly the same quality.",
    said_by="choromanska2015loss", verdict="holds-if",
    condition="they come from one recipe: same width, same scale of the start, same optimizer",
    vary={"epochs": (15, 30), "width": (32, 64)},
)  # fmt: skip
def ordinary_spread(seed: int, epochs: int = 15, width: int = 64) -> Measured:
    """The largest minus the smallest test error of five networks from independent starts."""
    members = strangers(seed, width, replace(UNSTABLE, epochs=epochs)).members
    return Measured(float(members.max() - members.min()), "of the images", at_most=0.03)


@claim(
    "mode_connectivity.bad_minimum", "What SGD finds in a network that fits its training set is a minimum of high quality.",
    said_by="choromanska2015loss", source="liu2020bad", vary=BAD,
    verdict="fails", instead="From five times the usual starting weights, SGD fits the training set too and errs far more often.",
)  # fmt: skip
def bad_minimum_error(seed: int, epochs: int = 80, width: int = 64) -> Measured:
    """Test error of the network made bad on purpose over that of an ordinary one."""
    found = _bad(seed, epochs, width).straight.test_error
    return Measured(float(found[-1] / found[0]), "times", at_least=1.4)


@claim(
    "mode_connectivity.bad_fits", "The network made bad on purpose fits the training set.", source="liu2020bad",
    verdict="holds", vary=BAD,
)  # fmt: skip
def bad_fits(seed: int, epochs: int = 80, width: int = 64) -> Measured:
    """Training error of the network made bad on purpose."""
    return Measured(float(_bad(seed, epochs, width).straight.error[-1]), "of the images", at_most=0.01)


@claim(
    "mode_connectivity.bad_is_connected", "A path of low training loss leads from a good minimum to the bad one.",
    source="garipov2018loss", verdict="holds", vary=BAD,
)  # fmt: skip
def bad_is_connected(seed: int, epochs: int = 80, width: int = 64) -> Measured:
    """The training loss barrier along a trained Bezier curve from an ordinary network to the bad one."""
    return Measured(_bad(seed, epochs, width).curved.barrier, "nats", at_most=0.02)


@claim(
    "mode_connectivity.tuned_together",
    "Networks fine-tuned from one start stay connected: their barrier is a small part of the one between independent networks.",
    source="neyshabur2020transferred", verdict="holds", vary=TUNED,
)  # fmt: skip
def tuned_together(seed: int, epochs: int = 30, width: int = 64) -> Measured:
    """The barrier on the second task between two copies fine-tuned on it, over the one between strangers on the first."""
    near = _sequel(seed, epochs, width).between[1].barrier
    return Measured(near / between(seed, width).barrier, "of the barrier", at_most=0.2)


@claim(
    "mode_connectivity.forgetting", "Fine-tuning stays in the good region, so nothing is forgotten.", source="mirzadeh2021linear",
    verdict="fails", instead="The copies stay connected, yet they come to err on more than a fifth of the first task's images.",
    vary=TUNED,
)  # fmt: skip
def forgetting(seed: int, epochs: int = 30, width: int = 64) -> Measured:
    """The rise of the test error on the first task through fine-tuning on the second."""
    error = _sequel(seed, epochs, width).away[0].test_error
    return Measured(float(error[-1] - error[0]), "of the images", at_least=0.2)


@claim(
    "mode_connectivity.no_compromise", "Somewhere on the line from the start to the fine-tuned network both tasks go well.",
    verdict="fails", vary=TUNED,
    instead="Every network on that line errs often on one of the two, though one trained on both errs rarely on either.",
)  # fmt: skip
def no_compromise(seed: int, epochs: int = 30, width: int = 64) -> Measured:
    """The smallest, over the line, of the larger of the two test errors, over the joint network's larger test error."""
    found = _sequel(seed, epochs, width)
    worst = [max(pair) for pair in zip(found.away[0].test_error.tolist(), found.away[1].test_error.tolist())]
    return Measured(min(worst) / max(found.joint), "times", at_least=2)


@claim(
    "mode_connectivity.task_sum", "Add what two fine-tunings changed, and the network has both skills.",
    said_by="ilharco2023editing", verdict="fails", vary=TUNED,
    instead="In this small network trained on one task the sum errs several times as often as a network trained on both.",
)  # fmt: skip
def task_sum(seed: int, epochs: int = 30, width: int = 64) -> Measured:
    """Test error on the worse task of the best multiple of the sum, over that of a network trained on both."""
    found = _added(seed, epochs, width)
    return Measured(float(found.sums.min()) / found.joint, "times", at_least=2)


@claim(
    "mode_connectivity.task_sum_gains", "The sum of both changes is better on both tasks than the network before them.",
    source="ilharco2023editing", verdict="holds", vary=TUNED,
)  # fmt: skip
def task_sum_gains(seed: int, epochs: int = 30, width: int = 64) -> Measured:
    """How much lower the test error on the worse task is at the best multiple of the sum than before fine-tuning."""
    found = _added(seed, epochs, width)
    return Measured(found.before - float(found.sums.min()), "of the images", at_least=0.15)
