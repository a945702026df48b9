"""What the chapter's explorable holds: the effects behind every verdict, and F's terms along a run, a random walk and at random.

``python -m training_dynamics.cic.explorable`` prints the text of ``book/_static/cic_data.js``.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from scipy.stats import rankdata

from training_dynamics.cic.climb import run, walk
from training_dynamics.cic.freedom import random_terms
from training_dynamics.cic.preregistration import NULL_SHARE, PROXIES, TERMS, judge
from training_dynamics.cic.table import cells
from training_dynamics.toolbox.seeds import numpy_generator

Data = dict[str, Any]
MEANINGLESS = 8  # random functionals that the page can draw


def as_javascript(seed: int = 0) -> str:
    """A script that sets ``TD.cic_data``: ``cells[row][proxy] = [sign, effects, null]``, spreads, both paths, functionals."""
    ran, strolled = run(seed), walk(seed)
    rng, theta = numpy_generator(seed, "cic explorable"), ran.theta.double().numpy()
    meaningless = [random_terms(theta, rng) for _ in range(MEANINGLESS)]
    table: dict[str, dict[str, list]] = {}
    for cell in cells():
        table.setdefault(cell.row, {})[cell.proxy] = [cell.sign, short(cell.effects), short(cell.null)]
    data = {
        "terms": TERMS,
        "cells": table,
        "spread": dict(zip(PROXIES, short(ran.readings.std(0, correction=0)))),
        "training": [short(row) for row in ran.readings],
        "walk": [short(row) for row in strolled.readings],
        "random": [[short(row) for row in terms] for terms in meaningless],
    }
    head = "/* Made by training_dynamics.cic.explorable; do not edit. */\nglobalThis.TD = globalThis.TD || {};\n"
    return f"{head}TD.cic_data = {json.dumps(data, separators=(',', ':'))};\n"


def short(values: Any) -> list[float]:
    """Four significant digits, which is what the page holds."""
    return [float(f"{float(v):.4g}") for v in values]


def verdicts(data: Data, phi: str, h: str, c: str, lam: float, gamma: float) -> dict[str, str]:
    """The verdict of each row for one choice of proxies and weights; the weights matter to connectivity only."""
    found = chosen(data, phi, h, c, lam, gamma)
    return {row: judge(effects, sign) for row, (sign, effects, _) in found.items()}


def passed(data: Data, phi: str, h: str, c: str, lam: float, gamma: float) -> dict[str, bool]:
    """For each row, whether its null is on average less than ``NULL_SHARE`` as large as its effect."""
    found = chosen(data, phi, h, c, lam, gamma)
    return {
        row: bool(np.abs(null).sum() < NULL_SHARE * np.abs(effects).sum()) for row, (_, effects, null) in found.items()
    }


def chosen(data: Data, phi: str, h: str, c: str, lam: float, gamma: float) -> dict[str, tuple[int, list, list]]:
    """For each row: the sign predicted, the effects and the null's, one number a seed."""
    proxy = {"norm": phi, "adam": c, "batchnorm": h, "dropout": phi, "descent": f"{phi}/{h}"}
    found = {row: tuple(data["cells"][row][name]) for row, name in proxy.items()}
    parts = (gaps(data, phi, h, c, lam, gamma, part) for part in (1, 2))
    return found | {"connectivity": (1, *parts)}


def gaps(data: Data, phi: str, h: str, c: str, lam: float, gamma: float, part: int = 1) -> list[float]:
    """F on the curve of low loss minus F on the line, each term in units of its spread along training, one number a seed.

    ``part`` 2 gives what the line between untrained networks does.
    """
    parts = [np.array(data["cells"]["connectivity"][name][part]) / data["spread"][name] for name in (phi, h, c)]
    return [float(v) for v in parts[0] - lam * parts[1] + gamma * parts[2]]


def functional(terms: Float[ndarray, "T 3"], lam: float, gamma: float) -> Float[ndarray, " T"]:
    """``phi - lam H + gamma C`` along a path, each term in units of its own spread along it."""
    phi, h, c = (terms / terms.std(0)).T
    return phi - lam * h + gamma * c


def rise(terms: Float[ndarray, "T 3"], lam: float, gamma: float) -> float:
    """Spearman's rank correlation of the functional with time."""
    ranks = rankdata(functional(terms, lam, gamma))
    return float(np.corrcoef(ranks, np.arange(len(ranks)))[0, 1])


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(as_javascript(), end="")
