"""What the chapter asserts about deep linear networks, sharpness, depth, weight decay and batches."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.scale.blocks import learned
from training_dynamics.scale.depth import BASE_DEPTH, depth_sweep, grown, growth
from training_dynamics.scale.laws import slope
from training_dynamics.scale.linear import limit, many_steps, one_step_rates, task
from training_dynamics.scale.longer import batch_losses, kept, remembered
from training_dynamics.scale.sharpness import traces

LINEAR: dict[str, tuple[object, ...]] = {"depth": (2, 3), "inputs": (10, 20)}
STEPS: dict[str, tuple[object, ...]] = {"steps": (3, 5), "inputs": (10, 20)}
SHARP: dict[str, tuple[object, ...]] = {"examples": (50, 100), "rate": (0.005, 0.01)}
DEEP: dict[str, tuple[object, ...]] = {"steps": (20, 30), "width": (32, 48)}
BLOCKS: dict[str, tuple[object, ...]] = {"steps": (20, 60), "rate": (2.0**-8, 2.0**-7, 2.0**-6)}
DEEPEST = 64  # blocks
WIDTHS = (16, 64, 256)  # of deep linear networks
RATE = 2.0**-12  # of Adam, where batches are compared


@claim(
    "scale.linear_limit",
    "In deep linear networks under maximal update the best rate of a step goes to a number that can be computed.",
    source="hayou2025proof",
    verdict="holds",
    vary=LINEAR,
)
def linear_limit(seed: int, depth: int = 3, inputs: int = 10) -> Measured:
    """Median over 24 starts of width 256, relative distance of the exact best rate from its limit."""
    found = one_step_rates(seed, "mup", WIDTHS, depth, inputs, copies=24)[-1, :, 0]
    exact = limit(task(seed, inputs), depth)[0]
    return Measured(float(np.median(np.abs(found / exact - 1))), "of the limit", at_most=0.25)


@claim(
    "scale.linear_speed",
    "It comes nearer as the width grows, about like one over its root.",
    source="hayou2025proof",
    verdict="holds-if",
    condition="mean over tasks; single ones have powers between −0.2 and −0.7",
    judge="mean",
    vary=LINEAR,
)
def linear_speed(seed: int, depth: int = 3, inputs: int = 10) -> Measured:
    """Exponent of the width in the median distance, widths 16 to 256, 24 starts each."""
    found = one_step_rates(seed, "mup", WIDTHS, depth, inputs, copies=24)[..., 0]
    exact = limit(task(seed, inputs), depth)[0]
    return Measured(
        slope(np.array(WIDTHS), np.median(np.abs(found / exact - 1), axis=1)), "", at_least=-0.7, at_most=-0.3
    )


@claim(
    "scale.linear_standard",
    "With standard starts the best rate of a step falls as one over the width.",
    source="hayou2025proof",
    verdict="holds",
    vary=LINEAR,
)
def linear_standard(seed: int, depth: int = 3, inputs: int = 10) -> Measured:
    """Exponent of the width in the median best rate, widths 16 to 256."""
    found = one_step_rates(seed, "standard", WIDTHS, depth, inputs, copies=24)[..., 0]
    return Measured(slope(np.array(WIDTHS), np.median(found, axis=1)), "", at_least=-1.5, at_most=-0.5)


@claim(
    "scale.linear_steps",
    "After several steps, too, the best rate falls with standard starts.",
    source="hayou2025proof",
    verdict="holds",
    vary=STEPS,
)
def linear_steps(seed: int, steps: int = 5, inputs: int = 10) -> Measured:
    """Octaves by which it falls from width 32 to 128; in inverse proportion it would be two."""
    found = many_steps(seed, "standard", (32, 128), steps, inputs=inputs, copies=8)
    return Measured(float(found[0] - found[-1]), "octaves", at_least=0.8)


@claim(
    "scale.linear_stays",
    "After several steps, too, the best rate stays within half an octave under maximal update.",
    source="hayou2025proof",
    verdict="holds",
    vary=STEPS,
)
def linear_stays(seed: int, steps: int = 5, inputs: int = 10) -> Measured:
    """Octaves by which it moves from width 32 to 128."""
    found = many_steps(seed, "mup", (32, 128), steps, inputs=inputs, copies=8)
    return Measured(float(abs(found[0] - found[-1])), "octaves", at_most=0.5)


@claim(
    "scale.any_width",
    "Under maximal update a rate that was tuned at any width is right at every width.",
    source="hayou2025proof",
    verdict="fails",
    instead="The limit is of large width, and the deeper the network, the wider: in narrow deep ones the best rate is far off.",
    vary={"depth": (6, 8), "inputs": (10, 20)},
)
def any_width(seed: int, depth: int = 8, inputs: int = 10) -> Measured:
    """Median relative distance of the best rate of one step from its limit, eight layers of width 8, 48 starts."""
    found = one_step_rates(seed, "mup", (8,), depth, inputs, copies=48)[0, :, 0]
    exact = limit(task(seed, inputs), depth)[0]
    return Measured(float(np.median(np.abs(found / exact - 1))), "of the limit", at_least=0.25)


@claim(
    "scale.sharpness_level",
    (
        "The sharpness at the start grows with the width in the standard parametrisation, by about the factor of the width more"
        " than under maximal update."
    ),
    source="noci2024super",
    verdict="holds",
    vary={"examples": (50, 100), "width": (64, 128)},
)
def sharpness_level(seed: int, examples: int = 100, width: int = 128) -> Measured:
    """Growth of the sharpness at the start from width 32: standard over maximal update, over the factor of the width."""
    ratios = [
        found[-1, 0] / found[0, 0]
        for found in (traces(seed, kind, (32, width), steps=0, examples=examples) for kind in ("standard", "mup"))
    ]
    return Measured(
        float(ratios[0] / ratios[1]) / (width / 32), "of the factor of the width", at_least=0.7, at_most=1.3
    )


@claim(
    "scale.sharpness_grows",
    "At a small rate the sharpness of a wide network rises over twice as much under maximal update as with the kernel's rates.",
    source="noci2024super",
    verdict="holds",
    vary=SHARP,
)
def sharpness_grows(seed: int, examples: int = 100, rate: float = 0.01) -> Measured:
    """Rise of the sharpness in sixty steps at width 128, maximal update over kernel."""
    rises = [
        found[0, -1] / found[0, 0] - 1
        for found in (traces(seed, kind, (128,), rate, every=60, examples=examples) for kind in ("mup", "ntk"))
    ]
    return Measured(float(rises[0] / rises[1]), "times the rise", at_least=2)


@claim(
    "scale.sharpness_width",
    "Under maximal update four times the width changes the sharpness after sixty steps by less than half an octave.",
    source="noci2024super",
    verdict="holds-if",
    condition="geometric mean over starts; single networks differ by more",
    judge="mean",
    vary=SHARP,
)
def sharpness_width(seed: int, examples: int = 100, rate: float = 0.01) -> Measured:
    """Octaves by which the sharpness after sixty steps at width 256 lies above that at width 64."""
    found = traces(seed, "mup", (64, 256), rate, every=60, examples=examples)
    return Measured(float(np.log2(found[1, -1] / found[0, -1])), "octaves", at_least=-0.5, at_most=0.5)


@claim(
    "scale.stream",
    (
        "At the start the stream of a residual network grows exponentially in depth, and by a fixed factor where branches are"
        " divided by the root of the depth."
    ),
    source="bordelon2024depthwise",
    verdict="holds",
)
def stream(seed: int) -> Measured:
    """Largest relative distance of the measured growth from the formula, depths 4 to 32, with and without the factor."""
    cases = [(depth, kind) for depth in (4, 32) for kind in ("plain", "root")]
    logs = [abs(np.log(grown(seed, d, 1.0, k)) / np.log(growth(d, 1.0, k)) - 1) for d, k in cases]
    return Measured(float(max(logs)), "(of the logarithm)", at_most=0.18)


@claim(
    "scale.depth_transfers",
    "With branches and Adam's rate divided by the root of the depth, the best rate stays from 4 blocks to 32.",
    source="bordelon2024depthwise,yang2024tensor",
    verdict="holds",
    vary=DEEP,
)
def depth_transfers(seed: int, steps: int = 20, width: int = 32) -> Measured:
    """Octaves between the best rates of 4 and 32 blocks."""
    return Measured(depth_sweep(seed, "root", (BASE_DEPTH, 32), width, steps, copies=3).drift, "octaves", at_most=0.6)


@claim(
    "scale.depth_rate",
    "With the branches divided alone, the best rate of a deep network lies lower.",
    source="yang2024tensor",
    verdict="holds-if",
    condition="mean over starts",
    vary=DEEP,
    judge="mean",
)
def depth_rate(seed: int, steps: int = 20, width: int = 32) -> Measured:
    """Octaves by which the best rate of 32 blocks lies lower than with the blocks' rate divided, from the same starts."""
    branch = depth_sweep(seed, "branch", (32,), width, steps, copies=3).best
    root = depth_sweep(seed, "root", (BASE_DEPTH, 32), width, steps, copies=3).best
    return Measured(float(root[-1] - branch[-1]), "octaves", at_least=0.25)


