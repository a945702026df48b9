"""What the chapter's explorable shows, by Gauss-Legendre quadrature; the page integrates on an even grid instead."""

from __future__ import annotations

from training_dynamics.training_in_practice.signals import Signals, predicted


def picture(activation: str, gain: float, depth: int) -> Signals:
    """Signal and gradient in layers 1 to ``depth`` for weights from ``N(0, gain^2 / width)``, signals of size 1 in the first."""
    return predicted(activation, gain**2, depth)
