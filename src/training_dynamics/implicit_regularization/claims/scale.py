"""What the chapter on implicit regularization asserts about scale, depth and digits."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.implicit_regularization import depth, digits, scale

PROBLEMS: dict[str, tuple[object, ...]] = {"n": (50, 40), "d": (100, 200)}
COMPLETED: dict[str, tuple[object, ...]] = {"steps": (4000, 8000), "size": (20, 30)}
STARTED: dict[str, tuple[object, ...]] = {"start": (1e-6, 1e-9), "size": (20, 30)}


def unseen(found: depth.Completed, otherwise: float) -> float:
    """The error on unseen entries where the seen ones are fitted to half a per cent, and ``otherwise`` where they are not."""
    return found.unseen_error if found.seen_error < 5e-3 else otherwise


@claim(
    "implicit_regularization.kernel_limit",
    "A diagonal network u² − v² started at a large scale ends near the least-ℓ2 solution.",
    source="woodworth2020kernel",
    verdict="holds",
    vary=PROBLEMS,
)
def kernel_limit(seed: int, n: int = 50, d: int = 100) -> Measured:
    """Relative distance of the exact limit at alpha = 1 from ``X^+ y``."""
    return Measured(scale.scale_limit(seed, 1.0, n, d).l2_distance, "of the least norm", at_most=0.01)


@claim(
    "implicit_regularization.rich_limit",
    "The same network started at a small scale ends near the least-ℓ1 solution.",
    source="woodworth2020kernel",
    verdict="holds",
    vary=PROBLEMS,
)
def rich_limit(seed: int, n: int = 50, d: int = 100) -> Measured:
    """The l1 norm of the exact limit at alpha = 1e-4 over the least, minus 1, in absolute value: below the least nothing fits."""
    return Measured(abs(scale.scale_limit(seed, 1e-4, n, d).l1_excess), "above the least ℓ1 norm", at_most=0.005)


@claim(
    "implicit_regularization.gd_is_the_bias",
    "Gradient descent has one implicit bias: towards the solution of least norm.",
    source="woodworth2020kernel",
    verdict="fails",
    instead="The same descent on the same functions, written as u² − v² and started small, ends far from it.",
    vary=PROBLEMS,
)
def gd_is_the_bias(seed: int, n: int = 50, d: int = 100) -> Measured:
    """Relative distance of the exact limit at alpha = 1e-4 from ``X^+ y``."""
    return Measured(scale.scale_limit(seed, 1e-4, n, d).l2_distance, "of the least norm", at_least=0.5)


@claim(
    "implicit_regularization.trained_network",
    "A diagonal network trained by gradient descent ends where the convex dual says.",
    source="woodworth2020kernel",
    verdict="holds",
    vary={"alpha": (0.1, 0.2), "d": (100, 200)},
)
def trained_network(seed: int, alpha: float = 0.1, d: int = 100) -> Measured:
    """Relative distance between a trained network and the exact limit at alpha = 0.1."""
    return Measured(scale.agreement(seed, alpha, d=d).trained, "of its norm", at_most=0.02)


@claim(
    "implicit_regularization.mirror_descent",
    "Mirror descent with the network's potential ends at the same point, and its step size does not matter.",
    source="gunasekar2018geometry",
    verdict="holds",
    vary={"alpha": (0.1, 0.2), "d": (100, 200)},
)
def mirror_descent(seed: int, alpha: float = 0.1, d: int = 100) -> Measured:
    """The larger of two step sizes' relative distances from the exact limit at alpha = 0.1."""
    found = scale.agreement(seed, alpha, d=d)
    return Measured(max(found.mirror, found.mirror_halved), "of its norm", at_most=1e-8)


@claim(
    "implicit_regularization.depth_one",
    "One matrix, started at zero and trained on some of its entries, learns nothing about the others.",
    source="arora2019implicit",
    verdict="holds",
    vary=COMPLETED,
)
def depth_one(seed: int, steps: int = 4000, size: int = 20) -> Measured:
    """How far the relative error of depth 1 on unseen entries, from a start at zero, is from 1."""
    return Measured(
        abs(depth.complete(seed, 1, size, steps=steps).unseen_error - 1),
        "off the error of predicting zero",
        at_most=1e-6,
    )


@claim(
    "implicit_regularization.depth_two",
    "A product of two square matrices, started small, completes a 20 × 20 matrix of rank 2 from three fifths of its entries.",
    source="gunasekar2017implicit, arora2019implicit",
    verdict="holds",
    vary=COMPLETED,
)
def depth_two(seed: int, steps: int = 4000, size: int = 20) -> Measured:
    """Relative error of depth 2 on unseen entries, the seen ones fitted to half a per cent."""
    return Measured(unseen(depth.complete(seed, 2, size, steps=steps), 1.0), "of their norm", at_most=0.2)


@claim(
    "implicit_regularization.depth_three",
    "A product of three, started equally small, completes it to within a few per cent.",
    source="arora2019implicit",
    verdict="holds",
    vary=COMPLETED,
)
def depth_three(seed: int, steps: int = 4000, size: int = 20) -> Measured:
    """Relative error of depth 3 on unseen entries, the seen ones fitted to half a per cent."""
    return Measured(unseen(depth.complete(seed, 3, size, steps=steps), 1.0), "of their norm", at_most=0.05)


