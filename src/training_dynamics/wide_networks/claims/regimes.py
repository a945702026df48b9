"""What the chapter asserts about lazy and rich training."""

from __future__ import annotations

import math

from coursekit.claim import Measured, claim
from training_dynamics.wide_networks.regimes import SCALES, rebalanced, scaled, start_kernel_error

VARIED: dict[str, tuple[object, ...]] = {
    "steps": (750, 1500, 3000),
    "width": (80, 100, 200),
    "examples": (50, 60, 100),
}
RICH, LITTLE, ONE, LAZY, LAZIEST = (SCALES.index(scale) for scale in (0.03, 0.1, 1.0, 10.0, 30.0))


@claim(
    "wide_networks.scale_decides",
    "One network is lazy or rich by the scale of its output: from scale 0.1 to 10 its weights move many times less.",
    source="chizat2019lazy",
    verdict="holds",
    vary=VARIED,
)
def scale_decides(seed: int, steps: int = 1500, width: int = 100, examples: int = 60) -> Measured:
    """Relative movement of all weights at scale 0.1 over that at scale 10."""
    found = scaled(seed, steps=steps, width=width, examples=examples)
    return Measured(float(found.movement[LITTLE] / found.movement[LAZY]), "times as far", at_least=15)


@claim(
    "wide_networks.kernel_turns",
    "From a scale of 30 to one of 0.03, the kernel turns more than a thousand times as much, on the geometric mean over starts.",
    source="chizat2019lazy",
    verdict="holds",
    judge="mean",
    vary=VARIED,
)
def kernel_turns(seed: int, steps: int = 1500, width: int = 100, examples: int = 60) -> Measured:
    """One minus the cosine between kernel before and after, at scale 0.03 over that at scale 30: the logarithm to base ten."""
    found = scaled(seed, steps=steps, width=width, examples=examples)
    more = math.log10(found.turned[RICH] / found.turned[LAZIEST])
    return Measured(more, "powers of ten more", at_least=3, scale=0.1)


@claim(
    "wide_networks.inverse_scale",
    "In the lazy regime the weights move in inverse proportion to the scale of the output.",
    source="chizat2019lazy",
    verdict="holds",
    vary=VARIED,
)
def inverse_scale(seed: int, steps: int = 1500, width: int = 100, examples: int = 60) -> Measured:
    """Movement at scale 3 over that at scale 30."""
    found = scaled(seed, steps=steps, width=width, examples=examples)
    return Measured(
        float(found.movement[SCALES.index(3.0)] / found.movement[LAZIEST]),
        "times as far at a tenth of the scale",
        at_least=9,
        at_most=11,
    )


@claim(
    "wide_networks.lazy_is_solved",
    "On new inputs a lazy network says what the fixed kernel of its start says, after the same number of steps.",
    source="chizat2019lazy,lee2019wide",
    verdict="holds-if",
    condition="the scale of the output is large, here 10",
    vary=VARIED,
)
def lazy_is_solved(seed: int, steps: int = 1500, width: int = 100, examples: int = 60) -> Measured:
    """Root mean square difference on new inputs, relative to the answers."""
    found = scaled(seed, steps=steps, width=width, examples=examples)
    return Measured(float(found.departure[LAZY]), "of the answers", at_most=0.1)


@claim(
    "wide_networks.rich_is_better",
    "On a target that depends on one direction of the inputs, the rich network makes a fraction of the lazy one's errors.",
    source="ghorbani2020when",
    verdict="holds",
    vary=VARIED,
)
def rich_is_better(seed: int, steps: int = 1500, width: int = 100, examples: int = 60) -> Measured:
    """Test error at scale 0.03 over that at scale 10; 10 inputs; NaN unless both training errors are below 2 %."""
    found = scaled(seed, steps=steps, width=width, examples=examples)
    fitted = max(found.fit[RICH], found.fit[LAZY]) < 0.02
    ratio = float(found.error[RICH] / found.error[LAZY]) if fitted else math.nan
    return Measured(ratio, "of the lazy network's error", at_most=0.75)


@claim(
    "wide_networks.features_help",
    "Learning features makes a network generalise better.",
    source="petrini2022learning",
    verdict="fails",
    instead="It depends on the target. On one that is constant over the sphere the rich network makes the larger errors.",
    vary=VARIED | {"steps": (750, 1500, 6000)},
)
def features_help(seed: int, steps: int = 1500, width: int = 100, examples: int = 60) -> Measured:
    """Test error at scale 0.03 over that at scale 10, constant target; 0 if the former's training error is over a fifth of it."""
    found = scaled(seed, "constant", steps=steps, width=width, examples=examples)
    learned = found.fit[RICH] < 0.2 * found.error[RICH]
    ratio = float(found.error[RICH] / found.error[LAZY]) if learned else 0.0
    return Measured(ratio, "times the lazy network's error", at_least=1.1)