@claim(
    "scale.depth_plain",
    "Residual connections make networks of any depth train alike.",
    source="bordelon2024depthwise",
    verdict="fails",
    instead="With branches of full size the stream grows out of range: no rate brings 32 blocks near the loss of 4.",
    vary=DEEP,
)
def depth_plain(seed: int, steps: int = 20, width: int = 32) -> Measured:
    """Loss at the best rate, 32 blocks over 4, branches undivided."""
    least = depth_sweep(seed, "plain", (BASE_DEPTH, 32), width, steps).least
    return Measured(float(least[-1] / least[0]), "times the loss", at_least=3)


@claim(
    "scale.root_is_lazy",
    "With blocks of two layers divided by the root of the depth, deep networks learn less beyond what is linear in weights.",
    source="dey2025dont",
    verdict="holds",
    vary=BLOCKS,
)
def root_is_lazy(seed: int, steps: int = 20, rate: float = 2.0**-7) -> Measured:
    """Share of a block's change that is not linear in its weights, 64 blocks over 4."""
    deep, shallow = (learned(seed, "root", depth, rate, steps=steps).beyond for depth in (DEEPEST, BASE_DEPTH))
    return Measured(deep / shallow, "of the share", at_most=0.7)


@claim(
    "scale.depth_learns",
    "Divided by the depth itself, with Adam's rate as it was, more of what a block learns is beyond the linear.",
    source="dey2025dont",
    verdict="holds",
    vary=BLOCKS,
)
def depth_learns(seed: int, steps: int = 20, rate: float = 2.0**-7) -> Measured:
    """Share of a block's change that is not linear in its weights at 64 blocks, divided by the depth over by its root."""
    depth, root = (learned(seed, kind, DEEPEST, rate, steps=steps).beyond for kind in ("depth", "root"))
    return Measured(depth / root, "times the share", at_least=1.3)


