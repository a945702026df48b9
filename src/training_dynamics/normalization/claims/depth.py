"""What the chapter on normalisation asserts about gradients in deep networks before the first step."""

from __future__ import annotations

from math import log2

from coursekit.claim import Measured, claim
from training_dynamics.normalization.explosion import growth
from training_dynamics.normalization.rates import BATCH, sweep

DEEP = 32
AROUND = tuple(2.0**k for k in (-4, -3, -2, -1, 0))
VARIED: dict[str, tuple[object, ...]] = {"width": (32, 128), "batch": (64, 256)}


@claim(
    "normalization.explosion",
    "Before the first step, BatchNorm itself makes gradients grow from layer to layer on their way back.",
    source="yang2019mean",
    verdict="holds-if",
    condition="the network is deep and has no skip connections: here 32 layers",
    vary=VARIED,
)
def explosion(seed: int, width: int = 32, batch: int = BATCH) -> Measured:
    """The gradient of the second hidden matrix over that of the last, 32 layers with BatchNorm."""
    return Measured(growth(seed, "batch", DEEP, width=width, batch=batch), "times", at_least=50)


@claim(
    "normalization.explosion_plain",
    "Under He initialisation the gradients of a plain network of the same depth grow or shrink by less than a factor of eight.",
    verdict="holds",
    judge="mean",
    vary=VARIED,
)
def explosion_plain(seed: int, width: int = 32, batch: int = BATCH) -> Measured:
    """The same without a norm, in octaves."""
    return Measured(log2(growth(seed, "none", DEEP, width=width, batch=batch)), "octaves", at_least=-3, at_most=3)


@claim(
    "normalization.explosion_layer",
    "With LayerNorm the gradients of the same network do not grow: they change by less than a factor of sixteen.",
    verdict="holds",
    judge="mean",
    vary=VARIED,
)
def explosion_layer(seed: int, width: int = 32, batch: int = BATCH) -> Measured:
    """The same with LayerNorm, in octaves."""
    return Measured(log2(growth(seed, "layer", DEEP, width=width, batch=batch)), "octaves", at_least=-4, at_most=4)


@claim(
    "normalization.deeper_is_better",
    "The deeper the network, the more BatchNorm does to keep its gradients even.",
    source="yang2019mean",
    verdict="fails",
    instead="From 8 layers to 64 its gradients at the start become more uneven by orders of magnitude.",
    vary=VARIED,
)
def deeper_is_better(seed: int, width: int = 32, batch: int = BATCH) -> Measured:
    """How much more the gradients of 64 layers grow than those of 8, with BatchNorm."""
    deep, shallow = (growth(seed, "batch", depth, width=width, batch=batch) for depth in (64, 8))
    return Measured(deep / shallow, "times", at_least=10_000)


@claim(
    "normalization.deeper_trains_worse",
    "With BatchNorm a deeper network of this kind trains as well as a shallower one.",
    source="yang2019mean",
    verdict="fails",
    instead="From 8 layers to 16 the loss reached in as many steps, at the best of five rates, grows at least by half.",
    vary={"steps": (120, 240), "depth": (16, 32)},
)
def deeper_trains_worse(seed: int, steps: int = 120, depth: int = 16) -> Measured:
    """Training loss of the deeper network over that of 8 layers, BatchNorm, no skip connections, best of five rates."""
    deep, shallow = (sweep(seed, "batch", d, rates=AROUND, steps=steps).final.min() for d in (depth, 8))
    return Measured(float(deep / shallow), "times the loss", at_least=1.5)


@claim(
    "normalization.residual_cure",
    "With skip connections around its layers, the same network's gradients grow far less.",
    source="yang2019mean,de2020batch",
    verdict="holds",
    judge="mean",
    vary=VARIED,
)
def residual_cure(seed: int, width: int = 32, batch: int = BATCH) -> Measured:
    """The gradient of the second hidden matrix over that of the last, 32 residual layers with BatchNorm."""
    return Measured(growth(seed, "batch", DEEP, residual=True, width=width, batch=batch), "times", at_most=15)
