"""The bands of the chapter's explorable, for every number of points and every rate, small enough to travel with the page.

``python -m training_dynamics.dropout_explorable`` prints the text of ``book/_static/dropout_data.js``.
"""

from __future__ import annotations

import json

import numpy as np
import torch
from numpy import ndarray

from training_dynamics.dropout_regression import (
    GRID,
    RATES,
    Band,
    Member,
    curve,
    ensembles,
    exact_process,
    mask_bands,
    train,
)

SIZES = (10, 20, 40, 80, 160, 320, 640, 1280, 2560)
SHOWN = 60


def column(seed: int, n: int) -> dict[str, Band]:
    """All bands for ``n`` points: ``process``, ``ensemble`` and ``dropout 0.01`` ... ``dropout 0.5``."""
    dropped = mask_bands(train([Member(n, p) for p in RATES], seed), seed)
    named = {f"dropout {p}": band for p, band in zip(RATES, dropped)}
    return {"process": exact_process(seed, n), "ensemble": ensembles(seed, [n])[n]} | named


def thousandths(values: ndarray) -> list[int]:
    """Values as whole thousandths, which is what the page holds."""
    return [int(v) for v in np.round(values * 1000)]


def as_javascript(seed: int = 0, sizes: tuple[int, ...] = SIZES) -> str:
    """A script that sets ``TD.dropout_data``: grid, truth, up to 60 points a size, and ``bands[n][name] = [mean, sd]``."""
    data = {
        "grid": GRID.tolist(),
        "sizes": list(sizes),
        "rates": list(RATES),
        "truth": thousandths(curve(seed, sizes[0]).truth),
        "points": {n: _points(seed, n) for n in sizes},
        "bands": {n: {k: [thousandths(b.mean), thousandths(b.sd)] for k, b in column(seed, n).items()} for n in sizes},
    }
    head = "/* Made by training_dynamics.dropout_explorable; do not edit. */\nglobalThis.TD = globalThis.TD || {};\n"
    return f"{head}TD.dropout_data = {json.dumps(data, separators=(',', ':'))};\n"


def _points(seed: int, n: int) -> list[list[int]]:
    every = max(1, n // SHOWN)
    return [thousandths(curve(seed, n).x[::every]), thousandths(curve(seed, n).y[::every])]


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(as_javascript(), end="")
