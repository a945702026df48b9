"""Pre- and post-norm transformers trained on digits, with and without a warm-up of the learning rate."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.optim.lr_scheduler import LambdaLR

from training_dynamics.lab.once import once
from training_dynamics.lab.training import minimize
from training_dynamics.normalization.blocks import CLASSES, TOKENS, WIDTH, forward, xavier_weights
from training_dynamics.normalization.rates import WINDOW, images, order
from training_dynamics.toolbox.seeds import torch_generator

STEPS = 100
BATCH = 32


@once
def race(
    seed: int, place: str, depth: int, rate: float, warmup: int = 0, steps: int = STEPS, width: int = WIDTH
) -> np.ndarray:
    """Training losses (nats) before each step of Adam, shape ``(steps,)``; the eight rows of a digit are its tokens.

    In the first ``warmup`` steps the learning rate grows along a straight line to ``rate``; after that it stays.
    Equal seeds give both places the same weights and batches.
    """
    generator, split = torch_generator(seed, "placement", depth, width), images(seed)
    rows = split.x_train.view(len(split.x_train), TOKENS, -1)
    weights = xavier_weights(depth, generator, width)
    embed = torch.randn(rows.shape[-1], width, generator=generator) / rows.shape[-1] ** 0.5
    position = torch.randn(TOKENS, width, generator=generator)
    head = torch.randn(width, CLASSES, generator=generator) / width**0.5
    ends, batches = [p.requires_grad_() for p in (embed, position, head)], iter(order(seed, steps, BATCH))

    def losses() -> Tensor:
        index = next(batches)
        out, _ = forward(rows[index] @ embed + position, weights, place)
        return cross_entropy(out.mean(1) @ head, split.y_train[index])

    optimizer = torch.optim.Adam([*ends, *(matrix for w in weights for matrix in w.values())], lr=rate)
    schedule = LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / (warmup + 1)))
    return minimize(losses, optimizer, steps, schedule).double().numpy()


def octaves(one: np.ndarray, other: np.ndarray) -> float:
    """How much higher the first of two runs ends, in powers of two; the end is the mean of the last WINDOW losses."""
    return math.log2(one[-WINDOW:].mean() / other[-WINDOW:].mean())
