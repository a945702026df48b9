"""What the chapter asserts about lazy and rich networks on real images."""

from __future__ import annotations

import math

from coursekit.claim import Measured, claim
from training_dynamics.wide_networks.images import on_images


@claim(
    "wide_networks.images_between",
    "On images of digits, even against odd, a rich network and a lazy one make about the same errors, on the mean over starts.",
    verdict="holds",
    judge="mean",
    vary={"steps": (2000, 3000), "width": (100, 200), "examples": (100, 200)},
)
def images_between(seed: int, steps: int = 3000, width: int = 100, examples: int = 100) -> Measured:
    """Test error at scale 0.1 over that at 10; NaN unless training errors are below 0.1 and the kernels turned by 10 to 1."""
    found = on_images(seed, width, examples, steps)
    told_apart = found.fit.max() < 0.1 and found.turned[0] > 10 * found.turned[1]
    ratio = float(found.error[0] / found.error[1]) if told_apart else math.nan
    return Measured(ratio, "of the lazy network's error", at_least=0.7, at_most=1.3)
