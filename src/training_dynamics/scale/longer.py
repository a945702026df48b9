r"""What weight decay and batch size do to transfer: how fast the start is forgotten, and Adam's rule for larger batches."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.losses import squared_errors
from training_dynamics.lab.once import once
from training_dynamics.lab.optimizers import AdamSettings, adam, zero_moments
from training_dynamics.lab.stack import preactivations
from training_dynamics.scale.networks import Training, data, sizes_of, start, train
from training_dynamics.scale.rules import rule
from training_dynamics.toolbox.data import one_hot
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.toolbox.train import minibatches

RULES = ("none", "root", "linear")


def kept(rate: float, decay: float, steps: int) -> float:
    r"""The share of a starting weight that AdamW leaves after ``steps``, :math:`(1-\eta\lambda)^T`, whatever the gradients do.

    It is what the decay alone multiplies the start by.
    """
    return (1 - rate * decay) ** steps


@once
def remembered(
    seed: int, width: int, decay: float, independent: bool, rate: float = 2.0**-8, steps: int = 100, batch: int = 32
) -> float:
    r"""The share of the hidden layer's start in its trained weights, :math:`\langle W_T,W_0\rangle/|W_0|^2`.

    Under maximal update with AdamW.  ``independent``: rate times decay is the same in every layer at every width.
    """
    how = Training(decay=decay, independent=independent, falling=False, steps=steps, batch=batch)
    sizes = sizes_of(width)
    first = start(seed, sizes, rule("mup", "adam", sizes, how.base))[1]
    (last,) = train(seed, width, [rate], how)
    return float((last[1] * first).sum() / first.square().sum())


@once
def batch_losses(
    seed: int, change: str, factor: int = 4, rate: float = 2.0**-10, batch: int = 16, steps: int = 160, copies: int = 8
) -> Float[ndarray, " t"]:
    r"""Mean training loss of Adam at eight times of equal numbers of examples, with batches ``factor`` times as large.

    ``change`` says what becomes of the rate: *none*, *root* (times :math:`\sqrt\kappa`, with :math:`1-\beta` times
    :math:`\kappa`) or *linear* (times :math:`\kappa`, with the same).  ``factor`` 1 is the run to compare with.
    Raises ValueError for another change.  Source of the root rule: Malladi et al. (2022).
    """
    if change not in RULES:
        raise ValueError(f"change must be one of {', '.join(RULES)}, got {change!r}")
    power = {"none": 0.0, "root": 0.5, "linear": 1.0}[change]
    betas = (1.0 - 0.1 * factor * 0.5, 1 - 0.001 * factor) if change != "none" else (0.95, 0.999)
    settings = AdamSettings(*betas, eps=1e-12)
    split, sizes = data(seed), sizes_of(64)
    made = rule("mup", "adam", sizes, 64)
    starts = [start(seed, sizes, made, copy) for copy in range(copies)]
    layers = [torch.stack(parts) for parts in zip(*starts)]
    moments, found = [zero_moments(w) for w in layers], []
    batches = [
        minibatches(len(split.x_train), batch * factor, torch_generator(seed, "scale copies", copy))
        for copy in range(copies)
    ]
    for t in range(1, steps // factor + 1):
        index = torch.stack([next(b) for b in batches])
        layers = [w.requires_grad_() for w in layers]
        losses = _losses(layers, split.x_train[index], split.y_train[index])
        gradients = torch.autograd.grad(losses.sum(), layers)
        with torch.no_grad():
            for i, gradient in enumerate(gradients):
                moments[i], direction = adam(moments[i], gradient, settings)
                layers[i] = layers[i] - rate * factor**power * direction
            if t % (steps // factor // 8) == 0:
                found.append(float(_losses(layers, split.x_train, split.y_train).mean()))
    return np.array(found)


def _losses(layers: list[torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> Float[torch.Tensor, " c"]:
    return squared_errors(preactivations([(w, None) for w in layers], x)[-1], one_hot(y))
