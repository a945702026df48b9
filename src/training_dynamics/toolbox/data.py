"""Data that needs no download: the scikit-learn digits, and labels spoiled on purpose."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from training_dynamics.toolbox.seeds import torch_generator


@dataclass(frozen=True)
class Split:
    """A classification problem: inputs ``(n, d)`` and integer labels ``(n,)``, for training and for testing."""

    x_train: Float[Tensor, "n d"]
    y_train: Int[Tensor, " n"]
    x_test: Float[Tensor, "m d"]
    y_test: Int[Tensor, " m"]
    classes: int = 10


def digits(seed: int, train: int = 1000, dtype: torch.dtype = torch.float32) -> Split:
    """Handwritten digits, 8 by 8 pixels scaled to [0, 1], split at random into ``train`` images and the rest of the 1,797.

    Raises ValueError unless ``0 < train < 1797``.  Source: scikit-learn's ``load_digits`` (UCI optical recognition of
    handwritten digits, test part).
    """
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    if not 0 < train < len(labels):
        raise ValueError(f"train must be between 1 and {len(labels) - 1}, got {train}")
    order = torch.randperm(len(labels), generator=torch_generator(seed, "digits"))
    x, y = torch.tensor(pixels / 16, dtype=dtype)[order], torch.tensor(labels)[order]
    return Split(x[:train], y[:train], x[train:], y[train:])


def with_label_noise(
    labels: Int[Tensor, " n"], fraction: float, generator: torch.Generator, classes: int = 10
) -> Int[Tensor, " n"]:
    """A copy of ``labels`` in which ``round(fraction * n)`` of them, chosen at random, became another class."""
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction must be between 0 and 1, got {fraction}")
    count = round(fraction * len(labels))
    chosen = torch.randperm(len(labels), generator=generator)[:count]
    shift = torch.randint(1, classes, (count,), generator=generator)
    noisy = labels.clone()
    noisy[chosen] = (noisy[chosen] + shift) % classes
    return noisy


def one_hot(labels: Int[Tensor, " n"], classes: int = 10, dtype: torch.dtype = torch.float32) -> Float[Tensor, "n k"]:
    """Labels as rows of the identity matrix, shape ``(n, classes)``."""
    return torch.nn.functional.one_hot(labels, classes).to(dtype)