@claim(
    "implicit_regularization.depth_helps",
    "From the same small start, three factors complete the matrix better than two.",
    source="arora2019implicit",
    verdict="holds-if",
    condition="mean over matrices; seldom three factors take up a third direction, too, and gain less",
    judge="mean",
    vary=COMPLETED,
)
def depth_helps(seed: int, steps: int = 4000, size: int = 20) -> Measured:
    """Error of depth 3 on unseen entries over that of depth 2, the seen ones fitted by both."""
    two, three = (depth.complete(seed, factors, size, steps=steps) for factors in (2, 3))
    return Measured(unseen(three, 1.0) / unseen(two, 1e-6), "of the error with two factors", at_most=0.3)


@claim(
    "implicit_regularization.depth_alone",
    "Deep factorisations prefer low rank.",
    source="arora2019implicit",
    verdict="fails",
    instead="Only from a small start: from a large one, depth 3 does worse on unseen entries than zero does.",
    vary=COMPLETED,
)
def depth_alone(seed: int, steps: int = 4000, size: int = 20) -> Measured:
    """Relative error of depth 3 on unseen entries, the seen ones fitted, from a product with singular values of 10."""
    found = depth.complete(seed, 3, size, scale=10.0, steps=steps)
    return Measured(unseen(found, 0.0), "of their norm", at_least=1.2)


@claim(
    "implicit_regularization.depth_start",
    "Near zero two factors obey linear equations in the seen entries, whatever is hidden.",
    verdict="holds",
    vary=STARTED,
)
def depth_start(seed: int, start: float = 1e-6, size: int = 20) -> Measured:
    """Relative distance of the product from the linear theory when it is a fiftieth of the largest seen singular value."""
    return Measured(depth.beginning(seed, size, start).error, "of its norm", at_most=0.05)


@claim(
    "implicit_regularization.depth_first",
    "The first direction to grow is that of the strongest singular pair of the matrix to be completed.",
    verdict="fails",
    judge="mean",
    instead="On the mean it is nearer to that of the seen entries alone, with zeros in the place of the hidden ones.",
    vary=STARTED,
)
def depth_first(seed: int, start: float = 1e-6, size: int = 20) -> Measured:
    """The cosine with the first singular pair of the seen entries minus that with the first pair of the whole matrix."""
    found = depth.beginning(seed, size, start)
    return Measured(found.seen_pair - found.true_pair, "more of the cosine", at_least=0.05)


@claim(
    "implicit_regularization.sgd_sparser",
    "With one example a step and large steps, a diagonal network ends at sparser weights than gradient flow from the same start.",
    source="pesme2021implicit, even2023sgd",
    verdict="holds",
    vary={"alpha": (0.1, 0.05), "steps": (40_000, 80_000)},
)
def sgd_sparser(seed: int, alpha: float = 0.1, steps: int = 40_000) -> Measured:
    """Excess of the l1 norm over the least, the stochastic run's over that of the flow's limit."""
    found = scale.stochastic_excess(seed, alpha, steps=steps)
    return Measured(found / scale.scale_limit(seed, alpha).l1_excess, "of the flow's excess", at_most=0.8)


@claim(
    "implicit_regularization.digits_distance",
    "On the digits, too, Adam fits the training images exactly with weights far from the least-norm ones.",
    source="",
    verdict="holds",
    vary={"images": (25, 40), "lr": (0.01, 0.003)},
)
def digits_distance(seed: int, images: int = 25, lr: float = 0.01) -> Measured:
    """Relative distance of Adam's weights from ``X^+ Y``; 64 pixels, 10 outputs; -1 if Adam has not fitted."""
    pair = digits.digits_pair(seed, images, lr=lr)
    return Measured(pair.distance if pair.residual < 1e-6 else -1.0, "of the least norm", at_least=0.2)


@claim(
    "implicit_regularization.digits_alike",
    "On the digits the two solutions, far apart as they are, have nearly the same error rate.",
    source="",
    verdict="holds-if",
    condition="There are few images (25 here). With 40 Adam is better.",
    judge="mean",
    vary={"images": (25, 20), "lr": (0.01, 0.003)},
)
def digits_alike(seed: int, images: int = 25, lr: float = 0.01) -> Measured:
    """Error rate on unseen digits, Adam's minus the least-norm solution's."""
    pair = digits.digits_pair(seed, images, lr=lr)
    return Measured(pair.adam_error - pair.least_norm_error, "of the unseen digits", at_least=-0.02, at_most=0.02)


@claim(
    "implicit_regularization.digits_forty",
    "With 40 images Adam's solution is better than the least-norm one, on average over data sets.",
    source="",
    verdict="holds",
    judge="mean",
    vary={"images": (40, 45), "lr": (0.01, 0.003)},
)
def digits_forty(seed: int, images: int = 40, lr: float = 0.01) -> Measured:
    """Error rate on unseen digits, the least-norm solution's minus Adam's."""
    pair = digits.digits_pair(seed, images, lr=lr)
    return Measured(pair.least_norm_error - pair.adam_error, "of the unseen digits", at_least=0.01)


@claim(
    "implicit_regularization.digits_disagree",
    "Two solutions with the same error rate give the same answers.",
    source="",
    verdict="fails",
    instead="The two put a good part of the unseen digits in different classes, and each is right there about as often.",
    vary={"images": (25, 20), "lr": (0.01, 0.003)},
)
def digits_disagree(seed: int, images: int = 25, lr: float = 0.01) -> Measured:
    """The share of unseen digits for which the largest output of Adam's and of the least-norm solution differ."""
    return Measured(digits.digits_pair(seed, images, lr=lr).disagree, "of the unseen digits", at_least=0.05)
