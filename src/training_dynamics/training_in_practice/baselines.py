"""Models that any network has to beat: every character alike, characters by frequency, characters by the one before."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.lab.once import once
from training_dynamics.toolbox.names import ALPHABET, split_names, windows

SIGNS = len(ALPHABET)


@dataclass(frozen=True)
class Baselines:
    """Validation losses in nats a character."""

    uniform: float
    unigram: float
    bigram: float


def perplexity(loss: float) -> float:
    """``exp(loss)``: among how many equally likely characters one would have to guess to do as badly."""
    return math.exp(loss)


def bigram_probabilities(names: Sequence[str], smoothing: float = 0.01) -> Float[Tensor, "27 27"]:
    """Row i: how often each character follows character i, with ``smoothing`` added to every count."""
    contexts, targets = windows(names, 1)
    counts = torch.full((SIGNS, SIGNS), smoothing, dtype=torch.float64)
    counts.index_put_((contexts[:, 0], targets), torch.ones(len(targets), dtype=torch.float64), accumulate=True)
    return counts / counts.sum(1, keepdim=True)


@once
def baselines(seed: int, train: int | None = None, smoothing: float = 0.01) -> Baselines:
    """The three baselines, fitted to the training names and judged on the validation names."""
    split = split_names(seed, train)
    (_, seen), (before, after) = windows(split.train, 1), windows(split.valid, 1)
    counts = torch.bincount(seen, minlength=SIGNS).double() + smoothing
    unigram = -(counts / counts.sum()).log()[after].mean()
    bigram = -bigram_probabilities(split.train, smoothing).log()[before[:, 0], after].mean()
    return Baselines(math.log(SIGNS), float(unigram), float(bigram))
