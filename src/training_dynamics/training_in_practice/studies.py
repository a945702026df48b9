"""The practical tips put to the test: one network a recipe, all on the same batches, judged by validation loss."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from training_dynamics.lab.once import once
from training_dynamics.training_in_practice.network import Shape
from training_dynamics.training_in_practice.stack import Recipe, Trained, train_stack

GOOD = 0.02  # Adam's rate for this model, about the best of RATES
RATES = (1e-4, 1e-3, 1e-2, 1e-1)
CLIPS = (0.01, 1.0, 5.0)
DECAYS = (1e-4, 1e-2)
BASE = Recipe(rate=GOOD)
TIPS: dict[str, Recipe] = {
    "base": BASE,
    **{f"rate {rate:g}": replace(BASE, rate=rate) for rate in RATES},
    **{kind: replace(BASE, schedule=kind) for kind in ("constant", "step", "cosine", "wsd")},
    "warmup": replace(BASE, warmup=30),
    **{f"clip {clip:g}": replace(BASE, clip=clip) for clip in CLIPS},
    **{f"decay {decay:g}": replace(BASE, decay=decay) for decay in DECAYS},
    "l2 0.01": replace(BASE, l2=0.01),
}


@dataclass(frozen=True)
class Study:
    """What each recipe gave: validation loss by name, and the norms of its gradients ``(steps, recipes)``."""

    valid: dict[str, float]
    run: Trained


@once
def tips(seed: int, steps: int = 400, hidden: int = 48) -> Study:
    """All recipes of ``TIPS``, side by side."""
    run = train_stack(seed, list(TIPS.values()), steps, shape=Shape(hidden=hidden))
    return Study(dict(zip(TIPS, run.valid.tolist())), run)


@once
def warmed(seed: int, rate: float, warmup: int, hidden: int = 48) -> float:
    """How far a peak rate with a warm-up ends behind the base recipe, in validation loss."""
    recipes = [replace(BASE, rate=rate, warmup=warmup), BASE]
    found = train_stack(seed, recipes, 400, shape=Shape(hidden=hidden)).valid
    return float(torch.nan_to_num(found[0], nan=float("inf")) - found[1])


@once
def tuned(seed: int, steps: int, hidden: int, rates: tuple[float, ...], batch: int) -> float:
    """The validation loss of the base recipe at a batch size, the best over ``rates``."""
    recipes = [replace(BASE, rate=rate) for rate in rates]
    found = train_stack(seed, recipes, steps, shape=Shape(hidden=hidden), batch=batch).valid
    return float(np.nanmin(found.numpy()))


@once
def clipped_sgd(seed: int, steps: int = 300, hidden: int = 48, rate: float = 3.0) -> dict[str, float]:
    """SGD with momentum at a good rate, and at one that is too large without and with clipping at 0.1."""
    recipes = {"good": Recipe(0.3), "large": Recipe(rate), "large, clipped": Recipe(rate, clip=0.1)}
    found = train_stack(seed, list(recipes.values()), steps, shape=Shape(hidden=hidden), optimizer="sgd").valid
    return dict(zip(recipes, torch.nan_to_num(found, nan=float("inf")).tolist()))


@once
def deep_starts(
    seed: int, depth: int = 10, steps: int = 200, activation: str = "relu", hidden: int = 32
) -> dict[str, float]:
    """A deep narrow model trained by SGD from weights with Xavier's gain and with He's."""
    recipes = {"xavier": Recipe(0.1, gain=1.0), "he": Recipe(0.1, gain=2**0.5)}
    shape = Shape(hidden=hidden, depth=depth, activation=activation)
    found = train_stack(seed, list(recipes.values()), steps, shape=shape, optimizer="sgd").valid
    return dict(zip(recipes, found.tolist()))
