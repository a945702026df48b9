"""The character model under all rules at once: equal grids of rates, the same batches, chosen on some names, reported on others.

The model is that of *Training in practice* with one layer more and no biases: five characters, a table of embeddings, three
hidden ReLU layers, 27 logits.  The networks of one seed are one stack: a row for each rule and rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor
from torch.nn.functional import cross_entropy

from training_dynamics.lab.once import once
from training_dynamics.lab.stack import preactivations
from training_dynamics.optimizers.rules import RULES, Memory
from training_dynamics.toolbox.names import ALPHABET, split_names, windows
from training_dynamics.toolbox.seeds import torch_generator

CONTEXT, EMBEDDING, EVALUATED, WARMUP = 5, 12, 3000, 20
RATES = 4  # to each rule: from its slowest on, in factors of two, so that the best lies inside
SLOWEST = {
    "SGD": 0.05,
    "Lion": 0.002,
    "Adam": 0.01,
    "Adam, one rate a layer": 0.005,
    "Adam, one rate a unit": 0.005,
    "Muon": 0.02,
    "Muon, polished": 0.02,
    "normalised": 0.01,
    "Shampoo": 0.04,
    "SOAP": 0.005,
}
Layer = Float[Tensor, "m in out"]
Weights = dict[str, Layer]


def grid(rule: str) -> list[float]:
    """The rates that a rule is tried at."""
    return [SLOWEST[rule] * 2.0**i for i in range(RATES)]


def start(seed: int, hidden: int) -> dict[str, Float[Tensor, "in out"]]:
    """Normal weights: embeddings of size 1, He's scale for hidden layers, ``1 / sqrt(fan_in)`` for the last."""
    generator = torch_generator(seed, "optimizers character model", hidden)
    signs, wide = len(ALPHABET), CONTEXT * EMBEDDING
    shapes = {"token": (signs, EMBEDDING, 1.0), "in": (wide, hidden, 2 / wide), "first": (hidden, hidden, 2 / hidden)}
    shapes |= {"second": (hidden, hidden, 2 / hidden), "head": (hidden, signs, 1 / hidden)}
    return {name: torch.randn(i, o, generator=generator) * var**0.5 for name, (i, o, var) in shapes.items()}


def losses(weights: Weights, x: Int[Tensor, "n c"], y: Int[Tensor, " n"]) -> Float[Tensor, " m"]:
    """The mean cross-entropy of every network on the same characters, in nats."""
    table, m = weights["token"], len(weights["token"])
    inputs = table[:, x].flatten(2)  # (m, n, context * embedding)
    logits = preactivations([(weights[k], None) for k in ("in", "first", "second", "head")], inputs)[-1]
    return cross_entropy(logits.flatten(0, 1), y.repeat(m), reduction="none").view(m, -1).mean(1)


@dataclass(frozen=True)
class Trials:
    """Losses on the names to choose by and on the names to report, one for each rate of the grid."""

    rates: tuple[float, ...]
    valid: Float[ndarray, " rates"]
    test: Float[ndarray, " rates"]

    @property
    def chosen(self) -> int:
        """The place of the rate with the least loss on the names to choose by."""
        return int(np.nan_to_num(self.valid, nan=np.inf).argmin())

    @property
    def loss(self) -> float:
        """The loss on the other names at the chosen rate."""
        return float(self.test[self.chosen])


def _trained(seed: int, rules: tuple[str, ...], steps: int, hidden: int, batch: int) -> Weights:
    x, y = windows(split_names(seed).train, CONTEXT)
    rows = {rule: slice(i * RATES, (i + 1) * RATES) for i, rule in enumerate(rules)}
    first = start(seed, hidden)
    weights = {k: w.repeat(RATES * len(rules), 1, 1).requires_grad_() for k, w in first.items()}
    memories: dict[tuple[str, str], Memory] = {(rule, k): {} for rule in rules for k in weights}
    rates = torch.tensor([grid(rule) for rule in rules])[..., None, None]
    batches = torch_generator(seed, "optimizers batches", batch)
    for step in range(steps):
        index = torch.randint(len(x), (batch,), generator=batches)
        gradients = torch.autograd.grad(losses(weights, x[index], y[index]).sum(), list(weights.values()))
        factor = min(1.0, (step + 1) / WARMUP) * (1 - step / steps)
        with torch.no_grad():
            for (k, w), g in zip(weights.items(), gradients):
                for i, rule in enumerate(rules):
                    direction = RULES[rule](memories[rule, k], g[rows[rule]], step + 1, k)
                    w[rows[rule]] -= factor * rates[i] * direction
    return {k: w.detach() for k, w in weights.items()}


@once
def rivals(
    seed: int, steps: int = 200, hidden: int = 48, batch: int = 64, rules: tuple[str, ...] = tuple(RULES)
) -> dict[str, Trials]:
    """All rules from one start on one sequence of batches: warm-up over 20 steps, then a rate that falls to zero."""
    weights, split = _trained(seed, rules, steps, hidden, batch), split_names(seed)
    found = []
    with torch.no_grad():
        for names in (split.valid, split.test):
            x, y = windows(names, CONTEXT)
            found.append(losses(weights, x[:EVALUATED], y[:EVALUATED]).view(len(rules), RATES).double().numpy())
    return {rule: Trials(tuple(grid(rule)), found[0][i], found[1][i]) for i, rule in enumerate(rules)}
