"""What the chapter asserts about batches on digits: the gradient noise scale, and whether small ones generalise better."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.gradient_descent import batches


@claim(
    "gradient_descent.noise_scale_grows",
    "The gradient noise scale grows by more than ten times in the first hundred steps.",
    source="mccandlish2018empirical",
    verdict="holds-if",
    condition="the training loss falls fast; the noise scale belongs to a step, not to a run",
    vary={"width": (32, 64), "rate": (0.4, 0.5)},
)
def noise_scale_grows(seed: int, width: int = 32, rate: float = 0.5) -> Measured:
    """Exact noise scale after 100 steps over that at the start, 500 digits."""
    found = batches.scales(seed, width, rate, 2, (0, 100))
    return Measured(float(found.exact[1] / found.exact[0]), "times", at_least=10)


@claim(
    "gradient_descent.two_batch",
    "Two batch sizes suffice to estimate the noise scale.",
    source="mccandlish2018empirical",
    verdict="holds-if",
    condition="it is early in the run: at the start and after 20 steps; late the noise scale exceeds the data",
    vary={"width": (32, 64), "rate": (0.3, 0.5)},
)
def two_batch(seed: int, width: int = 32, rate: float = 0.5) -> Measured:
    """The larger relative error of the estimates, from 400 batches of each size, at the start and after 20 steps."""
    found = batches.scales(seed, width, rate)
    return Measured(float(np.abs(found.estimated / found.exact - 1)[:2].max()), "of the noise scale", at_most=0.15)


@claim(
    "gradient_descent.two_batch_late",
    "Two batch sizes suffice to estimate the noise scale, late in a run as well.",
    verdict="fails",
    instead="Once the noise scale exceeds the data the estimate is a ratio with a lower part near zero, and off by 30 % or more.",
    judge="mean",
    vary={"width": (32, 64), "rate": (0.3, 0.5)},
)
def two_batch_late(seed: int, width: int = 32, rate: float = 0.5) -> Measured:
    """Mean over seeds of the relative error of the inverse after 400 steps, from as many batches as for the claim above."""
    found = batches.scales(seed, width, rate)
    return Measured(float(abs(found.exact[3] / found.estimated[3] - 1)), "of the inverse noise scale", at_least=0.3)


@claim(
    "gradient_descent.small_batches_epochs",
    "Small batches generalise better.",
    said_by="keskar2017large",
    source="shallue2019measuring",
    verdict="holds-if",
    condition="all run for as many epochs at one rate: then the small batch takes more steps, and the large one has not finished",
    vary={"examples": (100, 200), "width": (32, 64), "epochs": (10, 20)},
)
def small_batches_epochs(seed: int, examples: int = 100, width: int = 32, epochs: int = 20) -> Measured:
    """Test error with full batches minus that with batches of ten, as many epochs at rate 0.1."""
    return Measured(batches.compare_batches(seed, examples, width, epochs).epochs, "of the digits", at_least=0.1)


@claim(
    "gradient_descent.small_batches_steps",
    "After as many steps at the same rate, runs on few examples a step end with fewer errors.",
    said_by="keskar2017large",
    source="shallue2019measuring",
    verdict="fails",
    instead="With as many steps full batches end no worse, whether or not the rate is tuned: what they lack are steps.",
    vary={"examples": (100, 200), "width": (32, 64), "epochs": (10, 20)},
)
def small_batches_steps(seed: int, examples: int = 100, width: int = 32, epochs: int = 20) -> Measured:
    """Test error with full batches minus that with batches of ten, as many steps at rate 0.1."""
    return Measured(
        batches.compare_batches(seed, examples, width, epochs).steps, "of the digits", at_most=0.03, scale=0.01
    )


@claim(
    "gradient_descent.small_batches_tuned",
    "Small batches generalise better when each has its best rate.",
    said_by="keskar2017large",
    source="shallue2019measuring,geiping2022stochastic",
    verdict="fails",
    instead="Tuned and given as many steps, full batches do no worse on these digits.",
    judge="mean",
    vary={"examples": (100, 200), "width": (32, 64), "epochs": (10, 20)},
)
def small_batches_tuned(seed: int, examples: int = 100, width: int = 32, epochs: int = 20) -> Measured:
    """Least test error over four rates, full batches minus batches of ten, as many steps."""
    return Measured(
        batches.compare_batches(seed, examples, width, epochs).tuned, "of the digits", at_most=0.015, scale=0.005
    )
