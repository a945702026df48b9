"""What the chapter asserts about how sharpness and width go together."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.scale.sharpness import traces

SHARP: dict[str, tuple[object, ...]] = {"examples": (50, 100), "rate": (0.005, 0.01)}


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
