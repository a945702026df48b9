"""What the chapter on normalisation asserts about the training of pre- and post-norm transformers."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.normalization.blocks import WIDTH
from training_dynamics.normalization.placement import STEPS, octaves, race

LONGER: dict[str, tuple[object, ...]] = {"steps": (STEPS, 2 * STEPS), "width": (WIDTH, 64)}
LARGE, SMALL = 0.003, 0.001  # learning rates of Adam


@claim(
    "normalization.pre_norm_rate",
    "Without a warm-up, a pre-norm transformer trains at a learning rate at which a post-norm one trains badly or not at all.",
    source="xiong2020layer",
    verdict="holds-if",
    condition="eight blocks or more; Adam at 0.003, a good rate for pre-norm; on average over networks",
    judge="mean",
    vary=LONGER | {"depth": (8, 16)},
)
def pre_norm_rate(seed: int, depth: int = 8, steps: int = STEPS, width: int = WIDTH) -> Measured:
    """Last training losses of post-norm over those of pre-norm, in octaves."""
    post, pre = (race(seed, place, depth, LARGE, steps=steps, width=width) for place in ("post", "pre"))
    return Measured(octaves(post, pre), "octaves", at_least=1)


@claim(
    "normalization.warmup_helps",
    "A warm-up lowers the loss at which a post-norm transformer ends.",
    source="xiong2020layer",
    verdict="holds-if",
    condition=(
        "a rate at which it otherwise trains badly: eight blocks, Adam at 0.003, a warm-up over the first half of the steps;"
        " on average over networks"
    ),
    judge="mean",
    vary=LONGER,
)
def warmup_helps(seed: int, steps: int = STEPS, width: int = WIDTH) -> Measured:
    """Last training losses without a warm-up over those with one, post-norm, in octaves."""
    without, warm = (race(seed, "post", 8, LARGE, warmup, steps, width) for warmup in (0, steps // 2))
    return Measured(octaves(without, warm), "octaves", at_least=0.4)


@claim(
    "normalization.warmup_closes",
    "With a warm-up a post-norm transformer trains as well as a pre-norm one without, at a rate that suits pre-norm.",
    verdict="fails",
    instead="With eight blocks, Adam at 0.003, it still ends at a much higher loss, on average over networks.",
    judge="mean",
    vary=LONGER,
)
def warmup_closes(seed: int, steps: int = STEPS, width: int = WIDTH) -> Measured:
    """Last training losses of post-norm, warmed up over half of the steps, over those of pre-norm without, in octaves."""
    warm, pre = race(seed, "post", 8, LARGE, steps // 2, steps, width), race(seed, "pre", 8, LARGE, 0, steps, width)
    return Measured(octaves(warm, pre), "octaves", at_least=0.6)


@claim(
    "normalization.warmup_needed",
    "A post-norm transformer needs a warm-up of the learning rate.",
    said_by="xiong2020layer",
    verdict="fails",
    instead=(
        "With four blocks and a third of the learning rate, Adam at 0.001, it ends about as low as pre-norm, both without"
        " a warm-up."
    ),
    judge="mean",
    vary=LONGER | {"depth": (4, 2)},
)
def warmup_needed(seed: int, depth: int = 4, steps: int = STEPS, width: int = WIDTH) -> Measured:
    """Last training losses of post-norm over those of pre-norm, in octaves."""
    post, pre = (race(seed, place, depth, SMALL, steps=steps, width=width) for place in ("post", "pre"))
    return Measured(octaves(post, pre), "octaves", at_most=0.4, scale=0.2)


@claim(
    "normalization.post_norm_small_rate",
    "With eight blocks a third of the learning rate lowers by 0.8 octaves or more what post-norm loses to pre-norm.",
    verdict="holds-if",
    condition="Adam at 0.001 instead of 0.003, no warm-up; on average over networks",
    judge="mean",
    vary={"steps": (STEPS, 150), "width": (WIDTH, 64)},
)
def post_norm_small_rate(seed: int, steps: int = STEPS, width: int = WIDTH) -> Measured:
    """Last losses of post-norm over those of pre-norm at 0.003, in octaves, minus the same at 0.001."""
    high, low = (
        octaves(*(race(seed, place, 8, rate, steps=steps, width=width) for place in ("post", "pre")))
        for rate in (LARGE, SMALL)
    )
    return Measured(high - low, "octaves less", at_least=0.8)


@claim(
    "normalization.post_norm_depth",
    "At the smaller rate depth alone opens the gap again: with sixteen blocks post-norm ends far above pre-norm.",
    verdict="holds-if",
    condition="Adam at 0.001, no warm-up; on average over networks",
    judge="mean",
    vary={"steps": (STEPS, 150), "width": (WIDTH, 64)},
)
def post_norm_depth(seed: int, steps: int = STEPS, width: int = WIDTH) -> Measured:
    """Last losses of post-norm over those of pre-norm, sixteen blocks, in octaves."""
    post, pre = (race(seed, place, 16, SMALL, steps=steps, width=width) for place in ("post", "pre"))
    return Measured(octaves(post, pre), "octaves", at_least=1)
