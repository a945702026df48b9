"""What the chapter on normalisation asserts about batches, and about the placement of norms in transformers."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.normalization.batches import modes
from training_dynamics.normalization.blocks import WIDTH, attention_entropy, attention_logits, typical_start

TRAINED: dict[str, tuple[object, ...]] = {"steps": (200, 400), "depth": (2, 3)}
APART = (0.0125, 0.05, 0.2, 0.8)
BLOCKS: dict[str, tuple[object, ...]] = {"depth": (16, 32), "width": (WIDTH, 64)}


@claim(
    "normalization.small_batches",
    "BatchNorm helps with any batch size.",
    source="wu2018group",
    verdict="fails",
    instead="On batches of two it can hardly learn, and LayerNorm on the same batches can, each at its own best rate.",
    vary=TRAINED,
)
def small_batches(seed: int, steps: int = 200, depth: int = 3) -> Measured:
    """Test error of BatchNorm (evaluation mode) over LayerNorm's, batches of two, each at the best of four rates."""
    batch, layer = (
        min(modes(seed, kind, 2, depth, rate, steps).evaluation for rate in APART) for kind in ("batch", "layer")
    )
    return Measured(batch / layer, "times", at_least=2)


@claim(
    "normalization.neighbours",
    "In training mode, a BatchNorm network's answer about an image depends on the other images in the batch.",
    source="ioffe2017renormalization",
    verdict="holds",
    vary=TRAINED,
)
def neighbours(seed: int, steps: int = 200, depth: int = 3) -> Measured:
    """Share of test images whose predicted class changes when seven neighbours change."""
    return Measured(modes(seed, "batch", 8, depth, steps=steps).flips, "of the images", at_least=0.12)


@claim(
    "normalization.post_norm_gradient",
    "At the start, the last block of a deep post-norm transformer has a much larger gradient than that of a pre-norm one.",
    source="xiong2020layer",
    verdict="holds",
    vary=BLOCKS,
)
def post_norm_gradient(seed: int, depth: int = 16, width: int = WIDTH) -> Measured:
    """Gradient of the last matrix of 16 blocks, post-norm over pre-norm, means over eight draws."""
    post, pre = (typical_start(seed, place, depth, width=width).gradient[-1] for place in ("post", "pre"))
    return Measured(float(post / pre), "times", at_least=2)


@claim(
    "normalization.pre_norm_even",
    "Pre-norm gives every block the same gradient.",
    verdict="fails",
    instead="The stream grows, so that later blocks matter less: the last gets a fraction of the first one's gradient.",
    vary=BLOCKS,
)
def pre_norm_even(seed: int, depth: int = 16, width: int = WIDTH) -> Measured:
    """Gradient of the last of 16 pre-norm blocks over that of the first."""
    g = typical_start(seed, "pre", depth, width=width).gradient
    return Measured(float(g[-1] / g[0]), "of the first block's", at_most=0.67)


@claim(
    "normalization.stream_grows",
    "What the blocks add to the mean square of a pre-norm stream grows as a power of their number between 1 and 1.4.",
    source="xiong2020layer",
    verdict="holds",
    vary=BLOCKS,
)
def stream_grows(seed: int, depth: int = 16, width: int = WIDTH) -> Measured:
    """The power, between block 4 and the last: 1 is linear growth."""
    s = typical_start(seed, "pre", depth, width=width).stream
    return Measured(float(np.log((s[-1] - 1) / (s[3] - 1)) / np.log(depth / 4)), at_least=1, at_most=1.4)


@claim(
    "normalization.attention_averages",
    "Attention's average over tokens lowers the gradient of the last block, compared with what the growth of the stream says.",
    verdict="holds",
    judge="mean",
    vary=BLOCKS,
)
def attention_averages(seed: int, depth: int = 16, width: int = WIDTH) -> Measured:
    """Last block's gradient over the first's, times the growth of the stream: with the average over without it."""
    runs = [typical_start(seed, "pre", depth, width=width, alone=alone) for alone in (False, True)]
    told = [run.gradient[-1] / run.gradient[0] * (run.stream[-1] / run.stream[0]) ** 0.5 for run in runs]
    return Measured(float(told[0] / told[1]), "of that without the average", at_most=1, scale=0.1)


@claim(
    "normalization.attention_collapses",
    "Longer query and key weights make attention one-hot.",
    source="wortsman2024small",
    verdict="holds-if",
    condition="queries and keys are not normalised; weights four times as long as at the start",
    vary={"factor": (4.0, 8.0)},
)
def attention_collapses(seed: int, factor: float = 4.0) -> Measured:
    """Entropy of attention with weights four times as long, over that of the weights at the start."""
    long, start = (attention_entropy(attention_logits(seed, c)) for c in (factor, 1.0))
    return Measured(long / start, "of the entropy at the start", at_most=0.2)


@claim(
    "normalization.qk_norm",
    "With a norm of queries and keys no attention logit exceeds √d, whatever the weights.",
    source="henry2020query",
    verdict="holds",
)
def qk_norm(seed: int) -> Measured:
    """Largest logit over √d, weights from a hundredth to a hundred times those at the start."""
    logits = [attention_logits(seed, c, normalised=True).abs().max() for c in (0.01, 1.0, 4.0, 100.0)]
    return Measured(float(max(logits)) / WIDTH**0.5, "of the bound", at_most=1)
