"""What the chapter on normalisation asserts about training: learning rates, speed and covariate shift."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.normalization.rates import rate_ratio, speed_up, steps_lost, sweep, team_speed_up
from training_dynamics.normalization.shift import at_best_rates, gradient_shift, noisy_sweep

UNIT_RATES = tuple(2.0 ** (i / 2) for i in range(-2, 11))


@claim(
    "normalization.largest_rate_shallow",
    "With two hidden layers, BatchNorm trains at learning rates more than one and a half times as large as the plain network.",
    source="bjorck2018understanding",
    verdict="holds-if",
    condition="He initialisation, standardised inputs; mean over networks",
    judge="mean",
)
def largest_rate_shallow(seed: int) -> Measured:
    """Largest rate that trains BatchNorm over the largest that trains the plain network."""
    return Measured(rate_ratio(sweep(seed, "none", 2), sweep(seed, "batch", 2)), "times", at_least=1.6)


@claim(
    "normalization.largest_rate_deep",
    "With eight hidden layers, BatchNorm trains at learning rates at least four times as large as the plain network.",
    source="bjorck2018understanding",
    verdict="holds-if",
    condition="He initialisation, standardised inputs; mean over networks",
    judge="mean",
)
def largest_rate_deep(seed: int) -> Measured:
    """The same at depth eight."""
    return Measured(rate_ratio(sweep(seed, "none", 8), sweep(seed, "batch", 8)), "times", at_least=4)


@claim(
    "normalization.tens_of_times",
    "Batch normalisation allows much higher learning rates.",
    said_by="ioffe2015batch",
    verdict="fails",
    instead="With one layer and inputs divided by four, the largest rate that trains is lower with BatchNorm than without.",
    judge="mean",
)
def tens_of_times(seed: int) -> Measured:
    """Largest rate with BatchNorm over that without, one hidden layer, standardised inputs divided by four."""
    plain, batch = (sweep(seed, kind, 1, units=0.25, rates=UNIT_RATES) for kind in ("none", "batch"))
    return Measured(rate_ratio(plain, batch), "times", at_most=0.9)


@claim(
    "normalization.always_faster",
    "BatchNorm reaches the same accuracy in a fraction of the steps.",
    said_by="ioffe2015batch",
    verdict="fails",
    instead="With two layers and standardised inputs, each network at its own best rate, it is about as fast as none.",
    judge="mean",
)
def always_faster(seed: int) -> Measured:
    """Steps to a loss of 0.3 without BatchNorm over those with it, depth two, each at its own best rate."""
    return Measured(speed_up(sweep(seed, "none", 2), sweep(seed, "batch", 2)), "times", at_least=0.8, at_most=1.4)


@claim(
    "normalization.faster_when_deep",
    "A network of eight layers trains faster with BatchNorm than without, each at its own best rate.",
    source="ioffe2015batch",
    verdict="holds-if",
    condition="the goal is a loss of 0.3; median of four networks on the same batches",
)
def faster_when_deep(seed: int) -> Measured:
    """Steps to a loss of 0.3 without BatchNorm over those with it, depth eight, medians of four networks."""
    never = "half of the networks without a norm reach the goal at no rate within 120 steps"
    return Measured(team_speed_up(seed, 8), "times", at_least=1, scale=0.2, infinite=never)


@claim(
    "normalization.same_rate",
    "At the same learning rate, too, BatchNorm is faster.",
    source="bjorck2018understanding",
    verdict="fails",
    instead="At the plain network's best rate it needs more steps, at depth two: the gain is in larger rates.",
    judge="mean",
)
def same_rate(seed: int) -> Measured:
    """Steps that BatchNorm needs more than the plain network, at the plain network's best rate, depth two."""
    return Measured(steps_lost(sweep(seed, "none", 2), sweep(seed, "batch", 2)), "steps more", at_least=1)


@claim(
    "normalization.raw_inputs",
    "On raw pixels, BatchNorm is at least twice as fast even with two layers.",
    source="",
    verdict="holds-if",
    condition="the inputs are not centred: BatchNorm then does, in the first layer, what preprocessing should have done",
)
def raw_inputs(seed: int) -> Measured:
    """Speed-up at own best rates, depth two, pixels between 0 and 1."""
    return Measured(
        speed_up(sweep(seed, "none", 2, inputs="raw"), sweep(seed, "batch", 2, inputs="raw")), "times", at_least=2
    )


