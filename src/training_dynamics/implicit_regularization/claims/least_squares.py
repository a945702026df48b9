"""What the chapter on implicit regularization asserts about least squares."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.implicit_regularization import paths

NORM = "of the least norm"


@claim(
    "implicit_regularization.gd_min_norm",
    "Gradient descent finds the minimum-norm solution.",
    source="zhang2017rethinking, gunasekar2018geometry",
    verdict="holds-if",
    condition="The model is linear, the loss is of squares, and the start lies in the span of the data (for instance at zero).",
)
def gd_min_norm(seed: int) -> Measured:
    """Relative distance of gradient descent's end point from ``X^+ y``."""
    return Measured(paths.end_point("gradient", seed).distance, NORM, at_most=1e-12)


@claim(
    "implicit_regularization.momentum_min_norm",
    "Gradient descent with momentum, from zero, ends at the minimum-norm solution too.",
    source="gunasekar2018geometry",
    verdict="holds",
)
def momentum_min_norm(seed: int) -> Measured:
    """Relative distance of heavy ball's end point from ``X^+ y``."""
    return Measured(paths.end_point("momentum", seed).distance, NORM, at_most=1e-12)


@claim(
    "implicit_regularization.minibatch_min_norm",
    "When an interpolating solution exists, minibatch gradient descent with a constant step also ends at the minimum-norm one.",
    source="gunasekar2018geometry",
    verdict="holds",
)
def minibatch_min_norm(seed: int) -> Measured:
    """Relative distance of minibatch descent's end point from ``X^+ y``."""
    return Measured(paths.end_point("minibatch", seed).distance, NORM, at_most=1e-7)


@claim(
    "implicit_regularization.projection",
    "From any start, gradient descent ends at the interpolating solution nearest to that start.",
    source="gunasekar2018geometry",
    verdict="holds",
)
def projection(seed: int) -> Measured:
    """Relative distance of the end point from ``(I - P) w0 + X^+ y``."""
    return Measured(paths.projection_error(seed), "of its norm", at_most=1e-12)


@claim(
    "implicit_regularization.rate",
    "Late in training the distance to the solution shrinks per step by the factor 1 − (smallest / largest singular value)².",
    source="",
    verdict="holds-if",
    condition="The learning rate is one over the square of the largest singular value.",
)
def rate(seed: int) -> Measured:
    """How far the measured decay rate is from the predicted one, relatively."""
    measured, predicted = paths.measured_rate(seed)
    return Measured(abs(measured / predicted - 1), "off the predicted rate, relatively", at_most=0.03)


@claim(
    "implicit_regularization.any_optimizer",
    "Any optimiser that starts at zero and fits the data exactly finds the minimum-norm solution.",
    source="wilson2017marginal",
    verdict="fails",
    instead="Adam fits the data exactly and ends far from the minimum-norm solution.",
)
def any_optimizer(seed: int) -> Measured:
    """Relative distance of Adam's end point from ``X^+ y``."""
    return Measured(paths.end_point("adam", seed).distance, NORM, at_least=0.4)


@claim(
    "implicit_regularization.adam_fits",
    "Adam with a learning rate that falls to zero interpolates the data of an under-determined least-squares problem.",
    source="",
    verdict="holds",
)
def adam_fits(seed: int) -> Measured:
    """Relative residual of Adam's end point."""
    return Measured(paths.end_point("adam", seed).residual, "of |y|", at_most=1e-10)


@claim(
    "implicit_regularization.adam_off_rows",
    "A large part of what Adam learns is invisible to the training data: it is orthogonal to every training input.",
    source="",
    verdict="holds",
)
def adam_off_rows(seed: int) -> Measured:
    """The norm of Adam's end point outside the span of the data, as a fraction of its norm."""
    return Measured(paths.end_point("adam", seed).off_rows, "of its norm", at_least=0.3)


@claim(
    "implicit_regularization.adam_basis",
    "Rotating the coordinates changes nothing but the names of the weights.",
    source="",
    verdict="fails",
    instead="True of gradient descent; Adam run in rotated coordinates ends at another solution.",
)
def adam_basis(seed: int) -> Measured:
    """Distance between Adam's end points in the given and in rotated coordinates."""
    return Measured(paths.rotated_adam(seed), "of the norm", at_least=0.4)


@claim(
    "implicit_regularization.adam_step_size",
    "The learning rate decides how fast training converges, not where it converges to.",
    source="gunasekar2018geometry",
    verdict="fails",
    instead="True of gradient descent on this problem; Adam at a tenth of the learning rate ends elsewhere.",
)
def adam_step_size(seed: int) -> Measured:
    """Distance between Adam's end points at learning rates 0.001 and 0.01."""
    small, large = (paths.end_point("adam", seed, lr=lr).w for lr in (0.001, 0.01))
    return Measured(paths.relative(small, large), "of the norm", at_least=0.05)


