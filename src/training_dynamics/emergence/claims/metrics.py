"""What the chapter asserts about scores, and what is left of emergence when the score is smooth."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.emergence import metrics
from training_dynamics.emergence.addition import learn


@claim(
    "emergence.sharp_score",
    "An exact-match score stays near zero while the accuracy that it is made of does most of its rise.",
    source="schaeffer2023mirage",
    verdict="holds",
    vary={"length": (10, 20), "train": (300, 600, 1000)},
)
def sharp_score(seed: int, length: int = 10, train: int = 600) -> Measured:
    """Final accuracy on single digits less that when a tenth of the answers are first right (or in the end), over the former."""
    single, whole = metrics.sequence_scores(seed, length, train).T
    first = single[whole >= 0.1][:1] if whole[-1] >= 0.1 else single[-1:]
    return Measured(1 - float(first[0] / single[-1]), "of the final accuracy left to gain", at_most=0.3)


@claim(
    "emergence.longer_is_sharper",
    "The longer the answer that has to be right, the sharper its score rises with scale.",
    verdict="fails",
    instead=(
        "Where the loss a token is a power law, a longer answer comes later, and the width of its rise on a "
        "logarithmic axis does not depend on the length."
    ),
    seeds=None,
)
def longer_is_sharper() -> Measured:
    """Largest relative difference between the widths, in the logarithm of scale, for answers of 1 to 1000 tokens."""
    widths = [metrics.rise(length, 0.3) for length in (1, 10, 100, 1000)]
    return Measured(float(max(widths) / min(widths) - 1), "relative", at_most=1e-9)


@claim(
    "emergence.mirage",
    "Emergence is a mirage of the metric: with a smooth score nothing is left to explain.",
    source="power2022grokking",
    verdict="fails",
    instead=(
        "Sharpness can be the metric's. The delay of grokking is not: the squared error, too, falls on unseen pairs "
        "long after it has fallen on trained ones."
    ),
    vary={"decay": (0.5, 1.0), "fraction": (0.5, 0.6)},
)
def mirage(seed: int, decay: float = 1.0, fraction: float = 0.6) -> Measured:
    """Step at which the test error is three quarters of that of answering zero, over the same step of the training error."""
    run = learn(seed, decay=decay, fraction=fraction)
    return Measured(run.fell("test_loss", 0.75) / run.fell("train_loss", 0.75), "times later", at_least=4)
