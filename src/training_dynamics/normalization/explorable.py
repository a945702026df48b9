"""The map of the second page's explorable: how many of five networks train, for each depth, start, norm and learning rate.

``python -m training_dynamics.normalization.explorable`` prints the text of ``book/_static/normalization_map_data.js``.
"""

from __future__ import annotations

import json

import numpy as np
from jaxtyping import Bool

from training_dynamics.normalization.nets import KINDS
from training_dynamics.normalization.rates import RATES, TRAINED, sweep

DEPTHS = (1, 2, 4, 8, 16)
GAINS = {"small": 1.0, "he": 2**0.5, "large": 2.0}
SEEDS = range(5)


def trained(kind: str, depth: int, gain: float) -> Bool[np.ndarray, "seeds rates"]:
    """Whether the network of each seed ends below half the loss of guessing, for each rate of the grid."""
    return np.array([sweep(seed, kind, depth, gain).final < TRAINED for seed in SEEDS])


def count_trained(kind: str, depth: int, gain: float) -> list[int]:
    """For each rate of the grid, how many of the five seeds end below half the loss of guessing."""
    return [int(count) for count in trained(kind, depth, gain).sum(axis=0)]


def as_javascript() -> str:
    """The whole map as a script that sets ``TD.normalization_map_data``: ``counts[start][kind][depth index][rate index]``."""
    counts = {
        start: {kind: [count_trained(kind, depth, gain) for depth in DEPTHS] for kind in KINDS}
        for start, gain in GAINS.items()
    }
    data = {"rates": RATES, "depths": DEPTHS, "seeds": len(SEEDS), "counts": counts}
    head = (
        "/* Made by training_dynamics.normalization.explorable; do not edit. */\nglobalThis.TD = globalThis.TD || {};\n"
    )
    return f"{head}TD.normalization_map_data = {json.dumps(data)};\n"


if __name__ == "__main__":
    import torch

    torch.set_num_threads(1)
    print(as_javascript(), end="")
