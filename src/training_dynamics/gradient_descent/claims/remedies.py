"""What the chapter asserts about smoothed labels and augmentation."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.gradient_descent.remedies import gained_by_shifts, smoothed_above_stopped


@claim(
    "gradient_descent.label_smoothing",
    "Smoothed labels keep a network from learning wrong ones.",
    verdict="fails",
    instead="With labels smoothed by a tenth it still ends five points and more above where early stopping leaves a run without.",
    vary={"noise": (0.2, 0.3), "width": (64, 96)},
)
def label_smoothing(seed: int, noise: float = 0.3, width: int = 64) -> Measured:
    """Test error at the end with labels smoothed by a tenth, minus that of the run without, stopped early."""
    return Measured(smoothed_above_stopped(seed, noise, width), "more errors", at_least=0.05)


@claim(
    "gradient_descent.shifted_copies",
    "Training on shifted copies of the images as well lowers the test error.",
    verdict="fails",
    instead="On these digits, which are centred already, four copies of each shifted by a pixel gain four points at most.",
    vary={"width": (64, 96), "examples": (100, 200)},
)
def shifted_copies(seed: int, width: int = 64, examples: int = 100) -> Measured:
    """Test error without shifted copies minus that with them."""
    return Measured(gained_by_shifts(seed, width, examples), "fewer errors", at_most=0.04, scale=0.01)