@claim(
    "wide_networks.strength_is_not_quality",
    "How far the kernel moves tells how good the features are.",
    source="goring2025disentangling",
    verdict="fails",
    instead=(
        "It tells how strongly features were learned. From scale 1 to 0.03 the kernel turns more on two targets; the error"
        " falls on the one and rises on the other."
    ),
    vary=VARIED,
)
def strength_is_not_quality(seed: int, steps: int = 1500, width: int = 100, examples: int = 60) -> Measured:
    """Factor by which the error falls on one direction, or rises on the constant, the smaller; 0 unless both kernels turn."""
    along, flat = (scaled(seed, k, steps=steps, width=width, examples=examples) for k in ("one direction", "constant"))
    if not all(found.turned[RICH] > 2 * found.turned[ONE] for found in (along, flat)):
        return Measured(0.0, "times", at_least=1.1)
    change = min(along.error[ONE] / along.error[RICH], flat.error[RICH] / flat.error[ONE])
    return Measured(float(change), "times", at_least=1.1)


@claim(
    "wide_networks.end_kernel",
    (
        "What a rich network has learned is in its kernel: a kernel machine with the kernel at the end does far better than"
        " with the one at the start."
    ),
    source="fort2020deep",
    verdict="holds",
    vary=VARIED,
)
def end_kernel(seed: int, steps: int = 1500, width: int = 100, examples: int = 60) -> Measured:
    """Test error of the end's kernel over that of the start's, at scale 0.1, both solved to the end."""
    found = scaled(seed, steps=steps, width=width, examples=examples)
    start = start_kernel_error(seed, width, examples)
    return Measured(float(found.end_kernel_error[LITTLE]) / start, "of the error", at_most=0.6)


@claim(
    "wide_networks.aligns",
    "In the rich regime the kernel aligns with the target.",
    source="fort2020deep",
    verdict="holds-if",
    condition="the kernel does not point along the target already: on the constant target alignment falls",
    vary=VARIED,
)
def aligns(seed: int, steps: int = 1500, width: int = 100, examples: int = 60) -> Measured:
    """Share by which alignment grew on the one direction, or fell on the constant, at scale 0.1: the smaller."""
    along, flat = (scaled(seed, k, steps=steps, width=width, examples=examples) for k in ("one direction", "constant"))
    gain = min(along.aligned[LITTLE], 1 / flat.aligned[LITTLE])
    return Measured(float(gain) - 1, "more (share; the smaller of gain and loss)", at_least=0.04)


@claim(
    "wide_networks.l2_penalty",
    "Gradient descent is like an ℓ2 penalty on the function.",
    source="woodworth2020kernel",
    verdict="fails",
    instead=(
        "A lazy network ends near the interpolant of least norm, in the space of its starting kernel. A rich one does not:"
        " the function it finds has a clearly larger norm than needed."
    ),
    vary=VARIED,
)
def l2_penalty(seed: int, steps: int = 1500, width: int = 100, examples: int = 60) -> Measured:
    """Squared norm of what was learned at scale 0.03, in the starting kernel's space, over the least that fits as well."""
    found = scaled(seed, steps=steps, width=width, examples=examples)
    return Measured(float(found.norm[RICH]) - 1, "of the least", at_least=0.2)


@claim(
    "wide_networks.least_norm",
    "What a lazy network learns has nearly the least norm, in the space of its starting kernel, of all that fits as well.",
    source="lee2019wide",
    verdict="holds-if",
    condition="the scale of the output is large, here 10",
    vary=VARIED,
)
def least_norm(seed: int, steps: int = 1500, width: int = 100, examples: int = 60) -> Measured:
    """Excess of the squared norm at scale 10 over the least."""
    found = scaled(seed, steps=steps, width=width, examples=examples)
    return Measured(float(found.norm[LAZY]) - 1, "of the least", at_most=0.15)


@claim(
    "wide_networks.upstream",
    (
        "With ReLU, large outer and small inner weights change their kernel many times as much as the same function with"
        " small outer and large inner ones."
    ),
    source="kunin2024get",
    verdict="holds",
    vary={"steps": (500, 1000, 2000), "width": (50, 100, 200), "kind": ("one direction", "constant")},
)
def upstream(seed: int, steps: int = 1000, width: int = 100, kind: str = "one direction") -> Measured:
    """Change of the kernel, outer weights times 4 and inner over 4, over the reverse: length or angle; 0 unless both fit."""
    found = rebalanced(seed, kind, width=width, steps=steps)
    ratios = (found.changed[-1] / found.changed[0], found.turned[-1] / max(found.turned[0], 1e-12))
    fitted = max(found.fit[0], found.fit[-1]) < 0.15
    return Measured(float(min(ratios)) if fitted else 0.0, "times the change of the kernel", at_least=20)
