"""What the chapter on mode connectivity asserts about lines, renumbering and bent paths.

What matching does to lines is in ``matching``, shared starts and averages are in ``averaging``.
"""

from __future__ import annotations

import torch

from coursekit.claim import Measured, claim
from training_dynamics.mode_connectivity.curves import curve_between
from training_dynamics.mode_connectivity.lines import between, middle, pair, to_itself, to_itself_rescaled, travelled
from training_dynamics.mode_connectivity.matching import agreement, match_weights, permute, random_permutations, rescale
from training_dynamics.mode_connectivity.nets import Recipe, mlp_shape, score
from training_dynamics.toolbox.seeds import torch_generator

WIDTHS = (16, 64, 128, 512)


@claim(
    "mode_connectivity.straight_lines", "Minima are connected by straight lines.", source="frankle2020linear",
    verdict="fails", instead="Between independently trained networks the straight line crosses a barrier at every width tried.",
)  # fmt: skip
def straight_lines(seed: int) -> Measured:
    """The lowest loss barrier over the widths 16, 64, 128 and 512."""
    return Measured(min(between(seed, width).barrier for width in WIDTHS), "nats", at_least=0.4)


@claim(
    "mode_connectivity.barrier_in_errors",
    "At the top of the barrier the network misreads many of the training images that the ends read.",
    verdict="holds",
    vary={"epochs": (20, 60)},
)
def barrier_in_errors(seed: int, epochs: int = 20) -> Measured:
    """The barrier at width 64 in training errors."""
    return Measured(between(seed, 64, "none", Recipe(epochs=epochs)).error_barrier, "of the images", at_least=0.06)


@claim(
    "mode_connectivity.to_itself", "A network and a renumbered copy of itself, the same function, have a barrier between them.",
    source="entezari2022role", verdict="holds",
)  # fmt: skip
def barrier_to_itself(seed: int) -> Measured:
    """The loss barrier from a trained network of width 64 to itself with its units renumbered at random."""
    return Measured(to_itself(seed, 64).barrier, "nats", at_least=0.4)


@claim(
    "mode_connectivity.same_function", "Renumbering the hidden units leaves the function unchanged.",
    source="ainsworth2023rebasin", verdict="holds",
)  # fmt: skip
def same_function(seed: int) -> Measured:
    """The largest change of an output (float32) under a random renumbering, relative to the largest output, width 128."""
    found = pair(seed, 128)
    moved = permute(found.shape, found.a, random_permutations(found.shape, torch_generator(seed, "same")))
    before, after = found.shape.logits(torch.stack([found.a, moved]), found.split.x_test)
    return Measured(float((before - after).abs().max() / before.abs().max()), "relative", at_most=1e-5)


@claim(
    "mode_connectivity.rescaled_function",
    "Multiplying what goes into a ReLU unit by c > 0 and dividing what comes out by c leaves the function unchanged.",
    source="dinh2017sharp", verdict="holds",
)  # fmt: skip
def rescaled_function(seed: int) -> Measured:
    """The largest change of an output (float64) under factors between 1/4 and 4, relative to the largest, width 128."""
    found, generator = pair(seed, 128), torch_generator(seed, "factors")
    theta = found.a.double()
    factors = [4.0 ** (2 * torch.rand(h, generator=generator).double() - 1) for h in found.shape.hidden]
    both = torch.stack([theta, rescale(found.shape, theta, factors)])
    before, after = found.shape.logits(both, found.split.x_test.double())
    return Measured(float((before - after).abs().max() / before.abs().max()), "relative", at_most=1e-12)


@claim(
    "mode_connectivity.to_itself_rescaled",
    "Between a network and a copy of itself with rescaled units, the same function, there is hardly a barrier.",
    verdict="holds",
)
def barrier_to_itself_rescaled(seed: int) -> Measured:
    """The loss barrier from a trained network of width 64 to itself with units rescaled by factors between 1/4 and 4."""
    return Measured(to_itself_rescaled(seed, 64).barrier, "nats", at_most=0.1)