@claim(
    "implicit_regularization.sign_linf",
    "Sign descent with small steps ends near, though not at, the interpolating solution whose largest weight is smallest.",
    source="gunasekar2018geometry",
    verdict="holds",
)
def sign_linf(seed: int) -> Measured:
    """Largest weight of sign descent's end point over the least possible, minus 1."""
    return Measured(
        paths.end_point("sign", seed).linf_excess, "above the least largest weight", at_least=0.005, at_most=0.15
    )


@claim(
    "implicit_regularization.min_norm_linf",
    "On random data the minimum-norm solution has a much larger largest weight than it need have.",
    source="",
    verdict="holds",
)
def min_norm_linf(seed: int) -> Measured:
    """Largest weight of gradient descent's end point over the least possible, minus 1."""
    return Measured(paths.end_point("gradient", seed).linf_excess, "above the least largest weight", at_least=0.7)


@claim(
    "implicit_regularization.sign_step_size",
    "Sign descent finds the solution of least largest weight.",
    source="gunasekar2018geometry",
    verdict="fails",
    instead="Only for small steps, and then nearly: with steps a hundred times larger its largest weight is far from the least.",
)
def sign_step_size(seed: int) -> Measured:
    """The same excess with the learning rate falling from 0.01 instead of 0.0001."""
    return Measured(paths.end_point("sign", seed, lr=0.01).linf_excess, "above the least largest weight", at_least=0.5)


@claim(
    "implicit_regularization.generalise_alike",
    "Any two optimisers that interpolate the training data generalise alike.",
    source="wilson2017marginal",
    verdict="fails",
    instead="With a sparse truth Adam's solution has a multiple of the test error of gradient descent's.",
)
def generalise_alike(seed: int) -> Measured:
    """Test error of Adam's solution over that of gradient descent's; sparse truth, 70 examples, 100 weights."""
    errors = paths.errors_by_teacher(seed, "sparse")
    return Measured(errors["adam"] / errors["l2"], "× the test error", at_least=1.4)


@claim(
    "implicit_regularization.min_norm_best",
    "The minimum-norm solution is the one that generalises best.",
    source="",
    verdict="fails",
    instead="It depends on the truth: when all true weights are of one size, the solution of least largest weight does better.",
)
def min_norm_best(seed: int) -> Measured:
    """Test error of the least-linf solution over that of the minimum-norm one; truth of equal sizes, 70 examples, 100 weights."""
    errors = paths.errors_by_teacher(seed, "signs")
    return Measured(errors["linf"] / errors["l2"], "of the minimum-norm solution's test error", at_most=0.5)


@claim(
    "implicit_regularization.recovery",
    "The least ℓ1 norm recovers a sparse truth exactly, the least ℓ∞ norm one of equal sizes.",
    source="candes2005decoding, donoho2010counting",
    verdict="holds-if",
    condition="There are enough examples: here 70 for 100 weights, five of them not zero in the sparse truth.",
    vary={"n": (70, 75)},
)
def recovery(seed: int, n: int = 70) -> Measured:
    """The larger test error of the two solutions, each on its own truth."""
    errors = [paths.least_norm_error(seed, teacher, n) for teacher in ("sparse", "signs")]
    return Measured(max(errors), "of the error of predicting zero", at_most=1e-10)


@claim(
    "implicit_regularization.sign_equal_sizes",
    "When all true weights are of one size, sign descent generalises better than gradient descent, on average over data sets.",
    source="",
    verdict="holds",
    judge="mean",
)
def sign_equal_sizes(seed: int) -> Measured:
    """Test error of sign descent's solution over that of gradient descent's; truth of equal sizes, 70 examples, 100 weights."""
    errors = paths.errors_by_teacher(seed, "signs")
    return Measured(errors["sign"] / errors["l2"], "of gradient descent's test error", at_most=1.0)


@claim(
    "implicit_regularization.early_stopping_risk",
    "Stopped at time t, gradient flow has at most 1.69 times the risk of ridge regression with penalty 1/t.",
    source="ali2019continuous",
    verdict="holds",
)
def early_stopping_risk(seed: int) -> Measured:
    """The largest excess of flow's risk over ridge's along the whole path, as a fraction of ridge's."""
    path = paths.stopped_path(seed)
    return Measured(float((path.flow / path.ridge).max()) - 1, "above ridge's risk", at_most=0.69)


@claim(
    "implicit_regularization.early_stopping_is_ridge",
    "Early stopping is ridge regression.",
    source="ali2019continuous",
    verdict="fails",
    instead="The two paths have the same ends and differ in between: flow learns the middle directions sooner.",
)
def early_stopping_is_ridge(seed: int) -> Measured:
    """The largest relative distance between the two (noise-averaged) solutions at penalty = 1/t."""
    return Measured(float(paths.stopped_path(seed).distance.max()), "of ridge's solution", at_least=0.1)
