"""What the chapter on mode connectivity asserts about lines, renumbering and bent paths.

The averaging half of the chapter's claims is in ``mode_connectivity_averaging``.
"""

from __future__ import annotations

import torch

from coursekit.claim import Measured, claim
from training_dynamics.mode_connectivity.curves import curve_between
from training_dynamics.mode_connectivity.lines import between, middle, pair, to_itself, travelled
from training_dynamics.mode_connectivity.matching import agreement, match_weights, permute, random_permutations
from training_dynamics.mode_connectivity.nets import mlp_shape, score
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
    "mode_connectivity.barrier_in_train_losses", "A barrier of less than a nat is small.", source="",
    verdict="fails", instead="At width 512 the barrier is many times the training loss at its two ends.",
)  # fmt: skip
def barrier_in_train_losses(seed: int) -> Measured:
    """The barrier at width 512 over the mean training loss of the ends."""
    return Measured(between(seed, 512).barrier / float(pair(seed, 512).ends.loss.mean()), "times the loss", at_least=80)


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
    "mode_connectivity.activation_matching", "Matching units by their activations removes most of the barrier.",
    source="li2016convergent,ainsworth2023rebasin", verdict="holds-if", condition="the network is wide: here 128 units a layer",
)  # fmt: skip
def activation_matching(seed: int) -> Measured:
    """The barrier left after matching by activations, width 128."""
    return Measured(between(seed, 128, "activations").barrier, "nats", at_most=0.1)


@claim(
    "mode_connectivity.activation_reduction", "At width 128 matching by activations removes at least four fifths of the barrier.",
    source="ainsworth2023rebasin", verdict="holds",
)  # fmt: skip
def activation_reduction(seed: int) -> Measured:
    """The barrier after matching by activations as a part of the barrier before, width 128."""
    return Measured(
        between(seed, 128, "activations").barrier / between(seed, 128).barrier, "of the barrier", at_most=0.2
    )


@claim(
    "mode_connectivity.weight_matching", "Matching units by their weights removes most of the barrier.",
    source="ainsworth2023rebasin", verdict="holds-if", condition="the width is moderate: here 64 units a layer",
)  # fmt: skip
def weight_matching(seed: int) -> Measured:
    """The barrier left after matching by weights, width 64."""
    return Measured(between(seed, 64, "weights").barrier, "nats", at_most=0.2)


@claim(
    "mode_connectivity.narrow", "Up to renumbering, all solutions lie in one basin.", source="entezari2022role",
    verdict="fails", instead="In narrow networks a wall remains: at width 16 more than a tenth of a nat, with either matching.",
)  # fmt: skip
def narrow(seed: int) -> Measured:
    """The smaller of the barriers left by the two matchings at width 16."""
    return Measured(min(between(seed, 16, by).barrier for by in ("weights", "activations")), "nats", at_least=0.12)


@claim(
    "mode_connectivity.residual", "In a wide network matching removes the barrier.", source="ainsworth2023rebasin",
    verdict="fails", instead="The barrier that it leaves at width 512 is still several times the training loss.",
)  # fmt: skip
def residual(seed: int) -> Measured:
    """The barrier left by activation matching at width 512, over the mean training loss of the ends."""
    left = between(seed, 512, "activations").barrier
    return Measured(left / float(pair(seed, 512).ends.loss.mean()), "times the loss", at_least=4)


@claim(
    "mode_connectivity.wide_weights", "Weight matching works better the wider the network.", source="ainsworth2023rebasin",
    verdict="fails", instead="On average the barrier that it leaves is higher at width 512 than at width 128.", judge="mean",
)  # fmt: skip
def wide_weights(seed: int) -> Measured:
    """The barrier left by weight matching at width 512 minus the one left at width 128."""
    rise = between(seed, 512, "weights").barrier - between(seed, 128, "weights").barrier
    return Measured(rise, "nats", at_least=0.015)


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
    "mode_connectivity.repair", "Restoring the units' means and spreads removes a good part of the barrier at the midpoint.",
    source="jordan2023repair", verdict="holds-if", condition="the network is wide: here 512 units a layer, without matching",
)  # fmt: skip
def repaired(seed: int) -> Measured:
    """The midpoint barrier with the spreads restored over the one without, unmatched, width 512."""
    half = middle(seed, 512)
    return Measured(half.repaired / half.barrier, "of the barrier", at_most=0.35)


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