@claim(
    "mode_connectivity.planted",
    "Weight matching undoes a random renumbering.",
    source="ainsworth2023rebasin",
    verdict="holds",
)
def planted(seed: int) -> Measured:
    """The fraction of units not put back in place, width 64, for a trained network against its renumbered copy."""
    found = pair(seed, 64)
    hidden = random_permutations(found.shape, torch_generator(seed, "planted"))
    copy = permute(found.shape, found.a, hidden)
    back, _ = match_weights(found.shape, found.a, copy, torch_generator(seed, "planted sweeps"))
    return Measured(
        1 - agreement(back, [torch.argsort(p) for p in hidden]), "of the units misplaced", at_least=0, at_most=0
    )


@claim(
    "mode_connectivity.wide_move_less",
    "Relative to its start, a wide network moves less than a narrow one.",
    source="chizat2019lazy",
    verdict="holds",
)
def wide_move_less(seed: int) -> Measured:
    """The relative distance travelled at width 16 over the one at width 512."""
    return Measured(travelled(seed, 16) / travelled(seed, 512), "times", at_least=3)


@claim(
    "mode_connectivity.two_barriers", "Loss barriers and error barriers tell the same story.", source="",
    verdict="fails", instead="From width 16 to 512 the error barrier falls by more than twice the factor of the loss barrier.",
)  # fmt: skip
def two_barriers(seed: int) -> Measured:
    """The fall of the error barrier from width 16 to 512, over the fall of the loss barrier."""
    narrow_line, wide_line = between(seed, 16), between(seed, 512)
    fall = narrow_line.error_barrier / wide_line.error_barrier
    return Measured(fall / (narrow_line.barrier / wide_line.barrier), "times", at_least=2)


@claim(
    "mode_connectivity.half_the_variance",
    "Half way between unmatched networks a first-layer unit keeps 1/√2 of its standard deviation.",
    source="jordan2023repair", verdict="holds",
)  # fmt: skip
def half_the_variance(seed: int) -> Measured:
    """The mean spread of the first layer's units at the midpoint relative to the ends, width 128."""
    return Measured(middle(seed, 128).spread[0], "of the ends' spread", 2**-0.5 - 0.06, 2**-0.5 + 0.06)


@claim(
    "mode_connectivity.collapse_deepens", "The shrinkage compounds: the second layer keeps less than the first.",
    source="jordan2023repair", verdict="holds",
)  # fmt: skip
def collapse_deepens(seed: int) -> Measured:
    """What the second layer's units keep of their spread at the midpoint over what the first layer's keep, width 128."""
    first, second = middle(seed, 128).spread
    return Measured(second / first, "of what the first layer keeps", at_most=0.9)


@claim(
    "mode_connectivity.bezier",
    "Minima are connected by simple curves of low loss.",
    source="garipov2018loss",
    verdict="holds",
)
def bezier(seed: int) -> Measured:
    """The loss barrier along a quadratic Bezier curve with a trained bend, width 64."""
    return Measured(curve_between(seed, 64, "bezier").barrier, "nats", at_most=0.01)


@claim(
    "mode_connectivity.polychain", "Two straight pieces with one trained corner are enough.", source="garipov2018loss",
    verdict="holds",
)  # fmt: skip
def polychain(seed: int) -> Measured:
    """The loss barrier along two straight pieces with a trained corner, width 64."""
    return Measured(curve_between(seed, 64, "polychain").barrier, "nats", at_most=0.01)


@claim(
    "mode_connectivity.convex_model",
    "Where the loss is convex in the parameters there is no barrier.",
    source="",
    verdict="holds",
)
def convex_model(seed: int) -> Measured:
    """The largest height above the chord for softmax regression (no hidden layer) between two random parameter vectors."""
    found = pair(seed, 64)
    flat = type(mlp_shape(64))((64, 10))
    a, b = flat.initial([torch_generator(seed, "convex", i) for i in range(2)])
    t = torch.linspace(0, 1, 9)[:, None]
    loss = score(flat, (1 - t) * a + t * b, found.split.x_train, found.split.y_train).loss
    inside = (loss - ((1 - t[:, 0]) * loss[0] + t[:, 0] * loss[-1]))[1:-1]
    return Measured(float(inside.max()), "nats", at_most=0, scale=0.01)
