"""What the chapter on normalisation asserts about training: learning rates, speed and covariate shift."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.normalization.rates import (
    BATCH,
    FAST,
    STEPS,
    WIDTH,
    rate_ratio,
    speed_up,
    steps_lost,
    sweep,
    team_speed_up,
)
from training_dynamics.normalization.shift import at_best_rates, drifting_sweep, gain_taken, gradient_shift, noisy_sweep

UNIT_RATES = tuple(2.0 ** (i / 2) for i in range(-2, 11))
TRAINED: dict[str, tuple[object, ...]] = {"steps": (STEPS, 240), "width": (WIDTH, 64)}
STARTED: dict[str, tuple[object, ...]] = {"width": (WIDTH, 64), "batch": (BATCH, 128)}
REACHED: dict[str, tuple[object, ...]] = {"goal": (FAST, 0.5), "width": (WIDTH, 64)}


@claim(
    "normalization.largest_rate_shallow",
    "With two hidden layers, BatchNorm trains at learning rates more than one and a half times as large as the plain network.",
    source="bjorck2018understanding",
    verdict="holds-if",
    condition="He initialisation, standardised inputs; mean over networks",
    judge="mean",
    vary=TRAINED,
)
def largest_rate_shallow(seed: int, steps: int = STEPS, width: int = WIDTH) -> Measured:
    """Largest rate that trains BatchNorm over the largest that trains the plain network."""
    plain, batch = (sweep(seed, kind, 2, steps=steps, width=width) for kind in ("none", "batch"))
    return Measured(rate_ratio(plain, batch), "times", at_least=1.6)


@claim(
    "normalization.largest_rate_deep",
    "Batch normalisation allows much higher learning rates.",
    said_by="ioffe2015batch",
    source="bjorck2018understanding",
    verdict="holds-if",
    condition="depth: at least four times as high with eight layers, mean over networks; with one, the inputs' unit decides",
    judge="mean",
    vary=TRAINED | {"units": (1.0, 0.25)},
)
def largest_rate_deep(seed: int, steps: int = STEPS, width: int = WIDTH, units: float = 1.0) -> Measured:
    """Largest rate with BatchNorm over that without, eight layers; ``units`` multiplies all inputs."""
    plain, batch = (sweep(seed, kind, 8, units=units, steps=steps, width=width) for kind in ("none", "batch"))
    return Measured(rate_ratio(plain, batch), "times", at_least=4)


@claim(
    "normalization.one_layer",
    "With a single hidden layer, too, BatchNorm trains at larger rates than no norm.",
    verdict="fails",
    instead="With standardised inputs divided by four, the largest rate that trains is lower with BatchNorm than without.",
    judge="mean",
    vary=TRAINED,
)
def one_layer(seed: int, steps: int = STEPS, width: int = WIDTH) -> Measured:
    """Largest rate with BatchNorm over that without, one hidden layer, standardised inputs divided by four."""
    plain, batch = (
        sweep(seed, kind, 1, units=0.25, rates=UNIT_RATES, steps=steps, width=width) for kind in ("none", "batch")
    )
    return Measured(rate_ratio(plain, batch), "times", at_most=0.9)


@claim(
    "normalization.always_faster",
    "BatchNorm reaches the same accuracy in a fraction of the steps.",
    said_by="ioffe2015batch",
    verdict="fails",
    instead="With two layers and standardised inputs, each network at its own best rate, it takes nearly as many steps as none.",
    judge="mean",
    vary=REACHED,
)
def always_faster(seed: int, goal: float = FAST, width: int = WIDTH) -> Measured:
    """Steps to a loss of 0.3 without BatchNorm over those with it, depth two, each at its own best rate."""
    plain, batch = (sweep(seed, kind, 2, width=width) for kind in ("none", "batch"))
    return Measured(speed_up(plain, batch, goal), "times", at_least=0.8, at_most=1.4)


@claim(
    "normalization.faster_when_deep",
    "A network of eight layers trains faster with BatchNorm than without, each at its own best rate.",
    source="ioffe2015batch",
    verdict="holds-if",
    condition="the goal is a loss of 0.3; median of four networks on the same batches",
    vary=REACHED,
)
def faster_when_deep(seed: int, goal: float = FAST, width: int = WIDTH) -> Measured:
    """Steps to a loss of 0.3 without BatchNorm over those with it, depth eight, medians of four networks."""
    never = "half of the networks without a norm reach the goal at no rate within 120 steps"
    return Measured(team_speed_up(seed, 8, goal, width), "times", at_least=1, scale=0.2, infinite=never)


@claim(
    "normalization.same_rate",
    "At the same learning rate, too, BatchNorm is faster.",
    source="bjorck2018understanding",
    verdict="fails",
    instead="At the plain network's best rate it needs as many steps or more, at depth two: the gain is in larger rates.",
    judge="mean",
    vary=REACHED,
)
def same_rate(seed: int, goal: float = FAST, width: int = WIDTH) -> Measured:
    """Steps that BatchNorm needs more than the plain network, at the plain network's best rate, depth two."""
    plain, batch = (sweep(seed, kind, 2, width=width) for kind in ("none", "batch"))
    return Measured(steps_lost(plain, batch, goal), "steps more", at_least=-2, scale=1)


