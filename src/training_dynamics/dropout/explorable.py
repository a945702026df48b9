"""The bands of the chapter's explorable, for every number of points and every rate, small enough to travel with the page.

``python -m training_dynamics.dropout.explorable`` prints the text of ``book/_static/dropout_data.js``.
"""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.dropout import hmc
from training_dynamics.dropout.regression import (
    GRID,
    RATES,
    Band,
    Member,
    curve,
    ensemble,
    exact_process,
    mask_bands,
    train,
)
from training_dynamics.toolbox.seeds import numpy_generator

SIZES = (10, 20, 40, 80, 160, 320, 640, 1280, 2560)
SHOWN = 60
SAMPLED = 160  # with more points the chains would have to be longer to agree


@cache
def posterior_chains(seed: int, n: int) -> Float[ndarray, "s c g"]:
    """HMC's curves on ``GRID``, of the network of 49 weights, given the same points: 250 draws of each of 8 chains."""
    data, rng = curve(seed, n), numpy_generator(seed, "explorable chains", n)
    start = 0.5 * rng.standard_normal((8, hmc.PARAMETERS))
    return hmc.sample(hmc.potential(data.x, data.y), start, rng).predictions(GRID)


def column(seed: int, n: int) -> dict[str, Band]:
    """All bands for ``n`` points: ``process``, ``ensemble``, ``dropout 0.01`` ... ``dropout 0.5``, up to 160 points ``hmc``."""
    dropped = mask_bands(train([Member(n, p) for p in RATES], seed), seed)
    named = {f"dropout {p}": band for p, band in zip(RATES, dropped)}
    if n <= SAMPLED:
        draws = posterior_chains(seed, n).reshape(-1, len(GRID))
        named["hmc"] = Band(draws.mean(0), draws.std(0))
    return {"process": exact_process(seed, n), "ensemble": ensemble(seed, n)} | named


def thousandths(values: ndarray) -> list[int]:
    """Values as whole thousandths, which is what the page holds."""
    return [int(v) for v in np.round(values * 1000)]


def as_javascript(seed: int = 0, sizes: tuple[int, ...] = SIZES) -> str:
    """A script that sets ``TD.dropout_data``: grid, truth, up to 60 points a size, and ``bands[n][name] = [mean, sd]``."""
    data = {
        "grid": np.round(GRID, 10).tolist(),
        "sizes": list(sizes),
        "rates": list(RATES),
        "truth": thousandths(curve(seed, sizes[0]).truth),
        "points": {n: _points(seed, n) for n in sizes},
        "bands": {n: {k: [thousandths(b.mean), thousandths(b.sd)] for k, b in column(seed, n).items()} for n in sizes},
    }
    head = "/* Made by training_dynamics.dropout.explorable; do not edit. */\nglobalThis.TD = globalThis.TD || {};\n"
    return f"{head}TD.dropout_data = {json.dumps(data, separators=(',', ':'))};\n"


def _points(seed: int, n: int) -> list[list[int]]:
    every = max(1, n // SHOWN)
    return [thousandths(curve(seed, n).x[::every]), thousandths(curve(seed, n).y[::every])]


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(as_javascript(), end="")
