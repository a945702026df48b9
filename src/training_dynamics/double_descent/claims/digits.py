"""What the chapter on double descent asserts about random ReLU features on digits, ridge and fast computation."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.double_descent import digits, paths
from training_dynamics.double_descent.gaussian import largest_rise
from training_dynamics.toolbox.seeds import numpy_generator

IMAGES, NOISE = digits.IMAGES, digits.NOISE
VARIED: dict[str, tuple[object, ...]] = {"n": (150, IMAGES), "noise": (0.2, NOISE)}
FEATURES: dict[str, tuple[object, ...]] = {"activation": ("relu", "tanh")}


def at(n: int, part: float) -> int:
    """The place in a width sweep over ``n`` images of the width that is ``part`` of ``n``."""
    return digits.widths_for(n).index(round(part * n))


@claim(
    "double_descent.peak_at_n",
    "The peak is at as many parameters as data points.",
    source="belkin2019reconciling",
    verdict="holds-if",
    condition="least squares on fixed features that are in general position, without a penalty",
    vary=VARIED,
)
def peak_at_n(seed: int, n: int = IMAGES, noise: float = NOISE) -> Measured:
    """Width of the largest test MSE over n: random ReLU features on digits, clean and spoiled labels."""
    sweep = digits.width_sweep(seed, n, noise)
    ratios = [sweep.sizes[i] / n for i in sweep.mse.argmax(1)]
    return Measured(max(ratios, key=lambda r: abs(r - 1)), "p/n", at_least=0.95, at_most=1.05)


@claim(
    "double_descent.peak_height",
    "At p = n the test MSE of random features on digits is at least ten times that of models half as wide and twice as wide.",
    source="belkin2019reconciling",
    verdict="holds",
    vary=VARIED,
)
def peak_height(seed: int, n: int = IMAGES, noise: float = NOISE) -> Measured:
    """MSE at p = n over the larger of the MSEs at n/2 and 2n; the smaller ratio of clean and spoiled labels."""
    mse = digits.width_sweep(seed, n, noise).mse
    sides = np.maximum(mse[:, at(n, 0.5)], mse[:, at(n, 2)])
    return Measured(float((mse[:, at(n, 1)] / sides).min()), "times", at_least=10)


@claim(
    "double_descent.smallest_on_digits",
    "On digits too the peak is where the smallest singular value of the features is least.",
    source="",
    verdict="holds",
    vary=FEATURES | {"n": (150, IMAGES)},
)
def smallest_on_digits(seed: int, n: int = IMAGES, activation: str = "relu") -> Measured:
    """Width at which the smallest singular value is least, over n."""
    sweep = digits.width_sweep(seed, n, activation=activation)
    return Measured(sweep.sizes[int(sweep.smallest_singular_value.argmin())] / n, "p/n", at_least=0.95, at_most=1.05)


@claim(
    "double_descent.clean_labels",
    "The second descent ends below the best small model: random features on digits with clean labels, error.",
    source="belkin2019reconciling",
    verdict="holds-if",
    condition="the labels are clean",
    vary=FEATURES | {"n": (150, IMAGES)},
)
def clean_labels(seed: int, n: int = IMAGES, activation: str = "relu") -> Measured:
    """Test error at 10 n features over the least error below n."""
    error = digits.width_sweep(seed, n, activation=activation).error[0]
    return Measured(float(error[-1] / error[: at(n, 1)].min()), "times", at_most=0.8)


@claim(
    "double_descent.label_noise",
    "The second descent ends below the best small model: random features on digits with 40 % wrong labels, error.",
    said_by="belkin2019reconciling",
    verdict="fails",
    instead=(
        "Without a penalty the widest model is worse than the best one with p < n (300 images, ReLU features; with 150 images "
        "either way, with tanh features by little)."
    ),
    vary={"noise": (0.3, NOISE)},
)
def label_noise(seed: int, noise: float = NOISE) -> Measured:
    """Test error at 3000 features minus the least error below n = 300, in percentage points."""
    error = digits.width_sweep(seed, IMAGES, noise).error[1]
    return Measured(100 * float(error[-1] - error[: at(IMAGES, 1)].min()), "points", at_least=3)


@claim(
    "double_descent.bigger_is_better",
    "Bigger is always better.",
    source="nakkiran2021deep",
    verdict="fails",
    instead="Three times the features, up to p = n, multiply the test error.",
    vary=FEATURES | {"n": (150, IMAGES)},
)
def bigger_is_better(seed: int, n: int = IMAGES, activation: str = "relu") -> Measured:
    """Test error at p = n over that at p = n/3, clean labels."""
    error = digits.width_sweep(seed, n, activation=activation).error[0]
    return Measured(float(error[at(n, 1)] / error[at(n, 1 / 3)]), "times", at_least=3)


@claim(
    "double_descent.more_data",
    "More data never hurts.",
    source="nakkiran2021deep",
    verdict="fails",
    instead="Without a penalty, going from 100 digits to 300 at 300 features multiplies the test MSE.",
    vary=FEATURES | {"noise": (0.2, NOISE)},
)
def more_data(seed: int, noise: float = NOISE, activation: str = "relu") -> Measured:
    """Test MSE at n = 300 over that at n = 100, 300 features, wrong labels."""
    sweep = digits.sample_sweep(seed, 300, noise, (100, 300), activation=activation)
    return Measured(float(sweep.mse[1, 1] / sweep.mse[1, 0]), "times", at_least=20)


@claim(
    "double_descent.ridge_on_digits",
    "On digits the best ridge removes the peak: test MSE nowhere rises by more than 1 % from one width to the next.",
    source="nakkiran2021optimal",
    verdict="holds",
    vary=VARIED,
)
def ridge_on_digits(seed: int, n: int = IMAGES, noise: float = NOISE) -> Measured:
    """Largest step up of the test MSE at the best penalty of each width, clean and spoiled labels."""
    return Measured(largest_rise(digits.width_sweep(seed, n, noise).best_ridge_mse), "%", at_most=1, scale=0.3)


@claim(
    "double_descent.leave_one_out",
    "Leave-one-out finds a penalty from the training set alone whose test MSE is at most 35 % above the best, at every width.",
    source="golub1979generalized",
    verdict="holds",
    vary=VARIED,
)
def leave_one_out(seed: int, n: int = IMAGES, noise: float = NOISE) -> Measured:
    """How far the test MSE at the chosen penalty is above the best in hindsight, at the worst width, clean and spoiled labels."""
    sweep = digits.width_sweep(seed, n, noise)
    return Measured(100 * float((sweep.chosen_ridge_mse / sweep.best_ridge_mse - 1).max()), "%", at_most=35)


@claim(
    "double_descent.ridge_beats_size",
    "With wrong labels a penalty does what size cannot: the widest model with ridge beats every ridgeless one.",
    source="nakkiran2021optimal",
    verdict="holds",
    vary=VARIED,
)
def ridge_beats_size(seed: int, n: int = IMAGES, noise: float = NOISE) -> Measured:
    """Test error at 10 n features and the leave-one-out penalty over the least ridgeless error; wrong labels."""
    sweep = digits.width_sweep(seed, n, noise)
    return Measured(float(sweep.chosen_ridge_error[1, -1] / sweep.error[1].min()), "times", at_most=0.85)


def _stopped(seed: int, steps: int, n: int = IMAGES, noise: float = NOISE, activation: str = "relu") -> np.ndarray:
    """Test MSE along the width after ``steps`` of gradient descent; row 0 clean labels, row 1 spoiled ones."""
    return digits.width_sweep(seed, n, noise, activation=activation).descent_mse[
        :, :, digits.DESCENT_STEPS.index(steps)
    ]


@claim(
    "double_descent.early_stopping",
    "Gradient descent that stops early does not see the spike at p = n.",
    source="ali2019continuous",
    verdict="holds",
    vary={"steps": (100, 1000, 10_000), **VARIED},
)
def early_stopping(seed: int, steps: int = 1000, n: int = IMAGES, noise: float = NOISE) -> Measured:
    """MSE at p = n over the mean of those at 2n/3 and 4n/3, worse of clean and spoiled; without stopping it is hundreds."""
    left, peak, right = (_stopped(seed, steps, n, noise)[:, at(n, part)] for part in (2 / 3, 1, 4 / 3))
    return Measured(float((2 * peak / (left + right)).max()), "times its surroundings", at_most=1.25, scale=0.05)


def _bump(curve: np.ndarray) -> float:
    """How far a curve climbs: the largest ratio of a value to the least before it."""
    return float((curve / np.minimum.accumulate(curve)).max())


@claim(
    "double_descent.early_bump",
    "Early stopping makes the test MSE fall with width.",
    source="",
    verdict="fails",
    instead="With wrong labels it still climbs from small widths towards p = n: no spike, but a broad bump.",
    vary=FEATURES | {"n": (150, IMAGES)},
)
def early_bump(seed: int, n: int = IMAGES, activation: str = "relu") -> Measured:
    """Largest ratio of the MSE at a width to the least at a smaller one, 40 % wrong labels, 10,000 steps."""
    return Measured(_bump(_stopped(seed, 10_000, n, activation=activation)[1]), "times", at_least=1.3)


@claim(
    "double_descent.stopped_soon",
    "Stopped after a hundred steps, the test MSE hardly climbs anywhere along the width, wrong labels or not.",
    source="",
    verdict="holds",
    vary=VARIED,
)
def stopped_soon(seed: int, n: int = IMAGES, noise: float = NOISE) -> Measured:
    """Largest ratio of the MSE at a width to the least at a smaller one, worse of clean and spoiled labels."""
    return Measured(100 * (max(_bump(curve) for curve in _stopped(seed, 100, n, noise)) - 1), "% up", at_most=3)


@claim(
    "double_descent.fast_paths",
    "Four ways to compute a ridge path give the same coefficients.",
    source="",
    verdict="holds",
)
def fast_paths(seed: int) -> Measured:
    """Largest relative difference from the naive solves: 60 examples, 150 features, 3 targets, 9 penalties."""
    rng = numpy_generator(seed, "paths")
    x, y, lams = rng.standard_normal((60, 150)), rng.standard_normal((60, 3)), np.logspace(-2, 3, 9)
    naive = paths.path_primal(x, y, lams)
    others = [path(x, y, lams) for path in paths.PATHS.values()]
    return Measured(max(float(np.abs(o - naive).max() / np.abs(naive).max()) for o in others), "", at_most=1e-10)