@claim(
    "normalization.raw_inputs",
    "On raw pixels, BatchNorm is at least twice as fast even with two layers.",
    source="",
    verdict="holds-if",
    condition="the inputs are not centred: BatchNorm then does, in the first layer, what preprocessing should have done",
    vary=REACHED,
)
def raw_inputs(seed: int, goal: float = FAST, width: int = WIDTH) -> Measured:
    """Speed-up at own best rates, depth two, pixels between 0 and 1."""
    plain, batch = (sweep(seed, kind, 2, inputs="raw", width=width) for kind in ("none", "batch"))
    return Measured(speed_up(plain, batch, goal), "times", at_least=2)


@claim(
    "normalization.all_norms_alike",
    "All norms give the same benefit.",
    source="",
    verdict="fails",
    instead="With eight layers BatchNorm trains at rates about twice those of LayerNorm, or larger ones.",
    vary=TRAINED,
)
def all_norms_alike(seed: int, steps: int = STEPS, width: int = WIDTH) -> Measured:
    """Largest rate with BatchNorm over the largest with LayerNorm, depth eight."""
    layer, batch = (sweep(seed, kind, 8, steps=steps, width=width) for kind in ("layer", "batch"))
    return Measured(rate_ratio(layer, batch), "times", at_least=1.8)


@claim(
    "normalization.bad_start_plain",
    "From under-scaled weights, a plain network of eight layers needs at least one and a half times the steps to the loss 0.3 "
    "that one with BatchNorm needs.",
    source="",
    verdict="holds-if",
    condition="weights of variance 1/fan-in; each network at its own best rate",
    vary=STARTED | {"steps": (STEPS, 240)},
)
def bad_start_plain(seed: int, width: int = WIDTH, batch: int = BATCH, steps: int = STEPS) -> Measured:
    """Steps to a loss of 0.3 without BatchNorm over those with it, depth eight."""
    plain, normalised = (sweep(seed, k, 8, 1.0, width=width, batch=batch, steps=steps) for k in ("none", "batch"))
    never = "the plain network reaches the goal at no rate within 120 steps"
    return Measured(speed_up(plain, normalised), "times", at_least=1.5, infinite=never)


@claim(
    "normalization.bad_start_batch",
    "From the same under-scaled weights, the network with BatchNorm reaches the loss 0.3 within 120 steps.",
    source="",
    verdict="holds",
    vary=STARTED,
)
def bad_start_batch(seed: int, width: int = WIDTH, batch: int = BATCH) -> Measured:
    """Steps to a loss of 0.3 at its best rate."""
    return Measured(sweep(seed, "batch", 8, 1.0, width=width, batch=batch).best, "steps", at_most=120)


@claim(
    "normalization.noise_shifts_more",
    "BatchNorm with noise in its outputs has more covariate shift than the plain network.",
    source="santurkar2018how",
    verdict="holds-if",
    condition="shift is the movement of a unit's mean in a step, in standard deviations; each network at its own best rate",
    judge="mean",
    vary={"steps": (60, 120), "width": (WIDTH, 64)},
)
def noise_shifts_more(seed: int, steps: int = 60, width: int = WIDTH) -> Measured:
    """Covariate shift of noisy BatchNorm over that of the plain network, eight layers, after the first ten steps."""
    plain, noisy = at_best_rates(seed, 8, steps, width)
    return Measured(float(noisy.shift[10:].mean() / plain.shift[10:].mean()), "times", at_least=1.1)


