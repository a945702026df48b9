"""What the chapter on mode connectivity asserts about lines, copies of one function, and the network half way.

What matching does to lines is in ``matching``, bent paths and norms are in ``paths``, shared starts in ``averaging``.
"""

from __future__ import annotations

import torch

from coursekit.claim import Measured, claim
from training_dynamics.lab.flat import Shape
from training_dynamics.mode_connectivity.lines import (
    between,
    middle,
    one_layer,
    pair,
    to_itself,
    to_itself_rescaled,
    travelled,
)
from training_dynamics.mode_connectivity.matching import permute, random_permutations, rescale
from training_dynamics.mode_connectivity.nets import Recipe, score
from training_dynamics.toolbox.seeds import torch_generator

EPOCHS, RATE = 20, 0.07
LONGER: dict[str, tuple[object, ...]] = {"epochs": (EPOCHS, 40), "rate": (RATE, 0.035)}


def recipe(epochs: int, rate: float) -> Recipe:
    """The chapter's recipe with another length or learning rate."""
    return Recipe(epochs=epochs, learning_rate=rate)


@claim(
    "mode_connectivity.straight_lines", "Minima are connected by straight lines.", source="frankle2020linear",
    verdict="fails", instead="Between independently trained networks the straight line crosses a barrier at every width tried.",
    vary=LONGER,
)  # fmt: skip
def straight_lines(seed: int, epochs: int = EPOCHS, rate: float = RATE) -> Measured:
    """The lowest loss barrier over the widths 16, 64 and 256."""
    lines = (between(seed, width, "none", recipe(epochs, rate)) for width in (16, 64, 256))
    return Measured(min(line.barrier for line in lines), "nats", at_least=0.3)


@claim(
    "mode_connectivity.barrier_in_errors",
    "At the top of the barrier the network misreads many of the training images that the ends read.",
    verdict="holds-if", condition="the network is not too wide: here 64 units a layer; at 256 it can be a few in a hundred",
    vary=LONGER | {"width": (16, 64)},
)  # fmt: skip
def barrier_in_errors(seed: int, epochs: int = EPOCHS, rate: float = RATE, width: int = 64) -> Measured:
    """The barrier in training errors."""
    return Measured(between(seed, width, "none", recipe(epochs, rate)).error_barrier, "of the images", at_least=0.06)


@claim(
    "mode_connectivity.to_itself", "A network and a renumbered copy of itself, the same function, have a barrier between them.",
    source="entezari2022role", verdict="holds", vary=LONGER | {"width": (64, 256)},
)  # fmt: skip
def barrier_to_itself(seed: int, epochs: int = EPOCHS, rate: float = RATE, width: int = 64) -> Measured:
    """The loss barrier from a trained network to itself with its units renumbered at random."""
    return Measured(to_itself(seed, width, recipe(epochs, rate)).barrier, "nats", at_least=0.3)


@claim(
    "mode_connectivity.same_function", "Renumbering the hidden units leaves the function unchanged.",
    source="ainsworth2023rebasin", verdict="holds",
)  # fmt: skip
def same_function(seed: int) -> Measured:
    """The largest change of an output (float32) under a random renumbering, relative to the largest output, width 64."""
    found = pair(seed, 64)
    moved = permute(found.shape, found.a, random_permutations(found.shape, torch_generator(seed, "same")))
    before, after = found.shape.logits(torch.stack([found.a, moved]), found.split.x_test)
    return Measured(float((before - after).abs().max() / before.abs().max()), "relative", at_most=1e-5)


@claim(
    "mode_connectivity.rescaled_function",
    "Multiplying what goes into a ReLU unit by c > 0 and dividing what comes out by c leaves the function unchanged.",
    source="dinh2017sharp", verdict="holds",
)  # fmt: skip
def rescaled_function(seed: int) -> Measured:
    """The largest change of an output (float64) under factors between 1/4 and 4, relative to the largest, width 64."""
    found, generator = pair(seed, 64), torch_generator(seed, "factors")
    theta = found.a.double()
    factors = [4.0 ** (2 * torch.rand(h, generator=generator).double() - 1) for h in found.shape.hidden]
    both = torch.stack([theta, rescale(found.shape, theta, factors)])
    before, after = found.shape.logits(both, found.split.x_test.double())
    return Measured(float((before - after).abs().max() / before.abs().max()), "relative", at_most=1e-12)


@claim(
    "mode_connectivity.to_itself_rescaled",
    "Between a network and a copy of itself with rescaled units, the same function, there is hardly a barrier.",
    verdict="holds", vary=LONGER | {"width": (64, 256)},
)  # fmt: skip
def barrier_to_itself_rescaled(seed: int, epochs: int = EPOCHS, rate: float = RATE, width: int = 64) -> Measured:
    """The loss barrier from a trained network to itself with units rescaled by factors between 1/4 and 4."""
    return Measured(to_itself_rescaled(seed, width, recipe(epochs, rate)).barrier, "nats", at_most=0.1)