@claim(
    "normalization.all_norms_alike",
    "All norms give the same benefit.",
    source="",
    verdict="fails",
    instead="With eight layers BatchNorm trains at rates several times those of LayerNorm.",
)
def all_norms_alike(seed: int) -> Measured:
    """Largest rate with BatchNorm over the largest with LayerNorm, depth eight."""
    return Measured(rate_ratio(sweep(seed, "layer", 8), sweep(seed, "batch", 8)), "times", at_least=2.5)


@claim(
    "normalization.bad_start_plain",
    "From under-scaled weights, a plain network of eight layers reaches the loss 0.3 at no learning rate.",
    source="",
    verdict="holds-if",
    condition="it is given 120 steps, and weights of variance 1/fan-in",
)
def bad_start_plain(seed: int) -> Measured:
    """The least loss (mean of ten steps) at any rate of the grid."""
    return Measured(float(sweep(seed, "none", 8, 1.0).smooth.min()), "nats", at_least=0.3)


@claim(
    "normalization.bad_start_batch",
    "From the same under-scaled weights, the network with BatchNorm does.",
    source="",
    verdict="holds",
)
def bad_start_batch(seed: int) -> Measured:
    """Steps to a loss of 0.3 at its best rate."""
    return Measured(sweep(seed, "batch", 8, 1.0).best, "steps", at_most=120)


@claim(
    "normalization.noise_shifts_more",
    "BatchNorm with noise in its outputs has more covariate shift than the plain network.",
    source="santurkar2018how",
    verdict="holds-if",
    condition="shift is the movement of a unit's mean in a step, in standard deviations; each network at its own best rate",
    judge="mean",
)
def noise_shifts_more(seed: int) -> Measured:
    """Covariate shift of noisy BatchNorm over that of the plain network, eight layers, after the first ten steps."""
    plain, _, noisy = at_best_rates(seed, 8)
    return Measured(float(noisy.shift[10:].mean() / plain.shift[10:].mean()), "times", at_least=1.1)


@claim(
    "normalization.covariate_shift",
    "BatchNorm works by reducing internal covariate shift.",
    said_by="ioffe2015batch",
    source="santurkar2018how",
    verdict="fails",
    instead="With more shift than the plain network has, noisy BatchNorm still trains at rates several times as large.",
)
def covariate_shift(seed: int) -> Measured:
    """Largest rate that trains noisy BatchNorm over the largest for the plain network, eight layers."""
    return Measured(rate_ratio(sweep(seed, "none", 8), noisy_sweep(seed, 8)), "times", at_least=2.5)


@claim(
    "normalization.gradient_shift",
    "With BatchNorm, a layer's gradient changes less when the layers before it take their step.",
    said_by="ioffe2015batch",
    source="santurkar2018how",
    verdict="fails",
    instead="At one rate for both, the best of the plain network, it changes about as much with BatchNorm, or more.",
    judge="mean",
)
def shift_of_gradients(seed: int) -> Measured:
    """Relative change of the gradient, BatchNorm over plain, both at the plain network's best rate; medians over steps."""
    rate = sweep(seed, "none", 8).best_rate
    changes = [np.median(gradient_shift(seed, kind, 8, rate)) for kind in ("batch", "none")]
    return Measured(float(changes[0] / changes[1]), "times", at_least=0.8)


@claim(
    "normalization.noise_costs_speed",
    "Noisy BatchNorm trains as fast as BatchNorm.",
    said_by="santurkar2018how",
    verdict="fails",
    instead="It keeps the large rates but, on this task, needs more steps.",
    judge="mean",
)
def noise_costs_speed(seed: int) -> Measured:
    """Steps of noisy BatchNorm minus those of BatchNorm, each at its own best rate."""
    return Measured(noisy_sweep(seed, 8).best - sweep(seed, "batch", 8).best, "steps more", at_least=10)