@claim(
    "normalization.covariate_shift",
    "BatchNorm works by reducing internal covariate shift.",
    said_by="ioffe2015batch",
    source="santurkar2018how",
    verdict="fails",
    instead="With more shift than the plain network has, noisy BatchNorm still trains at rates several times as large.",
    vary=TRAINED,
)
def covariate_shift(seed: int, steps: int = STEPS, width: int = WIDTH) -> Measured:
    """Largest rate that trains noisy BatchNorm over the largest for the plain network, eight layers."""
    plain, noisy = sweep(seed, "none", 8, steps=steps, width=width), noisy_sweep(seed, 8, steps=steps, width=width)
    return Measured(rate_ratio(plain, noisy), "times", at_least=2.5)


@claim(
    "normalization.drift",
    "With noise that drifts from step to step, too, BatchNorm trains at rates several times as large as the plain network.",
    verdict="holds-if",
    condition="eight layers; the drift keeps nine tenths of itself from step to step",
    vary={"kept": (0.9, 0.97), "width": (WIDTH, 64)},
)
def drift(seed: int, kept: float = 0.9, width: int = WIDTH) -> Measured:
    """Largest rate that trains BatchNorm with drifting noise over the largest for the plain network, eight layers."""
    plain, drifting = sweep(seed, "none", 8, width=width), drifting_sweep(seed, 8, kept, width=width)
    return Measured(rate_ratio(plain, drifting), "times", at_least=2)


@claim(
    "normalization.gradient_shift",
    "With BatchNorm, a layer's gradient changes less when the layers before it take their step.",
    said_by="ioffe2015batch",
    source="santurkar2018how",
    verdict="fails",
    instead="At one rate for both, the best of the plain network, it changes about as much with BatchNorm, or more.",
    judge="mean",
    vary={"width": (WIDTH, 64), "steps": (20, 40)},
)
def shift_of_gradients(seed: int, width: int = WIDTH, steps: int = 20) -> Measured:
    """Relative change of the gradient, BatchNorm over plain, both at the plain network's best rate; medians over steps."""
    rate = sweep(seed, "none", 8, width=width).best_rate
    changes = [np.median(gradient_shift(seed, kind, 8, rate, steps, width)) for kind in ("batch", "none")]
    return Measured(float(changes[0] / changes[1]), "times", at_least=0.8)


@claim(
    "normalization.noise_costs_speed",
    "Noisy BatchNorm trains as fast as BatchNorm.",
    said_by="santurkar2018how",
    verdict="fails",
    instead="It keeps the large rates but, on this task, needs more steps.",
    judge="mean",
    vary=REACHED,
)
def noise_costs_speed(seed: int, goal: float = FAST, width: int = WIDTH) -> Measured:
    """Steps of noisy BatchNorm minus those of BatchNorm, each at its own best rate."""
    noisy, batch = noisy_sweep(seed, 8, width=width), sweep(seed, "batch", 8, width=width)
    return Measured(float(noisy.steps_to(goal).min() - batch.steps_to(goal).min()), "steps more", at_least=5)


@claim(
    "normalization.noise_takes_gain",
    "Noise takes back a good part of the steps that BatchNorm saves: a fifth or more.",
    verdict="holds-if",
    condition="eight layers, each network at its own best rate; mean over teams of four",
    judge="mean",
    vary={"goal": (FAST, 0.4), "width": (WIDTH, 64)},
)
def noise_takes_gain(seed: int, goal: float = FAST, width: int = WIDTH) -> Measured:
    """Steps of noisy BatchNorm minus those of BatchNorm, over those of the plain network minus BatchNorm's, medians of a team."""
    return Measured(gain_taken(seed, 8, goal, width), "of the steps saved", at_least=0.2)


@claim(
    "normalization.noise_later",
    "On the way to a loss of 0.5 the noisy network is still faster than the plain one.",
    verdict="holds-if",
    condition="eight layers, each network at its own best rate; mean over networks",
    judge="mean",
    vary={"goal": (0.5, 0.7), "width": (WIDTH, 64)},
)
def noise_later(seed: int, goal: float = 0.5, width: int = WIDTH) -> Measured:
    """The same at an easier goal."""
    noisy, plain = noisy_sweep(seed, 8, width=width), sweep(seed, "none", 8, width=width)
    return Measured(float(noisy.steps_to(goal).min() / plain.steps_to(goal).min()), "times the steps", at_most=1)