@claim(
    "mode_connectivity.one_layer", "On a line that changes one layer only, the loss stays below the chord.",
    source="adilova2024layerwise", verdict="holds", vary=LONGER | {"width": (64, 256)},
)  # fmt: skip
def one_layer_at_a_time(seed: int, epochs: int = EPOCHS, rate: float = RATE, width: int = 64) -> Measured:
    """The largest height above the chord inside three such lines, one for each layer; negative is below."""
    lines = [one_layer(seed, width, layer, recipe(epochs, rate)) for layer in range(3)]
    return Measured(max(line.inside for line in lines), "nats", at_most=0, scale=0.05)


@claim(
    "mode_connectivity.one_layer_end", "Where no barrier stands in a layer, the layer can be exchanged.",
    verdict="fails", instead="With one layer of a stranger the network errs on most images: the chord was high at its far end.",
    vary=LONGER | {"width": (64, 256)},
)  # fmt: skip
def one_layer_exchanged(seed: int, epochs: int = EPOCHS, rate: float = RATE, width: int = 64) -> Measured:
    """The least training error with one layer exchanged, over the three layers."""
    lines = [one_layer(seed, width, layer, recipe(epochs, rate)) for layer in range(3)]
    return Measured(min(float(line.error[-1]) for line in lines), "of the images", at_least=0.5, scale=0.1)


@claim(
    "mode_connectivity.wide_move_less", "Relative to its start, a wide network moves less than a narrow one.",
    source="chizat2019lazy", verdict="holds", vary=LONGER,
)  # fmt: skip
def wide_move_less(seed: int, epochs: int = EPOCHS, rate: float = RATE) -> Measured:
    """The relative distance travelled at width 16 over the one at width 256."""
    narrow, wide = (travelled(seed, width, recipe(epochs, rate)) for width in (16, 256))
    return Measured(narrow / wide, "times", at_least=2)


@claim(
    "mode_connectivity.two_barriers", "Loss barriers and error barriers tell the same story.",
    verdict="fails", judge="mean", vary={"epochs": (EPOCHS, 40), "rate": (RATE, 0.035)},
    instead="From width 16 to 256 the error barrier falls, on average, by more than one and a half times the factor of the loss.",
)  # fmt: skip
def two_barriers(seed: int, epochs: int = EPOCHS, rate: float = RATE) -> Measured:
    """The fall of the error barrier from width 16 to 256, over the fall of the loss barrier."""
    narrow, wide = (between(seed, width, "none", recipe(epochs, rate)) for width in (16, 256))
    fall = narrow.error_barrier / wide.error_barrier
    return Measured(fall / (narrow.barrier / wide.barrier), "times", at_least=1.5)


@claim(
    "mode_connectivity.half_the_variance",
    "Half way between unmatched networks a first-layer unit keeps 1/√2 of its standard deviation.",
    source="jordan2023repair", verdict="holds", vary=LONGER | {"width": (64, 256)},
)  # fmt: skip
def half_the_variance(seed: int, epochs: int = EPOCHS, rate: float = RATE, width: int = 256) -> Measured:
    """The mean spread of the first layer's units at the midpoint relative to the ends."""
    spread = middle(seed, width, "none", recipe(epochs, rate)).spread[0]
    return Measured(spread, "of the ends' spread", 2**-0.5 - 0.07, 2**-0.5 + 0.07)


@claim(
    "mode_connectivity.collapse_deepens",
    "The shrinkage compounds: the second layer keeps less than seven tenths of what the first does.",
    source="jordan2023repair", verdict="holds", vary=LONGER | {"width": (64, 256)},
)  # fmt: skip
def collapse_deepens(seed: int, epochs: int = EPOCHS, rate: float = RATE, width: int = 256) -> Measured:
    """What the second layer's units keep of their spread at the midpoint over what the first layer's keep."""
    first, second = middle(seed, width, "none", recipe(epochs, rate)).spread
    return Measured(second / first, "of what the first layer keeps", at_most=0.7, scale=0.05)


@claim(
    "mode_connectivity.convex_model", "Where the loss is convex in the parameters there is no barrier.", verdict="holds"
)
def convex_model(seed: int) -> Measured:
    """The largest height above the chord for softmax regression (no hidden layer) between two random parameter vectors."""
    found, flat = pair(seed, 64), Shape((64, 10))
    a, b = flat.initial([torch_generator(seed, "convex", i) for i in range(2)])
    t = torch.linspace(0, 1, 9)[:, None]
    loss = score(flat, (1 - t) * a + t * b, found.split.x_train, found.split.y_train).loss
    inside = (loss - ((1 - t[:, 0]) * loss[0] + t[:, 0] * loss[-1]))[1:-1]
    return Measured(float(inside.max()), "nats", at_most=0, scale=0.01)
