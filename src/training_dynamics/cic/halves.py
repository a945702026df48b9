"""F as a whole, out of sample: weights fitted at some seeds and judged at others, for the lens and terms without meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from training_dynamics.cic import nets
from training_dynamics.cic.climb import COMBINATIONS, run
from training_dynamics.cic.level import networks
from training_dynamics.cic.measures import readings
from training_dynamics.cic.paths import curve, solved
from training_dynamics.cic.preregistration import PROXIES
from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator

TESTS = ("a step of training", "the curve over the line", "descent over kicks")
WEIGHTS = np.concatenate([[0.0], np.geomspace(0.01, 100, 61)])  # in units of the terms' spread
TRIPLES = 20  # of each kind of term without meaning
KINDS = {
    "lens": [list(choice) for choice in COMBINATIONS],
    "layer": [[len(PROXIES) + 3 * i + j for j in range(3)] for i in range(TRIPLES)],
    "weights": [[len(PROXIES) + 3 * (TRIPLES + i) + j for j in range(3)] for i in range(TRIPLES)],
}
Moves = tuple[Float[ndarray, "m k"], ...]


@once
def evidence(seed: int, hidden: int = 24) -> Moves:
    """For each of ``TESTS`` the changes that F should find positive, one a row: of the proxies, then of terms without meaning.

    Steps: 20 of a run.  Curve: halfway on the curve of low loss less halfway on the line.  Kicks: a trained network less
    the mean of the kicked ones of its loss, read on the units that fire in all of them.
    """
    _, (a, b), bend = solved(seed, hidden, 0.1, "gd", 200)
    half = torch.tensor([0.5])
    middles = torch.cat([curve(a, b, c, half) for c in (bend, (a + b) / 2)])
    trained, near, _ = networks(seed, hidden, 0.1, "gd", 3, 0.5, 16)
    steps, path = (_terms(seed, hidden, theta) for theta in (run(seed, hidden).theta, middles))
    level = _terms(seed, hidden, torch.cat([trained, near]), firing=True)
    return np.diff(steps, axis=0), path[:1] - path[1:], level[:1] - level[1:].mean(0)


@torch.no_grad()
def _terms(seed: int, hidden: int, theta: Float[Tensor, "m P"], firing: bool = False) -> Float[ndarray, "m k"]:
    net, x = nets.shape(hidden), nets.problem(seed, 100).held_out
    first, last, logits = net.activations(theta, x)
    first, last = first.relu(), last.relu()
    if firing:
        last = last[:, :, (last.double().var(1) > 1e-12).all(0)]
    rng = numpy_generator(0, "cic halves", hidden)  # the same terms at every seed
    waves = zip(rng.uniform(0.1, 2, 3 * TRIPLES), rng.uniform(0, 2 * np.pi, 3 * TRIPLES), strict=True)
    layer = torch.stack([(rate * last + phase).sin().mean((1, 2)) for rate, phase in waves], 1)
    directions = rng.standard_normal((theta.shape[1], 3 * TRIPLES)) / np.sqrt(theta.shape[1])
    weights = np.sin(theta.double().numpy() @ directions + rng.uniform(0, 2 * np.pi, 3 * TRIPLES))
    return np.concatenate([readings(x, first, last, logits).numpy(), layer.double().numpy(), weights], 1)


@dataclass(frozen=True)
class Judged:
    """The share of changes of each test that F with fitted weights gets right: where they were fitted, and where not.

    ``weights`` are lambda and gamma, for terms in units of the spread of their changes.
    """

    fitted: Float[ndarray, " 3"]
    held: Float[ndarray, " 3"]
    weights: tuple[float, float]


def judged(columns: Sequence[int], fit: Sequence[Moves], held: Sequence[Moves]) -> Judged:
    """The two weights that get most right on ``fit``, the three tests counted alike, put to ``held``."""
    phi_h_c = [[[moves[:, list(columns)] for moves in found] for found in half] for half in (fit, held)]
    spread = np.concatenate([moves for found in phi_h_c[0] for moves in found]).std(0) + 1e-300
    right = [
        np.stack([np.mean([_right(f[t] / spread) for f in half], 0) for t in range(len(TESTS))]) for half in phi_h_c
    ]
    score = right[0].mean(0)
    best = np.argwhere(score > score.max() - 1e-9)
    i, j = best[len(best) // 2]  # of many that are as good, one in the middle
    return Judged(right[0][:, i, j], right[1][:, i, j], (float(WEIGHTS[i]), float(WEIGHTS[j])))


def _right(moves: Float[ndarray, "m 3"]) -> Float[ndarray, "l g"]:
    phi, h, c = (column[:, None, None] for column in moves.T)
    return (phi - WEIGHTS[:, None] * h + WEIGHTS * c > 0).mean(0)


@once
def halves(kind: str, first: int = 0, hidden: int = 24) -> tuple[Judged, ...]:
    """:func:`judged` for every triple of one of ``KINDS``: fitted at five seeds from ``first`` on, held to the rest of ten."""
    fit = [seed for seed in range(10) if first <= seed < first + 5]
    found = {seed: evidence(seed, hidden) for seed in range(10)}
    other = [found[seed] for seed in range(10) if seed not in fit]
    return tuple(judged(columns, [found[seed] for seed in fit], other) for columns in KINDS[kind])
