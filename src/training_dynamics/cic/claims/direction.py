"""What the chapter asserts about its own test of direction: where it could have said yes, and what it says there."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.cic.direction import climber_share, on_training

VARIED = {"steps": (200, 400), "hidden": (24, 32)}


@claim(
    "cic.share_power",
    "A small share of the gradient on held-out images shows that a network does not follow F.",
    verdict="fails",
    instead="A network that does climb F, on its training images, has at most seven tenths there as well, mean over runs.",
    vary={"steps": (100, 200), "hidden": (24, 32)},
    judge="mean",
)
def share_power(seed: int, steps: int = 100, hidden: int = 24) -> Measured:
    """Share of F's squared gradient on the training images in the span of its three terms' gradients on held-out images."""
    return Measured(climber_share(seed, hidden, steps), "of the squared gradient", at_most=0.7)


@claim(
    "cic.share_training",
    "Read on the training images, training follows the gradient of an F of representations.",
    verdict="fails",
    instead=(
        "Without predictive entropy, the span holds at most a tenth of the loss's gradient within the hidden weights, with"
        " any λ and γ, on the mean over runs."
    ),
    vary=VARIED,
    judge="mean",
)
def share_training(seed: int, steps: int = 200, hidden: int = 24) -> Measured:
    """Share in the span, within hidden weights: best choice without predictive entropy, training images, median of six."""
    return Measured(on_training(seed, hidden, steps).representation, "of the squared gradient", at_most=0.1)


@claim(
    "cic.share_sureness",
    "Late in training most of the loss's gradient lies along that of the predictive entropy.",
    verdict="holds-if",
    condition="both are read on the training images",
    vary=VARIED,
)
def share_sureness(seed: int, steps: int = 200, hidden: int = 24) -> Measured:
    """Share of the loss's squared gradient along the gradient of predictive entropy, training images, end of training."""
    return Measured(on_training(seed, hidden, steps).sureness, "of the squared gradient", at_least=0.5)
