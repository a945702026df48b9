"""What the chapter asserts about small networks in training, and about what sharpness does not tell."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from coursekit.claim import Measured, claim
from training_dynamics.edge_of_stability.rescaling import rescaled
from training_dynamics.edge_of_stability.training import (
    DEGREE,
    LAYERS,
    RATE,
    STEPS,
    WIDTH,
    adam_run,
    chebyshev_run,
    digit_run,
)
from training_dynamics.edge_of_stability.warmup import surviving

ADAM = 38.0
VARIED = {"steps": (2000, 4000), "rate": (0.09, 0.1, 0.12), "width": (24, 32), "degree": (3, 4)}


@claim(
    "edge_of_stability.sharpens",
    "While the loss falls, the sharpness grows until it reaches 2/η.",
    source="cohen2021gradient",
    verdict="holds-if",
    condition="the target is hard enough, every step sees the whole batch, and the run is long enough for its rate",
    vary=VARIED,
)
def sharpens(seed: int, steps: int = STEPS, rate: float = RATE, width: int = WIDTH, degree: int = DEGREE) -> Measured:
    """Sharpness when it first reaches the edge, over that at the start; NaN if it never does."""
    run = chebyshev_run(seed, rate, steps, width, LAYERS, degree)
    entry = run.entry()
    value = np.nan if entry is None else run.raw[entry] / run.raw[0]
    return Measured(float(value), "times the sharpness at the start", at_least=1.3)


@claim(
    "edge_of_stability.hovers",
    "From there on the sharpness hovers around 2/η.",
    source="cohen2021gradient",
    verdict="holds-if",
    judge="mean",
    condition="the sharpness would go on growing under gradient flow",
    vary={"steps": (2000, 4000), "rate": (0.09, 0.1, 0.12), "width": (24, 32)},
)
def hovers(seed: int, steps: int = 4000, rate: float = RATE, width: int = WIDTH) -> Measured:
    """Median of rate times sharpness after the entry."""
    found = middle_of(chebyshev_run(seed, rate, steps, width).after_entry())
    return Measured(found, "(rate times sharpness)", at_least=1.95, at_most=2.08)


@claim(
    "edge_of_stability.hovers_too",
    "On a polynomial of degree three the sharpness hovers around 2/η as well.",
    source="cohen2021gradient",
    verdict="holds",
    vary={"steps": (2000, 4000), "rate": (0.09, 0.1)},
)
def hovers_too(seed: int, steps: int = STEPS, rate: float = RATE) -> Measured:
    """The same median."""
    found = middle_of(chebyshev_run(seed, rate, steps, degree=3).after_entry())
    return Measured(found, "(rate times sharpness)", at_least=1.9, at_most=2.1)


def middle_of(late: Float[np.ndarray, " late"]) -> float:
    """The median; NaN of nothing."""
    return float(np.median(late)) if len(late) else np.nan


@claim(
    "edge_of_stability.stops_at_once",
    "When the sharpness reaches 2/η, it stops there.",
    verdict="fails",
    instead="It overshoots first: the oscillation starts tiny and needs time to grow before it can push back.",
    vary=VARIED,
)
def stops_at_once(
    seed: int, steps: int = STEPS, rate: float = RATE, width: int = WIDTH, degree: int = DEGREE
) -> Measured:
    """The largest rate times sharpness in training."""
    run = chebyshev_run(seed, rate, steps, width, LAYERS, degree)
    return Measured(float(run.scaled.max()), "(rate times sharpness)", at_least=2.15, scale=0.05)


@claim(
    "edge_of_stability.always",
    "Sharpness always reaches 2/η.",
    source="cohen2021gradient",
    verdict="fails",
    instead="On an easy target it stays below, also when training goes on: there is little left to sharpen for.",
    vary={"steps": (2000, 4000, 6000), "rate": (0.03, 0.05), "width": (24, 32)},
)
def always(seed: int, steps: int = STEPS, rate: float = 0.05, width: int = WIDTH) -> Measured:
    """The largest rate times sharpness on a parabola."""
    run = chebyshev_run(seed, rate, steps, width, LAYERS, degree=2)
    return Measured(float(run.scaled.max()), "(rate times sharpness)", at_most=1.9, scale=0.1)


@claim(
    "edge_of_stability.too_slow",
    "With a third of the rate that takes networks to their edge, as many steps leave them below it, and none raises the loss.",
    source="cohen2021gradient",
    verdict="holds-if",
    condition="the run is not much longer: the sharpness is still growing when it stops",
    vary={"steps": (1000, 2000), "rate": (RATE / 4, RATE / 3), "width": (24, 32), "layers": (2, 3)},
)
def too_slow(
    seed: int, steps: int = STEPS, rate: float = RATE / 3, width: int = WIDTH, layers: int = LAYERS
) -> Measured:
    """The largest rate times sharpness; NaN if a step raised the loss, or if the sharpness had stopped growing."""
    run = chebyshev_run(seed, rate, steps, width, layers)
    falls, grows = bool((np.diff(run.losses) <= 0).all()), run.scaled[-1] > 0.99 * run.scaled.max()
    return Measured(float(run.scaled.max()) if falls and grows else np.nan, "(rate times sharpness)", at_most=1.9)


@claim(
    "edge_of_stability.cross_entropy",
    "Training makes the loss sharper and sharper.",
    source="cohen2021gradient",
    verdict="fails",
    instead="With cross-entropy and separable data the sharpness falls late in training: confident outputs have no curvature.",
    vary={"steps": (500, 1000, 2000), "rate": (0.25, 0.5), "hidden": (32, 64)},
)
def cross_entropy_flattens(seed: int, steps: int = 1000, rate: float = 0.5, hidden: int = 32) -> Measured:
    """Sharpness at the end over its largest value, on digits."""
    run = digit_run(seed, rate, steps, hidden)
    return Measured(float(run.raw[-1] / run.raw.max()), "of the largest sharpness", at_most=0.35)


@claim(
    "edge_of_stability.every_step",
    "With a rate that trains, every step of full-batch descent lowers the loss.",
    source="cohen2021gradient",
    verdict="fails",
    instead="At the edge, on average over runs, more than one step in seven raises it; in single runs few do.",
    judge="mean",
    vary=VARIED,
)
def every_step(seed: int, steps: int = STEPS, rate: float = RATE, width: int = WIDTH, degree: int = DEGREE) -> Measured:
    """Share of the steps after the entry that raise the loss."""
    losses = chebyshev_run(seed, rate, steps, width, LAYERS, degree).losses_after_entry()
    return Measured(float((np.diff(losses) > 0).mean()), "of the steps", at_least=0.15)


@claim(
    "edge_of_stability.unstable",
    "Training at the edge is unstable: it makes no progress.",
    source="cohen2021gradient",
    verdict="fails",
    instead="Over long windows the loss goes on falling.",
    vary=VARIED,
)
def unstable(seed: int, steps: int = STEPS, rate: float = RATE, width: int = WIDTH, degree: int = DEGREE) -> Measured:
    """Mean loss of the last 100 steps over that of the first 100 after the entry."""
    losses = chebyshev_run(seed, rate, steps, width, LAYERS, degree).losses_after_entry()
    return Measured(float(losses[-100:].mean() / losses[:100].mean()), "of the loss at the entry", at_most=0.6)


@claim(
    "edge_of_stability.jumps_and_falls",
    "A run in which three steps in a hundred or more raise the loss brings it below a fiftieth of where it began.",
    source="cohen2021gradient",
    verdict="holds-if",
    condition="the run is long enough, here three thousand steps",
    vary={"steps": (3000, 4000), "rate": (0.09, 0.1, 0.12), "width": (24, 32)},
)
def jumps_and_falls(seed: int, steps: int = 3000, rate: float = RATE, width: int = WIDTH) -> Measured:
    """Mean loss of the last 100 steps over the loss at the start; NaN unless 3 per cent of all steps raise the loss."""
    losses = chebyshev_run(seed, rate, steps, width).losses
    jumps = (np.diff(losses) > 0).mean() >= 0.03
    return Measured(float(losses[-100:].mean() / losses[0]) if jumps else np.nan, "of the first loss", at_most=0.02)


@claim(
    "edge_of_stability.adam_edge",
    "Adam has an edge of its own: its preconditioned sharpness hovers near 38/η.",
    source="cohen2022adaptive",
    verdict="holds-if",
    judge="mean",
    condition="the whole batch is used, and β₁ = 0.9",
    vary={"steps": (800, 1200, 2000), "rate": (3e-3, 4e-3), "width": (24, 32)},
)
def adam_edge(seed: int, steps: int = 1200, rate: float = 4e-3, width: int = WIDTH) -> Measured:
    """Median of rate times the top eigenvalue of the preconditioned Hessian after it first came near 38."""
    found = middle_of(adam_run(seed, rate, steps, width).after_entry(ADAM))
    return Measured(found, "(rate times sharpness)", at_least=35, at_most=39.5)


@claim(
    "edge_of_stability.adam_at_two",
    "Adam, too, hovers where rate times sharpness is 2.",
    source="cohen2022adaptive",
    verdict="fails",
    instead="Its plain sharpness is far from that and no guide: what its rate limits is the sharpness after preconditioning.",
    vary={"steps": (800, 1200, 2000), "rate": (3e-3, 4e-3), "width": (24, 32)},
)
def adam_at_two(seed: int, steps: int = 1200, rate: float = 4e-3, width: int = WIDTH) -> Measured:
    """The largest rate times plain sharpness in training."""
    return Measured(float(rate * adam_run(seed, rate, steps, width).raw.max()), "(rate times sharpness)", at_most=1.0)


@claim(
    "edge_of_stability.warmup",
    "Warm-up lets a network train at a rate at which it diverges without.",
    source="kalra2024why",
    verdict="holds-if",
    condition="the start is sharp; here the weights are twice as large as usual",
    judge="mean",
    vary={"times": (8.0, 10.0, 12.0), "warm": (200, 300), "width": (24, 32)},
)
def warmup(seed: int, times: float = 10.0, warm: int = 300, width: int = WIDTH) -> Measured:
    """Share of eight networks that train with warm-up, minus that without, from weights twice as large as usual."""
    gained = surviving(seed, times, warm, 2.0, width=width) - surviving(seed, times, 0, 2.0, width=width)
    return Measured(gained, "of eight networks", at_least=0.3)


@claim(
    "edge_of_stability.warmup_always",
    "With warm-up one can train at several times the rate.",
    source="kalra2024why",
    verdict="fails",
    instead="Not from the usual start: its sharpness grows anyway, and a rate many times too large is too large later, too.",
    judge="mean",
    vary={"times": (8.0, 10.0, 12.0), "warm": (200, 300), "width": (24, 32)},
)
def warmup_always(seed: int, times: float = 10.0, warm: int = 300, width: int = WIDTH) -> Measured:
    """The same from weights of the usual size."""
    gained = surviving(seed, times, warm, 1.0, width=width) - surviving(seed, times, 0, 1.0, width=width)
    return Measured(gained, "of eight networks", at_most=0.2)


@claim(
    "edge_of_stability.flat_generalises",
    "Flat minima generalise better.",
    said_by="keskar2017large",
    source="dinh2017sharp",
    verdict="fails",
    instead="As it stands it cannot hold: scaling hidden units keeps every output and changes the sharpness many times over.",
    vary={"steps": (100, 150, 300), "hidden": (32, 64)},
)
def flat_generalises(seed: int, steps: int = 150, hidden: int = 32) -> Measured:
    """Sharpness after rescaling hidden units at random, over that before; NaN if an output changed."""
    found = rescaled(seed, 10.0, hidden, steps)
    if found.output_change > 1e-10 or found.error_after != found.error_before:
        return Measured(np.nan, "times as sharp", at_least=4)
    return Measured(found.sharpness_ratio, "times as sharp, with the same outputs", at_least=4)


@claim(
    "edge_of_stability.adaptive",
    "Sharpness in relative changes of the weights survives: rescaling leaves it alone.",
    source="kwon2021asam",
    verdict="holds",
    vary={"steps": (100, 150, 300), "hidden": (32, 64)},
)
def adaptive(seed: int, steps: int = 150, hidden: int = 32) -> Measured:
    """Relative change of the top eigenvalue of D H D, with D the sizes of the weights, under the same rescaling."""
    return Measured(abs(rescaled(seed, 10.0, hidden, steps).adaptive_ratio - 1), "relative", at_most=1e-6)
