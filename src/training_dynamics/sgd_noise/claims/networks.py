"""What the chapter asserts about a ReLU network that is trained with and without noise in its labels."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.sgd_noise.network import Balance, relu_balance


def _run(seed: int, size: float, rate: float, width: int, steps: int, output: float) -> Balance:
    """One of five networks that are trained side by side."""
    first = seed - seed % 5
    return relu_balance(tuple(range(first, first + 5)), size, rate, width, steps, output)[seed % 5]


@claim(
    "sgd_noise.relu_balance",
    "In a ReLU network on digits label noise brings the mean squared gradients of the layers together, from either side.",
    source="ziyin2025neural",
    verdict="holds",
    vary={"output": (1.0, 0.1), "width": (16, 32), "rate": (0.02, 0.015), "steps": (12_000, 20_000)},
)
def relu_balance_reached(
    seed: int, output: float = 1.0, width: int = 16, rate: float = 0.02, steps: int = 12_000
) -> Measured:
    """The first layer's mean squared gradient over the second's, in the last fifth of training."""
    found = _run(seed, 1.0, rate, width, steps, output)
    return Measured(found.end, "of the other layer's", at_least=0.5, at_most=1.5)


@claim(
    "sgd_noise.relu_by_itself",
    "SGD balances the gradients of the layers by itself.",
    verdict="fails",
    instead="Without noise in the labels, and at a small rate, training ends before the gradients are balanced.",
    vary={"rate": (0.01, 0.005), "width": (16, 32), "steps": (12_000, 24_000)},
)
def relu_by_itself(seed: int, rate: float = 0.01, width: int = 16, steps: int = 12_000) -> Measured:
    """The same ratio without label noise, from the same start."""
    return Measured(_run(seed, 0.0, rate, width, steps, 1.0).end, "of the other layer's", at_least=1.4)
