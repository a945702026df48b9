"""What the chapter asserts about escapes, phases of a run, and generalisation along it."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.gradient_descent import generalisation, phases, teacher


@claim(
    "gradient_descent.noise_escapes",
    "Mini-batch noise escapes from bad minima.",
    said_by="keskar2017large",
    verdict="holds-if",
    condition=(
        "batches are small (5 and 10 are shown; 20 free far fewer) and the rate is large (0.8 and 1 are shown); with"
        " smaller steps hardly any leave"
    ),
    judge="mean",
    vary={"rate": (0.8, 1.0), "batch": (5, 10)},
)
def noise_escapes(seed: int, rate: float = 1.0, batch: int = 5) -> Measured:
    """Share of stuck students that 600 steps of SGD lead to half of their loss, minus that without noise."""
    return Measured(_freed(seed, rate, batch), "more of the stuck", at_least=0.15)


@claim(
    "gradient_descent.gentle_noise",
    "Mini-batch noise escapes from bad minima, at the rates at which one trains.",
    said_by="keskar2017large",
    verdict="fails",
    instead="At a fifth of such a rate hardly more of these students leave with noise than without it in as many steps.",
    judge="mean",
    vary={"rate": (0.1, 0.2), "batch": (5, 10)},
)
def gentle_noise(seed: int, rate: float = 0.2, batch: int = 10) -> Measured:
    """Share of stuck students that 600 steps of SGD lead to half of their loss, minus that of as many full-batch steps."""
    return Measured(_freed(seed, rate, batch), "more of the stuck", at_most=0.1, scale=0.05)


def _freed(seed: int, rate: float, batch: int) -> float:
    noisy, quiet = (teacher.escapes(seed, kind, rate, batch) for kind in ("batch", "none"))
    return noisy - quiet


@claim(
    "gradient_descent.way_down",
    "With more parameters there is a way down: the same stuck students leave when units are added.",
    verdict="holds-if",
    condition=(
        "the new units read in new directions; their outgoing weights may start at zero; mean over teachers, of whose"
        " twenty students about eight are stuck"
    ),
    vary={"units": (8, 12), "inputs": (6, 10)},
    judge="mean",
)
def way_down(seed: int, units: int = 12, inputs: int = 6) -> Measured:
    """Share of stuck students that reach half of their loss with so many silent units more, less that without them."""
    wide, same = (teacher.escapes(seed, kind, units=units, inputs=inputs) for kind in ("wide", "none"))
    return Measured(wide - same, "more of the stuck", at_least=0.5, scale=0.125)


@claim(
    "gradient_descent.same_loss",
    "Two networks with the same training loss generalise alike.",
    source="liu2020bad,zhang2017rethinking",
    verdict="fails",
    instead="Where the run began decides: from weights that fit random labels first its test error is a fifth larger at least.",
    vary={"width": (64, 96), "examples": (200, 300)},
)
def same_loss(seed: int, width: int = 64, examples: int = 200) -> Measured:
    """Test error from weights that fit random labels first, over that from random weights, at one training loss."""
    good, bad = generalisation.two_fits(seed, examples, width).errors
    return Measured(bad / good, "times the test error", at_least=1.2)


@claim(
    "gradient_descent.can_fit_anything",
    "A network that can fit random labels cannot generalise.",
    source="zhang2017rethinking",
    verdict="fails",
    instead="The same network fits random labels without an error, and the right ones with few errors on unseen images.",
    vary={"width": (64, 96), "examples": (200, 300)},
)
def can_fit_anything(seed: int, width: int = 64, examples: int = 200) -> Measured:
    """Test error on the right labels, infinite where random labels are not fitted completely; guessing errs in 0.9."""
    found = generalisation.two_fits(seed, examples, width)
    value = found.errors[0] if found.random_error == 0 else float("inf")
    return Measured(value, "test error", at_most=0.2, infinite="random labels were not fitted")


@claim(
    "gradient_descent.validation_peaks",
    "The training loss falls to the end, while the test error is least on the way.",
    verdict="holds-if",
    condition="some labels are wrong; with clean labels almost nothing is lost by training on",
    vary={"noise": (0.2, 0.3), "width": (64, 96)},
)
def validation_peaks(seed: int, noise: float = 0.3, width: int = 64) -> Measured:
    """Test error at the end minus the least one on the way; 0 unless the training loss is least at the end."""
    found = generalisation.course(seed, noise, width)
    falls = found.losses[-1] == found.losses.min()
    return Measured(found.lost if falls else 0.0, "of the digits", at_least=0.06)


@claim(
    "gradient_descent.early_stopping",
    "Stopping where a validation set says so keeps most of that.",
    verdict="holds-if",
    condition="the validation set is large (here 800 images)",
    vary={"noise": (0.2, 0.3), "width": (64, 96)},
)
def early_stopping(seed: int, noise: float = 0.3, width: int = 64) -> Measured:
    """Share of what the test error rises to the end that is saved by the weights chosen on other images."""
    found = generalisation.course(seed, noise, width)
    return Measured(float(found.errors[-1] - found.stopped) / found.lost, "of the rise", at_least=0.5)


@claim(
    "gradient_descent.low_frequencies_first",
    "A network learns low frequencies first.",
    source="rahaman2019spectral",
    verdict="holds",
    vary={"width": (128, 256), "rate": (0.1, 0.2)},
)
def low_frequencies_first(seed: int, width: int = 128, rate: float = 0.1) -> Measured:
    """The least ratio of neighbouring half-times of the frequencies 1, 2 and 4, of equal amplitude."""
    times = phases.spectral(seed, width, rate).half_times[:3]
    return Measured(
        float(min(times[1:] / times[:-1])), "times later", at_least=1.2, infinite="not learned in the time given"
    )


@claim(
    "gradient_descent.high_frequency_late",
    "The eighth frequency comes at least thirty times as late as the first.",
    source="rahaman2019spectral",
    verdict="holds",
    vary={"width": (128, 256), "rate": (0.1, 0.2), "steps": (1500, 6000)},
)
def high_frequency_late(seed: int, width: int = 128, rate: float = 0.2, steps: int = 1500) -> Measured:
    """Half-time of the frequency 8 over that of 1, of equal amplitude; the length of the run where it is not learned in it."""
    times = phases.spectral(seed, width, rate, steps).half_times
    return Measured(float(min(times[3], steps) / times[0]), "times later, or more", at_least=30)


@claim(
    "gradient_descent.late_edge",
    "Late in a full-batch run with the squared loss the sharpness stands at 2/η.",
    source="cohen2021gradient",
    verdict="holds-if",
    condition="2/η lies below the sharpness to which small steps would lead",
    vary={"width": (32, 64), "rate": (0.1, 0.13)},
)
def late_edge(seed: int, width: int = 32, rate: float = 0.1) -> Measured:
    """Sharpness after 800 steps over 2/η."""
    (found,) = phases.sharpness_along(seed, "squared", width, rate, (800,))
    return Measured(float(found * rate / 2), "of 2/η", at_least=0.85, at_most=1.15)


@claim(
    "gradient_descent.late_flattening",
    "Sharpness only grows during training.",
    source="cohen2021gradient",
    verdict="fails",
    instead="With cross-entropy it rises and then falls: fitted examples no longer curve the loss.",
    vary={"width": (32, 64), "rate": (0.2, 0.4)},
)
def late_flattening(seed: int, width: int = 32, rate: float = 0.2) -> Measured:
    """Sharpness after 800 steps with cross-entropy over the largest on the way."""
    found = phases.sharpness_along(seed, "cross-entropy", width, rate)
    return Measured(float(found[-1] / np.max(found)), "of the largest", at_most=0.6)
