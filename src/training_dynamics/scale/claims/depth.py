"""What the page on depth asserts: residual streams, division of the branches, and weight decay."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.scale.blocks import learned
from training_dynamics.scale.depth import BASE_DEPTH, depth_sweep, grown, growth
from training_dynamics.scale.longer import kept, remembered

DEEP: dict[str, tuple[object, ...]] = {"steps": (20, 30), "width": (32, 48)}
BLOCKS: dict[str, tuple[object, ...]] = {"steps": (20, 60), "rate": (2.0**-8, 2.0**-7, 2.0**-6)}
DEEPEST = 64  # blocks


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
