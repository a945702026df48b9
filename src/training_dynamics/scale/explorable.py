"""The U-curves of the chapter's explorable: loss against rate for three widths, both parametrisations, optimizers and losses.

``python -m training_dynamics.scale.explorable`` prints the text of ``book/_static/scale_data.js``.
"""

from __future__ import annotations

import json

import numpy as np
from jaxtyping import Float

from training_dynamics.scale.networks import Training
from training_dynamics.scale.sweeps import RATES, WIDTHS, sweep

TASKS = {
    "adam, squared error": ("adam", "squared"),
    "adam, cross-entropy": ("adam", "cross-entropy"),
    "sgd, squared error": ("sgd", "squared"),
    "sgd, cross-entropy": ("sgd", "cross-entropy"),
}
RULES = ("standard", "mup")
SEEDS = range(3)


def curves(task: str, parametrisation: str, seeds: range = SEEDS) -> Float[np.ndarray, "w r"]:
    """Losses of every width at every rate, a geometric mean over seeds."""
    optimizer, loss = TASKS[task]
    how = Training(parametrisation, optimizer, loss=loss)
    return np.exp(np.mean([np.log(sweep(seed, how).losses) for seed in seeds], axis=0))


def as_javascript() -> str:
    """All curves as a script that sets ``TD.scale_data``: ``losses[task][parametrisation][width index][rate index]``."""
    losses = {
        task: {rule: [[float(f"{v:.4g}") for v in row] for row in curves(task, rule)] for rule in RULES}
        for task in TASKS
    }
    data = {
        "widths": WIDTHS,
        "rates": {t: [float(r) for r in RATES[o]] for t, (o, _) in TASKS.items()},
        "losses": losses,
    }
    head = "/* Made by training_dynamics.scale.explorable; do not edit. */\nglobalThis.TD = globalThis.TD || {};\n"
    return f"{head}TD.scale_data = {json.dumps(data)};\n"


if __name__ == "__main__":
    import torch

    torch.set_num_threads(1)
    print(as_javascript(), end="")
