"""What training can and cannot do with weights that start equal."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from training_dynamics.lab.once import once
from training_dynamics.toolbox.names import split_names, windows
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.training_in_practice.network import CharMLP, Shape, loss_on
from training_dynamics.training_in_practice.run import Config, Run, train

STARTS = ("zero", "equal", "random")


@dataclass(frozen=True)
class EqualStart:
    """Validation loss at the end, and the largest difference between two hidden units, in units of their largest weight."""

    valid: float
    spread: float


@once
def equal_start(seed: int, start: str, steps: int = 120, hidden: int = 32, rate: float = 0.05) -> EqualStart:
    """Train from all zeros, from hidden units that are equal to each other, or from the usual random weights."""
    if start not in STARTS:
        raise ValueError(f"start must be one of {', '.join(STARTS)}, got {start!r}")
    shape, split = Shape(hidden=hidden), split_names(seed)
    data, valid = windows(split.train, shape.context), windows(split.valid, shape.context)
    model = CharMLP(shape, torch_generator(seed, "equal start"))
    with torch.no_grad():
        if start == "zero":
            for p in model.parameters():
                p.zero_()
        if start == "equal":  # every hidden unit a copy of the first one
            first, last = model.layers
            first.weight.copy_(first.weight[:1].expand_as(first.weight))
            last.weight.copy_(last.weight[:, :1].expand_as(last.weight))
    config = Config(steps=steps, rate=rate, seed=seed, evaluate_every=steps)
    train(Run(model, data, valid, config))
    units = torch.cat([model.layers[0].weight, model.layers[0].bias[:, None]], 1).detach()
    apart = (units.max(0).values - units.min(0).values).max() / units.abs().max().clamp(min=1e-30)
    return EqualStart(loss_on(model, valid), float(apart))
