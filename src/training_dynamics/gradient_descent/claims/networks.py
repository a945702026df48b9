"""What the chapter asserts about training small networks: slices, steps, rate, momentum, decay, flow, minima."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.gradient_descent import digits, flow, surface, teacher


@claim(
    "gradient_descent.slices_hide",
    "A random slice of the loss surface hides the directions that matter: the sharpest is far more curved than a random one.",
    source="bottcher2022visualizing",
    verdict="holds",
    vary={"width": (32, 64), "loss": ("cross-entropy", "squared"), "after": (0, 100)},
)
def slices_hide(seed: int, width: int = 32, loss: str = "cross-entropy", after: int = 100) -> Measured:
    """Sharpness over the mean curvature along 20 random directions."""
    found = surface.views(seed, width, loss, after)
    return Measured(found.sharpness / float(found.random.mean()), "times the curvature", at_least=30)


@claim(
    "gradient_descent.quadratic_model",
    "The quadratic model of the loss predicts what one step does.",
    verdict="holds-if",
    condition="the step is small; the relative error grows with the square of the rate",
    vary={"width": (32, 64), "after": (0, 100)},
)
def quadratic_model(seed: int, width: int = 32, after: int = 0) -> Measured:
    """Relative error of the predicted decrease at rate 0.25, from the start or after 100 steps."""
    found = digits.one_step(seed, width, 0.25, after)
    return Measured(abs(found.predicted / found.actual - 1), "of the decrease", at_most=0.05)


@claim(
    "gradient_descent.above_raises",
    "A step at a learning rate above 2/λ₁ raises the loss.",
    source="cohen2021gradient",
    verdict="fails",
    instead="The gradient meets only a part of the sharpness; one step falls up to 2|g|²/gᵀHg. Repetition is what diverges.",
    vary={"width": (32, 64), "after": (0, 100)},
)
def above_raises(seed: int, width: int = 32, after: int = 0) -> Measured:
    """Relative change of the loss in one step at 1.25 times the threshold."""
    return Measured(digits.one_step(seed, width, 0.25, after).beyond, "of the loss", at_most=-0.01)


@claim(
    "gradient_descent.largest_rate",
    "The largest learning rate that trains a network is 2/λ₁ of its start.",
    source="lewkowycz2020large",
    verdict="fails",
    instead="Larger ones train: sharpness changes on the way, and a run that is thrown out lands where it is flatter.",
    vary={"width": (32, 64), "loss": ("cross-entropy", "squared")},
)
def largest_rate(seed: int, width: int = 32, loss: str = "cross-entropy") -> Measured:
    """The largest full-batch rate that trains, over the threshold at the start."""
    return Measured(digits.sweep(seed, width, loss).largest, "times 2/λ₁", at_least=1.1)


@claim(
    "gradient_descent.effective_rate",
    "Momentum β at rate η does what no momentum does at rate η/(1 − β).",
    source="wang2024marginal",
    verdict="holds-if",
    condition="η/(1 − β) is far below the threshold (here 0.05, where 2/λ₁ is near 0.8)",
    vary={"batch": (20, None), "width": (32, 64)},
)
def effective_rate(seed: int, batch: int | None = 20, width: int = 32) -> Measured:
    """Distance of the two ends over the way to them, at rate 0.005 and momentum 0.9, same batches."""
    return Measured(digits.momentum_pair(seed, 0.005, 0.9, batch, width, time=20.0).apart, "of the way", at_most=0.06)


@claim(
    "gradient_descent.decay_settles",
    "Decay lowers the loss because it lets one settle: the mean of the undecayed weights is lower, too.",
    source="sandler2023training",
    verdict="holds-if",
    condition="batches are small and the rate is large, so that noise dominates; with full batches decay raises the loss",
    vary={"batch": (4, 8), "width": (32, 64)},
)
def decay_settles(seed: int, batch: int = 8, width: int = 32) -> Measured:
    """Share of what decay gains that averaging the weights at the constant rate gains."""
    found = digits.decay(seed, batch, width=width)
    return Measured((found.constant - found.averaged) / (found.constant - found.decayed), "of the gain", at_least=0.25)


@claim(
    "gradient_descent.flow_first_order",
    "Half the learning rate, half the distance from gradient flow.",
    source="barrett2021implicit",
    verdict="holds",
    vary={"loss": ("cross-entropy", "squared"), "time": (2.0, 4.0)},
)
def flow_first_order(seed: int, loss: str = "cross-entropy", time: float = 4.0) -> Measured:
    """Distance at a rate over distance at half of it, after the same time."""
    top = 0.2 if loss == "cross-entropy" else 0.02
    found = [
        flow.gap(seed, rate, time if loss == "cross-entropy" else time / 4, loss=loss).plain for rate in (top, top / 2)
    ]
    return Measured(found[0] / found[1], "times the distance", at_least=1.7, at_most=2.3)


@claim(
    "gradient_descent.modified_flow",
    "Gradient descent follows the flow of L + (η/4)|∇L|² more closely than that of L.",
    source="barrett2021implicit",
    verdict="holds-if",
    condition="η is well below the threshold",
    vary={"loss": ("cross-entropy", "squared"), "time": (2.0, 4.0)},
)
def modified_flow(seed: int, loss: str = "cross-entropy", time: float = 4.0) -> Measured:
    """Distance from the modified flow over the distance from the flow."""
    found = flow.gap(
        seed, 0.1 if loss == "cross-entropy" else 0.01, time if loss == "cross-entropy" else time / 4, loss=loss
    )
    return Measured(found.modified / found.plain, "of the distance", at_most=0.3)


@claim(
    "gradient_descent.full_of_bad_minima",
    "The loss surface is full of bad local minima.",
    source="safran2018spurious,choromanska2015loss",
    verdict="fails",
    instead="With three times the units that the task needs, hardly any run ends in one.",
    vary={"inputs": (6, 10), "hidden": (12, 16)},
)
def full_of_bad_minima(seed: int, inputs: int = 6, hidden: int = 12) -> Measured:
    """Share of 20 random starts that stay above 1 % of the variance, students with more units than the teacher."""
    return Measured(teacher.students(seed, hidden, inputs).stuck, "of the starts", at_most=0.1, scale=0.05)


@claim(
    "gradient_descent.bad_minima_exist",
    "With exactly the units that the task needs, some starts do end in a bad minimum, on the mean over teachers.",
    source="safran2018spurious",
    verdict="holds",
    judge="mean",
    vary={"inputs": (6, 10), "steps": (1000, 4000)},
)
def bad_minima_exist(seed: int, inputs: int = 6, steps: int = 1000) -> Measured:
    """Share of 20 random starts that stay above 1 % of the variance, students with the teacher's number of units."""
    return Measured(teacher.students(seed, teacher.UNITS, inputs, 20, steps).stuck, "of the starts", at_least=0.15)