@claim(
    "scale.depth_rule_ends_lower",
    "With 64 blocks of two layers, division by the depth itself ends at a lower loss than by its root, each at its best rate.",
    source="dey2025dont",
    verdict="holds-if",
    condition="mean over starts, here on digits, twenty to sixty steps",
    vary={"steps": (20, 60), "width": (32, 48)},
    judge="mean",
)
def depth_rule_ends_lower(seed: int, steps: int = 20, width: int = 32) -> Measured:
    """How much lower the least loss over four rates is, divided by the depth against by its root."""
    least = [
        min(learned(seed, kind, DEEPEST, 2.0**k, width, steps).loss for k in range(-8, -4))
        for kind in ("depth", "root")
    ]
    return Measured(1 - least[0] / least[1], "of the loss less", at_least=0.05)


@claim(
    "scale.decay_fades",
    "Weight decay with the same number is the same weight decay at every width.",
    source="kosson2025weight",
    verdict="fails",
    instead="AdamW shrinks weights by rate times decay: where the rule divides the rate by the width, the decay fades.",
    vary={"batch": (16, 32), "steps": (60, 100)},
)
def decay_fades(seed: int, batch: int = 32, steps: int = 60) -> Measured:
    """Share of the hidden layer's start that training has replaced, width 64 over width 1024, decay 1."""
    small, large = (1 - remembered(seed, width, 1.0, False, steps=steps, batch=batch) for width in (64, 1024))
    return Measured(float(small / large), "times as much forgotten", at_least=6)


@claim(
    "scale.decay_independent",
    "If rate times decay is kept, networks of all widths forget their start at the rate of (1 − ηλ) a step.",
    source="kosson2025weight",
    verdict="holds",
    vary={"batch": (16, 32), "steps": (60, 100)},
)
def decay_independent(seed: int, batch: int = 32, steps: int = 60) -> Measured:
    """Largest distance of the share that is kept from the formula, widths 64 and 1024."""
    shares = [remembered(seed, width, 1.0, True, steps=steps, batch=batch) for width in (64, 1024)]
    return Measured(max(abs(share - kept(2.0**-8, 1.0, steps)) for share in shares), "of the start", at_most=0.05)


@claim(
    "scale.adam_root",
    "With Adam a batch four times as large wants twice the rate: then the loss is the same after as many examples.",
    source="malladi2022sdes",
    verdict="holds-if",
    condition="noise dominates the gradients, here with batches of 2 to 8 examples",
    vary={"batch": (1, 2), "copies": (4, 8)},
)
def adam_root(seed: int, batch: int = 2, copies: int = 4) -> Measured:
    """Largest relative difference of the loss at eight times, batches four times as large against the run itself."""
    base, larger = (batch_losses(seed, "root", factor, RATE, batch, 320, copies) for factor in (1, 4))
    return Measured(float(np.abs(larger / base - 1).max()), "of the loss", at_most=0.1)


@claim(
    "scale.adam_linear",
    "Four times the batch, four times the rate: the rule of SGD serves Adam as well.",
    said_by="goyal2017accurate",
    source="malladi2022sdes",
    verdict="fails",
    instead="With noise in most of the gradient Adam's steps keep their size: four times the rate makes another, faster run.",
    vary={"batch": (1, 2), "copies": (4, 8)},
)
def adam_linear(seed: int, batch: int = 2, copies: int = 4) -> Measured:
    """Largest relative difference of the loss with four times the rate, over that with twice the rate."""
    base = batch_losses(seed, "root", 1, RATE, batch, 320, copies)
    linear, root = (
        np.abs(batch_losses(seed, k, 4, RATE, batch, 320, copies) / base - 1).max() for k in ("linear", "root")
    )
    return Measured(float(linear / root), "times the difference", at_least=2)
