"""What the chapter asserts about the tangent kernel and about width."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.toolbox.seeds import numpy_generator
from training_dynamics.wide_networks.autograd import two_layer_kernel
from training_dynamics.wide_networks.kernel import limit_kernel, relative_change, unit_kernels
from training_dynamics.wide_networks.linear import after, stepped
from training_dynamics.wide_networks.network import draw
from training_dynamics.wide_networks.regimes import sphere
from training_dynamics.wide_networks.wider import losses_by_width
from training_dynamics.wide_networks.widths import WIDE, fluctuations, scaling, slope

VARIED: dict[str, tuple[object, ...]] = {"steps": (200, 400, 800), "examples": (10, 20), "inputs": (3, 5)}


@claim(
    "wide_networks.closed_form",
    "The tangent kernel of a two-layer ReLU network is the closed sum over its units.",
    verdict="holds",
)
def closed_form(seed: int) -> Measured:
    """The largest distance to automatic differentiation, relative to the largest entry; 40 units, 12 inputs."""
    rng = numpy_generator(seed, "wide_networks closed form")
    nets, x = draw(rng, 1, 40, 6), sphere(rng, 12, 6) * rng.uniform(0.5, 2.0, (12, 1))
    slow = two_layer_kernel(nets.w[0], nets.a[0], x)
    return Measured(
        float(np.abs(unit_kernels(nets.w[0], nets.a[0], x, x) - slow).max() / np.abs(slow).max()),
        "(relative error)",
        at_most=1e-12,
    )


@claim(
    "wide_networks.arccos",
    "With more and more units the kernel at the start becomes the arc-cosine formula.",
    source="jacot2018neural,cho2009kernel",
    verdict="holds",
)
def arccos(seed: int) -> Measured:
    """Relative distance between the formula and one network of 200,000 random units, on 20 inputs."""
    rng = numpy_generator(seed, "wide_networks monte carlo")
    nets, x = draw(rng, 1, 200_000, 5), sphere(rng, 20, 5)
    found = unit_kernels(nets.w[0], nets.a[0], x, x)
    return Measured(relative_change(found, limit_kernel(x, x)), "(relative distance)", at_most=0.015)


@claim(
    "wide_networks.solved",
    "Gradient descent on a model that is linear in its parameters is known at every step from one eigendecomposition.",
    source="lee2019wide",
    verdict="holds",
)
def solved(seed: int) -> Measured:
    """Closed form against 500 steps, on new inputs, relative to the largest output; 25 training inputs."""
    rng = numpy_generator(seed, "wide_networks linear model")
    x, z, y = sphere(rng, 25, 6), sphere(rng, 30, 6), rng.standard_normal(25)
    kernel, across = limit_kernel(x, x), limit_kernel(z, x)
    walked = stepped(kernel, across, y, 1.0, 500)
    return Measured(
        float(np.abs(after(kernel, across, y, 1.0, 500) - walked).max() / np.abs(walked).max()),
        "(relative error)",
        at_most=1e-10,
    )


@claim(
    "wide_networks.fluctuation",
    "The kernel at the start lies from its limit by a distance that falls as one over the root of the width.",
    source="jacot2018neural",
    verdict="holds",
    vary={"examples": (10, 20), "inputs": (3, 5, 10)},
)
def fluctuation(seed: int, examples: int = 20, inputs: int = 5) -> Measured:
    """Slope of log distance in log width, widths 128 to 8192, 16 networks each."""
    found = fluctuations(seed, examples=examples, inputs=inputs)
    return Measured(slope(np.array(WIDE, dtype=float), found), "", at_least=-0.6, at_most=-0.4)


@claim(
    "wide_networks.near_limit",
    "At a width of 8192 the kernel at the start is within a few per cent of its limit.",
    source="jacot2018neural",
    verdict="holds",
    vary={"examples": (10, 20), "inputs": (3, 5, 10)},
)
def near_limit(seed: int, examples: int = 20, inputs: int = 5) -> Measured:
    """Relative distance, mean over 16 networks."""
    return Measured(float(fluctuations(seed, examples=examples, inputs=inputs)[-1]), "(relative)", at_most=0.05)


@claim(
    "wide_networks.movement",
    "The weights of a wide network move by a share that falls as one over the root of the width.",
    source="lee2019wide",
    verdict="holds-if",
    condition="the sum over units is divided by the root of the width, and the rate does not change with it",
    judge="mean",
    vary=VARIED,
)
def movement(seed: int, steps: int = 400, examples: int = 20, inputs: int = 5) -> Measured:
    """Slope of log relative movement in log width, widths 32 to 1024, 4 networks each."""
    found = scaling(seed, steps=steps, examples=examples, inputs=inputs)
    return Measured(found.slope("movement"), "", at_least=-0.6, at_most=-0.42, scale=0.015)


@claim(
    "wide_networks.drift",
    "Training changes the kernel of a wide network by a share that falls at least as fast as one over the root of the width.",
    source="lee2019wide",
    verdict="holds-if",
    condition="the sum over units is divided by the root of the width, and the rate does not change with it",
    vary=VARIED,
)
def drift(seed: int, steps: int = 400, examples: int = 20, inputs: int = 5) -> Measured:
    """Slope of log relative change in log width, widths 32 to 1024, 4 networks each."""
    found = scaling(seed, steps=steps, examples=examples, inputs=inputs)
    return Measured(found.slope("drift"), "", at_most=-0.45)


@claim(
    "wide_networks.becomes_linear",
    "The wider the network, the nearer is what it learns to what the linear model with its starting kernel learns.",
    source="lee2019wide",
    verdict="holds-if",
    condition="the sum over units is divided by the root of the width, and the rate does not change with it",
    vary=VARIED,
)
def becomes_linear(seed: int, steps: int = 400, examples: int = 20, inputs: int = 5) -> Measured:
    """Slope of the log distance on new inputs in log width, widths 32 to 1024, 4 networks each."""
    found = scaling(seed, steps=steps, examples=examples, inputs=inputs)
    return Measured(found.slope("departure"), "", at_most=-0.25)


@claim(
    "wide_networks.units_stand_still",
    "In a wide lazy network the hidden layer does not change.",
    source="starnaud2025revisiting",
    verdict="fails",
    instead=(
        "Each unit changes less and less with width, but there are more of them: the change of the whole layer, as a"
        " vector, does not shrink."
    ),
    judge="mean",
    vary=VARIED,
)
def units_stand_still(seed: int, steps: int = 400, examples: int = 20, inputs: int = 5) -> Measured:
    """Length of the change of all activities on a new input at width 1024 over that at width 32 (a unit's own: about 1/5)."""
    found = scaling(seed, steps=steps, examples=examples, inputs=inputs)
    return Measured(float(found.units[-1] / found.units[0]), "times the change at width 32", at_least=0.9, scale=0.05)


@claim(
    "wide_networks.one_unit",
    "The change of a single hidden unit's activity falls as one over the root of the width.",
    source="starnaud2025revisiting",
    verdict="holds-if",
    condition="the sum over units is divided by the root of the width, and the rate does not change with it",
    vary=VARIED,
)
def one_unit(seed: int, steps: int = 400, examples: int = 20, inputs: int = 5) -> Measured:
    """Slope of the log root mean square change in log width, widths 32 to 1024, 4 networks each."""
    found = scaling(seed, steps=steps, examples=examples, inputs=inputs)
    return Measured(found.slope("unit"), "", at_least=-0.64, at_most=-0.34)


@claim(
    "wide_networks.wide_is_kernel",
    "Wide networks are kernel machines.",
    source="chizat2019lazy,yang2021tensor",
    verdict="fails",
    instead=(
        "Width does it only together with a scale: divide the sum over units by the width instead of its root, and the"
        " kernel changes about as much at 1024 units as at 32."
    ),
    judge="mean",
    vary=VARIED,
)
def wide_is_kernel(seed: int, steps: int = 400, examples: int = 20, inputs: int = 5) -> Measured:
    """Relative change of the kernel at width 1024 over that at width 32, output divided by the width."""
    found = scaling(seed, "mean field", steps=steps, examples=examples, inputs=inputs)
    return Measured(float(found.drift[-1] / found.drift[0]), "times the change at width 32", at_least=0.7, at_most=1.3)


DEEP: dict[str, tuple[object, ...]] = {"rate": (0.07, 0.1, 0.15), "inputs": (10, 20)}


@claim(
    "wide_networks.wider_is_better",
    "With the mean-field scale a wider deep linear network has the smaller test loss after the same number of steps.",
    source="bordelon2025deep",
    verdict="holds",
    vary=DEEP | {"steps": (8, 10, 20)},
)
def wider_is_better(seed: int, steps: int = 10, rate: float = 0.1, inputs: int = 20) -> Measured:
    """Loss at width 128 over that at width 8, three layers, endless data, means of eight networks."""
    losses = losses_by_width(seed, "mean field", rate, steps, inputs)[-1]
    return Measured(float(losses[-1] / losses[0]), "of the loss at width 8", at_most=0.25)


@claim(
    "wide_networks.only_mean_field",
    "That wider is better distinguishes the mean-field scale from the kernel's.",
    source="",
    verdict="fails",
    instead="At one rate for all widths it holds in the kernel's scale as well, by a smaller factor.",
    vary=DEEP | {"steps": (15, 20, 40)},
)
def only_mean_field(seed: int, steps: int = 20, rate: float = 0.1, inputs: int = 20) -> Measured:
    """Loss at width 128 over that at width 8 with the kernel's scale, three layers, endless data, means of eight networks."""
    losses = losses_by_width(seed, "kernel", rate, steps, inputs)[-1]
    return Measured(float(losses[-1] / losses[0]), "of the loss at width 8", at_most=0.75)
